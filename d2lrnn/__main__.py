"""`python -m d2lrnn`: the course's commands. It runs on any Python 3.8 or later, with nothing else installed."""

import argparse
import sys


def main(arguments=None):
    """Run one command. Returns the exit status: 0, or 1 if the doctor found something that stops the course."""
    parser = argparse.ArgumentParser(
        prog="python -m d2lrnn", description="An interactive course on recurrent neural networks."
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("doctor", help="say what this machine has, and how to mend what is missing")
    chosen = parser.parse_args(arguments)
    if chosen.command is None:
        parser.print_help()
        return 2
    from d2lrnn import doctor

    return 0 if doctor.run() else 1


if __name__ == "__main__":
    sys.exit(main())
