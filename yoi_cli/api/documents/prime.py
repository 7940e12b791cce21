"""The JSON type of what an agent is told at the beginning of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from yoi_cli.api.prime import Primer, PrimeTicket


class NamedDocument(TypedDict):
    """A ticket that a session should know of."""

    ticket: str
    state: str
    priority: str
    title: str


class PrimeDocument(TypedDict):
    """What stands in a workspace now, and `text`, what `yoi prime` prints.

    Outside of a workspace `workspace` and `store` are null, and all else is empty. `states`
    counts tickets; `current` is the ticket that this session works on.
    """

    workspace: str | None
    store: str | None
    states: dict[str, int]
    unreadable: int
    startable: list[NamedDocument]
    current: NamedDocument | None
    text: str


def prime_document(primer: Primer | None, text: str) -> PrimeDocument:
    if primer is None:
        return {
            "workspace": None,
            "store": None,
            "states": {},
            "unreadable": 0,
            "startable": [],
            "current": None,
            "text": text,
        }
    return {
        "workspace": primer.workspace,
        "store": primer.store,
        "states": dict(primer.states),
        "unreadable": primer.unreadable,
        "startable": [_named(one) for one in primer.startable],
        "current": None if primer.current is None else _named(primer.current),
        "text": text,
    }


def _named(one: PrimeTicket) -> NamedDocument:
    return {
        "ticket": one.ticket,
        "state": one.state,
        "priority": one.priority,
        "title": one.title,
    }
