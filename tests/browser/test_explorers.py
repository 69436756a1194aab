"""Every explorer that the package has, on a saved page: quiet, complete, within its page, moved by keyboard, read by a screen reader, and deaf to hostile text.

Which there are, the package is asked; so a new one is tested from its first day.
"""

import csv
import inspect
import io
from dataclasses import replace

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from d2lrnn import explore
from d2lrnn.data import corpora
from d2lrnn.explore import Explorer
from d2lrnn.text.visible import visible
from d2lrnn.trace import Trace

from .pages import BLANK, HARM, LEAVE, PROBLEMS, SEEN, TOO_WIDE, Saved

HOSTILE = (
    "<img src=x onerror=\"window.hacked='img'\">", "</script><script>window.hacked='script'</script>", "</iframe><b>out</b>", "\"'`&lt;", "=1+1", "\udcff",
)  # fmt: skip
PLACE = ("trace", "array", "unit", "t")
KINDS = [
    kind
    for kind in (getattr(explore, name) for name in explore.__all__)
    if isinstance(kind, type) and issubclass(kind, Explorer)
]


class Materials:
    """What explorers are made of, by the name of the parameter that takes it."""

    def __init__(self, hostile: bool):
        from d2lrnn.nn.models import LanguageModel
        from d2lrnn.text.tokenizers import CharTokenizer

        text = corpora.load("shakespeare/hamlet").text
        begin = text.index("To be, or not to be")
        self.text = text[begin : begin + 600]
        self.tokenizer = CharTokenizer.train(text[:20_000])
        self.hostile = hostile
        made = {cell: LanguageModel(len(self.tokenizer), cell=cell, hidden=12, rng=1) for cell in ("lstm", "gru")}
        for network in made.values():
            network.parameters.set(network.parameters.get() * 3)
        self.network = made["lstm"]
        self.traces = [self._trace(network, cell) for cell, network in made.items()]
        self.trace = self.traces[0]
        untrained = LanguageModel(len(self.tokenizer), cell="lstm", hidden=12, rng=2)
        self.looks = [self._trace(untrained, "before"), self.trace]

    def _trace(self, network, cell: str) -> Trace:
        trace = Trace.record(network, self.text, self.tokenizer, title=f"{cell.upper()}, untrained")
        if not self.hostile:
            return trace
        tokens, classes = list(trace.tokens), list(trace.classes)
        for k, piece in enumerate(HOSTILE):
            classes[classes.index(trace.tokens[3 + 100 * k])] = piece
            tokens[3 + 100 * k] = piece
        return replace(trace, tokens=tokens, classes=classes, title="".join(HOSTILE))

    def make(self, kind: type, **more) -> Explorer:
        """An explorer of that kind, its necessary parameters taken from here. Skips where one of them is not known."""
        needed = [
            name for name, p in inspect.signature(kind).parameters.items()
            if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
        ]  # fmt: skip
        unknown = [name for name in needed if not hasattr(self, name)]
        if unknown:
            pytest.skip(f"{kind.__name__} is made of {', '.join(unknown)}, which is not at hand here")
        if self.hostile and not {"trace", "traces"} & set(needed):
            pytest.skip(f"{kind.__name__} takes no trace")
        return kind(**{name: getattr(self, name) for name in needed}, **more)


@pytest.fixture(scope="module")
def plain() -> Materials:
    return Materials(hostile=False)


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.__name__)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def path(plain, kind, tmp_path_factory):
    """A saved page of that explorer."""
    path = tmp_path_factory.mktemp("saved") / f"{kind.__name__}.html"
    plain.make(kind).save_html(path)
    return path


@pytest.fixture(scope="module")
def page(browser, path):
    with Saved(browser, path) as page:
        yield page


@pytest.fixture
def saved(page, path):
    """The page, which must be quiet whatever was done to it."""
    yield page
    assert page.complaints == [] and page.asked == [path.as_uri()]
    assert page.ask(PROBLEMS) == []


def test_the_package_has_explorers():
    assert Explorer in KINDS and len(KINDS) >= 4


def test_every_view_shows_something(saved, kind):
    assert saved.ask(BLANK) == []
    assert saved.root.locator(".d2l-card").count() == len(kind.VIEWS)


def test_a_screen_reader_finds_its_way(saved):
    for scheme in ("dark", "light"):
        saved.page.emulate_media(color_scheme=scheme)
        saved.page.wait_for_function(f"() => document.querySelector('.d2l-explorer').dataset.theme === '{scheme}'")
        saved.rest()
        found = Axe().run(saved.page)
        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"


def test_nothing_reaches_beyond_its_page(saved):
    for width in (600, 800, 1000):
        saved.page.set_viewport_size({"width": width, "height": 900})
        saved.rest()
        assert saved.ask(TOO_WIDE) == [], f"at {width} px"


def test_pictures_and_tables_can_be_taken_away(saved):
    pictures, tables = saved.downloads("PNG"), saved.downloads("CSV")
    assert pictures or tables
    for name, content in pictures:
        picture = Image.open(io.BytesIO(content))
        assert name.endswith(".png") and picture.width > 100 and picture.height > 10, name
        assert len(picture.convert("RGB").getcolors(2**20)) > 2, f"{name} is of one colour"
    for name, content in tables:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
        assert name.endswith(".csv") and len(rows) > 1 and len({len(row) for row in rows}) == 1, name
        assert all(cell.strip() for cell in rows[0])


def test_the_keyboard_moves_every_control_and_the_state_brings_it_back(saved, plain, kind, browser, tmp_path):
    controls = saved.controls()
    assert saved.reached() == set(range(len(controls))), "each is on the way of Tab"
    assert all(control["name"].strip() for control in controls)
    done, number = {}, 0
    while number < len(saved.controls()):  # moving one can make, or take away, others
        control = saved.controls()[number]
        alike = done.setdefault((control["kind"], control["like"]), [])
        number += 1
        if any(word in control["name"] for word in LEAVE) or len(alike) > 3:
            continue
        alike.append(control["name"])
        moved = saved.move(number - 1)
        assert saved.ask(PROBLEMS) == [] and saved.ask(BLANK) == [], control
        if control["kind"] in ("select", "number", "range", "checkbox", "radio", "place") and not control["fixed"]:
            assert moved or control["readonly"], f"no key changes anything: {control}"
    saved.unfold()
    state, before = saved.copy_state(), saved.ask(SEEN)
    plain.make(kind, state=state).save_html(tmp_path / "again.html")
    with Saved(browser, tmp_path / "again.html") as again:
        again.unfold()
        found = again.copy_state()
        assert [found[name] for name in PLACE] == [state[name] for name in PLACE]
        if kind.answer is Explorer.answer:  # the others ask the kernel anew, which the page could not do
            assert found == state and again.ask(SEEN) == before


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_hostile_text_is_shown_as_text(kind, browser, tmp_path, hostile):
    hostile.make(kind).save_html(tmp_path / "hostile.html")
    with Saved(browser, tmp_path / "hostile.html") as page:
        assert page.ask(PROBLEMS) == [] and page.ask(BLANK) == []
        letters = page.root.locator(".d2l-letters").all_text_contents()
        for text in letters:
            assert all(visible(piece).replace("·", " ") in text for piece in HOSTILE)
        number = 0
        while number < len(page.controls()):
            control = page.controls()[number]
            if control["kind"] in ("select", "number", "place"):
                page.move(number)
                assert page.ask(HARM) == [], control
            number += 1
        for name, content in page.downloads("CSV"):
            cells = {cell for row in csv.reader(io.StringIO(content.decode("utf-8"), newline="")) for cell in row}
            assert "=1+1" not in cells, f"{name}: a spreadsheet would reckon it"
        assert page.ask(HARM) == [] and page.page.title().startswith("".join(HOSTILE).replace("\udcff", "?"))
        assert page.complaints == [] and len(page.asked) == 1


@pytest.fixture(scope="module")
def hostile() -> Materials:
    return Materials(hostile=True)


def test_a_view_that_is_not_there_is_said_and_the_others_go_on(plain, browser, tmp_path):
    Explorer(plain.trace, ["nonsense", "text"]).save_html(tmp_path / "page.html")
    with Saved(browser, tmp_path / "page.html") as page:
        (said,) = page.ask(PROBLEMS)
        assert 'there is no view "nonsense"; there are text, heat' in said
        assert "To be" in page.root.locator(".d2l-letters").inner_text()


def test_a_payload_that_is_broken_is_said(plain, browser, tmp_path):
    whole = Explorer(plain.trace).html()
    start = whole.index('id="payload">') + len('id="payload">')
    (tmp_path / "page.html").write_text(whole[: start + 400] + whole[whole.index("</script>", start) :])
    with Saved(browser, tmp_path / "page.html") as page:
        assert len(page.ask(PROBLEMS)) == 1 and "cannot be shown" in page.ask(PROBLEMS)[0]


def test_a_long_text_is_painted_wherever_it_is_scrolled_to(plain, browser, tmp_path):
    rng = np.random.default_rng(0)
    T = 6000
    long = Trace([*("abcdefgh \n"[i] for i in rng.integers(0, 10, T))], {"h": np.sign(rng.normal(size=(T, 2)))})
    Explorer(long, "text").save_html(tmp_path / "page.html")
    painted = """root => { // the share of the box in sight that the canvas covers
      const box = root.querySelector('.d2l-text').getBoundingClientRect(), canvas = root.querySelector('canvas').getBoundingClientRect();
      return (Math.min(box.bottom, canvas.bottom) - Math.max(box.top, canvas.top)) / box.height;
    }"""
    with Saved(browser, tmp_path / "page.html") as page:
        box = page.root.locator(".d2l-text")
        for share in (0.1, 0.35, 0.6, 1, 0.5, 0):
            box.evaluate("(e, share) => { e.scrollTop = share * e.scrollHeight; }", share)
            page.rest()
            assert page.ask(painted) > 0.9
        box.press("End")
        page.rest()
        assert page.ask(painted) > 0.9 and "token 5999" in page.root.locator(".d2l-spoken").inner_text()
        within = """e => {
          const outer = e.getBoundingClientRect(), mark = e.querySelector('.d2l-mark').getBoundingClientRect();
          return [mark.top - outer.top, outer.bottom - mark.bottom];
        }"""
        assert min(box.evaluate(within)) >= 0, "the cursor is in sight"
