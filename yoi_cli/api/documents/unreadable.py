"""Tickets that could not be read, in the documents of lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.store.values import Unreadable


class UnreadableDocument(TypedDict):
    """A ticket that is broken; `code` and `message` are those of the error."""

    ticket: str
    code: str
    message: str


def unreadable_documents(broken: Iterable[Unreadable]) -> list[UnreadableDocument]:
    return [
        {"ticket": one.ticket, "code": one.error.code, "message": one.error.message}
        for one in broken
    ]
