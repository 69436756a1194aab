"""`python -m d2lrnn`: the course's commands. The doctor runs on any Python 3.8 or later, with nothing else installed."""

import sys


def main(arguments=None):
    """Run one command. Returns the exit status: 0; 1 if it failed, or if the doctor found something that stops the course; 2 for wrong arguments."""
    from d2lrnn import commands

    words = sys.argv[1:] if arguments is None else list(arguments)
    parser = commands.Parser(
        prog="python -m d2lrnn", description="An interactive course on recurrent neural networks, from a shell."
    )
    known = parser.add_subparsers(dest="command", metavar="COMMAND")
    known.add_parser("doctor", help="say what this machine has, and how to mend what is missing")
    commands.add(known)
    chosen = parser.parse_args(words)
    chosen.words = words
    if chosen.command is None:
        parser.print_help()
        return 2
    if chosen.command == "doctor":
        from d2lrnn import doctor

        return 0 if doctor.run() else 1
    return commands.run(chosen, parser)


if __name__ == "__main__":
    sys.exit(main())
