"""What the beginning and the end of a claim leave in a ticket's log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.claim import parse_generation
from yoi_cli.model.events import CLAIM, NewEvent, new_event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.claim import Claim
    from yoi_cli.model.events import Author, Event


def claim_event(claim: Claim, by: Author, status: str) -> NewEvent:
    """The event that a claim's beginning or end leaves in the log."""
    if by.japanese:
        verb = {"taken": "claim しました。", "released": "claim を解放しました。"}[status]
        body = f"{claim.holder} が generation {claim.generation} を{verb}"
    else:
        verb = {"taken": "took", "released": "gave back"}[status]
        body = f"{claim.holder} {verb} generation {claim.generation}."
    attributes = (
        ("status", status),
        ("holder", claim.holder),
        ("generation", str(claim.generation)),
    )
    return new_event(CLAIM, by, body, attributes)


def greatest_generation(log: Iterable[Event]) -> int:
    """The greatest generation that a ticket's log names; 0 where it names none."""
    return max((generation_of(event) for event in log if event.kind == CLAIM), default=0)


def generation_of(event: Event) -> int:
    """The generation that an event about a claim names; 0 for none."""
    return parse_generation(event.attributes.get("generation", "")) or 0
