"""What importing costs, in fresh processes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from benchmarks.table import Row, Section, race, same

TITLE = "importing"
CHECK = "; import sys; print(*sorted({'mxnet', 'matplotlib', 'scipy', 'pandas', 'statsmodels'} & set(sys.modules)))"
TEXT = "import d2lrnn.data.corpora, d2lrnn.data.series, d2lrnn.text.tokenizers, d2lrnn.text.bpe, d2lrnn.text.batches, d2lrnn.text.ngrams"


def measure(small: bool = False) -> Section:
    runs = 1 if small else 11
    with tempfile.TemporaryDirectory() as folder:
        # Compiled files in a folder of their own: as after any first run, even where Python is told to keep none.
        env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPYCACHEPREFIX": folder}

        def fresh(code: str) -> str:
            done = subprocess.run(
                [sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
            same(f"{code!r} works", done.returncode == 0)
            return done.stdout

        for code in ("import d2lrnn", TEXT):
            same(
                f"{code!r} pulls in neither mxnet nor matplotlib, scipy, pandas or statsmodels",
                fresh(code + CHECK).split() == [],
            )
        entrants = {
            "ours": "import d2lrnn",
            "text": TEXT,
            "import mxnet": "import mxnet",
            "from d2l import mxnet": "from d2l import mxnet",
            "Python alone": "pass",
            "import numpy": "import numpy",
        }
        peers = ["Python alone"] if small else ["from d2l import mxnet", "import mxnet", "Python alone"]
        text_peers = ["import numpy"] if small else ["from d2l import mxnet", "import numpy"]
        entrants = {name: entrants[name] for name in ("ours", "text", *dict.fromkeys(peers + text_peers))}
        calls = {name: lambda code=code: fresh(code) for name, code in entrants.items()}
        race(calls, 1)  # compiles
        times, _ = race(calls, runs)
    return Section(
        [
            Row("`import d2lrnn`", times["ours"], {name: times[name] for name in peers}, at_most=0.3),
            Row(
                "what chapters 01–03 import of `d2lrnn.data` and `d2lrnn.text`",
                times["text"],
                {name: times[name] for name in text_peers},
            ),
        ],
        (
            "Each a whole process, the start of Python included. Checked in the run: neither of ours pulls in mxnet, matplotlib, scipy, pandas or statsmodels.",
        ),
        ("mxnet", "d2l", "numpy"),
    )
