"""FindACell: what is sent to the browser, of which part of a long text, and what the kernel answers."""

import json

import numpy as np
import pytest

from d2lrnn.explore import FindACell
from d2lrnn.explore.find import ROWS, rule
from d2lrnn.trace import Trace
from d2lrnn.trace.find import find
from d2lrnn.trace.predicates import PREDICATES, span

LINE = 'Say "no (or yes)" to <img src=x onerror=boom()>\n'


def long_trace(lines=100, title="by hand"):
    text, rng = LINE * lines, np.random.default_rng(0)
    values = rng.normal(size=(len(text), 30))
    values[:, 5] += 3 * PREDICATES["inside quotes"].on(Trace(text, {"h": values}))
    return Trace(text, {"layer0.h": np.tanh(values), "layer0.c": values}, title=title)


def unpacked(explorer):
    """What the browser gets: the header, and its further numbers by name."""
    payload = explorer._payload
    length = int.from_bytes(payload[:4], "little")
    header = json.loads(payload[4 : 4 + length])
    numbers = {
        name: np.frombuffer(payload, "<f4", int(np.prod(one["shape"])), 4 + length + one["at"])
        for name, one in header["traces"][0]["numbers"].items()
    }
    return header, numbers


def test_a_part_of_a_long_text_is_sent():
    trace = long_trace()
    explorer = FindACell(trace, ["inside quotes", "position in line"], tokens=300)
    header, numbers = unpacked(explorer)
    words, start = header["words"]["find"], header["words"]["find"]["start"]
    assert words["of"] == len(trace) and len(header["traces"][0]["tokens"]) == 300 == len(explorer.traces[0])
    assert start >= 0.6 * len(trace) and trace.tokens[start - 1] == "\n"  # a line of the part held out
    quotes, column = words["findings"]
    assert np.array_equal(numbers[quotes["where"]], explorer.found["inside quotes"].values[start : start + 300])
    assert numbers[column["where"]][:3].tolist() == [1, 2, 3]
    assert (explorer.state["array"], explorer.state["unit"]) in {("layer0.h", 5), ("layer0.c", 5)}
    assert FindACell(trace, "vowel", tokens=300, start=7).traces[0].tokens[0] == trace.tokens[7]
    assert FindACell(trace.excerpt(0, 200), "vowel", tokens=300).traces[0].tokens == trace.tokens[:200]


def test_rankings_are_those_of_find():
    trace, control = long_trace(), long_trace(title="untrained").excerpt(0, 4800)
    explorer = FindACell(trace, {"speech": "inside quotes", "digits": "vowel"}, control=control, rng=3)
    found = explorer.found["speech"]
    assert repr(found).replace("speech", "inside quotes") == repr(find_first(trace, control))
    sent = unpacked(explorer)[0]["words"]["find"]["findings"][0]
    assert sent["name"] == "speech" and sent["measure"] == "AUC" and sent["units"] == 60 and len(sent["rows"]) == ROWS
    assert sent["rows"][0] == [*found[0][:2], round(found[0].chosen_on, 4), round(found[0].held_out, 4), 1]
    assert sent["turned"]["most"] == round(found.chance, 4) and sent["beyond"] == found.beyond
    assert sent["control"]["title"] == "untrained" and sent["control"]["held"] == round(found.control.held_out, 4)
    assert sent["holds"] == [int(found.values[: found.cut].sum()), int(found.values[found.cut :].sum())]


def find_first(trace, control):
    """The first of several draws the same turns as one alone."""
    return find(trace, "inside quotes", control=control, rng=3)


def test_all_predicates_that_a_text_can_answer():
    text = "no brackets here\nnor Quotes\n" * 30
    explorer = FindACell(Trace(text, {"h": np.random.default_rng(0).normal(size=(len(text), 4))}))
    words = unpacked(explorer)[0]["words"]["find"]
    assert [name for name, _ in words["leftOut"]] == ["inside quotes", "inside brackets", "bracket depth"]
    assert words["leftOut"][0][1].startswith("'inside quotes' holds at no token of the 840")
    assert list(explorer.found) == [name for name in PREDICATES if name not in dict(words["leftOut"])]
    with pytest.raises(ValueError, match="nothing can be asked of this text"):
        FindACell(Trace("\n" * 100, {"h": np.zeros((100, 1))}))


def test_the_kernel_answers_what_is_marked():
    trace = long_trace()
    explorer = FindACell(trace, "vowel", tokens=400, shuffles=3)
    start = unpacked(explorer)[0]["words"]["find"]["start"]
    answer, buffers = explorer.answer("find", {"span": [100, 160]})
    wanted = find(trace, span(start + 100, start + 160), shuffles=3, rng=0)
    assert answer["rows"][0][:2] == list(wanted[0][:2]) and answer["turned"]["most"] == round(wanted.chance, 4)
    assert answer["values"] == [0] * 100 + [1] * 60 + [0] * 240 and buffers == []
    json.dumps(answer)


def test_the_kernel_answers_a_rule():
    trace = long_trace()
    explorer = FindACell(trace, "vowel", tokens=400)
    answer, _ = explorer.answer("find", {"rule": "text[:i + 1].count('\"') % 2 == 1  # quotes\n"})
    assert answer["rows"][0][1] == 5 and answer["measure"] == "AUC" and answer["name"].startswith("text[:i + 1]")
    answer, _ = explorer.answer("find", {"rule": "i - text.rfind('\\n', 0, i)"})
    assert answer["measure"] == "rank correlation" and answer["holds"] is None and answer["values"][:3] == [1, 2, 3]
    assert explorer.answer("find", {"rule": "re.match('[aeiou]', text[i])"})[0]["holds"]  # a match counts as True


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"rule": "  "}, "a rule is needed: a Python expression in text and i"),
        ({"rule": "text[i"}, r"'text\[i' is no Python expression"),
        ({"rule": "x = 1"}, "is no Python expression"),
        ({"rule": "letter"}, "failed at token 0, 'S', character 0 of the text: NameError"),
        ({"rule": "False"}, "holds at no token"),
        ({"span": [3, 3]}, "stop must be"),
        ({"span": [0, 9000]}, "outside the text"),
        ({"span": [10, 14]}, "mark 10 or more tokens"),
    ],
)
def test_what_the_kernel_refuses_is_said(body, message):
    explorer = FindACell(long_trace(), "vowel", tokens=400)
    sent = []
    explorer.send = sent.append
    explorer._asked(explorer, {"question": 1, "kind": "find", "body": body}, [])
    with pytest.raises(ValueError, match=message):
        raise ValueError(sent[0]["error"])


def test_a_copied_state_is_kept():
    first = FindACell(long_trace(), ["vowel", "inside quotes"], tokens=400)
    state = {
        **first.state,
        "unit": 2,
        "t": 9,
        "marked": [3, 20],
        "find": {"which": "vowel", "own": None, "rule": "i > 3"},
    }
    second = FindACell(long_trace(), ["vowel", "inside quotes"], tokens=400, state=json.loads(json.dumps(state)))
    assert second.state == state
    assert repr(second) == repr(FindACell(long_trace(), "vowel", tokens=400, state=state))


def test_two_functions_without_a_name():
    explorer = FindACell(long_trace(), [lambda text, i: text[i] == "o", lambda text, i: text[i] == " "])
    assert list(explorer.found) == ["your own function", "your own function (2)"]


def test_refused():
    with pytest.raises(TypeError, match="FindACell: a Trace is needed, got str"):
        FindACell("text")
    with pytest.raises(ValueError, match="at least one predicate is needed; there are 'inside quotes'"):
        FindACell(long_trace(), [])
    with pytest.raises(ValueError, match="tokens must be 1 or more, got 0"):
        FindACell(long_trace(), "vowel", tokens=0)
    with pytest.raises(ValueError, match="there is no predicate 'speech'"):
        FindACell(long_trace(), ["speech"])


def test_a_rule_sees_text_and_place():
    assert rule("text[i] == 'b'")("abc", 1) is True and rule("i * 2")("abc", 2) == 4
    assert rule("[c for c in text if c > text[i]]")("abc", 2) is False  # an empty list


def test_a_page_shows_hostile_text_as_text():
    page = FindACell(long_trace(), "vowel", tokens=400).html()
    assert "<img" not in page and "onerror=boom" not in page
