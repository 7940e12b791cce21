"""The JSON types of the inbox (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from yoi_cli.api.documents.common import UnreadableDocument, from_value, unreadable_documents

if TYPE_CHECKING:
    from yoi_cli.orchestration.inbox import Inbox, Waiting


class InboxItemDocument(Struct, frozen=True, kw_only=True):
    """Something that waits for a person. `ticket` is null where a profile waits, whose name is
    the `title` then, and so is `since`. `reason` is a code. `command` is what likely answers it,
    `commands` are all that may."""

    ticket: str | None
    title: str
    reason: str
    why: str = field(name="message")
    since: str | None
    command: str
    commands: tuple[str, ...]
    last_words: str


class InboxDocument(Struct, frozen=True, kw_only=True):
    """All that waits for a person, longest first."""

    waiting: tuple[InboxItemDocument, ...]
    unreadable: tuple[UnreadableDocument, ...]


def inbox_document(found: Inbox) -> InboxDocument:
    return InboxDocument(
        waiting=tuple(map(item_document, found.waiting)),
        unreadable=unreadable_documents(found.unreadable),
    )


def item_document(one: Waiting) -> InboxItemDocument:
    return from_value(
        InboxItemDocument,
        one,
        ticket=one.ticket or None,
        since=one.since or None,
        command=one.commands[0],
    )
