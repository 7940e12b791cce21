"""What somebody may have meant by a word that is none of those that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Words of so few letters are near to everything.
_SHORT = 2
#: What people call the most and the least urgent.
_PRIORITY_NAMES = {
    "critical": "P0",
    "urgent": "P0",
    "highest": "P0",
    "high": "P1",
    "medium": "P2",
    "normal": "P2",
    "low": "P3",
    "lowest": "P4",
}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question with the nearest of `known`, and a blank behind it; empty where none is near."""
    from difflib import get_close_matches

    names = {name.casefold(): name for name in known}
    called = _PRIORITY_NAMES.get(word.casefold(), "")
    near = [called] if called in names.values() else []
    if not near and len(word) > _SHORT:
        near = [names[one] for one in get_close_matches(word.casefold(), names, 1, 0.6)]
    return f"Did you mean {near[0]}? " if near else ""
