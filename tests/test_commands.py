"""`python -m d2lrnn train` and `generate`, run as a reader runs them: real processes on a small file."""

import contextlib
import fcntl
import os
import pty
import re
import shlex
import signal
import struct
import subprocess
import sys
import termios

import numpy as np
import pytest

from d2lrnn.__main__ import main
from d2lrnn.commands.options import EXPLORE, GENERATE, TRAIN
from d2lrnn.generate import beam_search, generate
from d2lrnn.text.baseline import counted_baseline, split_corpus
from d2lrnn.text.tokenizers import WordTokenizer
from d2lrnn.train import checkpoints, score

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SMALL = ("--hidden", "16", "--device", "cpu")


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if name != "CI"}
    return {
        **kept,
        "D2LRNN_DEVICE": "cpu",
        "OMP_NUM_THREADS": "1",
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "100",
        **more,
    }


def run(*arguments, **more):
    """The finished process of `python -m d2lrnn …`, with its text as it was written."""
    words = [sys.executable, "-m", "d2lrnn", *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, env=environment(**more), timeout=120)
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    return done


@pytest.fixture
def here(capsys, monkeypatch):
    """The same as `run` within this process, which has MXNet already."""

    def run_here(*arguments):
        monkeypatch.setenv("D2LRNN_DEVICE", "cpu")
        capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            status = ended.code
        said = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, status, said.out, said.err)

    return run_here


@pytest.fixture(scope="module")
def folder(tmp_path_factory, hamlet):
    folder = tmp_path_factory.mktemp("commands")
    (folder / "small.txt").write_text(hamlet[:20_000], encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def trained(folder):
    """A run on characters, and its checkpoint."""
    out = folder / "run.npz"
    done = run("train", folder / "small.txt", "--out", out, *SMALL, "--steps", 40, "--seed", 3)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return out, done.stdout


def test_the_plan_and_the_results_are_said_and_true(trained, folder):
    out, said = trained
    parts = split_corpus(folder / "small.txt")
    stored = checkpoints.load(out)
    network = stored.network(device="cpu")
    assert "16,000 characters to learn from, 2,000 to choose by, 2,000 to judge by" in said
    assert f"a vocabulary of {len(parts.tokenizer)}\n" in said and "on cpu(0) (--device says so)" in said
    assert f"lstm, 1 layer of 16, one-hot: {network.parameters.size:,} weights" in said and "seed 3" in said
    ours, counts = score(network, parts.test, parts.before("test", 256), rows=32), counted_baseline(parts)
    rows = re.findall(r"^(lstm|Kneser).*?(\d\.\d{3}) +(\d+\.\d\d) +(\d\.\d{3}) +(\d+\.\d\d)$", said, re.M)
    assert [row[0] for row in rows] == ["lstm", "Kneser"]
    for row, test, valid in (
        (rows[0], ours, np.exp(stored.about["history"]["valid"][-1][1])),
        (rows[1], counts.test, counts.valid.perplexity),
    ):
        assert np.array(row[1:], float) == pytest.approx([test.nats, test.perplexity, test.bits, valid], abs=0.006)
    assert (
        f"Kneser–Ney, order {counts.model.order}, which only counts, is better by {ours.nats - counts.test.nats:.3f}"
        in said
    )
    assert len(re.findall(r"^step +\d+ .* held-out loss", said, re.M)) == 10
    sample = generate(network, parts.tokenizer, "", 300, temperature=0.8, rng=3)
    assert sample.strip("\n") in said


def test_the_command_that_it_names_writes(trained):
    out, said = trained
    (line,) = re.findall(r"^python -m d2lrnn (generate .*)$", said, re.M)
    words = shlex.split(line.replace("TEXT", "'The '"))
    done = run(*words, "--seed", 5, "--length", 50, "--temperature", 0.7, "--top-k", 9, "--top-p", 0.95)
    stored = checkpoints.load(out)
    network, tokenizer = stored.network(device="cpu"), stored.tokenizer()
    text = generate(network, tokenizer, "The ", 50, rng=5, temperature=0.7, top_k=9, top_p=0.95)
    assert (done.returncode, done.stdout, done.stderr) == (0, text + "\n", "")
    assert len(text) == 54


def test_a_fresh_seed_is_said_and_writes_the_same_again(trained):
    first = run("generate", trained[0], "--length", 40)
    assert first.returncode == 0
    (seed,) = re.fullmatch(r"\(--seed (\d+) writes this again\)\n", first.stderr).groups()
    stored = checkpoints.load(trained[0])
    again = generate(stored.network(device="cpu"), stored.tokenizer(), "", 40, rng=int(seed))
    assert first.stdout == again + "\n"


def test_several_texts_greedy_and_beams(trained, here):
    stored = checkpoints.load(trained[0])
    network, tokenizer = stored.network(device="cpu"), stored.tokenizer()
    several = here("generate", trained[0], "--number", 2, "--length", 9, "--seed", 1, "--prompt", "To").stdout
    one, two = generate(network, tokenizer, ["To", "To"], 9, rng=1)
    assert several == f"--- 1\n{one}\n--- 2\n{two}\n" and one != two
    greedy = here("generate", trained[0], "--method", "greedy", "--prompt", "To", "--stop", " ")
    assert (
        greedy.stdout == generate(network, tokenizer, "To", 400, method="greedy", stop=" ") + "\n" and not greedy.stderr
    )
    beams = here(
        "generate",
        trained[0],
        "--method",
        "beam",
        "--prompt",
        "To",
        "--length",
        6,
        "--beams",
        4,
        "--number",
        2,
        "--stop",
        ".",
    )
    found = beam_search(network, tokenizer.encode("To"), width=4, length=6, end=tokenizer.vocab["."])[:2]
    texts = ["To" + tokenizer.decode(beam.ids) + "." * beam.ended for beam in found]
    heads = [f"--- {n}, log-probability {beam.log_prob:.2f}" for n, beam in enumerate(found, 1)]
    assert beams.stdout == "".join(f"{head}\n{text}\n" for head, text in zip(heads, texts, strict=True))


def test_a_file_that_is_there_is_not_overwritten_and_resume_goes_on(trained, folder):
    out = trained[0]
    before = out.read_bytes()
    again = ("train", folder / "small.txt", "--out", out, *SMALL, "--steps", 40, "--no-baseline")
    done = run(*again, "--seed", 3)
    assert done.returncode == 2 and "is there already; add --resume" in done.stderr and done.stderr.count("\n") == 1
    other = run(*again, "--seed", 4, "--resume")
    assert other.returncode == 1 and "is of another run" in other.stderr and other.stderr.count("\n") == 1
    assert out.read_bytes() == before
    done = run(*again, "--seed", 3, "--resume")
    assert done.returncode == 0 and "keeps the weights of step" in done.stdout and "Kneser" not in done.stdout


def test_byte_pairs_are_judged_by_the_character_and_a_terminal_has_a_bar(folder):
    out, (mine, theirs) = folder / "pairs.npz", pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    words = (
        "train",
        folder / "small.txt",
        "--out",
        out,
        *SMALL,
        "--steps",
        "20",
        "--tokenizer",
        "bpe",
        "--merges",
        "50",
        "--embedding",
        "8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "d2lrnn", *map(str, words), "--no-baseline"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment(),
        timeout=120,
    )
    os.close(theirs)
    bar = ""
    with contextlib.suppress(OSError):  # the other end is closed, and all is read
        while True:
            bar += os.read(mine, 1 << 16).decode()
    os.close(mine)
    assert done.returncode == 0, bar
    assert "20/20" in bar and "step/s" in bar
    (nats, bits) = re.search(r"^lstm.*? (\d\.\d{3}) +\d+\.\d\d +(\d\.\d{3})", done.stdout.decode(), re.M).groups()
    (tokens,) = re.search(r"\+ ([\d,]+) tokens\)", done.stdout.decode()).groups()
    assert float(bits) == pytest.approx(float(nats) * int(tokens.replace(",", "")) / 2000 / np.log(2), abs=0.002)
    assert isinstance(checkpoints.load(out).tokenizer().decode([5]), str)


def test_words_that_are_unknown_are_counted_and_the_numbers_come_with_a_warning(folder, here):
    more = ("--steps", 3, "--tokenizer", "word", "--min-freq", 2, "--batch", 4, "--no-baseline", "--patience", 1)
    done = here("train", folder / "small.txt", "--out", folder / "words.npz", *SMALL, *more)
    parts = split_corpus(folder / "small.txt", tokenizer=lambda text: WordTokenizer.train(text, min_freq=2))
    assert done.returncode == 0, done.stderr
    assert (
        f"words, a vocabulary of {len(parts.tokenizer)}; {(parts.test == 0).mean():.2%} of the test text is <unk>"
        in done.stdout
    )
    assert "(<unk> is easier to predict" in done.stdout


def test_ctrl_c_keeps_what_was_learnt_and_says_how_to_go_on(folder):
    out = folder / "interrupted run.npz"
    words = [
        sys.executable,
        "-m",
        "d2lrnn",
        "train",
        str(folder / "small.txt"),
        "--out",
        str(out),
        *SMALL,
        "--steps",
        "1000000",
    ]
    process = subprocess.Popen(
        [*words, "--look-every", "20", "--no-baseline"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(PYTHONUNBUFFERED="1"),
    )
    try:
        while not process.stdout.readline().startswith("step"):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        said, error = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130 and error == ""
    (steps,) = re.search(r"Interrupted after ([\d,]+) steps", said).groups()
    history = checkpoints.load(out).about["history"]
    assert len(history["losses"]) == int(steps.replace(",", "")) >= 20 and history["stopped"] == "interrupted"
    go_on = shlex.split(re.search(r"To go on:\n(.*)\n", said)[1])
    assert go_on[3:] == [*words[3:], "--look-every", "20", "--no-baseline", "--resume"]


def test_a_reader_that_has_enough_ends_it_quietly(trained):
    words = [sys.executable, "-m", "d2lrnn", "generate", str(trained[0]), "--length", "1000000", "--seed", "1"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    try:
        assert len(process.stdout.read(10)) == 10
        process.stdout.close()
        assert process.stderr.read() == b"" and process.wait(timeout=60) == 141
    finally:
        process.kill()


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ("train shakespear --out x.npz", 1, "did you mean 'shakespeare'"),
        ("train missing.txt --out x.npz", 1, "there is no file missing.txt"),
        ("train short.txt --out x.npz --device cpu", 1, "need at least 1,121 tokens"),
        ("train small.txt", 2, "--out"),
        ("train small.txt --out no/where.npz", 2, "there is no folder no; make it first"),
        ("train small.txt --out .", 2, "is no file"),
        ("train small.txt --out x.npz --hidden 0", 2, "--hidden: a whole number is needed, 1 or more, got '0'"),
        ("train small.txt --out x.npz --hid 5", 2, "unrecognized arguments: --hid 5"),
        ("train small.txt --out x.npz --dropout 1", 2, "from 0 to below 1"),
        ("train small.txt --out x.npz --rate nan", 2, "above 0 is needed, got 'nan'"),
        ("train small.txt --out x.npz --cell gated", 2, "invalid choice: 'gated'"),
        ("train small.txt --out x.npz --epochs 1 --steps 5", 2, "not allowed with argument --epochs"),
        ("train small.txt --out x.npz --valid 0.6 --test 0.5", 2, "must leave something to learn from"),
        ("train small.txt --out x.npz --merges 5", 2, "--merges is for --tokenizer bpe"),
        ("train small.txt --out x.npz --device tpu", 1, "a context is named cpu"),
        ("train small.txt --out x.npz --device gpu(99)", 1, "gpu(99) was asked for, and "),
        ("generate missing.npz", 1, "missing.npz cannot be read"),
        ("generate small.txt", 1, "small.txt is no checkpoint"),
        ("generate foreign.npz", 1, "is no checkpoint of d2lrnn"),
        ("generate run.npz --prompt To€", 1, "not in the vocabulary: '€'; write it without, or read each as <unk> with --unknown allow"),
        ("generate run.npz --length -1", 2, "--length: a whole number is needed, 0 or more"),
        ("generate run.npz --top-p 0", 2, "above 0 and at most 1"),
        ("generate run.npz --method beam --top-k 3", 2, "--top-k is for --method sample"),
        ("generate run.npz --method beam --number 9", 2, "widen it with --beams"),
        ("generate run.npz --method beam --stop the", 2, "ends at one token"),
        ("generate run.npz --method greedy --number 2", 2, "greedy has one text"),
        ("sing", 2, "invalid choice: 'sing'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(words, status, message, trained, folder, monkeypatch, here):
    monkeypatch.chdir(folder)
    (folder / "short.txt").write_text("to be or not to be " * 20)
    np.savez(folder / "foreign.npz", a=np.zeros(3))
    loads_mxnet = "--device" in words or words.startswith("generate")
    done = here(*words.split()) if loads_mxnet else run(*words.split(), PYTHONPATH=_ROOT)
    assert done.returncode == status, done.stdout + done.stderr
    assert message in done.stderr and done.stderr.count("\n") == 1 and done.stderr.startswith("python -m d2lrnn")
    assert not (folder / "x.npz").exists() and "Traceback" not in done.stdout


def test_settings_of_the_machine_that_are_wrong_are_said_in_one_line(trained):
    done = run("generate", trained[0], OMP_NUM_THREADS="all")
    assert done.returncode == 1 and "$OMP_NUM_THREADS" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize(("command", "groups"), [("train", TRAIN), ("generate", GENERATE), ("explore", EXPLORE)])
def test_help_teaches_and_needs_nothing_installed(command, groups):
    code = f"import sys; sys.path.insert(0, {_ROOT!r}); from d2lrnn.__main__ import main; sys.exit(main(sys.argv[1:]))"
    bare = [sys.executable, "-I", "-S", "-c", code, command]
    done = subprocess.run([*bare, "--help"], capture_output=True, text=True, env=environment())
    assert done.returncode == 0 and done.stderr == ""
    said = " ".join(done.stdout.split())
    assert done.stdout.count(f"  python -m d2lrnn {command} ") == 3
    for title, options in groups.items():
        assert f"{title}:" in said
        for name, _, kind, default, words in options:
            words = words.format(default, choices=", ".join(kind) if isinstance(kind, tuple) else "")
            assert name in said and words in said
    needed = {"train": ["hamlet.txt", "--out", "x.npz"], "generate": ["x.npz"], "explore": ["x.npz"]}[command]
    missing = subprocess.run([*bare, *needed], capture_output=True, text=True, env=environment())
    assert missing.returncode == 1 and "make setup" in missing.stderr and missing.stderr.count("\n") == 1


def test_old_pythons_understand_the_options(root):
    """The doctor runs on them, and these files are read before it."""
    import ast

    for name in ("__main__.py", "commands/__init__.py", "commands/options.py"):
        ast.parse((root / "d2lrnn" / name).read_text(), feature_version=(3, 8))
