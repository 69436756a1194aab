"""Which MXNet context things run on, and why.

    choose()             the first GPU if there is one (d2l's `try_gpu`) and MXNet has code for it, else the CPU; `$D2LRNN_DEVICE` overrides
    choose("cpu(1)")     that one, or an error: nothing falls back silently
    choose_all("cpu(0),cpu(1)")   several, for data-parallel training

Importing this module imports MXNet, with CUDA's libraries where `make gpu` put them, turns on its NumPy mode, and lets it use every core: by itself MXNet
takes half of what it counts on x86, whether or not the processor has two threads a core. `$OMP_NUM_THREADS` is obeyed.
"""

from __future__ import annotations

import ctypes
import os
import re
import threading
import warnings
from pathlib import Path

from d2lrnn import cuda

_THREADS = os.environ.get("OMP_NUM_THREADS", "").strip()
if _THREADS and not _THREADS.isdigit():
    raise ValueError(f"$OMP_NUM_THREADS: MXNet takes one whole number, got {_THREADS!r}, which would end the process")

_SIBLINGS = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"


def cores() -> int:
    """How many of the processor's cores this process may run on. Two that are one core's two threads count once: a product gains nothing from the second."""
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    groups = set()
    for number in os.sched_getaffinity(0):
        try:
            groups.add(Path(_SIBLINGS.format(number)).read_text())
        except OSError:  # a system that does not say
            groups.add(number)
    return len(groups)


# MXNet reads this as it is loaded: the most threads that ever share an element-wise operator, Adam's update among them.
_MOST = "MXNET_OMP_MAX_THREADS"
_OWN = _MOST in os.environ
os.environ.setdefault(_MOST, str(cores()))
cuda.load()

import mxnet as mx  # noqa: E402 - CUDA's libraries come first
from mxnet import npx  # noqa: E402

if not _OWN:
    del os.environ[_MOST]
npx.set_np()
_NAME = re.compile(r"(cpu|gpu)(?:\((\d+)\)|:(\d+))?")


_ENGINE_CALL = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)


class _Context(ctypes.Structure):
    "MXNet's own context, as its engine takes it: 1 is a CPU."

    _fields_ = [("device_type", ctypes.c_int), ("device_id", ctypes.c_int)]


def use_threads(count: int | None = None) -> int:
    """Let MXNet's operators on cpu(0) use `count` threads; None: `$OMP_NUM_THREADS`, or every core this process may run on. Returns the number.

    OpenMP keeps the number for each thread of a program, and operators run on a thread of MXNet's engine, so it is set there (MXNet's own
    `MXSetNumOMPThreads` sets it for the caller only, which runs no operators). The caller gets 1: were it to copy a large array (`asnumpy`) with helpers
    of its own, OpenMP would count more threads than cores and from then on put each to sleep after every product, and small networks would train five
    times slower for the rest of the process. Other CPU contexts stay as they are: they share the same cores.
    A build of MXNet without OpenMP has 1, whatever is asked for. Raises ValueError for fewer than 1.
    """
    if count is None:
        asked = os.environ.get("OMP_NUM_THREADS", "").strip()
        count = int(asked) if asked.isdigit() and int(asked) > 0 else cores()
    if count < 1:
        raise ValueError(f"use_threads: at least 1 thread is needed, got {count}")
    if not hasattr(mx.base._LIB, "omp_set_num_threads"):
        return 1
    mx.base._LIB.omp_set_num_threads(ctypes.c_int(1))
    return _on_the_engine(lambda: mx.base._LIB.omp_set_num_threads(ctypes.c_int(count)))


def _on_the_engine(action) -> int:
    "Run `action` on the thread that runs the operators of cpu(0); return how many threads OpenMP gives it afterwards."
    seen, done = [], threading.Event()

    def inside(run_context, argument):
        action()
        seen.append(mx.base._LIB.omp_get_max_threads())
        done.set()

    call = _ENGINE_CALL(inside)
    context = _Context(mx.cpu().device_typeid, 0)
    mx.base.check_call(
        mx.base._LIB.MXEnginePushSync(call, None, None, ctypes.byref(context), None, 0, None, 0, None, 0, b"threads")
    )
    done.wait()
    return seen[0]


use_threads()


def choose(name: str | mx.Context | None = None) -> mx.Context:
    """The context of that name: "cpu", "cpu(1)", "gpu", "gpu(0)"; None: `$D2LRNN_DEVICE` if it is set, else the first GPU, else the CPU.

    Raises ValueError for another name, RuntimeError for a GPU that this machine has not, or that this build of MXNet cannot use.
    """
    given = "device"
    if name is None:
        name, given = os.environ.get("D2LRNN_DEVICE", "").strip(), "$D2LRNN_DEVICE"
        if not name:
            from d2l import mxnet as d2l

            first = d2l.try_gpu()
            if first.device_type == "gpu" and (why := cuda.lacks_code()):
                warnings.warn(f"device: the GPU stays unused, everything runs on the CPU: {why}", stacklevel=2)
                return mx.cpu()
            return first
    if isinstance(name, mx.Context):
        name = f"{name.device_type}({name.device_id})"
    match = _NAME.fullmatch(name.strip().lower()) if isinstance(name, str) else None
    if match is None:
        raise ValueError(f"{given}: a context is named cpu, cpu(1), gpu or gpu(0), got {name!r}")
    kind, number = match[1], int(match[2] or match[3] or 0)
    if kind == "gpu" and number >= (there := mx.context.num_gpus()):
        has = f"there {'is' if there == 1 else 'are'} {there}" if there else "MXNet sees none"
        raise RuntimeError(
            f"{given}: {name} was asked for, and {has}; take cpu, or run `python -m d2lrnn doctor` to see why"
        )
    if kind == "gpu" and (why := cuda.lacks_code(number)):
        raise RuntimeError(f"{given}: {name} was asked for, and {why}; take cpu")
    return mx.Context(kind, number)


def choose_all(names: str | list | tuple | None = None) -> list[mx.Context]:
    """Several contexts: a list, or names with commas between; None: `choose()` alone. Raises what `choose` raises, and ValueError if one is there twice."""
    if names is None or isinstance(names, mx.Context):
        return [choose(names)]
    chosen = [choose(name) for name in (names.split(",") if isinstance(names, str) else names)]
    if not chosen or len(set(chosen)) < len(chosen):
        raise ValueError(f"devices: different contexts are needed, at least one, got {names!r}")
    return chosen


def describe(context: mx.Context | None = None) -> str:
    """One line for people: the context and why it is this one."""
    context = choose() if context is None else context
    if os.environ.get("D2LRNN_DEVICE", "").strip():
        why = "$D2LRNN_DEVICE says so"
    else:
        why = "the first GPU" if context.device_type == "gpu" else cuda.lacks_code() or "MXNet sees no GPU"
    return f"{context} ({why})"
