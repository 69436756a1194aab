"""Learning curves show what they are given, say who is ahead, and keep every label whole and apart; a live plot draws when it should."""

import itertools
import math
import types

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbclient import NotebookClient

from d2lrnn.plots.labels import spread
from d2lrnn.plots.training import LivePlot, compare, curves
from d2lrnn.text.baseline import Score
from d2lrnn.train import History


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def history(*valid, stopped="done", steps=None):
    steps = steps or valid[-1][0]
    return History(list(np.linspace(3, 1, steps)), [1.0] * steps, list(valid), steps * 100, 1.0, stopped)


def lines(axes):
    return {line.get_label(): line for line in axes.lines}


def texts(figure):
    return [text for axes in figure.axes for text in axes.texts]


def boxes_of(figure):
    """The boxes of all texts beside the axes, in pixels, after a drawing."""
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    return [text.get_window_extent(renderer) for text in texts(figure)]


def assert_readable(figure):
    boxes = boxes_of(figure)
    for box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.width and box.y1 <= figure.bbox.height
    for one, other in itertools.combinations(boxes, 2):
        assert not (one.x0 < other.x1 and other.x0 < one.x1 and one.y0 < other.y1 and other.y0 < one.y1)


@pytest.mark.parametrize(
    ("unit", "of"), [("perplexity", math.exp), ("bits", lambda x: x / math.log(2)), ("nats", float)]
)
def test_every_number_is_in_the_unit_asked_for(unit, of):
    figure = curves({"LSTM": history((50, 2.0), (100, 1.5))}, {"counts": 1.75}, unit)
    found = lines(figure.axes[0])
    assert np.allclose(found["LSTM"].get_ydata(), [of(2), of(1.5)])
    assert list(found["LSTM"].get_xdata()) == [5000, 10000]
    assert found["counts"].get_ydata()[0] == pytest.approx(of(1.75))
    assert found["LSTM, training"].get_ydata()[0] == pytest.approx(of(3))
    assert f"counts: {of(1.75):.2f}" in [text.get_text() for text in texts(figure)]
    assert unit in figure.axes[0].get_ylabel()


def test_steps_or_tokens():
    run = history((50, 2.0), (100, 1.5))
    assert list(lines(curves({"a": run}, x="steps").axes[0])["a"].get_xdata()) == [50, 100]
    mixed = curves({"a": run, "b": ([10, 20], [3.0, 2.0])}).axes[0]
    assert list(lines(mixed)["a"].get_xdata()) == [50, 100] and mixed.get_xlabel() == "training steps"
    tokens = curves({"a": run, "b": ([10, 20], [3.0, 2.0])}, x="tokens").axes[0]
    assert list(lines(tokens)["b"].get_xdata()) == [10, 20] and tokens.get_xlabel() == "tokens read"


def test_the_title_says_who_is_ahead():
    def title(loss, **more):
        return (
            curves({"LSTM": history((50, 2.0), (100, loss), **more)}, {"KN": 1.5, "bigram": 1.9})
            .axes[0]
            .get_title("left")
        )

    assert title(1.4) == "LSTM beats KN: 4.06 against 4.48"
    assert title(1.7) == "KN wins: 4.48 against 5.47 (LSTM)"
    assert title(1.4999) == "LSTM and KN are level: 4.48 against 4.48"
    assert title(1.7, stopped="") == "So far, KN wins: 4.48 against 5.47 (LSTM)"


def test_the_point_where_a_curve_passes_the_best_baseline_is_marked():
    passing = {"LSTM": ([0, 100, 200], [2.0, 1.0, 0.5]), "RNN": ([0, 100], [2.0, 1.9])}
    found = lines(curves(passing, {"KN": 1.5, "bigram": 1.8}, "nats").axes[0])
    ring = found["LSTM passes"]
    assert ring.get_xdata() == pytest.approx([50]) and ring.get_ydata() == pytest.approx([1.5])
    assert "RNN passes" not in found
    # On the logarithmic axis the line between two looks is straight in nats, so the ring lies on the drawn curve there too.
    assert lines(curves(passing, {"KN": 1.5}).axes[0])["LSTM passes"].get_xdata() == pytest.approx([50])


def test_a_run_that_overfits_shows_its_best_and_its_end():
    figure = curves({"LSTM": history((50, 1.6), (100, 2.0))}, {"KN": 1.5})
    star = lines(figure.axes[0])["LSTM best"]
    assert list(star.get_xdata()) == [5000] and star.get_ydata() == pytest.approx([math.exp(1.6)])
    assert "LSTM: 7.39, best 4.95" in [text.get_text() for text in texts(figure)]
    assert figure.axes[0].get_title("left").startswith("KN wins: 4.48 against 4.95")


def test_a_run_without_held_out_losses_says_that_it_is_training():
    figure = curves({"toy": History([0.5] * 100, [1.0] * 100, [], 3200, 1.0, "done")}, {"guess": 1 / 6}, "loss")
    assert "toy: 0.500 (training)" in [text.get_text() for text in texts(figure)]
    assert figure.axes[0].get_ylabel() == "training loss"


def test_colour_is_never_the_only_cue():
    runs = {name: ([0, 1], [2 + k / 10, 1 + k / 10]) for k, name in enumerate("abcde")}
    found = lines(curves(runs, {"one": 1.2, "two": 1.3, "three": 1.9}).axes[0])
    assert len({found[name].get_marker() for name in "abcde"}) == 5
    assert len({str(found[name]._dash_pattern) for name in ("one", "two", "three")}) == 3


@pytest.mark.parametrize(
    "baselines",
    [
        {"Kneser–Ney 6": 1.5385, "Kneser–Ney 5": 1.5386, "Kneser–Ney 4": 1.539},
        {"a name much longer than anybody would want to write": 1.5, "close": 1.5, "bigram": 2.2},
        {f"order {k}": 1.5 + 0.001 * k for k in range(16)},
        {},
    ],
    ids=["close", "long", "many", "none"],
)
@pytest.mark.parametrize("unit", ["perplexity", "nats"])
def test_labels_are_whole_and_apart(baselines, unit):
    runs = {"LSTM, 256 units": history((50, 1.9), (100, 1.5384)), "GRU": history((50, 2.0), (100, 1.5383))}
    assert_readable(curves(runs, baselines, unit, bounds={"entropy": 1.2}))
    assert_readable(
        compare({"LSTM": 1.5, "GRU, with a long name": [1.6, 1.7]}, dict(list(baselines.items())[:3]), unit)
    )


def test_one_look_and_equal_numbers_can_be_drawn():
    assert_readable(curves({"a": history((1, 2.0), steps=1)}))
    assert_readable(curves({"a": ([5], [1.0])}, {"b": 1.0}, "loss"))
    assert_readable(curves({"a": ([0], [0.0])}, {}, "loss"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (({},), "at least one run"),
        (({"a": History()},), "no losses to draw"),
        (({"a": ([1], [math.nan])},), "finite"),
        (({"a": ([1, 2], [1.0])},), "2 positions for 1 losses"),
        (({"a": ([1], [1.0])}, {"b": math.inf}), "finite"),
        (({"a": ([1], [1.0])}, {"b": 800.0}), "is it in nats"),
        (({"a": ([1], [1.0])}, {}, "percent"), "perplexity, nats, bits, loss"),
        (({"a": ([1], [1.0])}, {}, "nats", "hours"), "tokens or steps"),
    ],
)
def test_what_cannot_be_drawn_is_an_error(arguments, message):
    with pytest.raises(ValueError, match=message):
        curves(*arguments)
    assert not plt.get_fignums()


def test_compare_shows_means_seeds_and_winners():
    scores = {"LSTM": [1.4, 1.5], "RNN": 1.7, "counts and LSTM": Score(1.3, 10)}
    figure = compare(scores, {"KN": 1.54, "bigram": 2.2}, "nats")
    axes = figure.axes[0]
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([1.45, 1.7, 1.3])
    assert [bool(bar.get_hatch()) for bar in axes.patches] == [False, True, False]
    assert any(np.allclose(line.get_xdata(), [1.4, 1.5]) for line in axes.lines)
    assert {"1.45", "1.70", "1.30", "KN: 1.54", "bigram: 2.20"} <= {text.get_text() for text in texts(figure)}
    assert axes.get_title("left") == "counts and LSTM beats KN: 1.30 against 1.54"
    with pytest.raises(ValueError, match="at least one model"):
        compare({})


@given(st.lists(st.tuples(st.floats(-1, 2), st.floats(0.01, 0.1)), max_size=9))
def test_spread_keeps_labels_apart_inside_and_in_order(pairs):
    wanted, heights = [w for w, _ in pairs], [h for _, h in pairs]
    centres = spread(wanted, heights, 0, 1)
    order = np.argsort(wanted, kind="stable")
    ends = [(centres[i] - heights[i] / 2, centres[i] + heights[i] / 2) for i in order]
    for (_, below), (above, _) in itertools.pairwise(ends):
        assert above >= below - 1e-9
    if ends:
        assert ends[0][0] >= -1e-9 and ends[-1][1] <= 1 + 1e-9


def test_spread_moves_nothing_without_need():
    assert np.allclose(spread([0.8, 0.2, 0.5], [0.1, 0.1, 0.1], 0, 1), [0.8, 0.2, 0.5])
    assert np.allclose(spread([0.5, 0.5], [0.1, 0.1], 0, 1), [0.45, 0.55])


def test_outside_a_notebook_a_live_plot_draws_once_at_the_end(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    live, run = LivePlot({"KN": 1.5}, name="LSTM"), history((50, 2.0), (100, 1.4), stopped="")
    live(None, run)
    assert live.figure is None and not plt.get_fignums()
    run.stopped = "patience"
    live(None, run)
    assert live.figure.axes[0].get_title("left") == "LSTM beats KN: 4.06 against 4.48"
    assert plt.get_fignums() == [live.figure.number]


CELL = """
from IPython.display import DisplayHandle
import matplotlib.pyplot as plt
from d2lrnn.plots.training import LivePlot
from d2lrnn.train import History
updates = []
update = DisplayHandle.update
DisplayHandle.update = lambda self, figure, **more: (updates.append(1), update(self, figure, **more))
live = LivePlot({"KN": 1.5}, name="LSTM", least=0)
for run in range(2):
    history = History([3.0] * 10, [1.0] * 10, [(10, 2.0)], 100, 1.0)
    for k in (2, 3, 4):
        live._next = 0
        live(None, history)
        history.losses += [2.5] * 10
        history.valid.append((10 * k, 2 - 0.2 * k))
    history.stopped = "done"
    live(None, history)
plt.show()
print(len(updates))
"""


@pytest.mark.parametrize(("ci", "updates"), [(None, 6), ("true", 0)])
def test_in_a_notebook_one_figure_a_run_is_redrawn_and_under_ci_drawn_once(ci, updates, monkeypatch, root):
    monkeypatch.delenv("CI", raising=False)
    if ci:
        monkeypatch.setenv("CI", ci)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(root)}}).execute()
    outputs = notebook.cells[0].outputs
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert [output.output_type for output in pictures] == ["display_data"] * 2
    assert len({output.data["text/plain"] for output in pictures}) == 1
    assert [output.text for output in outputs if output.output_type == "stream"] == [f"{updates}\n"]


def test_a_plot_that_takes_long_leaves_time_for_training(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    from d2lrnn.plots import live as module

    drawn, clock = [], itertools.count(0, 10)
    monkeypatch.setattr(module, "_in_notebook", lambda: True)
    monkeypatch.setattr(module, "time", types.SimpleNamespace(perf_counter=lambda: next(clock)))
    live = LivePlot()
    monkeypatch.setattr(live, "_draw", lambda history, notebook: drawn.append(history.steps))
    for steps in range(
        1, 9
    ):  # the clock goes on by 10 s at each look at it: drawing takes 10 s, so 40 s pass before the next
        live(None, history((steps, 1.0), stopped=""))
    assert drawn == [1, 5]
