"""What a thread says of its ticket's resolution, of which `resolution.md` is a projection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.events import CLOSE
from yoi_cli.model.fold import fold
from yoi_cli.model.states import CLOSED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.model.events import Event


def resolution_told(thread: Sequence[Event]) -> str | None:
    """The text of the closing that counts; None for a ticket that is not closed, or was
    closed without a word."""
    closings = [event.body for event in thread if event.kind == CLOSE]
    if not closings or fold(thread).state != CLOSED:
        return None
    return closings[-1].strip() or None


def is_kept(text: str, thread: Sequence[Event]) -> bool:
    """Whether the thread holds every word of a resolution's `text`."""
    return any(text.strip() in event.body for event in thread)
