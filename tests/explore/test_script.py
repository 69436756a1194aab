"""A script as HTML: names, what was given, and nothing that could run."""

import html
import re

from d2lrnn.explore.script import _GIVEN, _SPEAKER, script


def plain(page):
    return html.unescape(re.sub("<[^>]*>", "", page))


def test_every_character_is_there_once():
    given, written = "JULIET\nO Romeo, ", "Romeo!\n\nNURSE\nAnon & <soon>.\n"
    assert plain(script(given, written)) == given + written


def test_names_are_lines_of_capitals_after_an_empty_line():
    page = script("JULIET\nO ROMEO\n\nNURSE\nANON\n\nSpeak low")
    assert re.findall(re.escape(f'<span style="{_SPEAKER}">') + r"(?:<[^>]*>)*([^<]*)", page) == ["JULIET", "NURSE"]


def test_what_was_given_is_marked_also_within_a_line():
    page = script("A\nO Romeo, ", "wherefore\nart thou")
    assert re.findall(re.escape(f'<span style="{_GIVEN}">') + "([^<]*)", page) == ["A", "O Romeo, "]


def test_hostile_text_is_shown_as_text():
    page = script("<img src=x onerror=alert(1)>\n", "</div><script>alert(2)</script>")
    assert "<img" not in page and "<script" not in page and page.count("<div") == page.count("</div>") == 2
