"""What a batch has in hand while its operations are made (`api/batch.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from yoi_cli.store.ports import ClaimEnds, TicketStore
    from yoi_cli.workspace.session import Session


class Held(NamedTuple):
    """A store whose lock is had already, and what ends the claims of tickets in it."""

    store: TicketStore
    claims: ClaimEnds


def store_of(session: Session, held: Held | None) -> TicketStore:
    """The store that is written to: what is held, else the session's own."""
    return session.store if held is None else held.store


def claims_of(session: Session, held: Held | None) -> ClaimEnds:
    """The same of claims."""
    return session.claims if held is None else held.claims
