"""Tickets whose item says a state that their thread does not (docs/format.md, "The fold").

Which tickets a list shows is read from items, so that a state that was written by hand would take a
ticket out of it without a word. What can be told without reading every thread is looked at: a word
that is no state, a ticket that calls itself closed without a resolution, and an item that was
changed when its thread was not. A clone has all its files from one moment: what was committed with
a state by hand is for doctor, which reads every thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model.states import CLOSED, is_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from yoi_cli.store.ports import RoutingReader, TicketReader
    from yoi_cli.store.values import FieldsRow


def is_doubtful(reader: TicketReader, row: FieldsRow) -> bool:
    """Whether the thread of a ticket should be asked what its state is."""
    state = str(row.fields.get("state") or "")
    if not is_state(state) or reader.is_out_of_step(row):
        return True
    return state == CLOSED and not reader.has_resolution(row.id)


def disagreeing(reader: RoutingReader, rows: Iterable[FieldsRow]) -> Iterator[str]:
    """The tickets among `rows` whose thread says another state, or cannot be read."""
    for row in rows:
        if row.error is None and is_doubtful(reader, row):
            try:
                if reader.thread_summary(row.id).state != row.fields.get("state"):
                    yield row.id
            except YoiError:
                yield row.id
