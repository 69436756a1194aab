"""CUDA for MXNet without a CUDA of the system: the libraries that NVIDIA publishes as Python packages.

`make gpu` installs them and calls `link`, after which `import mxnet` finds them by itself; `load` opens them for an MXNet that was not linked.
Only the driver (libcuda.so.1) must come from the machine. Only the standard library is used: the doctor runs anywhere.
"""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
import re

PACKAGES = tuple(
    f"nvidia-{part}-cu11"
    for part in "cuda-runtime cuda-nvrtc cublas cufft curand cusparse cusolver nccl nvtx cudnn".split()
)
_LIBRARY = re.compile(r"/lib/lib[^/]+\.so[.\d]*$")
MAJORS = range(5, 9)
"""The compute capabilities, before the point, whose machine code the package mxnet-cu117 1.9.1 brings: Maxwell to Ada. It has no PTX for later ones."""
_MAJOR, _MINOR = 75, 76  # the driver's numbers for these attributes of a GPU


def _files():
    "The libraries of the packages that are installed, as the packages list them."
    found = []
    for package in PACKAGES:
        try:
            files = importlib.metadata.files(package) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        found += [file for file in files if _LIBRARY.search(str(file))]
    return found


def link():
    """Put a symbolic link to each CUDA library beside libmxnet.so of mxnet-cu117, which looks for what it needs there first.

    Then a program may import MXNet, or d2l, before anything of this package. Returns the links; [] without mxnet-cu117 or without libraries.
    """
    try:
        files = importlib.metadata.files("mxnet-cu117") or []
    except importlib.metadata.PackageNotFoundError:
        return []
    folders = [os.path.dirname(str(file.locate())) for file in files if file.name == "libmxnet.so"]
    made = []
    for folder in folders:
        for file in _files():
            there = os.path.join(folder, file.name)
            if os.path.islink(there):
                os.unlink(there)
            os.symlink(os.path.relpath(str(file.locate()), folder), there)
            made.append(there)
    return made


def capability(number=0):
    """The compute capability of this machine's GPU of that number, as its driver tells: (8, 6), say. None: no driver, or no such GPU."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return None
    gpu, major, minor = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
    if driver.cuInit(0) or driver.cuDeviceGet(ctypes.byref(gpu), number):
        return None
    for value, attribute in ((major, _MAJOR), (minor, _MINOR)):
        if driver.cuDeviceGetAttribute(ctypes.byref(value), attribute, gpu):
            return None
    return major.value, minor.value


def lacks_code(number=0):
    """Why the package mxnet-cu117 cannot compute on that GPU though it counts it; "" if it can, or if MXNet is another build, which may."""
    try:
        importlib.metadata.version("mxnet-cu117")
    except importlib.metadata.PackageNotFoundError:
        return ""
    has = capability(number)
    if has is None or has[0] in MAJORS:
        return ""
    return f"mxnet-cu117 has machine code for compute capabilities {MAJORS[0]}.0 to {MAJORS[-1]}.9, and this GPU's is {has[0]}.{has[1]}"


def load():
    """Open every CUDA library of these packages for all modules to find; call it before `import mxnet` (mxnet-cu117).

    Returns the file names, [] where no such package is installed (MXNet then uses the system's CUDA, if there is one).
    Raises OSError, naming the library and the reason, if one cannot be opened.
    """
    waiting, opened = _files(), []
    while waiting:  # a library may need another of its own package, which the list of files names later
        failed = {}
        for file in waiting:
            try:
                ctypes.CDLL(str(file.locate()), mode=ctypes.RTLD_GLOBAL)
                opened.append(file.name)
            except OSError as error:
                failed[file] = error
        if len(failed) == len(waiting):
            raise OSError("cuda: cannot open " + "; ".join(str(error) for error in failed.values()))
        waiting = list(failed)
    return opened


if __name__ == "__main__":
    link()
