"""What the beginning and the end of a claim leave in a ticket's log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.events import CLAIM, NewEvent, new_event

if TYPE_CHECKING:
    from yoi_cli.model.claim import Claim
    from yoi_cli.model.events import Author


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
