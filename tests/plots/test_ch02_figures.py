"""The figures of chapter 02 show the numbers that they were given."""

import numpy as np
import pytest

from d2lrnn.plots import ch02
from d2lrnn.text.batches import random_batches, sequential_batches

CUTS = [
    ch02.Tokenization("characters", "", 70, 1000.0, 0.0),
    ch02.Tokenization("byte pairs", "0", 257, 1000.0, 0.0),
    ch02.Tokenization("byte pairs", "1,000", 1257, 380.0, 0.0),
    ch02.Tokenization("words", "≥ 20", 1300, 260.0, 0.1),
    ch02.Tokenization("words", "≥ 1", 34_000, 260.0, 0.02),
]


def data(axes):
    return [tuple(np.asarray(values, float).tolist() for values in line.get_data()) for line in axes.lines]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_shrinking():
    left, right = ch02.shrinking([4_000_000, 3_000_000, 2_500_000], [900, 400]).axes
    assert data(left)[0] == ([0, 1, 2], [4, 3, 2.5]) and data(right)[0] == ([1, 2], [900, 400])


def test_zipf_draws_counts_fit_and_names():
    counts = [1000, 500, 333, 250, 200, 167, 143, 125]
    (axes,) = ch02.zipf(counts, (-1.0, 3.0), (2, 6), {3: "king"}).axes
    lines = data(axes)
    assert lines[0] == (list(range(1, 9)), counts)
    assert np.allclose(lines[1], ([2, 6], [500, 1000 / 6]))
    assert any("-1.00" in text and "2–6" in text for text in texts(axes)) and "king" in texts(axes)


def test_heaps():
    (axes,) = ch02.heaps([10, 100, 1000], [5, 20, 80], (0.5, 1.0)).axes
    (_, dots), (_, line) = data(axes)
    assert dots == [5, 20, 80] and np.allclose(line, 10 * np.sqrt([10, 100, 1000]))


def test_lost_marks_the_threshold():
    (axes,) = ch02.lost([1, 5, 20], {"types": [0, 0.7, 0.9], "held out": [0.02, 0.054, 0.1]}, mark=5).axes
    assert [share for _, share in data(axes)[:2]] == [[0, 0.7, 0.9], [0.02, 0.054, 0.1]]
    assert texts(axes) == ["70.0%", "5.4%"]


def test_goldilocks_has_a_line_a_kind_in_both_panels():
    length, unknown = ch02.goldilocks(CUTS).axes
    assert data(length) == [([70], [1000]), ([257, 1257], [1000, 380]), ([1300, 34_000], [260, 260])]
    assert data(unknown)[2] == ([1300, 34_000], [0.1, 0.02]) and texts(unknown) == ["10.0%", "2.0%"]


@pytest.mark.parametrize(("hidden", "cheapest"), [(32, "characters"), (512, "1,000 merges"), (8192, "1,000 merges")])
def test_costs_circles_the_cheapest_that_loses_nothing(hidden, cheapest):
    layer, output = ch02.multiplications(CUTS, hidden)
    assert layer.tolist() == [cut.tokens * 2 * hidden**2 for cut in CUTS]
    assert output.tolist() == [cut.tokens * hidden * cut.size for cut in CUTS]
    total = {cut.name: cost for cut, cost in zip(CUTS, layer + output, strict=True)}
    assert cheapest == min((name for name in total if not name.startswith("words")), key=total.get)
    (axes,) = ch02.costs(CUTS, hidden).axes
    size = next(cut.size for cut in CUTS if cut.name == cheapest)
    assert f"fewest with {cheapest}," in axes.get_title(loc="left")
    assert np.allclose(data(axes)[-1], ([size], [total[cheapest] / 1e6]))


def test_partitions_draws_every_window():
    kinds = {
        "random": random_batches(np.arange(100), 3, 5, rng=0),
        "sequential": sequential_batches(np.arange(100), 3, 5, rng=0),
    }
    for panel, batches in zip(ch02.partitions(kinds, epoch=1).axes, kinds.values(), strict=True):
        drawn = [(bar.get_x(), bar.get_width(), bar.get_y() + bar.get_height() / 2) for bar in panel.patches]
        assert drawn == [(b, 5, pytest.approx(m)) for m, begins in enumerate(batches.positions(1)) for b in begins]
        assert texts(panel) == ["0", "1", "2"] * len(batches)
