"""Which context is chosen and why; what is not there is an error; how many threads MXNet uses."""

import os
import platform
import subprocess
import sys

import mxnet as mx
import pytest

from d2lrnn import cuda, device


@pytest.fixture(autouse=True)
def no_wish(monkeypatch):
    monkeypatch.delenv("D2LRNN_DEVICE", raising=False)


@pytest.fixture
def gpus(monkeypatch):
    """Make MXNet, and d2l, see so many GPUs."""
    from d2l import mxnet as d2l

    def see(count):
        for module in (mx.context, d2l):
            monkeypatch.setattr(module, "num_gpus", lambda: count)

    return see


def test_the_default_is_what_d2l_tries():
    from d2l import mxnet as d2l

    expected = mx.cpu() if cuda.lacks_code() else d2l.try_gpu()
    assert device.choose() == expected
    assert device.choose_all() == [expected]
    if not mx.context.num_gpus():
        assert device.choose() == mx.cpu(0) and device.describe() == "cpu(0) (MXNet sees no GPU)"


@pytest.mark.parametrize(
    "name, context",
    [
        ("cpu", mx.cpu(0)), ("cpu(0)", mx.cpu(0)), ("cpu(1)", mx.cpu(1)), ("cpu:1", mx.cpu(1)), (" CPU ", mx.cpu(0)),
        ("gpu", mx.gpu(0)), ("gpu(1)", mx.gpu(1)), ("GPU:1", mx.gpu(1)),
        (mx.cpu(1), mx.cpu(1)), (mx.gpu(1), mx.gpu(1)),
    ],
)  # fmt: skip
def test_names(name, context, gpus):
    gpus(2)
    assert device.choose(name) == context


@pytest.mark.parametrize(
    "name", ["", "tpu", "cuda:0", "cpu(-1)", "cpu(a)", "cpu(1", "cpu1", "gpu 0", "cpu,cpu", 0, 1.5, ["cpu"]]
)
def test_what_is_no_name_is_an_error(name):
    with pytest.raises(ValueError, match="device: a context is named cpu, cpu\\(1\\), gpu or gpu\\(0\\), got"):
        device.choose(name)


def test_the_environment_overrides_the_default_and_an_argument_overrides_both(monkeypatch, gpus):
    gpus(0)
    monkeypatch.setenv("D2LRNN_DEVICE", " cpu(1) ")
    assert device.choose() == mx.cpu(1) and device.choose_all() == [mx.cpu(1)]
    assert device.choose("cpu") == mx.cpu(0)
    assert device.describe() == "cpu(1) ($D2LRNN_DEVICE says so)"
    monkeypatch.setenv("D2LRNN_DEVICE", "  ")
    assert device.choose() == mx.cpu(0)
    monkeypatch.setenv("D2LRNN_DEVICE", "quantum")
    with pytest.raises(ValueError, match=r"\$D2LRNN_DEVICE: a context is named .*got 'quantum'"):
        device.choose()


def test_networks_obey_the_environment(monkeypatch):
    from d2lrnn.nn.models import LanguageModel

    monkeypatch.setenv("D2LRNN_DEVICE", "cpu(1)")
    net = LanguageModel(3, hidden=2)
    assert net.device == mx.cpu(1) and net([[0]])[0].ctx == mx.cpu(1)


def test_a_gpu_that_is_not_there_is_an_error_and_no_fallback(monkeypatch, gpus):
    gpus(0)
    for name in ("gpu", "gpu(0)", "gpu(3)", mx.gpu(0)):
        with pytest.raises(
            RuntimeError, match=r"device: gpu.* was asked for, and MXNet sees none; take cpu, or run .*doctor"
        ):
            device.choose(name)
    with pytest.raises(RuntimeError, match="MXNet sees none"):
        device.choose_all("cpu,gpu(0)")
    monkeypatch.setenv("D2LRNN_DEVICE", "gpu")
    with pytest.raises(RuntimeError, match=r"\$D2LRNN_DEVICE: gpu was asked for"):
        device.choose()
    for count, said in ((1, "there is 1;"), (2, "there are 2;")):
        gpus(count)
        with pytest.raises(RuntimeError, match=said):
            device.choose(f"gpu({count})")


def test_a_gpu_that_mxnet_counts_and_has_no_code_for(monkeypatch, gpus):
    gpus(2)
    monkeypatch.setattr(cuda, "lacks_code", lambda number=0: "it is too new" if number == 0 else "")
    with pytest.warns(UserWarning, match="device: the GPU stays unused, everything runs on the CPU: it is too new"):
        assert device.choose() == mx.cpu(0)
    assert device.describe(mx.cpu()) == "cpu(0) (it is too new)"
    assert device.choose("gpu(1)") == mx.gpu(1)
    with pytest.raises(RuntimeError, match="device: gpu was asked for, and it is too new; take cpu"):
        device.choose("gpu")


@pytest.mark.skipif(mx.context.num_gpus() > 0, reason="there is a GPU here")
def test_without_a_gpu_a_network_for_one_is_an_error():
    from d2lrnn.nn.models import LanguageModel

    with pytest.raises(RuntimeError, match="MXNet sees none"):
        LanguageModel(3, hidden=2, device="gpu(0)")


def test_several():
    both = [mx.cpu(0), mx.cpu(1)]
    for names in ("cpu(0),cpu(1)", "cpu, cpu(1)", ["cpu", mx.cpu(1)], ("cpu(0)", "cpu:1"), both):
        assert device.choose_all(names) == both
    assert device.choose_all("cpu(1)") == device.choose_all(mx.cpu(1)) == [mx.cpu(1)]
    for names in ([], "cpu,cpu(0)", [mx.cpu(0), "cpu"]):
        with pytest.raises(ValueError, match="devices: different contexts are needed, at least one, got"):
            device.choose_all(names)
    with pytest.raises(ValueError, match="a context is named"):
        device.choose_all("cpu,")


def test_why(monkeypatch):
    assert device.describe(mx.gpu(0)) == "gpu(0) (the first GPU)"
    assert device.describe(mx.cpu(0)).startswith("cpu(0) (")


# How many threads share a product and an update, asked in a process of its own: those that took a fair part of the processor time, however busy the
# machine is.
ASK = """
{first}
import os
import mxnet
mxnet.util.set_np()
def ticks():
    stats = [open(f"/proc/self/task/{{task}}/stat").read().split() for task in os.listdir("/proc/self/task")]
    return {{stat[0]: int(stat[13]) for stat in stats}}
def sharing(operation, times):
    operation().wait_to_read()
    before = ticks()
    for _ in range(times):
        operation().wait_to_read()
    took = [after - before.get(task, 0) for task, after in ticks().items()]
    return sum(each > max(took) / 3 for each in took)
a = mxnet.np.ones((800, 800)) / 2
weights = [mxnet.nd.zeros(1_000_000) for _ in range(4)]
print(sharing(lambda: mxnet.np.dot(a, a), 12), sharing(lambda: mxnet.nd.adam_update(*weights, lr=1, out=weights[0]), 100))
"""


def sharing(first: str, **environment) -> tuple[int, int]:
    """The threads of a product and of an update."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "MXNET_"))}
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(first=first)], env=clean | environment, capture_output=True, text=True, timeout=120
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    product, update = map(int, done.stdout.split())
    return product, update


on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds OpenMP as Linux links it")


several_cores = pytest.mark.skipif(device.cores() < 2, reason="one core is all there is")


@on_linux
@several_cores
def test_without_a_wish_every_core_is_used_where_mxnet_alone_uses_half():
    """MXNet shares its products out as OpenMP says, and the rest among as many threads as it counted when it was loaded."""
    every = device.cores()
    assert sharing("from d2lrnn import device") == (every, every)
    assert sharing("import mxnet; mxnet.nd.zeros(1).wait_to_read(); from d2lrnn import device")[0] == every
    assert sharing("from d2lrnn import device", MXNET_OMP_MAX_THREADS="1") == (every, 1)
    if platform.machine() == "x86_64":  # elsewhere MXNet counts otherwise
        half = max(1, len(os.sched_getaffinity(0)) // 2)
        assert sharing("") == (half, half)


@on_linux
@several_cores
@pytest.mark.parametrize("threads", [1, 2])
def test_omp_num_threads_is_obeyed(threads):
    assert sharing("from d2lrnn import device", OMP_NUM_THREADS=str(threads)) == (threads, threads)


def test_the_environment_is_left_as_it_was():
    script = "import os; before = dict(os.environ); import d2lrnn.device; print(dict(os.environ) == before)"
    for environment in ({}, {"MXNET_OMP_MAX_THREADS": "1"}):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("MXNET_")}
        done = subprocess.run(
            [sys.executable, "-c", script], env=clean | environment, capture_output=True, text=True, timeout=120
        )
        assert done.stdout == "True\n", done.stderr


@on_linux
@several_cores
def test_threads_are_given_and_taken_while_it_runs():
    assert sharing("from d2lrnn import device; device.use_threads(1)") == (1, 1)
    assert sharing("from d2lrnn import device; device.use_threads(1); device.use_threads(2)") == (2, 2)


COPY = """
import os
from d2lrnn import device
import mxnet as mx
a = mx.np.ones((1500, 1500))
mx.np.dot(a, a).wait_to_read()
before = set(os.listdir("/proc/self/task"))
mx.np.array(a.asnumpy()).wait_to_read()
print(len(set(os.listdir("/proc/self/task")) - before))
"""


@on_linux
@pytest.mark.parametrize("threads", [None, "2", "5"])
def test_a_large_copy_starts_no_threads_of_its_own(threads):
    """With them OpenMP counts more threads than cores, and lets none of them wait awake again: small networks then train five times slower."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OMP_")}
    environment = clean | ({"OMP_NUM_THREADS": threads} if threads else {})
    done = subprocess.run([sys.executable, "-c", COPY], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and int(done.stdout) == 0, done.stdout + done.stderr


def test_a_list_of_threads_is_an_error_where_mxnet_would_end_the_process():
    for value in ("3,2", "many", "-1"):
        done = subprocess.run(
            [sys.executable, "-c", "import d2lrnn.device"],
            env=os.environ | {"OMP_NUM_THREADS": value}, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 1
        assert f"ValueError: $OMP_NUM_THREADS: MXNet takes one whole number, got {value!r}" in done.stderr


@on_linux
def test_threads_by_number(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    try:
        for count in (1, 5):
            assert device.use_threads(count) == count
        assert device.use_threads() == 2
    finally:
        monkeypatch.undo()
        device.use_threads()


@pytest.mark.parametrize("count", [0, -1])
def test_fewer_than_one_thread_is_an_error(count):
    with pytest.raises(ValueError, match=f"use_threads: at least 1 thread is needed, got {count}"):
        device.use_threads(count)


def test_two_threads_of_one_core_count_once(monkeypatch, tmp_path):
    for number, siblings in ((0, "0,4"), (1, "1,5"), (4, "0,4"), (5, "1,5")):
        (tmp_path / f"{number}").write_text(siblings + "\n")
    monkeypatch.setattr(device, "_SIBLINGS", f"{tmp_path}/{{}}")
    for mine, count in (({0, 4}, 1), ({0, 1, 4, 5}, 2), ({4, 5}, 2), ({0, 4, 7}, 2)):  # nothing is said of 7
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, mine=mine: mine)
        assert device.cores() == count


def test_cores_are_counted_where_there_is_no_affinity(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    try:
        assert device.use_threads() == 1
    finally:
        monkeypatch.undo()
        device.use_threads()


def test_numpy_mode_is_on():
    assert mx.util.is_np_array() and mx.util.is_np_shape()


@pytest.mark.parametrize("module", ["d2lrnn.nn.models", "d2lrnn.train", "d2lrnn.train.checkpoints"])
def test_whatever_is_imported_first_cuda_comes_before_mxnet(module):
    code = f"""
import sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "mxnet":
            print("d2lrnn.device" in sys.modules)
            sys.meta_path.remove(self)
sys.meta_path.insert(0, Watch())
import {module}
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
