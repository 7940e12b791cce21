"""The mark by which a clone knows an event again that it wrote itself (docs/orchestrate.md,
"What a clone goes by")."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from yoi_cli.model.events import Event, NewEvent

#: What a header says of how its event is written, not of what it says.
_FRAMING = frozenset({"escaping", "lines"})


def mark_of_new(event: NewEvent, event_id: str) -> str:
    """The mark of an event that is about to be written under `event_id`."""
    return _mark(event_id, event.kind, event.author, event.attributes)


def is_own(event: Event, marks: Container[str]) -> bool:
    """Whether `marks` has this very event: its id, and all that its header says.

    Its body is left out: formatters may lay it out anew, and nothing is driven by it.
    """
    if event.id is None:
        return False
    pairs = ((key, value) for key, value in event.attributes.items() if key not in _FRAMING)
    return _mark(event.id, event.kind, event.author, pairs) in marks


def _mark(event_id: str, kind: str, author: str, pairs: Iterable[tuple[str, str]]) -> str:
    """The id, and a digest. No value of a header can hold NUL, which parts them."""
    said = "\0".join([kind, author, *(part for pair in pairs for part in pair)])
    return f"{event_id} {sha256(said.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}"
