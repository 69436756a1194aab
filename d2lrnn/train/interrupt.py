"""Ctrl-C that waits for the end of a step, so that no step is half done."""

from __future__ import annotations

import signal
import threading


class CtrlC:
    """Within it a first Ctrl-C is only noted, in `asked`; a second one is a KeyboardInterrupt at once.

    Outside the main thread, or in a program that has its own handler, everything stays as it is.
    """

    def __enter__(self) -> CtrlC:
        self.asked = False
        self._before = signal.getsignal(signal.SIGINT)
        self._mine = (
            threading.current_thread() is threading.main_thread() and self._before is signal.default_int_handler
        )
        if self._mine:
            signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number, frame) -> None:
        self.asked = True
        signal.signal(signal.SIGINT, self._before)

    def __exit__(self, *error) -> None:
        if self._mine:
            signal.signal(signal.SIGINT, self._before)
