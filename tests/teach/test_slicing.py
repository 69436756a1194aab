"""What one function needs of a notebook, and nothing else."""

import pytest

from d2lrnn.teach.slicing import NotThere, bound, needed, used


def run(sources, name):
    code, more = needed(sources, name)
    space = {}
    exec(code, space)
    return space[name], more, code


def test_imports_helpers_and_constants_come_along_and_nothing_else():
    cells = [
        "import math\nimport os\nSCALE = 3",
        "net = train_for_hours()\nos._exit(1)",
        "def helper(x):\n    return deeper(x) * SCALE",
        "%matplotlib inline\n!rm -rf /\nfigures.show()",
        "def answer(x):\n    y = helper(x)\n    return math.floor(y)",
        "def deeper(x):\n    return x + 0.5",
        "answer(net)",
    ]
    answer, more, code = run(cells, "answer")
    assert answer(2) == 7 and not more
    assert "train_for_hours" not in code and "_exit" not in code and "rm" not in code


def test_names_inside_a_function_need_nothing_from_outside():
    cells = ["x = expensive()", "def f(x, ys):\n    t = [x + y for y in ys]\n    return t\n\n", "t = slow()"]
    f, more, code = run(cells, "f")
    assert f(1, [2]) == [3] and "expensive" not in code and "slow" not in code and not more


def test_values_that_are_computed_are_computed_and_said():
    f, more, _ = run(["table = dict(a=1)\ntable['b'] = 2", "def f():\n    return table"], "f")
    assert f() == {"a": 1, "b": 2} and more


def test_the_last_definition_counts():
    f, _, _ = run(["def f():\n    return ...", "def f():\n    return 2", "f()"], "f")
    assert f() == 2
    f, _, _ = run(["def f():\n    return ...", "g = lambda: 3\nf = g"], "f")
    assert f() == 3


def test_what_is_not_there_is_said():
    with pytest.raises(NotThere, match="no cell defines f"):
        needed(["x = 1"], "f")
    with pytest.raises(NotThere, match="the cell with f is no valid Python"):
        needed(["def f(:\n    pass"], "f")
    f, _, _ = run(["def g(:", "def f():\n    return 1"], "f")
    assert f() == 1


def test_bound_and_used():
    import ast

    def one(source):
        return ast.parse(source).body[0]

    assert bound(one("import a.b as c, d.e")) == {"c", "d"} and bound(one("(x, [y, *z]) = q")) == {"x", "y", "z"}
    assert bound(one("for i in range(3):\n    s = i")) == {"i", "s"} and bound(one("x.y[0] = 1")) == {"x"}
    assert bound(one("with open(p) as f:\n    pass")) == {"f"} and bound(one("f = [q for q in r]")) == {"f"}
    assert used(one("def f(a, b=c):\n    global k\n    k = a\n    return lambda d: d + e")) == {"c", "e"}
    assert used(one("class A(B):\n    x = y\n    def m(self):\n        return z")) == {"B", "y", "z"}
