"""CUDA's libraries are opened where they are, and said where they cannot be."""

import os
import shutil
import sys

import numpy.random.bit_generator
import pytest

from d2lrnn import cuda


@pytest.fixture(autouse=True)
def only_these(tmp_path, monkeypatch):
    """Packages are those of the test, whatever `make gpu` has installed here."""
    monkeypatch.setattr(sys, "path", [*(p for p in sys.path if "site-packages" not in p), str(tmp_path)])


def install(folder, package, libraries, inside="lib"):
    """A package as pip leaves it, with these files in its folder of that name: name -> the library to copy, or the text to write."""
    stem = package.replace("-", "_")
    info = folder / f"{stem}-1.0.dist-info"
    (folder / stem / inside).mkdir(parents=True)
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    for name, content in libraries.items():
        path = folder / stem / inside / name
        if content is None:
            shutil.copy(numpy.random.bit_generator.__file__, path)
        else:
            path.write_text(content)
    (info / "RECORD").write_text("".join(f"{stem}/{inside}/{name},,\n" for name in libraries))


def test_nothing_installed_nothing_opened():
    assert cuda.load() == []


def test_every_library_is_opened_and_nothing_else(tmp_path):
    install(tmp_path, "nvidia-nccl-cu11", {"libnccl.so.2": None, "nccl.h": "int x;"})
    install(tmp_path, "nvidia-cudnn-cu11", {"libcudnn.so.8": None, "libcudnn_ops_infer.so.8": None})
    assert cuda.load() == ["libnccl.so.2", "libcudnn.so.8", "libcudnn_ops_infer.so.8"]


def test_a_broken_library_is_named(tmp_path):
    install(tmp_path, "nvidia-nccl-cu11", {"libnccl.so.2": "not a library"})
    with pytest.raises(OSError, match=r"cuda: cannot open .*libnccl\.so\.2"):
        cuda.load()


def test_libraries_are_linked_beside_mxnet_again_and_again(tmp_path):
    assert cuda.link() == []
    install(tmp_path, "nvidia-nccl-cu11", {"libnccl.so.2": None, "nccl.h": "int x;"})
    assert cuda.link() == []
    install(tmp_path, "mxnet-cu117", {"libmxnet.so": None}, inside="mxnet")
    for _ in range(2):
        (made,) = cuda.link()
        assert made == str(tmp_path / "mxnet_cu117" / "mxnet" / "libnccl.so.2")
        assert os.readlink(made) == "../../nvidia_nccl_cu11/lib/libnccl.so.2" and os.path.isfile(made)


class Driver:
    """What the machine's driver says of its one GPU."""

    def __init__(self, major, minor, start=0):
        self.values, self.start = {75: major, 76: minor}, start

    def cuInit(self, flags):
        return self.start

    def cuDeviceGet(self, gpu, number):
        return 0 if number == 0 else 101

    def cuDeviceGetAttribute(self, value, attribute, gpu):
        value._obj.value = self.values[attribute]
        return 0


@pytest.mark.parametrize(
    "capability, fits",
    [((5, 0), True), ((8, 6), True), ((8, 9), True), ((3, 7), False), ((9, 0), False), ((12, 0), False)],
)
def test_a_gpu_that_mxnet_has_no_code_for(capability, fits, tmp_path, monkeypatch):
    monkeypatch.setattr(cuda.ctypes, "CDLL", lambda name: Driver(*capability))
    assert cuda.capability() == capability and cuda.capability(1) is None
    assert cuda.lacks_code() == ""  # this is MXNet for the CPU
    install(tmp_path, "mxnet-cu117", {"libmxnet.so": None}, inside="mxnet")
    said = "" if fits else "mxnet-cu117 has machine code for compute capabilities 5.0 to 8.9, and this GPU's is {}.{}"
    assert cuda.lacks_code() == said.format(*capability) and cuda.lacks_code(1) == ""


def test_no_driver_no_capability(monkeypatch):
    def missing(name):
        raise OSError(name)

    for library in (missing, lambda name: Driver(8, 6, start=100)):
        monkeypatch.setattr(cuda.ctypes, "CDLL", library)
        assert cuda.capability() is None and cuda.lacks_code() == ""
