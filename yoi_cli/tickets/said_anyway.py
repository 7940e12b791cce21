"""What somebody says with a command that has nothing to do is kept as a comment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.events import COMMENT, new_event
from yoi_cli.store.values import Change

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.events import Author
    from yoi_cli.model.ids import TicketId
    from yoi_cli.store.ports import TicketWriter
    from yoi_cli.store.values import Committed


def keep_what_was_said(
    writer: TicketWriter, ticket: TicketId, by: Author, why: str, said: Iterable[str | None]
) -> Committed | None:
    """Record as a comment what of `said` the thread does not have; None where it has all of it.

    `why` says, as a sentence, why the command itself did nothing. Whoever repeats a command after
    a crash says the same again, and that is not written twice.
    """
    given = [text.strip("\n") for text in said if text is not None and text.strip()]
    known = [(event.body, event.attributes.values()) for event in writer.thread(ticket).events]
    new = [
        text
        for text in given
        if not any(text in body or text in attributes for body, attributes in known)
    ]
    if not new:
        return None
    body = "\n\n".join([*new, f"({why})"])
    done = writer.commit(ticket, Change(events=(new_event(COMMENT, by, body),)))
    warning = f"{why} What you said is recorded as a comment."
    return done._replace(warnings=(*done.warnings, warning))
