"""The three descriptions of one environment cannot drift apart, and the package works outside this folder."""

import re
import subprocess
import sys
import tomllib
import zipfile

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def lock(root):
    return (root / "requirements.lock").read_text()


@pytest.fixture(scope="module")
def pins(lock):
    """Name -> version, for every line of the lock that names a package."""
    return dict(re.findall(r"^([\w.-]+)==([\w.!+-]+)", lock, re.MULTILINE))


def wanted(project):
    """Every requirement of pyproject.toml: the package's, and the developers'."""
    return [Requirement(line) for line in (*project["project"]["dependencies"], *project["dependency-groups"]["dev"])]


def test_the_lock_satisfies_every_requirement(project, pins):
    for requirement in wanted(project):
        assert requirement.name in pins, f"{requirement.name} is not in requirements.lock: run `make lock`"
        assert pins[requirement.name] in requirement.specifier, (
            f"{requirement} but the lock has {pins[requirement.name]}: run `make lock`"
        )


def test_the_lock_has_nothing_that_pyproject_no_longer_asks_for(project, lock):
    blocks = re.split(r"\n(?=[\w.-]+==)", lock)
    direct = {canonicalize_name(block.split("==")[0]) for block in blocks if "d2lrnn (pyproject.toml" in block}
    assert direct == {canonicalize_name(requirement.name) for requirement in wanted(project)}, "run `make lock`"


def test_every_package_of_the_lock_has_a_hash_and_no_address(lock):
    for block in re.split(r"\n(?=[\w.-]+==)", lock):
        assert "--hash=sha256:" in block, block.splitlines()[0]
    assert "://" not in lock and "index-url" not in lock


def test_the_environment_is_python_311_and_the_lock(project, root):
    lines = [line.strip() for line in (root / "environment.yml").read_text().splitlines() if not line.startswith("#")]
    dependencies = [line.removeprefix("- ") for line in lines[lines.index("dependencies:") + 1 :] if line]
    assert dependencies == ["python=3.11", "pip", "pip:", "- -r requirements.lock".removeprefix("- ")]
    assert "3.11" in SpecifierSet(project["project"]["requires-python"]) and "3.12" not in SpecifierSet(
        project["project"]["requires-python"]
    )
    assert (
        "--python 3.11" in (root / "Makefile").read_text() and "FROM python:3.11" in (root / "Dockerfile").read_text()
    )
    assert "--no-deps" in (root / "postBuild").read_text()


def test_this_environment_is_the_locked_one(pins):
    from importlib.metadata import version

    for package in ("mxnet", "numpy", "d2l", "jupyterlab", "ipykernel", "nbval", "ruff"):
        assert version(package) == pins[package], f"{package}: run `make setup`"


def test_version_is_written_the_same_twice(project):
    import d2lrnn

    assert d2lrnn.__version__ == project["project"]["version"]


@pytest.mark.parametrize(
    ("system", "machine", "says"),
    [
        ("Linux", "x86_64", ""),
        ("Linux", "aarch64", ""),
        ("Darwin", "x86_64", ""),
        ("Darwin", "arm64", "Apple silicon"),
        ("MINGW64_NT-10.0", "x86_64", "WSL2"),
    ],
)
def test_make_says_so_where_mxnet_has_no_package(root, system, machine, says):
    done = subprocess.run(["sh", root / "tools/check-platform.sh", system, machine], capture_output=True, text=True)
    assert done.returncode == (1 if says else 0)
    assert says in done.stderr and bool(says) == ("docker build" in done.stderr)


def test_make_help_lists_every_target(root):
    said = subprocess.run(["make", "-s", "help"], cwd=root, capture_output=True, text=True, check=True).stdout
    for target in ("lab", "test", "setup", "doctor", "lint", "notebooks", "bench", "gpu", "lock", "clean"):
        assert f"make {target} " in said


@pytest.mark.slow
def test_the_wheel_works_elsewhere(root, tmp_path):
    """Built, unpacked into an empty folder, and imported from there with nothing of this folder on the path."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    inside = {
        str(p.relative_to(root)) for p in (root / "d2lrnn").rglob("*") if p.is_file() and "__pycache__" not in p.parts
    }
    assert inside <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "notebooks/"))]
    # A virtual environment that sees this one's packages, except d2lrnn itself.
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    (site,) = (tmp_path / "env").glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(site)
    (here,) = {p for p in sys.path if p.endswith("site-packages")}
    code = f"""
import sys
sys.path.append({here!r})
import d2lrnn
assert d2lrnn.__file__.startswith({str(site)!r}), d2lrnn.__file__
from d2lrnn.data import corpora
from d2lrnn.text.bpe import BPETokenizer
text = corpora.load("shakespeare/macbeth").text
tokenizer = BPETokenizer.train(text, 50)
assert tokenizer.decode(tokenizer.encode(text)) == text
print(len(text))
"""
    done = subprocess.run([tmp_path / "env/bin/python", "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 80_000
