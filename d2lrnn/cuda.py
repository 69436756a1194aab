"""CUDA for MXNet without a CUDA of the system: the libraries that NVIDIA publishes as Python packages, opened before `import mxnet`.

`make gpu` installs them. Only the driver (libcuda.so.1) must come from the machine. Only the standard library is used: the doctor runs anywhere.
"""

from __future__ import annotations

import ctypes
import importlib.metadata
import re

PACKAGES = tuple(
    f"nvidia-{part}-cu11"
    for part in "cuda-runtime cuda-nvrtc cublas cufft curand cusparse cusolver nccl nvtx cudnn".split()
)
_LIBRARY = re.compile(r"/lib/lib[^/]+\.so[.\d]*$")


def load():
    """Open every CUDA library of these packages for all modules to find; call it before `import mxnet` (mxnet-cu117).

    Returns the file names, [] where no such package is installed (MXNet then uses the system's CUDA, if there is one).
    Raises OSError, naming the library and the reason, if one cannot be opened.
    """
    waiting, opened = [], []
    for package in PACKAGES:
        try:
            files = importlib.metadata.files(package) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        waiting += [file for file in files if _LIBRARY.search(str(file))]
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
