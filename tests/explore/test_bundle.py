"""The modules as one: imports come first, wherever they stand; what the bundler does not understand is an error, not a broken page."""

import json
import shutil
import subprocess

import pytest

from d2lrnn.explore import bundle

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no node")


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """write(name=text, ...) puts modules into a folder of their own, which is then what is bundled."""
    monkeypatch.setattr(bundle, "FOLDER", tmp_path)
    bundle.source.cache_clear()

    def write(**texts):
        for name, text in texts.items():
            path = tmp_path / (name.replace("__", "/") + ".js")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")

    yield write
    bundle.source.cache_clear()


def run(source: str) -> list:
    """What the module logs, each line as JSON."""
    command = [NODE, "--input-type=module", "-e", source]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@needs_node
def test_what_is_imported_comes_first_once_and_under_its_names(modules):
    modules(
        main='import { twice } from "./a.js";\nimport { shared as other, later } from "./views/b.js";\n\n'
        "console.log(JSON.stringify([twice(2), other, later()]));\nexport default 1;\n",
        a='import { shared } from "./views/b.js";\nconst hidden = 2;\nexport function twice(x) { return hidden * x + shared; }\n',
        views__b='import { base } from "../deep.js";\nconst hidden = "mine";\nexport const shared = base * 10;\n'
        "export const later = () => hidden;\nexport async function unused() {}\nexport class Thing {}\n",
        deep="export const base = 4;\nconsole.log(JSON.stringify('once'));\n",
    )
    source = bundle.source()
    assert run(source) == ["once", [44, 40, "mine"]]
    assert not [line for line in source.splitlines() if line.startswith("import")]


def test_the_entry_keeps_its_exports(modules):
    modules(main='import { a } from "./a.js";\nexport default { render: a };\n', a="export const a = 1;\n")
    assert bundle.source().count("export") == 1


@pytest.mark.parametrize(
    "line",
    [
        'import a from "./a.js";',
        'import * as a from "./a.js";',
        "import './a.js';",
        "import { a } from './a.js';",
        'import { a } from "./a.js"',
    ],
)
def test_other_imports_are_refused(modules, line):
    modules(main=f"{line}\n\nconsole.log(1);\n", a="export const a = 1;\n")
    with pytest.raises(ValueError, match="main.js has an import that is not of the form"):
        bundle.source()


@pytest.mark.parametrize(
    "line",
    [
        "export default 1;",
        "export { a };",
        "export let b = 1;",
        'export * from "./c.js";',
        "export var b = 2;",
        "export const { b } = { b: 1 };",
        "export function* b() {}",
    ],
)
def test_other_exports_are_refused(modules, line):
    modules(main='import { a } from "./a.js";\n', a=f"const a = 1;\n{line}\n")
    with pytest.raises(ValueError, match="a.js has an export that is no const, function or class"):
        bundle.source()


@pytest.mark.parametrize(
    "line", ["B = 1, C = 2", "B = f(1, 2), C = 2", "B = [1, 2],\n  C = (x) => x", "B = /[(]/g, C = 1", 'B = "(", C = 1']
)
def test_two_names_in_one_const_are_refused(modules, line):
    modules(main='import { B, C } from "./a.js";\n', a=f"export const {line};\n")
    with pytest.raises(ValueError, match="a.js exports two names in one const, B and another"):
        bundle.source()


@needs_node
def test_commas_within_a_const_are_its_own(modules):
    modules(
        main='import { B, C, D } from "./a.js";\nconsole.log(JSON.stringify([B, C(3), D.test(",")]));\n',
        a='export const B = [1, "),", { a: `,${2}` }]; // one, two\nexport const C = (x, y = 2) => {\n  const z = 1, w = 2;\n  return x + y + z + w;\n};\n'
        "export const D = /[,(]/;\n",
    )
    assert run(bundle.source()) == [[[1, "),", {"a": ",2"}], 8, True]]


def test_modules_that_import_each_other_are_refused(modules):
    modules(
        main='import { a } from "./a.js";\n',
        a='import { b } from "./b.js";\nexport const a = 1;\n',
        b='import { a } from "./a.js";\nexport const b = 1;\n',
    )
    with pytest.raises(ValueError, match="a.js imports itself, by way of main.js, a.js, b.js"):
        bundle.source()


def test_a_module_that_is_missing_or_would_end_its_script(modules):
    modules(main='import { a } from "./gone.js";\n')
    with pytest.raises(FileNotFoundError):
        bundle.source()
    modules(main='console.log("</SCRIPT>");\n')
    with pytest.raises(ValueError, match="would end the <script>"):
        bundle.source()


@needs_node
def test_the_real_modules_are_one_that_node_can_read(tmp_path):
    source = bundle.source()
    (tmp_path / "all.mjs").write_text(source, encoding="utf-8")
    done = subprocess.run([NODE, "--check", str(tmp_path / "all.mjs")], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    (tmp_path / "names.mjs").write_text(
        'import widget, * as all from "./all.mjs";\nconsole.log(JSON.stringify([typeof widget.render, Object.keys(all.VIEWS)]));\n'
    )
    done = subprocess.run([NODE, str(tmp_path / "names.mjs")], capture_output=True, encoding="utf-8", check=True)
    kind, views = json.loads(done.stdout)
    assert kind == "function" and {"text", "heat"} <= set(views)


def test_every_module_is_in_it():
    """A view that nobody imports would never be seen."""
    source = bundle.source()
    for path in bundle.FOLDER.rglob("*.js"):
        name = "_" + "_".join(path.relative_to(bundle.FOLDER).with_suffix("").parts)
        assert path.name == "main.js" or f"const {name} = (() => {{" in source, path.name


def test_the_modules_keep_to_themselves():
    """No address, no markup made of text, no code made of text."""
    for path in bundle.FOLDER.rglob("*.js"):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        for word in ("://", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
            assert word not in text.replace("never innerHTML", ""), f"{path.name}: {word}"
    assert "url(" not in bundle.style() and "@import" not in bundle.style()
