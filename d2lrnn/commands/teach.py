"""`python -m d2lrnn teach`: lesson plans, quizzes on paper, copies for students, a run of everything the evening before, and grades."""

from __future__ import annotations

import re
from pathlib import Path

from d2lrnn.commands import Wrong
from d2lrnn.data.files import write_whole


def teach(chosen) -> int:
    """Do what the arguments ask for. Returns the exit status."""
    chapters = None if chosen.chapters is None else [n.strip().zfill(2) for n in chosen.chapters.split(",")]
    try:
        return {"plan": _plan, "quiz": _quiz, "copy": _copy, "warm-up": _warm_up, "grade": _grade}[chosen.what](
            chosen, chapters
        )
    except ValueError as error:
        raise Wrong(f"{chosen.what}: {error}") from error


def _plan(chosen, chapters) -> int:
    from d2lrnn.teach import plan

    return _give(plan.markdown(chosen.time), chosen)


def _quiz(chosen, chapters) -> int:
    from d2lrnn.teach import chapters as course
    from d2lrnn.teach import quizzes

    return _give(quizzes.sheet(course.notebooks(chapters)), chosen)


def _give(text: str, chosen) -> int:
    """To standard output, or to the file that --out names, which must not be there yet."""
    if chosen.out is None:
        print(text, end="")
        return 0
    from d2lrnn.teach.table import check_free

    check_free([Path(chosen.out)], chosen.force)
    write_whole(Path(chosen.out), text.encode())
    print(f"{chosen.out}: written")
    return 0


def _copy(chosen, chapters) -> int:
    from d2lrnn.teach.student_copy import copy

    written = copy(Path(chosen.folder), chapters, solutions=chosen.solutions, outputs=chosen.outputs)
    with_ = "with solutions" if chosen.solutions else "without solutions"
    print(
        f"{chosen.folder}: {len(written)} notebooks, {with_}, {'with' if chosen.outputs else 'without'} outputs; they run in the course's environment"
    )
    return 0


def _warm_up(chosen, chapters) -> int:
    from d2lrnn.teach.warm_up import warm_up

    mend = warm_up(chapters, said=lambda line: print(line, flush=True))
    print("\nAll is well." if not mend else "\nTo mend:\n" + "\n".join(f"  - {line}" for line in mend))
    return 1 if mend else 0


def _grade(chosen, chapters) -> int:
    from d2lrnn.teach import table
    from d2lrnn.teach.grade import grade

    out = Path(chosen.out)
    table.check_free([out.with_name(out.name + ending) for ending in (".csv", ".html")], chosen.force)
    grades = grade(
        Path(chosen.folder), chapters, jobs=chosen.jobs, seconds=chosen.seconds, memory=_bytes(chosen.memory),
        said=lambda line: print(line, flush=True),
    )  # fmt: skip
    for name, why in grades.unread.items():
        print(f"{name}: not read: {why}")
    for note in grades.notes:
        print(note)
    if not grades.results and not grades.unread:
        raise Wrong(f"grade: no submission is of chapter {', '.join(chapters or [])}")
    written = table.write(grades, out, force=chosen.force)
    print("written: " + ", ".join(map(str, written)))
    return 130 if grades.interrupted else 0


def _bytes(text: str) -> int:
    """ "2G" and "500M" in bytes."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([GM])", text.strip(), flags=re.IGNORECASE)
    most = float(found[1]) * {"G": 1e9, "M": 1e6}[found[2].upper()] if found else 0
    if most < 2e8:
        raise Wrong(f"--memory: a size such as 2G or 800M is needed, 200M at least, got {text!r}")
    return int(most)
