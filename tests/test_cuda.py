"""CUDA's libraries are opened where they are, and said where they cannot be."""

import shutil
import sys

import numpy.random.bit_generator
import pytest

from d2lrnn import cuda


def install(folder, package, libraries):
    """A package as pip leaves it, with these files in its lib folder: name -> the library to copy, or the text to write."""
    stem = package.replace("-", "_")
    info = folder / f"{stem}-1.0.dist-info"
    (folder / stem / "lib").mkdir(parents=True)
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    for name, content in libraries.items():
        path = folder / stem / "lib" / name
        if content is None:
            shutil.copy(numpy.random.bit_generator.__file__, path)
        else:
            path.write_text(content)
    (info / "RECORD").write_text("".join(f"{stem}/lib/{name},,\n" for name in libraries))


def test_nothing_installed_nothing_opened():
    assert cuda.load() == []


def test_every_library_is_opened_and_nothing_else(tmp_path, monkeypatch):
    install(tmp_path, "nvidia-nccl-cu11", {"libnccl.so.2": None, "nccl.h": "int x;"})
    install(tmp_path, "nvidia-cudnn-cu11", {"libcudnn.so.8": None, "libcudnn_ops_infer.so.8": None})
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    assert cuda.load() == ["libnccl.so.2", "libcudnn.so.8", "libcudnn_ops_infer.so.8"]


def test_a_broken_library_is_named(tmp_path, monkeypatch):
    install(tmp_path, "nvidia-nccl-cu11", {"libnccl.so.2": "not a library"})
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    with pytest.raises(OSError, match=r"cuda: cannot open .*libnccl\.so\.2"):
        cuda.load()
