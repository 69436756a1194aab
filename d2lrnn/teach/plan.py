"""Lesson plans: which sections, votes and exercises fit into 90 minutes, half a day, or two days. Chosen by hand; titles and questions are the notebooks'."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from d2lrnn.teach.chapters import ROOT, cells, exercises, notebooks, sections, title


@dataclass(frozen=True)
class Part:
    """`minutes` of a lesson: sections of a chapter ("04", ["4.1"]) and exercises ("4.4") from it; or, without a chapter, a break. `why`: what it is for."""

    minutes: int
    chapter: str = ""
    sections: tuple[str, ...] = ()
    exercises: tuple[str, ...] = ()
    why: str = "Break."


@dataclass(frozen=True)
class Plan:
    """A lesson of `minutes`, in `days` of parts."""

    name: str
    minutes: int
    days: tuple[tuple[Part, ...], ...] = field(default=())


def _part(minutes: int, chapter: str, numbers: str, why: str, tasks: str = "") -> Part:
    return Part(minutes, chapter, tuple(numbers.split()), tuple(tasks.split()), why)


PLANS = {
    "90min": Plan("90 minutes", 90, ((
        _part(5, "00", "0.2", "Where it leads: a number in a trained network that counts the line."),
        _part(10, "03", "3.3 3.4", "Counting, and perplexity: the number that everything is judged by."),
        _part(20, "04", "4.1 4.2 4.5", "A state, unrolled; why its gradient vanishes."),
        _part(5, "04", "4.6", "Clipping: a first exercise, everybody at the same time.", "4.4"),
        _part(15, "05", "5.2 5.4", "Two gates, line by line, then held by hand."),
        _part(20, "06", "6.2 6.6 6.7", "A memory cell, its direct path, and what one bias decides."),
        _part(10, "10", "10.3 10.4", "On stage: find the counter, hold it, watch the lines break."),
        _part(5, "06", "6.9", "When do networks beat counting? Vote first."),
    ),)),
    "half-day": Plan("half a day", 210, ((
        _part(10, "00", "0.2 0.4 0.5", "Where it leads, and a machine that only counts."),
        _part(15, "01", "1.5 1.10", "Order matters: what shuffling destroys, and how a random split lies."),
        _part(20, "02", "2.2 2.3 2.8", "From text to minibatches."),
        _part(25, "03", "3.3 3.4 3.8", "Counts, perplexity, smoothing: the baseline.", "3.2"),
        Part(15),
        _part(35, "04", "4.1 4.2 4.5 4.6 4.9", "The recurrent network, and how it fares beside the counts.", "4.4"),
        _part(30, "05", "5.2 5.4 5.5", "Gates: the equations, by hand, and where they earn their keep.", "5.1"),
        Part(15),
        _part(25, "06", "6.2 6.6 6.7", "The memory cell and its direct path.", "6.2"),
        _part(10, "07", "7.1 7.7", "The future helps, and where looking ahead is cheating."),
        _part(10, "10", "10.3 10.4", "Find a cell, hold it."),
    ),)),
    "two-days": Plan("two days", 720, (
        (
            _part(15, "00", "0.2 0.3 0.4 0.5 0.6", "Where it leads; the first exercises.", "0.1"),
            _part(40, "01", "1.1 1.5 1.9 1.10", "Why order matters; splits that lie.", "1.1 1.2"),
            _part(45, "02", "2.2 2.3 2.6 2.8", "Tokens, byte pairs, the unknown, minibatches.", "2.1 2.2"),
            Part(15),
            _part(60, "03", "3.2 3.3 3.4 3.6 3.7 3.8", "Counted models up to Kneser–Ney: the number to beat.", "3.1 3.2 3.3"),
            Part(60, why="Lunch."),
            _part(80, "04", "4.1 4.2 4.3 4.4 4.5 4.6 4.9 4.10", "The recurrent network from nothing to a text.", "4.1 4.4 4.5"),
            Part(15),
            _part(30, "05", "5.1 5.2", "The GRU, one slide at a time.", "5.1 5.2"),
        ),
        (
            _part(35, "05", "5.4 5.5 5.6 5.7", "What its gates do, by hand and learnt.", "5.3"),
            _part(60, "06", "6.2 6.3 6.4 6.6 6.7", "The LSTM, its direct path, and the forget bias.", "6.1 6.2"),
            Part(15),
            _part(30, "06", "6.8 6.9 6.10", "Counts against networks, and with them.", "6.5"),
            _part(45, "07", "7.1 7.2 7.4 7.7", "Both directions: the bounds, and the misuse.", "7.1 7.5"),
            Part(60, why="Lunch."),
            _part(50, "08", "8.1 8.2 8.3 8.5 8.6", "Four kinds of tasks; greedy against beam.", "8.1 8.4"),
            _part(30, "09", "9.1 9.2 9.4", "Depth: when it hurts, and one addition that helps.", "9.1"),
            Part(15),
            _part(20, "10", "10.3 10.4 10.7", "The lab: search, hold, and what others have published."),
        ),
    )),
}  # fmt: skip


def markdown(name: str) -> str:
    """The plan of that name as Markdown: a clock, sections with their titles, questions to vote on, exercises. Raises ValueError for an unknown name."""
    if name not in PLANS:
        raise ValueError(f"there is no plan for {name!r}; there are {', '.join(PLANS)}")
    plan = PLANS[name]
    lines = [f"# Lesson plan: {plan.name} ({plan.minutes} minutes)", ""]
    lines += ["The evening before: `python -m d2lrnn teach warm-up`. Times are from the beginning of the day.", ""]
    for number, parts in enumerate(plan.days, 1):
        if len(plan.days) > 1:
            lines += [f"## Day {number}", ""]
        clock = 0
        for part in parts:
            lines += _lines(part, clock)
            clock += part.minutes
    return "\n".join(lines).rstrip() + "\n"


def _lines(part: Part, clock: int) -> list[str]:
    when = f"**{clock // 60}:{clock % 60:02}, {part.minutes} min**"
    if not part.chapter:
        return [f"{when} · {part.why}", ""]
    (notebook,) = notebooks([part.chapter])
    named = {heading.split()[0]: heading for heading in sections(notebook)}
    lines = [f"{when} · {part.why}", "", f"- `notebooks/{notebook.name}` ({title(notebook)})"]
    lines += [f"  - {named[number]}" for number in part.sections]
    lines += [f"- vote: {question}" for question in questions(notebook, part.sections)[:3]]
    known = exercises(part.chapter)
    lines += [f"- exercise {number}: `{known[number]}`" for number in part.exercises]
    slides = ROOT / "slides" / f"{notebook.stem}.md"
    if slides.exists():
        lines.append(f"- slides: `slides/{slides.name}`")
    return [*lines, ""]


def questions(notebook: Path, numbers: tuple[str, ...]) -> list[str]:
    """What is asked under *Predict, then run* in these sections, in order."""
    found, here = [], False
    for cell in cells(notebook):
        if cell.cell_type != "markdown":
            continue
        for block in re.split(r"\n(?=## )|\n\n", cell.source):
            heading = re.match(r"## (\S+)", block)
            if heading:
                here = heading[1] in numbers
            asked = re.match(r"> \*\*Predict, then (?:run|move)\.\*\* (.+)", block, flags=re.DOTALL)
            if asked and here:
                found.append(" ".join(asked[1].replace("\n>", " ").split()))
    return found
