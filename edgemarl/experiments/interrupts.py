"""Ctrl-C as a wish that is granted at the next good moment."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interrupts() -> Iterator[list[int]]:
    """Collects the first SIGINT instead of raising KeyboardInterrupt; the second one raises."""
    asked: list[int] = []

    def note(number: int, frame: Any) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    try:
        before = signal.signal(signal.SIGINT, note)
    except ValueError:  # not the main thread: signals are somebody else's business
        yield asked
        return
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
