"""The JSON types of claims (docs/routing.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from yoi_cli.api.documents.routing import DecisionDocument, decision_document
from yoi_cli.model.time import stamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.claim import Claim
    from yoi_cli.routing.router import Decision


class ClaimDocument(TypedDict):
    """A claim. The generation is what its holder renews and releases it with."""

    ticket: str
    holder: str
    generation: int
    taken_at: str
    expires_at: str
    worktree: str | None
    worker: str | None
    released: bool


class ClaimsDocument(TypedDict):
    """The claims of a clone; `alive` are the tickets whose lease runs."""

    claims: list[ClaimDocument]
    alive: list[str]


class NextDocument(TypedDict):
    """What may start now, best first, and the claim on the first, where one was taken."""

    candidates: list[DecisionDocument]
    claim: ClaimDocument | None


def claim_document(claim: Claim) -> ClaimDocument:
    return {
        "ticket": claim.ticket,
        "holder": claim.holder,
        "generation": claim.generation,
        "taken_at": stamp(claim.taken_at),
        "expires_at": stamp(claim.expires_at),
        "worktree": claim.worktree,
        "worker": claim.worker,
        "released": claim.is_released,
    }


def claims_document(claims: Iterable[Claim], now: int) -> ClaimsDocument:
    listed = tuple(claims)
    return {
        "claims": [claim_document(claim) for claim in listed],
        "alive": [claim.ticket for claim in listed if claim.is_alive(now)],
    }


def next_document(candidates: Iterable[Decision], claim: Claim | None) -> NextDocument:
    return {
        "candidates": [decision_document(decision) for decision in candidates],
        "claim": None if claim is None else claim_document(claim),
    }
