"""`alone.py FOLDER COMMAND …`, run by `sandbox` in Linux namespaces of its own: only FOLDER can be written to, nothing can undo that, then COMMAND runs.

It needs Linux 5.12 or later (mount_setattr), which reaches every mount at once: a shared memory, a home on a disk of its own. Raises OSError if refused.
"""

import ctypes
import os
import sys

libc = ctypes.CDLL(None, use_errno=True)
# From Linux' headers: sys/mount.h, linux/mount.h, linux/prctl.h, linux/capability.h.
MS_BIND, AT_FDCWD, AT_RECURSIVE, RDONLY = 4096, -100, 0x8000, 1
MOUNT_SETATTR, CAPBSET_READ, CAPBSET_DROP, NO_NEW_PRIVS = 442, 23, 24, 38


def done(status, what):
    """Raise OSError for a call that failed."""
    if status:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def set_attributes(folder, flags, on, off):
    """Turn attributes of a mount on and off; with AT_RECURSIVE of those below it too."""
    attributes = (ctypes.c_uint64 * 4)(on, off, 0, 0)
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    done(libc.syscall(MOUNT_SETATTR, AT_FDCWD, folder, flags, attributes, size), "mount_setattr")


def main():
    """Shut the doors, then become the command."""
    folder, *command = sys.argv[1:]
    there = os.fsencode(os.path.realpath(folder))
    done(libc.mount(there, there, None, ctypes.c_ulong(MS_BIND), None), "mount")
    set_attributes(b"/", AT_RECURSIVE, RDONLY, 0)
    set_attributes(there, 0, 0, RDONLY)
    os.chdir(there)  # by its new mount: the old one is read-only
    for right in range(64):
        if libc.prctl(CAPBSET_READ, right, 0, 0, 0) == 1:
            done(libc.prctl(CAPBSET_DROP, right, 0, 0, 0), "prctl")
    done(libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    os.execv(command[0], command)  # with no right left, since none is within the bounds


if __name__ == "__main__":
    main()
