"""What was said and withdrawn since, by whoever had said it (docs/undo.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.events import UNDOES, WITHDRAWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yoi_cli.model.events import Event


def withdrawn_ids(thread: Iterable[Event]) -> frozenset[str]:
    """The identities of events that their own authors withdrew."""
    by_id = {event.identity: event for event in thread}
    return frozenset(
        name
        for event in by_id.values()
        if event.kind == WITHDRAWN
        for name in event.attributes.get(UNDOES, "").split()
        if name in by_id and by_id[name].author == event.author
    )


def standing(thread: Sequence[Event]) -> Sequence[Event]:
    """The events of a thread without those that were withdrawn."""
    gone = withdrawn_ids(thread)
    return [event for event in thread if event.identity not in gone] if gone else thread
