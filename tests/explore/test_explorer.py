"""What an explorer is outside a running notebook: its name, its page, what is seen before a notebook is trusted; and what it does with what is not harmless."""

import base64
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from jupyter_client.session import Session

from d2lrnn.explore import Explorer
from d2lrnn.explore.explorer import fitting
from d2lrnn.explore.page import still
from d2lrnn.explore.payload import pack
from d2lrnn.text.visible import visible
from d2lrnn.trace.arrays import Trace

from .reading import HOSTILE, hostile_trace, read, unpacked

WIDGET = "application/vnd.jupyter.widget-view+json"


def trace(T=7, H=4, seed=0, **more):
    rng = np.random.default_rng(seed)
    arrays = {f"layer0.{name}": rng.uniform(-1, 1, (T, H)) for name in ("c", "h", "f")}
    return Trace(["to", " ", "be", "\n", "or", " ", "not"][:T], arrays, **more)


def lstm(T, H=256):
    """A trace of an LSTM's size: six arrays, answers over 60 characters."""
    rng = np.random.default_rng(0)
    arrays = {f"layer0.{name}": np.tanh(rng.normal(size=(T, H))) for name in ("h", "c", "i", "f", "o", "candidate")}
    begin = {"layer0.h": np.zeros(H), "layer0.c": np.zeros(H)}
    letters = [chr(33 + i) for i in range(60)]
    return Trace(rng.choice(letters, T).tolist(), arrays, begin, rng.normal(size=(T, 60)), letters)


def bundle(explorer) -> dict:
    found = explorer._repr_mimebundle_()
    return found[0] if isinstance(found, tuple) else found


class Seen(HTMLParser):
    """The elements of a piece of HTML with their attributes, and their texts."""

    def __init__(self, text: str):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), len(self.text)))

    def handle_data(self, data):
        self.text += data

    def inside(self, tag: str, number: int = 0) -> str:
        """The text from the start of that element to the start of the next element of any kind."""
        places = [i for i, (name, *_) in enumerate(self.elements) if name == tag]
        i = places[number]
        end = self.elements[i + 1][2] if i + 1 < len(self.elements) else None
        return self.text[self.elements[i][2] : end]

    def named(self, name: str) -> str:
        """The text of the element with this id."""
        (i,) = [i for i, (_, attrs, _) in enumerate(self.elements) if attrs.get("id") == name]
        end = self.elements[i + 1][2] if i + 1 < len(self.elements) else None
        return self.text[self.elements[i][2] : end]


# What it is called


def test_its_name_is_the_same_each_time():
    first, second = (Explorer(trace(title="A")) for _ in range(2))
    assert repr(first) == repr(second) == f"Explorer({trace(title='A')!r} | layer0.h unit 0)"
    assert bundle(first)["text/plain"] == repr(first) and bundle(first)["text/html"] == bundle(second)["text/html"]
    assert repr(Explorer([trace(), trace()], state={"unit": 3})).count("Trace(") == 2


def test_a_subclass_has_its_own_name_and_views():
    class Mine(Explorer):
        VIEWS = ("heat",)

    mine = Mine(trace())
    assert repr(mine).startswith("Mine(") and mine.views == ["heat"]
    with pytest.raises(TypeError, match="Mine: a Trace is needed, got str"):
        Mine("to be")
    assert Explorer(trace(), "text").views == ["text"] and Explorer(trace(), ["heat", "text"]).views == ["heat", "text"]


def test_too_much_is_refused_before_anything_is_made():
    with pytest.raises(ValueError, match="show an excerpt"):
        Explorer(Trace(["x"] * 10_001, {"h": np.zeros((10_001, 1))}))
    with pytest.raises(ValueError, match="needs a trace"):
        Explorer([])


# Where it begins


def test_the_state_is_put_right():
    start = {"trace": 0, "array": "layer0.h", "unit": 0, "t": 0}
    assert Explorer(trace()).state == start
    asked = {"array": "layer0.f", "unit": np.int64(3), "t": 5, "mine": [1, {"deep": None}]}
    assert Explorer(trace(), state=asked).state == {"trace": 0, **asked}
    assert type(Explorer(trace(), state=asked).state["unit"]) is int
    wrong = {"array": "nothing", "unit": 99, "t": -4, "trace": 7}
    assert Explorer(trace(), state=wrong).state == {"trace": 0, "array": "layer0.h", "unit": 3, "t": 0}
    assert fitting({"unit": True, "t": 2.5, "trace": "1"}, [trace()]) == start
    assert fitting({}, [Trace("a", {"x": [[0.0]], "y": [[0.0]]})])["array"] == "x"


def test_a_copied_state_opens_the_same_again():
    first = Explorer(trace(), state={"array": "layer0.c", "unit": 2, "t": 4})
    copied = json.loads(json.dumps(first.state))
    again = Explorer(trace(), state=copied)
    assert again.state == first.state and again.html() == first.html()


# Its page


def test_the_page_holds_everything_and_asks_for_nothing(tmp_path):
    explorer = Explorer(trace(title="A <title> & more"), state={"unit": 2})
    explorer.save_html(tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    seen = Seen(text)
    assert base64.b64decode(seen.named("payload")) == explorer._payload == pack([trace(title="A <title> & more")])
    assert json.loads(seen.named("state")) == {"views": ["text", "heat"], "state": explorer.state}
    assert seen.inside("title") == "A <title> & more" and seen.inside("html") == ""
    scripts = [attrs for tag, attrs, _ in seen.elements if tag == "script"]
    assert [one["type"] for one in scripts] == ["text/plain", "application/json", "module"]
    for _, attrs, _ in seen.elements:
        assert not {"src", "href", "srcset", "data", "action"} & set(attrs)
    assert set(re.findall(r"\w+://[\w./]*", text)) <= {"http://www.w3.org/2000/svg"}
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_page_that_cannot_be_written_leaves_what_was_there(tmp_path, monkeypatch):
    explorer, path = Explorer(trace()), tmp_path / "page.html"
    with pytest.raises(OSError):
        explorer.save_html(tmp_path)
    path.write_text("old")

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", stop)
    monkeypatch.setattr("pathlib.Path.replace", stop)
    with pytest.raises(KeyboardInterrupt):
        explorer.save_html(path)
    assert path.read_text() == "old" and [each.name for each in tmp_path.iterdir()] == ["page.html"]


def test_a_page_that_was_moved_shows_where_it_stands():
    explorer = Explorer(trace())
    explorer.state = {**explorer.state, "unit": 3, "t": 6}
    assert json.loads(Seen(explorer.html()).named("state"))["state"]["unit"] == 3


# In a notebook


def test_the_text_comes_before_the_frame():
    one = trace(title="A")
    html_of_it = bundle(Explorer(one, state={"array": "layer0.f", "unit": 1}))["text/html"]
    seen = Seen(html_of_it)
    assert set(bundle(Explorer(one))) == {WIDGET, "text/plain", "text/html"}
    (frame,) = [attrs for tag, attrs, _ in seen.elements if tag == "iframe"]
    assert frame["sandbox"] == "allow-scripts allow-downloads" and frame["title"] == "A"
    assert seen.elements[-1][0] == "iframe", "the text stands before it"
    assert "".join(visible(token) for token in one.tokens) in seen.text and "Unit 1 of the forget gate" in seen.text
    assert unpacked(frame["srcdoc"]) == Explorer(one, state={"array": "layer0.f", "unit": 1}).html()
    assert not [tag for tag, *_ in seen.elements if tag in ("script", "style", "svg", "canvas")], (
        "a notebook drops those"
    )


def test_the_still_text_is_coloured_by_the_unit():
    values = np.array([[-1.0], [-0.6], [-0.1], [0], [0.1], [0.6], [1]])
    seen = Seen(still(Trace("abcdefg", {"h": values}), "h", 0))
    spans = [attrs for tag, attrs, _ in seen.elements if tag == "span" and "title" in attrs]
    assert [one["title"] for one in spans] == ["-1.00", "-0.60", "-0.10", "0.00", "0.10", "0.60", "1.00"]
    colours = [tuple(map(int, re.findall(r"\d+", one["style"])[:3])) for one in spans]
    assert colours[0] == (90, 167, 222) and colours[3] == (255, 255, 255) and colours[6] == (242, 142, 60)
    assert colours[2][2] > colours[2][0] and colours[4][0] > colours[4][2]
    lines = [re.search("text-decoration:(\\w+)", one["style"])[1] for one in spans]
    assert lines == ["overline", "overline", "none", "none", "none", "underline", "underline"]


def test_of_a_long_text_the_still_shows_the_beginning_and_says_so():
    seen = Seen(still(lstm(900, 3), "layer0.c", 2))
    assert sum(tag == "span" and "title" in attrs for tag, attrs, _ in seen.elements) == 400
    assert "The first 400 of 900 tokens." in seen.text


def test_nothing_hostile_gets_out(tmp_path):
    one = hostile_trace()
    for name in one.names:
        explorer = Explorer(one, state={"array": name, "unit": 1})
        data = bundle(explorer)
        seen = Seen(data["text/html"])
        tags = {tag for tag, *_ in seen.elements}
        assert tags <= {"div", "span", "br", "iframe"}
        for tag, attrs, _ in seen.elements:
            allowed = {"title", "sandbox", "style", "srcdoc"} if tag == "iframe" else {"title", "style"}
            assert set(attrs) <= allowed, (tag, set(attrs))
        (frame,) = [attrs for tag, attrs, _ in seen.elements if tag == "iframe"]
        assert [token for token in one.tokens if visible(token) not in seen.text] == []
        inside = Seen(unpacked(frame["srcdoc"]))
        assert [tag for tag, *_ in inside.elements] == [
            "html", "head", "meta", "meta", "title", "style", "body", "main", "h1", "div", "noscript", "script", "script", "script",
        ]  # fmt: skip
        said = json.loads(inside.named("state"))
        assert said["state"]["array"] == name, "shown as it is"
        (found,) = read(base64.b64decode(inside.named("payload")))["traces"]
        assert found["tokens"] == found["classes"] == list(HOSTILE)
        assert inside.inside("title") == " ".join(HOSTILE).replace("\udcff\ud800", "??")
        # A message that holds half a character cannot be sent.
        messages = Session()
        for part in (data, explorer.state, {"page": explorer._page, "repr": repr(explorer)}):
            assert json.loads(messages.pack(part).decode("utf-8")) == part
        explorer.save_html(tmp_path / "page.html")
        assert (tmp_path / "page.html").read_text(encoding="utf-8") == explorer.html()


# What it weighs


def test_an_excerpt_of_500_characters_adds_at_most_1_5_mb_to_a_notebook():
    explorer = Explorer(lstm(500))
    stored = json.dumps({"data": bundle(explorer)}, ensure_ascii=False).encode()
    assert len(stored) <= 1_500_000, len(stored)


def test_2000_characters_are_at_most_4_mb_on_the_wire():
    explorer = Explorer(lstm(2000))
    state = explorer.get_state()
    buffers = len(state.pop("_payload"))
    assert buffers + len(json.dumps(state, default=str).encode()) <= 4_000_000


# Questions


def test_questions_are_answered_or_the_reason_is_said():
    class Answering(Explorer):
        def answer(self, kind, body):
            if kind == "double":
                return {"is": 2 * body["x"]}, [b"raw"]
            if kind == "broken":
                raise ZeroDivisionError
            return super().answer(kind, body)

    explorer, sent = Answering(trace()), []
    explorer.send = lambda content, buffers=None: sent.append((content, buffers))
    explorer._asked(explorer, {"question": 1, "kind": "double", "body": {"x": 4}}, [])
    explorer._asked(explorer, {"question": 2, "kind": "nothing", "body": {}}, [])
    assert sent[0] == ({"answer": 1, "body": {"is": 8}}, [b"raw"])
    assert sent[1][0] == {"answer": 2, "error": "this explorer has no answer to 'nothing'"}
    with pytest.raises(ZeroDivisionError):
        explorer._asked(explorer, {"question": 3, "kind": "broken", "body": {}}, [])
    assert sent[2][0] == {"answer": 3, "error": "ZeroDivisionError"}
    with pytest.raises(KeyError):  # a message that is no question: said too, and seen in the log
        explorer._asked(explorer, {}, [])
    assert sent[3][0]["answer"] is None
