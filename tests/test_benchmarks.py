"""The benchmarks run, their tables are well formed, and RESULTS.md never loses a topic that was not measured again."""

import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the benchmarks are no part of the package

from benchmarks import TOPICS, crossing, mixing, peers, products, report, table, training  # noqa: E402
from benchmarks import __main__ as command  # noqa: E402
from benchmarks.cores import Cores, near_cores  # noqa: E402
from benchmarks.kneser_ney import PlainKneserNey  # noqa: E402
from benchmarks.table import Number, Rate, Row, Seconds, Section, Skip, joined, race, same, turns  # noqa: E402

CELLS = re.compile(r"(?<!\\)\|")


def check(section: str, topic: str) -> None:
    """A section as RESULTS.md must have it: heading, a table with a figure in each row, the command, and nothing of this machine's folders."""
    lines = section.splitlines()
    assert lines[0].startswith(f"## `{topic}`: ")
    rows = [CELLS.split(line)[1:-1] for line in lines if line.startswith("|")]
    assert [cell.strip() for cell in rows[0]] == table.HEAD and len(rows) >= 3
    for row in rows[2:]:
        what, ours, peer, ratio, must, reached = (cell.strip() for cell in row)
        assert what and re.match(r"\d", ours) and reached in ("yes", "**no**", "–")
        assert (must == "–") == (reached == "–") and peer.count("<br>") == ratio.count("<br>")
    assert f"make bench ARGS={topic}" in section and re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", section)
    assert "Python 3.11" in section and "cores" in section and "load when it began" in section
    for private in (str(ROOT), os.path.expanduser("~"), tempfile.gettempdir(), "://", "token="):
        assert private not in section


@pytest.mark.slow
@pytest.mark.parametrize("topic", TOPICS)
def test_each_topic_runs_at_small_sizes(topic):
    module = importlib.import_module(f"benchmarks.{topic}")
    try:
        section = module.measure(small=True)
    except Skip as reason:
        pytest.skip(str(reason))
    finally:
        if "mxnet" in sys.modules and "d2lrnn.device" not in sys.modules:  # which turns NumPy mode on for good
            sys.modules["mxnet"].npx.reset_np()
    check(report.render(topic, module.TITLE, section, report.moment()), topic)


def test_results_are_there_for_every_topic():
    found = report.read()
    assert set(found) == set(TOPICS)
    for topic, section in found.items():
        check(section, topic)


def test_chapter_06_draws_what_was_measured():
    stored = json.loads((ROOT / "notebooks" / "data" / "06_crossing.json").read_text())
    assert stored["columns"] == ["characters", "counts", *crossing.NETWORKS]
    lines = report.read()["crossing"].splitlines()
    for size, counts, lstm, gru in stored["points"]:
        (row,) = [line for line in lines if line.startswith(f"| {size:,} characters: ")]
        ours, peers = CELLS.split(row)[2:4]
        shown = [float(ours), *map(float, re.findall(r": ([\d.]+)", peers))]
        assert shown == pytest.approx([lstm, counts, gru], abs=6e-4)
    for i, (_, at) in enumerate(stored["overtakes"].items()):
        found = crossing.overtakes([(point[0], point[1], point[2 + i]) for point in stored["points"]])
        assert found == at if at is None else found == pytest.approx(at, rel=0.02)


@pytest.mark.slow
def test_a_section_can_be_printed():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--print", "--small", "ngrams"],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    check(done.stdout, "ngrams")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ngram"], "there is no topic 'ngram'; there are start, "),
        (["--small", "bpe"], "--small needs --print"),
        (["--print"], "--print takes one topic"),
        (
            ["--print", "--share", "0.1", "bpe"],
            "--share is above 0 and at most 1, and needs --print and one of learning",
        ),
        (["--share", "0.1", "learning"], "needs --print"),
        (["--print", "--share", "0", "learning"], "--share is above 0"),
    ],
)
def test_bad_arguments_are_explained(arguments, says, capsys):
    with pytest.raises(SystemExit):
        command.main(arguments)
    assert says in capsys.readouterr().err


def test_a_partial_run_keeps_the_other_sections(tmp_path):
    path = tmp_path / "RESULTS.md"
    for topic in reversed(TOPICS):
        report.write(topic, f"## `{topic}`: title\n\n| old {topic} |\n", path)
    assert list(report.read(path)) == list(TOPICS)  # in their order, however they were measured
    before = report.read(path)
    report.write("bpe", "## `bpe`: title\n\n| new |\n", path)
    after = report.read(path)
    assert "new" in after["bpe"] and "old" not in after["bpe"]
    assert {**after, "bpe": ""} == {**before, "bpe": ""}
    assert path.read_text().startswith("# Measured") and path.read_text().count("# Measured") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["RESULTS.md"]


def test_an_interrupted_write_changes_nothing(tmp_path, monkeypatch):
    path = tmp_path / "RESULTS.md"
    report.write("bpe", "## `bpe`: title\n\nold\n", path)
    before = path.read_text()

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(report.os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        report.write("bpe", "## `bpe`: title\n\nnew\n", path)
    assert path.read_text() == before


def test_a_topic_that_fails_or_hangs_keeps_what_there_was(monkeypatch, capsys):
    monkeypatch.setattr(report, "write", lambda *_: pytest.fail("nothing was measured"))
    monkeypatch.setattr(command, "LIMIT", 0.1)
    assert command.main(["ngrams"]) == 1
    said = capsys.readouterr().out
    assert "ngrams was stopped after 0.1 s" in said and "RESULTS.md keeps what it had" in said


def test_what_cannot_be_measured_here_says_so_in_one_line(monkeypatch, capsys):
    from d2lrnn import doctor
    from d2lrnn.data import corpora

    monkeypatch.setattr(doctor, "browser", lambda: None)
    monkeypatch.setattr(corpora, "where", lambda name: None)
    for topic, missing in (
        ("start", "Chromium"), ("explorers", "Chromium"), ("heldout", "D2LRNN_DATA"), ("learning", "D2LRNN_DATA"), ("mixing", "D2LRNN_DATA")
    ):  # fmt: skip
        assert command.one(topic, False) == command.SKIPPED
        out, err = capsys.readouterr()
        assert out == "" and missing in err and err.count("\n") == 1


def test_a_row_knows_whether_it_reached_its_target():
    fast, slow = Seconds((1.0, 9.0, 2.0)), Seconds((30.0, 50.0, 40.0))
    assert fast.value == 2 and str(fast) == "2 s (1–9, 3 runs)" and str(fast.per(1000)) == "2 ms (1–9, 3 runs)"
    assert Row("", fast, at_most=2).reached is True and Row("", fast, at_most=1.9).reached is False
    assert Row("", fast, {"peer": slow}).ratios == [20] and Row("", fast, {"peer": slow}).reached is None
    assert Row("", fast, {"peer": slow}, times=20).reached is True
    assert Row("", fast, {"peer": slow}, times=21).cells() == [
        "",
        "2 s (1–9, 3 runs)",
        "peer: 40 s (30–50, 3 runs)",
        "20×",
        "≥ 21×",
        "**no**",
    ]
    assert Row("", Number(4.6), at_most=4.7).cells()[-2:] == ["≤ 4.7", "yes"]
    assert r"p(a \| b)" in table.table([Row("p(a | b)", fast)])


def test_of_speeds_more_is_better():
    quick, slow = Rate((4000.0, 3000.0, 5000.0), "characters/s"), Rate((40.0, 20.0, 10.0), "characters/s")
    assert str(quick) == "4,000 characters/s (3,000–5,000, 3 runs)" and str(slow) == "20 characters/s (10–40, 3 runs)"
    row = Row("x", quick, {"peer": slow}, at_least=3500)
    assert row.ratios == [200] and row.cells()[-2:] == ["≥ 3,500 characters/s", "yes"]
    assert Row("x", quick, {"peer": slow}, times=201).reached is False
    assert Row("x", Number(1.4, "×"), at_least=1.5).cells()[1:] == ["1.400×", "–", "–", "≥ 1.5×", "**no**"]


def test_paired_runs_show_the_ratio_of_every_turn():
    ours, peer = Seconds((1.0, 2.0, 4.0)), Seconds((3.0, 4.0, 4.0))
    assert Row("x", ours, {"peer": peer}, paired=True).cells()[3] == "2× (1–3)"
    assert Row("x", ours, {"peer": peer}).cells()[3] == "2×"
    assert Row("x", ours, {"peer": Seconds((3.0,))}, paired=True).cells()[3] == "1.5×"  # not taken in turns


def test_a_peer_that_is_missing_is_said_in_words_and_fails_nothing():
    row = Row("x", Seconds((1.0,)), {"PyTorch": "not measured: no room"}, times=0.9)
    assert row.reached is None
    assert row.cells()[2:] == ["PyTorch: not measured: no room", "–", "–", "–"]


def test_turns_count_what_entrants_say_after_a_first_round():
    said = iter(range(100))
    times = turns({"a": lambda: float(next(said)), "b": lambda: float(next(said))}, 2, 0)
    assert times == {"a": Seconds((2.0, 4.0)), "b": Seconds((3.0, 5.0))}
    assert joined([times, times]) == {"a": Seconds((2.0, 4.0, 2.0, 4.0)), "b": Seconds((3.0, 5.0, 3.0, 5.0))}


def test_a_round_that_ends_with_cores_far_from_each_other_is_taken_again():
    class Told(Cores):
        def __init__(self, round_trips, patience):
            self._told, self._patience, self._waited = iter(round_trips), patience, 0.0
            self.least, self.rounds, self.repeated, self.kept = 1.0, 0, 0, 0

        def round_trip(self):
            return next(self._told)

    # Before and after each round: the first counts for nothing, the next is broken off, the third is waited for.
    told = Told([1, 1, 3, 1, 1.4, 3, 3, 1, 1], 1000)
    said = iter(range(100))
    assert turns({"a": lambda: float(next(said))}, 2, 0, told) == {"a": Seconds((2.0, 3.0))}
    assert (told.rounds, told.repeated, told.kept) == (2, 1, 0) and str(told).endswith(
        "For that 2 s were waited; 1 rounds were taken again."
    )
    told = Told([3, 3, 3, 3], 0)  # no patience at all
    assert turns({"a": lambda: 1.0}, 2, 0, told) == {"a": Seconds((1.0, 1.0))}
    assert (told.rounds, told.repeated, told.kept) == (2, 0, 2) and str(told).endswith(
        "2 of 2 rounds were kept where they were not, after 0 s of waiting."
    )


@pytest.mark.skipif(
    len(getattr(os, "sched_getaffinity", lambda _: ())(0)) < 2, reason="two cores to choose from are needed"
)
def test_a_number_goes_from_core_to_core_and_back():
    allowed = os.sched_getaffinity(0)
    with Cores(watch=0) as cores:
        took = [cores.round_trip() for _ in range(3)]
        assert min(took) == cores.least and 2e-8 < cores.least < 1e-2
        assert os.sched_getaffinity(0) == allowed
    assert cores._process.returncode == 0
    with pytest.raises(KeyboardInterrupt), Cores(watch=0) as cores:
        with memoryview(cores._page).cast("q") as page:
            next(cores._tries(page))  # the other end waits for the next one
            raise KeyboardInterrupt
    assert cores._process.returncode is not None
    with near_cores(1) as none:
        assert none is None


def test_pytorchs_environment_says_why_it_is_missing(tmp_path, monkeypatch):
    monkeypatch.delenv("D2LRNN_TORCH", raising=False)
    monkeypatch.setattr(peers, "cache", lambda: tmp_path)
    with pytest.raises(peers.Missing, match="not made yet"):
        peers.python(build=False)
    assert not list(tmp_path.iterdir())

    def fails(command, **_):
        return subprocess.CompletedProcess(command, 1, "", "no such thing")

    monkeypatch.setattr(peers.subprocess, "run", fails)
    with pytest.raises(peers.Missing, match="could not be made") as why:
        peers.python()
    assert str(tmp_path) not in str(why.value) and not (peers.environment() / "ready").exists()
    monkeypatch.undo()
    monkeypatch.setenv("D2LRNN_TORCH", sys.executable)
    with pytest.raises(peers.Missing, match=f"PyTorch {re.escape(peers.TORCH)} is needed, the Python that .* has none"):
        peers.python()


@pytest.mark.slow
def test_pytorch_in_its_environment_learns_what_ours_learns():
    try:
        path = peers.python(build=False)
    except peers.Missing as reason:
        pytest.skip(str(reason))
    ids = np.random.default_rng(0).integers(0, 7, 200)
    size = training.Sizes(hidden=6, rows=2, length=5, steps=10)
    with peers.PyTorch(path, 1) as torch:
        bench = training.Bench(size, "", ids, 7)
        for cell in training.CELLS.values():
            for embedding in (None, 4):
                network = bench.network(cell, embedding=embedding)
                theirs, ours = training.torch_fit(bench, torch, network, 10), training.fitting(bench, network, 10)
                assert theirs() > 0 and ours() > 0
                np.testing.assert_allclose(ours.losses, theirs.losses, rtol=1e-4)
        with pytest.raises(RuntimeError, match="PyTorch's process ended"):
            torch.ask(fit="nobody", steps=1)


def test_a_steps_products_are_those_of_a_network_with_its_weights():
    sizes = training.Sizes(hidden=5, rows=3, length=7)
    found = products.products(sizes, 4, 2)
    flops = sum(2 * m * k * n * count for m, k, n, count, _ in found)
    weights_x, weights_h, head = 4 * 10, 5 * 10, 5 * 4
    assert flops == 2 * 3 * 7 * (
        2 * weights_x + 3 * weights_h + 3 * head
    )  # each weight once a token: forward, its gradient, and the input's


def test_a_mixture_is_a_mixture_and_its_weight_is_the_best():
    rng = np.random.default_rng(1)
    p, q = rng.uniform(0.01, 1, (2, 500))
    np.testing.assert_allclose(np.exp(mixing.mixed(np.log(p), np.log(q), 0.3)), 0.3 * p + 0.7 * q)
    weight = mixing.best_weight(np.log(p), np.log(q))
    mean = {w: np.log(w * p + (1 - w) * q).mean() for w in (weight - 0.01, weight, weight + 0.01)}
    assert max(mean, key=mean.get) == weight
    assert mixing.best_weight(np.log(p), np.log(p / 100)) == 0.99


def test_where_two_lines_cross():
    assert crossing.overtakes([(1_000, 2.0, 3.0), (100_000, 2.0, 1.0)]) == pytest.approx(10_000)
    assert crossing.overtakes([(1_000, 2.0, 3.0), (100_000, 2.0, 2.5)]) is None


def test_a_race_takes_turns_and_prepares_without_the_clock():
    import time

    order = []
    times, results = race(
        {"a": lambda: order.append("a"), "b": lambda n: order.append("b") or n + 1},
        3,
        {"b": lambda: time.sleep(0.05) or 1},
    )
    assert order == ["a", "b"] * 3 and results == {"a": None, "b": 2}
    assert len(times["a"].runs) == 3 and times["b"].value < 0.04


def test_figures_of_unlike_work_are_refused():
    same("true", True)
    with pytest.raises(ValueError, match="not comparable, since this does not hold: merges equal"):
        same("merges equal", False)


def test_the_plain_peer_is_a_distribution():
    model = PlainKneserNey("the cat the hat", 3, len(set("the cat the hat")) + 1)
    for context in ("", "t", "th", "he", "zz"):
        seen = sum(model.prob(char, context) for char in set("the cat the hat"))
        assert seen + model.prob("never seen", context) == pytest.approx(1)


def test_sections_name_their_packages_versions():
    section = Section([Row("x", Number(1.0))], packages=("numpy",))
    assert re.search(r"numpy \d", report.render("bpe", "title", section, report.moment()))
