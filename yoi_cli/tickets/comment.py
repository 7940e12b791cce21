"""Adding comments, plans, decisions, reports and reviews to a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError
from yoi_cli.model.events import new_event
from yoi_cli.store.values import Change, Committed
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from yoi_cli.model.events import Author
    from yoi_cli.store.ports import TicketStore


def add_comment(
    store: TicketStore,
    word: str,
    kind: str,
    text: str,
    by: Author,
    *,
    status: str | None = None,
    commit: str | None = None,
) -> Committed:
    """Append an event of `kind`, bound to `commit` where one is given; `status` is a review's.

    Raises `UsageError` where `text` is empty.
    """
    if not text.strip():
        raise UsageError(
            "text_empty", "The text is empty.", hint="Nothing was written; say something."
        )
    given = (("status", status), ("commit", commit))
    attributes = tuple((name, value) for name, value in given if value)
    event = new_event(kind, by, text, attributes)
    with store.write() as writer:
        return writer.commit(identify(writer, word), Change(events=(event,)))
