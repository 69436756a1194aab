"""`python -m d2lrnn explore`: one page from a trace, a network, or a shipped one; and what it refuses."""

import numpy as np
import pytest

from d2lrnn.__main__ import main
from d2lrnn.nn.models import LanguageModel
from d2lrnn.text.tokenizers import CharTokenizer
from d2lrnn.trace import Trace
from d2lrnn.train import checkpoints

TEXT = "the sea and the sky\nand the sand on the shore\n"
CHARS = CharTokenizer.train(TEXT)


@pytest.fixture
def explore(tmp_path, monkeypatch, capsys):
    """Run it in an empty folder that has trace.npz, network.npz and states.npz. Returns the status, what it said and the page, or None."""
    monkeypatch.chdir(tmp_path)
    network = LanguageModel(len(CHARS), hidden=6, rng=3)
    checkpoints.save("network.npz", network, CHARS)
    Trace.record(network, TEXT, CHARS, title="by the sea").save("trace.npz")
    Trace(list("abc"), {"h": np.eye(3)}).save("states.npz")

    def run(*arguments, page=None):
        before = set(tmp_path.iterdir())
        try:
            status = main(["explore", *map(str, arguments)])
        except SystemExit as ended:
            status = ended.code
        said = capsys.readouterr()
        made = set(tmp_path.iterdir()) - before
        assert len(made) == (status == 0 and "--force" not in arguments), "a page, or nothing at all"
        page = made.pop().read_text(encoding="utf-8") if made else None
        return status, said.out + said.err, page

    return run


def test_a_trace(explore, tmp_path):
    status, said, page = explore("trace.npz")
    assert status == 0 and said.startswith(
        "trace.html: 46 tokens; text, heat, predictions, saturation, snippets, trajectories; "
    )
    assert "<title>by the sea</title>" in page and '"views": ["text", "heat"' in page


def test_a_network_reads(explore, tmp_path):
    status, said, page = explore(
        "network.npz", "--text", "the sand", "--array", "layer0.c", "--unit", 2, "--out", "a.html"
    )
    assert status == 0 and said.startswith(
        "a.html: 8 tokens; text, heat, predictions, saturation, snippets, trajectories, gradient, connectivity;"
    )
    assert '"array": "layer0.c"' in page and '"unit": 2' in page
    (tmp_path / "scene.txt").write_text("the séa", encoding="utf-8")
    assert "'é'" in explore("network.npz", "--text-file", "scene.txt")[1]
    assert explore("network.npz", "--text-file", "scene.txt", "--unknown", "allow", "--views", "gradient,text")[0] == 0


def test_one_that_ships(explore):
    status, said, page = explore("lstm", "--text", "Our revels now are ended.", "--views", "text", "--from", 4)
    assert status == 0 and said.startswith("lstm.html: 21 tokens; text;") and "an LSTM of 256 units" in page
    status, said, page = explore("tagger", "--text", "our revels now are ended", "--views", "predictions")
    assert status == 0 and '"views": ["predictions"]' in page


def test_a_file_is_not_overwritten_unasked(explore, tmp_path):
    (tmp_path / "trace.html").write_text("mine")
    status, said, _ = explore("trace.npz")
    assert status == 2 and "trace.html is there already" in said and (tmp_path / "trace.html").read_text() == "mine"
    assert explore("trace.npz", "--force")[0] == 0 and "by the sea" in (tmp_path / "trace.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("trace.npz", "--text", "the"), "a trace has its text already"),
        (("network.npz",), "is a network, and has to read something: give it --text or --text-file"),
        (("network.npz", "--text", "a", "--text-file", "b"), "give one of them"),
        (("trace.npz", "--from", 9, "--to", 5), "there are 46 tokens, 0 to 46; got 9 to 5"),
        (("trace.npz", "--to", 47), "got 0 to 47"),
        (("trace.npz", "--views", "text,compare"), "there is no view 'compare' of one trace in a page; there are text, heat"),
        (("trace.npz", "--views", "gradient"), "gradient cannot be shown: a network with answers is needed"),
        (("states.npz", "--views", "saturation"), "saturation cannot be shown: there are no gates"),
        (("states.npz", "--views", ","), "at least one of text"),
        (("trace.npz", "--array", "layer9.h"), "there is no 'layer9.h'; there are layer0.h"),
        (("trace.npz", "--out", "no/page.html"), "there is no folder no; make it first"),
        (("trace.npz", "--out", ".", "--force"), "--out: . is there and is no file; name a file, e.g. page.html"),
        (("network.npz", "--text-file", "none.txt"), "--text-file: none.txt cannot be read: No such file"),
        (("trace.npz", "--unit", 6), "layer0.h has the units 0 to 5, got 6"),
    ],
)  # fmt: skip
def test_what_makes_no_sense(explore, arguments, words):
    status, said, _ = explore(*arguments)
    assert status == 2 and words in said and said.count("\n") == 1


def test_too_long_for_a_page(explore):
    Trace(["a"] * 10_001, {"h": np.zeros((10_001, 2))}).save("long.npz")
    status, said, _ = explore("long.npz")
    assert (
        status == 2
        and "10,001 tokens are too many for a page, which shows 10,000: take a part with --from and --to" in said
    )
    assert explore("long.npz", "--from", 9_000, "--views", "text")[0] == 0


def test_files_that_are_none(explore, tmp_path):
    (tmp_path / "notes.txt").write_text("to be")
    for name, words in (("notes.txt", "is no checkpoint: it is not a .npz file"), ("missing.npz", "cannot be read")):
        status, said, _ = explore(name, "--text", "a")
        assert status == 1 and words in said, said
