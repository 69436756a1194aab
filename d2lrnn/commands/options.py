"""What `python -m d2lrnn train` and the others take, and how each is explained. Any Python 3.8 understands it, with nothing installed."""

import argparse
import math

_TRAIN = """\
Train a recurrent network on a text, and judge it beside a model that only counts.

The text is cut by position: the first part is learnt from, the middle chooses the best weights, the end judges once.
CORPUS is shakespeare, shakespeare/hamlet, shakespeare/comedy, time_machine, tiny_shakespeare, or a text file of your own.

  python -m d2lrnn train shakespeare/hamlet --out hamlet.npz
  python -m d2lrnn train notes.txt --out notes.npz --cell gru_after --hidden 128 --dropout 0.2 --epochs 10
  python -m d2lrnn train shakespeare --out words.npz --tokenizer word --embedding 128 --seconds 300

Ctrl-C keeps what was learnt. The same command with --resume goes on, and so it does after a power cut."""

_GENERATE = """\
Write text with a network that `train` made. The text goes to standard output as it comes, and nothing else does.

  python -m d2lrnn generate hamlet.npz --prompt "To be" --length 500 --temperature 0.7
  python -m d2lrnn generate hamlet.npz --prompt "To be" --top-p 0.9 --number 3 --seed 1
  python -m d2lrnn generate hamlet.npz --prompt "To be" --method beam --beams 10 --length 40

The same seed writes the same text. A low temperature writes what is likely, a high one what is surprising."""

_EXPLORE = """\
Look inside a network: its states, gates and answers over a text, as one HTML file that needs no kernel and no network.

FILE is a trace (what Trace.save wrote), a network (what `train --out` wrote), or one that comes with the course: rnn, gru, lstm, lstm2, tagger.

  python -m d2lrnn explore lstm --text "Our revels now are ended."
  python -m d2lrnn explore hamlet.npz --text-file scene.txt --to 2000 --out scene.html
  python -m d2lrnn explore trace.npz --views text,heat --array layer0.c --unit 111

In a notebook the same and more can be had with d2lrnn.explore."""

_VIEWS = "text, heat, predictions, step, saturation, snippets, trajectories, gradient, connectivity"

_PRETRAIN = """\
Make the networks again that come with the course: rnn, gru, lstm, lstm2 and tagger. Each learns from 36 of Shakespeare's plays, from the same seed.

  python -m d2lrnn pretrain --out networks           all five, about 25 minutes
  python -m d2lrnn pretrain rnn --out networks --share 0.01

The course itself loads the ones in d2lrnn/pretrained."""

_TEACH = """\
For teachers. Run it in the course's folder.

  python -m d2lrnn teach plan --for half-day             a lesson plan, minutes for each part: 90min, half-day, two-days
  python -m d2lrnn teach quiz --chapters 04,05 --out quiz.html   the quizzes on paper, answers on a page of their own
  python -m d2lrnn teach copy handout --chapters 04,05   notebooks for students, without outputs and solutions
  python -m d2lrnn teach warm-up                         the evening before: run everything without a network, list what to mend
  python -m d2lrnn teach grade submissions --out grades  a table of who got what, as CSV and HTML

`grade` runs nothing of a notebook but what its exercises need, each in a process of its own, within limits and without a network, and never
writes to a submission."""


def whole(least):
    """The type of an option that is a whole number."""

    def read(text):
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(f"a whole number is needed, {least} or more, got {text!r}")
        return value

    return read


def number(allowed, words):
    """The type of an option that is a number for which `allowed` says True; `words` tell people which those are."""

    def read(text):
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and allowed(value)):
            raise argparse.ArgumentTypeError(f"a number {words} is needed, got {text!r}")
        return value

    return read


# fmt: off
N0, N1 = whole(0), whole(1)
POSITIVE = number(lambda value: value > 0, "above 0")
FROM_0 = number(lambda value: value >= 0, "0 or above")
SHARE = number(lambda value: 0 <= value < 1, "from 0 to below 1")
PART = number(lambda value: 0 < value < 1, "above 0 and below 1")
MASS = number(lambda value: 0 < value <= 1, "above 0 and at most 1")

# Groups of options: name, placeholder, type or choices, default, what it does. A default of None depends on others, and the words say how.
TRAIN = {
    "the text": (
        ("--tokenizer", "KIND", ("char", "word", "bpe"), "char", "what is one token: a character, a word, or a byte pair ({})"),
        ("--merges", "N", N0, None, "byte pairs: merges to learn; the more, the longer tokens get (1000)"),
        ("--min-freq", "N", N0, None, "characters and words seen less often become <unk> (words: 5, characters: 0)"),
        ("--valid", "SHARE", PART, 0.1, "the part of the text that chooses the best weights ({})"),
        ("--test", "SHARE", PART, 0.1, "the part that judges at the end ({})"),
        ("--no-baseline", None, bool, False, "count no n-grams to compare with"),
    ),
    "the network": (
        ("--cell", "CELL", ("rnn", "rnn_relu", "gru", "gru_after", "lstm"), "lstm", "{choices}; gru is the slides', gru_after cuDNN's, much quicker ({})"),
        ("--hidden", "N", N1, 256, "units of a layer: more hold more, and cost their square ({})"),
        ("--layers", "N", N1, 1, "layers above each other ({})"),
        ("--residual", None, bool, False, "add each layer's input to its output, which helps deep networks"),
        ("--embedding", "N", N1, None, "a learnt vector of N numbers for each token, for words and byte pairs (none: one-hot)"),
        ("--dropout", "SHARE", SHARE, 0, "of a layer's outputs left out while training, against learning by heart ({})"),
        ("--locked-dropout", None, bool, False, "leave the same units out at every step of a minibatch, not other ones each time"),
        ("--engine", "NAME", ("fused", "scratch"), "fused", "fused is MXNet's operator, scratch the slides' equations, slower ({})"),
        ("--device", "NAME", str, None, "cpu, gpu, gpu(1), or several with commas, which share each minibatch (the first GPU, else the CPU)"),
    ),
    "how long": (
        ("--epochs", "N", POSITIVE, None, "times that the text is read (3)"),
        ("--steps", "N", N1, None, "in their place: minibatches to read"),
        ("--seconds", "N", POSITIVE, None, "in their place: time to train"),
        ("--patience", "N", N1, None, "stop earlier, after N looks at the validation text without a better one"),
        ("--look-every", "STEPS", N1, None, "steps between two looks, each of which keeps a checkpoint (a tenth of the run, at most 1000)"),
    ),
    "how to train": (
        ("--batch", "N", N1, 32, "rows of a minibatch: more are quicker a token, with fewer updates ({})"),
        ("--steps-per-row", "N", N1, 35, "tokens of a row: how far back the gradient reaches ({})"),
        ("--partition", "HOW", ("sequential", "random"), "sequential", "sequential rows go on where they stopped, random ones begin anew, with no state ({})"),
        ("--optimizer", "NAME", ("adam", "sgd"), "adam", "{choices} ({})"),
        ("--rate", "NUMBER", POSITIVE, None, "the highest learning rate: too high diverges, too low takes for ever (adam: 0.004, sgd: 1)"),
        ("--schedule", "NAME", ("cosine", "linear", "constant"), "cosine", "how the rate falls: {choices} ({})"),
        ("--average", "SHARE", SHARE, None, "keep the mean of the weights after this part of the run, which often does better than the last ones (none)"),
        ("--clip", "NORM", FROM_0, 1, "a gradient longer than this is cut to it; 0: none is ({})"),
        ("--seed", "N", N0, 0, "of the first weights, the minibatches, dropout and the sample ({})"),
    ),
}

GENERATE = {
    "what to write": (
        ("--prompt", "TEXT", str, "", "how the text begins"),
        ("--length", "N", N0, 400, "tokens to write after it ({})"),
        ("--number", "N", N1, 1, "texts to write, side by side ({})"),
        ("--stop", "TEXT", str, None, "end after this text, if it comes; for beam search it must be one token"),
        ("--unknown", "HOW", ("error", "allow"), "error", "a prompt for which there are no tokens is an error, or allow it and read <unk> ({})"),
        ("--device", "NAME", str, None, "cpu, gpu or gpu(1) (the first GPU, else the CPU)"),
    ),
    "how to choose the next token": (
        ("--method", "NAME", ("sample", "greedy", "beam"), "sample", "draw it, take the likeliest, or search for the likeliest text: {choices} ({})"),
        ("--temperature", "NUMBER", FROM_0, None, "sample: below 1 safer, above 1 wilder, 0 is greedy (1)"),
        ("--top-k", "N", N1, None, "sample: only from the N likeliest"),
        ("--top-p", "SHARE", MASS, None, "sample: only from the fewest that have this probability together"),
        ("--seed", "N", N0, None, "sample: the same number, the same text (a fresh one each time, and it is said)"),
        ("--beams", "N", N1, None, "beam: texts kept at each step (5)"),
    ),
}

EXPLORE = {
    "what it reads": (
        ("--text", "TEXT", str, None, "a network reads this"),
        ("--text-file", "PATH", str, None, "or what stands in this file, UTF-8"),
        ("--unknown", "HOW", ("error", "allow"), "error", "a text for which there are no tokens is an error, or allow it and read <unk> ({})"),
        ("--from", "N", N0, 0, "show the tokens from this one on ({})"),
        ("--to", "N", N1, None, "and up to this one (all; a page shows 10,000 at most)"),
    ),
    "what is shown": (
        ("--views", "NAMES", str, None, f"with commas: {_VIEWS} (all that fit but step)"),
        ("--array", "NAME", str, None, "the array to begin with, such as layer0.c (the hidden state)"),
        ("--unit", "N", N0, None, "the unit to begin with (0)"),
        ("--out", "FILE", str, None, "the page (the name of FILE, with .html, here)"),
        ("--force", None, bool, False, "overwrite it"),
    ),
}
# fmt: on


def add(commands):
    """Add the commands to argparse's subparsers."""
    train = commands.add_parser(
        "train", help="train a network on a text", description=_TRAIN, usage="%(prog)s CORPUS --out FILE [options]"
    )
    train.add_argument("corpus", metavar="CORPUS", help="a name or a text file (see above)")
    train.add_argument("--out", required=True, metavar="FILE", help="where the network is kept, a .npz file")
    train.add_argument("--resume", action="store_true", help="go on with that file, if it is there already")
    _add_groups(train, TRAIN)
    write = commands.add_parser(
        "generate", help="write text with a trained network", description=_GENERATE, usage="%(prog)s FILE [options]"
    )
    write.add_argument("checkpoint", metavar="FILE", help="what `train --out` wrote")
    _add_groups(write, GENERATE)
    look = commands.add_parser(
        "explore", help="look inside a network, on one page", description=_EXPLORE, usage="%(prog)s FILE [options]"
    )
    look.add_argument("file", metavar="FILE", help="a trace, a network, or the name of one (see above)")
    _add_groups(look, EXPLORE)
    again = commands.add_parser(
        "pretrain",
        help="make the course's own networks again",
        description=_PRETRAIN,
        usage="%(prog)s [NETWORK ...] --out FOLDER [options]",
    )
    again.add_argument("networks", nargs="*", metavar="NETWORK", help="which of them (all)")
    again.add_argument("--out", required=True, metavar="FOLDER", help="where they are kept, each with its card in it")
    again.add_argument("--share", type=MASS, default=1, metavar="SHARE", help="of the training, to try it out (1)")

    _add_teach(
        commands.add_parser("teach", help="lesson plans, handouts, a dress rehearsal, grades", description=_TEACH)
    )


def _add_teach(teach):
    known = teach.add_subparsers(dest="what", metavar="WHAT", required=True)
    parts = {
        "plan": "a lesson plan", "quiz": "the quizzes, to be printed", "copy": "notebooks for students",
        "warm-up": "run everything, list what to mend", "grade": "grade a folder of notebooks",
    }  # fmt: skip
    for name, words in parts.items():
        part = known.add_parser(name, help=words, description=words[0].upper() + words[1:] + ".")
        if name == "copy":
            part.add_argument("folder", metavar="FOLDER", help="where they are written: a new or an empty folder")
            part.add_argument("--solutions", action="store_true", help="with the solutions")
            part.add_argument("--outputs", action="store_true", help="with what is stored under the cells")
        if name == "grade":
            part.add_argument("folder", metavar="FOLDER", help="the submissions: notebooks, also in folders below it")
            part.add_argument("--jobs", type=N1, default=2, metavar="N", help="exercises at a time (2)")
            part.add_argument(
                "--seconds", type=N1, default=20, metavar="N", help="the most that one exercise may take (20)"
            )
            part.add_argument("--memory", default="3G", metavar="SIZE", help="the most memory of one exercise (3G)")
            part.add_argument(
                "--out", default="grades", metavar="NAME", help="the table: NAME.csv and NAME.html (grades)"
            )
        if name in ("plan", "quiz"):
            part.add_argument("--out", metavar="FILE", help="a file for it (standard output)")
        if name == "plan":
            part.add_argument(
                "--for",
                dest="time",
                choices=("90min", "half-day", "two-days"),
                default="90min",
                help="how long it is (90min)",
            )
        if name in ("plan", "quiz", "grade"):
            part.add_argument("--force", action="store_true", help="overwrite what is there")
        if name == "plan":
            part.set_defaults(chapters=None)
        else:
            part.add_argument("--chapters", metavar="NUMBERS", help="only these, with commas: 04,05 (all)")


def _add_groups(parser, groups):
    for title, options in groups.items():
        group = parser.add_argument_group(title)
        if title == "how long":
            exclusive = group.add_mutually_exclusive_group()
        for name, placeholder, kind, default, words in options:
            into = exclusive if name in ("--epochs", "--steps", "--seconds") else group
            words = words.format(default, choices=", ".join(kind) if isinstance(kind, tuple) else "")
            if kind is bool:
                into.add_argument(name, action="store_true", help=words)
            elif isinstance(kind, tuple):
                into.add_argument(name, choices=kind, default=default, metavar=placeholder, help=words)
            else:
                into.add_argument(name, type=kind, default=default, metavar=placeholder, help=words)
