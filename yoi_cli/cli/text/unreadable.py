"""How the tickets that a pass could not read are told beside those that it could."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from yoi_cli.cli.text.report import warn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.store.unreadable import Unreadable


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


def warn_of_unreadable(broken: Iterable[Unreadable]) -> None:
    """Say on stderr which tickets are missing from the output, and why."""
    warn(f"{one.ticket}: {one.error.message}" for one in broken)
