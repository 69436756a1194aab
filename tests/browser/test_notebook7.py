"""The chapter with every explorer in Jupyter Notebook 7, as a student there meets it: run, and each control moved."""

import pytest

from .lab import Notebook
from .pages import BLANK, HARM, PROBLEMS, moved
from .student import Student


@pytest.fixture(scope="module")
def student(context, tmp_path_factory):
    with Notebook(tmp_path_factory.mktemp("notebook7")) as running:
        student = Student(context, running, "notebooks/10_hidden_state_lab.ipynb")
        yield student
        student.close()


def test_every_explorer_is_there_and_moves(student):
    student.run()
    explorers = student.explorers()
    assert len(explorers) == len(student.widgets()) >= 14
    for explorer in explorers:
        assert [explorer.ask(script) for script in (PROBLEMS, BLANK, HARM)] == [[], [], []], explorer.name
        moved(explorer)


def test_the_console_stayed_silent_and_nothing_left_the_machine(student):
    assert student.complaints == [] and student.outside == []
