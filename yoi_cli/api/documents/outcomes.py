"""What `--json` prints of a command that wrote to one ticket, or told its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.fold import Folded
    from yoi_cli.store.values import Committed
    from yoi_cli.tickets.move import Moved


class WrittenDocument(TypedDict):
    """The outcome of a command that wrote to one ticket."""

    ticket: str
    kind: str
    at: str
    events: list[str]
    warnings: list[str]


class EditedDocument(WrittenDocument):
    """An item that was changed; `changed` are its keys, `body` for the description."""

    changed: list[str]


class StateDocument(TypedDict):
    """The state that a ticket is in; `diverged` where its log is not of one mind."""

    ticket: str
    state: str
    diverged: bool


class MovedDocument(TypedDict):
    """The outcome of a move. `changed` is false where the ticket was there already."""

    ticket: str
    origin: str
    state: str
    changed: bool
    at: str
    events: list[str]
    unblocked: list[str]
    warnings: list[str]


class CreatedDocument(TypedDict):
    """A ticket that was made."""

    id: str
    title: str
    state: str
    at: str
    events: list[str]
    warnings: list[str]


def written_document(kind: str, done: Committed) -> WrittenDocument:
    return {
        "ticket": done.ticket,
        "kind": kind,
        "at": done.at,
        "events": list(done.event_ids),
        "warnings": list(done.warnings),
    }


def edited_document(done: Committed, changed: Iterable[str]) -> EditedDocument:
    return {**written_document("edit", done), "changed": list(changed)}


def state_document(ticket: str, folded: Folded) -> StateDocument:
    return {"ticket": ticket, "state": folded.state, "diverged": folded.is_diverged}


def moved_document(moved: Moved) -> MovedDocument:
    return {
        "ticket": moved.ticket,
        "origin": moved.origin,
        "state": moved.state,
        "changed": moved.changed,
        "at": moved.at,
        "events": list(moved.event_ids),
        "unblocked": list(moved.unblocked),
        "warnings": list(moved.warnings),
    }


def created_document(title: str, done: Committed) -> CreatedDocument:
    return {
        "id": done.ticket,
        "title": title,
        "state": "planning",
        "at": done.at,
        "events": list(done.event_ids),
        "warnings": list(done.warnings),
    }
