"""`python -m d2lrnn train`, `generate`, `explore`, `pretrain`, `teach`: options in `options`, what each does in its file, here what becomes of their errors.

Any Python 3.8 or later understands this file and `options`, and with nothing installed: so `--help` and the doctor always work.
"""

import argparse
import os
import sys

from d2lrnn.commands.options import add

__all__ = ["Parser", "Wrong", "add", "run"]


class Parser(argparse.ArgumentParser):
    """argparse's, with errors of one line, and options that must be written out."""

    def __init__(self, **options):
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **options)

    def error(self, message):
        self.exit(2, f"{self.prog}: {message} (--help explains)\n")


def run(chosen, parser):
    """Run the command that was chosen. Returns the exit status: 0; 1 with a line that says what went wrong; 2 if the arguments were wrong; 130 after Ctrl-C."""
    said = f"{parser.prog} {chosen.command}: "
    try:
        if chosen.command == "train":
            from d2lrnn.commands.train import train as command
        elif chosen.command == "explore":
            from d2lrnn.commands.explore import explore as command
        elif chosen.command == "pretrain":
            from d2lrnn.commands.pretrain import pretrain as command
        elif chosen.command == "teach":
            from d2lrnn.commands.teach import teach as command
        else:
            from d2lrnn.commands.generate import generate as command
        status = command(chosen)
        sys.stdout.flush()
        return status
    except Wrong as error:
        _say(f"{said}{error}")
        return 2
    except ImportError as error:
        _say(f"{said}{error}; run `make setup`, or `python -m d2lrnn doctor` to see what is missing")
    except BrokenPipeError:  # whoever read it, e.g. `head`, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except _expected() as error:
        _say(said + _one_line(error))
    except KeyboardInterrupt:
        _say(f"\n{said}interrupted{_kept(chosen)}")
        return 130
    return 1


class Wrong(Exception):
    """What the user asked for makes no sense; the message says why and what would."""


def _expected():
    """The errors whose message is for the user; any other is a fault of ours and keeps its traceback."""
    checkpoints = sys.modules.get("d2lrnn.train.checkpoints")
    found = (checkpoints.CheckpointError,) if checkpoints else ()
    return (ValueError, RuntimeError, OSError, ArithmeticError, MemoryError, *found)


def _kept(chosen):
    if chosen.command != "train":
        return ""
    if os.path.exists(chosen.out):
        return f"; {chosen.out} holds the last look, and the same command with --resume goes on from it"
    return "; nothing was learnt yet, so nothing is kept"


def _one_line(error):
    """The error as one line, and in terms of this command's options."""
    line = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
    for name, option in (('unknown="allow"', "--unknown allow"), ("resume=True", "--resume")):
        line = line.replace(name, option)
    return line


def _say(line):
    print(line, file=sys.stderr)
