"""Which part of a ticket's id one must type: asked for where a table is drawn in colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_known: list[Callable[[], Mapping[str, int]]] = []


def mark_ids_by(ends: Callable[[], Mapping[str, int]]) -> None:
    """Let `ends` say, for each ticket, how many characters of its id's end are enough."""
    _known[:] = [ends]


def ends_of_ids() -> Mapping[str, int]:
    """How many characters of the end of each id are enough; of none where nobody knows."""
    return _known[0]() if _known else {}
