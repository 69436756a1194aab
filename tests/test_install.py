"""`make setup` on machines that this one is not: with a stand-in for uv that installs nothing, so that each takes a moment and no network."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

# Writes down how it was called; fails at the command that the environment variable FAIL names.
UV = """#!/bin/sh
[ "$2" = --help ] && { echo "  --clear"; exit 0; }
echo "$* PYTHONPATH=${PYTHONPATH-} BYTECODE=${PYTHONDONTWRITEBYTECODE-} HASHES=${UV_REQUIRE_HASHES-} SYSTEM=${UV_SYSTEM_PYTHON-}" >> "$LOG"
[ "${FAIL-}" = "$1 $2" ] && { echo "uv: it failed" >&2; exit 2; }
[ "$1" = venv ] && { sleep 0.2; rm -rf .venv; mkdir -p .venv/bin; ln -s "$REAL" .venv/bin/python; }
exit 0
"""


@pytest.fixture
def course(root, tmp_path):
    """A function that runs `make` in a copy of what set-up needs, in a folder with an awkward name, and gives the status, what was said, and uv's calls."""
    folder = tmp_path / "my course ü $1"
    shutil.copytree(root / "tools", folder / "tools")
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(root / name, folder / name)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "uv").write_text(UV)
    (tmp_path / "bin" / "uv").chmod(0o755)
    log = tmp_path / "log"

    def make(*arguments, cwd=tmp_path, **environment):
        log.write_text("")
        path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
        done = subprocess.run(
            ["make", "-s", "-C", str(make.folder), *arguments],
            cwd=cwd,
            env={**os.environ, "PATH": path, "LOG": str(log), "REAL": sys.executable, **environment},
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr, log.read_text().splitlines()

    make.folder = folder
    return make


def test_setup_runs_once_in_a_folder_of_any_name(course):
    status, said, calls = course("setup")
    assert status == 0, said
    assert [call.split()[0] for call in calls] == ["venv", "pip", "pip"]
    assert "--require-hashes --quiet requirements.lock" in calls[1] and "--editable ." in calls[2]
    assert course("setup") == (0, "", [])


@pytest.mark.parametrize("step", ["venv --quiet", "pip sync", "pip install"])
def test_a_setup_that_was_interrupted_starts_over(course, step):
    status, said, _ = course("setup", FAIL=step)
    assert status != 0 and ("needs Python 3.11" if step == "venv --quiet" else "Run make again") in said
    status, said, calls = course("setup")
    assert status == 0 and len(calls) == 3, said


def test_an_interrupted_update_starts_over_too(course):
    course("setup")
    os.utime(course.folder / "requirements.lock", (2**31, 2**31))
    status, _, calls = course("setup", FAIL="pip sync")
    assert status != 0 and [call.split()[0] for call in calls] == ["pip"]  # an update keeps the environment
    os.utime(course.folder / "requirements.lock", (0, 0))
    assert [call.split()[0] for call in course("setup")[2]] == ["venv", "pip", "pip"]


def test_a_folder_that_moved_and_a_python_that_went_are_noticed(course, tmp_path):
    course("setup")
    course.folder = course.folder.rename(tmp_path / "elsewhere")
    assert len(course("setup")[2]) == 3
    python = course.folder / ".venv/bin/python"
    python.unlink()
    python.symlink_to("/nowhere/python3.11")
    assert len(course("setup")[2]) == 3


def test_settings_for_other_projects_do_not_reach_in(course, tmp_path):
    (tmp_path / "numpy.py").write_text("raise ImportError('the numpy of another project')")
    foreign = {
        "PYTHONPATH": str(tmp_path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "UV_REQUIRE_HASHES": "1",
        "UV_SYSTEM_PYTHON": "1",
        "VIRTUAL_ENV": "/nowhere",
    }
    status, said, calls = course("setup", **foreign)
    assert status == 0, said
    assert all(call.endswith("PYTHONPATH= BYTECODE= HASHES= SYSTEM=") for call in calls)
    shutil.copytree(os.path.dirname(os.path.dirname(__file__)) + "/d2lrnn", course.folder / "d2lrnn")
    assert "the numpy of another project" not in course("doctor", **foreign)[1]


@pytest.mark.skipif(not shutil.which("flock"), reason="there is no flock")
def test_two_terminals_install_one_after_the_other(course):
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda _: course("setup"), range(3)))
    assert [status for status, _, _ in results] == [0, 0, 0]
    assert sum("Setting up" in said for _, said, _ in results) == 1


def test_a_home_that_cannot_be_written_is_replaced(course):
    (course.folder / "Makefile").write_text((course.folder / "Makefile").read_text() + "\nhome:\n\t@echo $$HOME\n")
    assert course("home", HOME="/proc/nowhere")[1].strip() == str(course.folder / ".uv/home")
    assert course("home")[1].strip() == os.environ["HOME"]


def test_a_uv_that_is_too_old_or_broken_is_passed_over(root, tmp_path):
    """With no Python to bootstrap another, the message says what to do."""
    for name in ("sh", "grep", "cut", "cat", "rm"):
        os.symlink(shutil.which(name), tmp_path / name)
    (tmp_path / "uv").write_text("#!/bin/sh\necho 'error: unexpected argument' >&2\nexit 2\n")
    (tmp_path / "uv").chmod(0o755)
    done = subprocess.run(
        ["sh", root / "tools/find-uv.sh"], cwd=tmp_path, env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 1 and done.stdout == "" and "apt install python3-venv" in done.stderr


@pytest.mark.parametrize("here", [True, False])
def test_on_arm64_openblas_stands_in_for_arms_libraries(root, tmp_path, here):
    listing = "".join(
        f"\t{name} (libc6,AArch64) => /lib/x/{name}\n"
        for name in ("libopenblas.so.0", "liblapacke.so.3", "libgomp.so.1")
    )
    (tmp_path / "ldconfig").write_text(f"#!/bin/sh\ncat <<'LIST'\n{listing if here else ''}LIST\n")
    (tmp_path / "ldconfig").chmod(0o755)
    done = subprocess.run(
        ["sh", root / "tools/arm64-libraries.sh", tmp_path],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    names = {"libarmpl_lp64_mp.so", "libamath.so", "libastring.so"}  # what the package's libmxnet.so asks for
    assert done.returncode == (0 if here else 1)
    assert {path.name for path in tmp_path.glob("*.so")} == (names if here else set())
    assert here or "apt install libopenblas0 liblapacke libgomp1" in done.stderr
