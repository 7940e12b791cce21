"""Adding comments, plans, decisions, reports and reviews to a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError
from yoi_cli.model import events
from yoi_cli.model.events import new_event
from yoi_cli.store.values import Change, Committed
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from yoi_cli.model.events import Author
    from yoi_cli.store.ports import TicketStore


def add_comment(
    store: TicketStore, word: str, role: str, text: str, by: Author, *, commit: str | None
) -> Committed:
    """Append an event of the kind `role`. Raises `UsageError` where `text` is empty."""
    attributes = (("commit", commit),) if commit else ()
    return _append(store, word, role, text, by, attributes=attributes)


def add_review(
    store: TicketStore, word: str, result: str, text: str, by: Author, *, commit: str | None
) -> Committed:
    """Append a review, bound to `commit` where one is given."""
    attributes = (("status", result), *((("commit", commit),) if commit else ()))
    return _append(store, word, events.REVIEW, text, by, attributes=attributes)


def _append(
    store: TicketStore,
    word: str,
    kind: str,
    text: str,
    by: Author,
    *,
    attributes: tuple[tuple[str, str], ...],
) -> Committed:
    if not text.strip():
        raise UsageError(
            "text_empty", "The text is empty.", hint="Nothing was written; say something."
        )
    event = new_event(kind, by, text, attributes)
    with store.write() as writer:
        return writer.commit(identify(writer, word), Change(events=(event,)))
