"""Ctrl-C in the middle of a write: it comes too late for an event that is being recorded."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

CAME_TOO_LATE = "The interrupt came too late: what was asked for is recorded."


class Interrupts:
    """Whether anybody pressed Ctrl-C meanwhile."""

    def __init__(self) -> None:
        self.came = False

    def note(self, _number: int, _frame: FrameType | None) -> None:
        self.came = True

    @property
    def warnings(self) -> tuple[str, ...]:
        return (CAME_TOO_LATE,) if self.came else ()


@contextmanager
def held_back() -> Iterator[Interrupts]:
    """Note an interrupt instead of stopping at it, so that what is committed is reported.

    Only where Ctrl-C would have ended the process: who handles it otherwise, or runs in
    another thread, is left alone. An error in the block is raised as it is.
    """
    interrupts = Interrupts()
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield interrupts
        return
    try:
        signal.signal(signal.SIGINT, interrupts.note)
    except ValueError:  # only the main thread may, and only it is interrupted
        yield interrupts
        return
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
