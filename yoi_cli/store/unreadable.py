"""Tickets that a pass over the store could not read, kept beside what it could."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from yoi_cli.errors import YoiError


class Unreadable(NamedTuple):
    """A ticket that is broken, and how. It never hides the others (DESIGN section 9)."""

    ticket: str
    error: YoiError
