"""Every explorer that the package has, in Jupyter Notebook 7: made there, and each control moved. (In JupyterLab it is the chapters that are run.)"""

import inspect

import pytest

from d2lrnn.explore import Explorer

from . import test_explorers
from .lab import Notebook
from .pages import BLANK, HARM, PROBLEMS, moved
from .student import Student

MAKE = f"""
import inspect
from dataclasses import replace

import pytest

from d2lrnn import explore
from d2lrnn.data import corpora
from d2lrnn.explore import Explorer
from d2lrnn.trace import Trace

{inspect.getsource(test_explorers.Materials)}
made_of = Materials(hostile=False)
"""


@pytest.fixture(scope="module")
def student(context, tmp_path_factory):
    with Notebook(tmp_path_factory.mktemp("notebook7")) as running:
        cells = [f"made_of.make(explore.{kind.__name__})" for kind in test_explorers.KINDS]
        student = Student(context, running, running.add("explorers.ipynb", MAKE, *cells))
        yield student
        student.close()


def test_every_explorer_is_there_and_moves(student):
    student.run()
    explorers = student.explorers()
    assert Explorer in test_explorers.KINDS and len(explorers) == len(test_explorers.KINDS) >= 12
    for explorer in explorers:
        assert [explorer.ask(script) for script in (PROBLEMS, BLANK, HARM)] == [[], [], []], explorer.name
        moved(explorer)


def test_the_console_stayed_silent_and_nothing_left_the_machine(student):
    assert student.complaints == [] and student.outside == []
