"""Claims and what is next, on a terminal, in a pipe and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.cli.text.report import report_json, report_lines
from yoi_cli.cli.text.table import Cell, Column, print_table, state_style
from yoi_cli.model.time import stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.model.claim import Claim
    from yoi_cli.routing.router import Decision

_CLAIM_COLUMNS = (
    Column("ticket", style="bold", no_wrap=True),
    Column("holder", ratio=1),
    Column("generation", justify="right", no_wrap=True),
    Column("until", no_wrap=True),
    Column("lease", no_wrap=True),
)
_NEXT_COLUMNS = (
    Column("ticket", style="bold", no_wrap=True),
    Column("priority", no_wrap=True),
    Column("unblocks", justify="right", no_wrap=True),
    Column("title", ratio=1),
)


def say_claim(word: str, claim: Claim, *, as_json: bool) -> None:
    """A claim was taken, renewed or given back."""
    if as_json:
        from yoi_cli.api.documents.claims import claim_document

        report_json("claim", claim_document(claim))
        return
    generation, until = str(claim.generation), stamp(claim.expires_at)
    said = f"{word.capitalize()} {claim.ticket} by {claim.holder}, generation {generation}"
    report_lines(
        [(word, claim.ticket, claim.holder, generation, until)],
        [said if claim.is_released else f"{said}, until {until}"],
    )


def say_claims(claims: Sequence[Claim], now: int, *, as_json: bool) -> None:
    """Who holds which ticket."""
    if as_json:
        from yoi_cli.api.documents.claims import claims_document

        report_json("claims", claims_document(claims, now))
        return
    rows = [
        [
            Cell(claim.ticket),
            Cell(claim.holder),
            Cell(str(claim.generation)),
            Cell(stamp(claim.expires_at)),
            _lease(claim, now),
        ]
        for claim in claims
    ]
    print_table(_CLAIM_COLUMNS, rows, empty="Nothing is claimed.")


def _lease(claim: Claim, now: int) -> Cell:
    if claim.is_released:
        return Cell("released", "dim")
    return Cell("runs", "green") if claim.is_alive(now) else Cell("ended", "yellow")


def say_next(candidates: Sequence[Decision], claim: Claim | None, *, as_json: bool) -> None:
    """What to work on, and the claim on it."""
    if as_json:
        from yoi_cli.api.documents.claims import next_document

        report_json("next", next_document(candidates, claim))
    elif claim is not None:
        say_claim("claimed", claim, as_json=False)
    else:
        rows = [
            [
                Cell(decision.ticket, state_style(decision.state)),
                Cell(decision.priority),
                Cell(str(decision.unblocks)),
                Cell(decision.title),
            ]
            for decision in candidates
        ]
        print_table(_NEXT_COLUMNS, rows, empty="Nothing may start now.")
