"""`yoi next`, and how it is said that a ticket was claimed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api import claims as api
from yoi_cli.cli.context import Context, claiming_session_of
from yoi_cli.cli.refusals import options_clash, refuse_without
from yoi_cli.cli.text.report import (
    report_json,
    report_lines,
    warn_of_disagreement,
    with_next,
    write_next,
)
from yoi_cli.cli.text.table import (
    ID,
    TITLE,
    Cell,
    Column,
    print_table,
    priority_style,
    state_style,
)
from yoi_cli.model.time import stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.api.claims import Decision
    from yoi_cli.api.session import Session
    from yoi_cli.model.claim import Claim

_NEXT_COLUMNS = (
    Column("ticket", ID, style="bold"),
    Column("priority", heading="P"),
    Column("unblocks", justify="right"),
    Column("title", TITLE),
)


def next_tickets(
    ctx: Context,
    *,
    claim: bool = False,
    limit: int | None = 1,
    holder: str | None = None,
    lease: str | None = None,
    worktree: str | None = None,
    worker: str | None = None,
    local: bool = False,
    author: str | None = None,
    as_json: bool = False,
) -> int:
    """Show what to work on next, or claim it; the exit code."""
    session = claiming_session_of(ctx, local=local)
    given: dict[str, object] = {
        "--holder": holder,
        "--lease": lease,
        "--worktree": worktree,
        "--worker": worker,
        "--author": author,
        "--local": local or None,
    }
    if claim and limit != 1:
        raise options_clash("--claim takes the first one, so there is nothing to limit.", "--limit")
    if not claim:
        refuse_without("--claim", given)
        hidden: list[tuple[Sequence[str], int]] = []
        try:
            found = api.next_tickets(
                session, limit=limit, passed_over=lambda *told: hidden.append(told)
            )
            print_next(session, found, None, as_json=as_json)
        finally:
            for told in hidden:
                warn_of_disagreement(*told)
        return 0
    taken = api.claim_next(
        session,
        author=author,
        holder=holder,
        lease_ms=lease_of(lease),
        worktree=worktree,
        worker=worker,
    )
    print_next(session, taken.candidates, taken.claim, as_json=as_json)
    return 0


def lease_of(text: str | None) -> int | None:
    """The length of `--lease` in milliseconds. Raises `UsageError` for anything else."""
    from yoi_cli.model.time import parse_duration

    return None if text is None else parse_duration(text)


def print_claim(session: Session, word: str, claim: Claim, *, as_json: bool) -> None:
    """A claim was taken, renewed or given back."""
    if as_json:
        from yoi_cli.api.documents.routing import claim_document

        document = claim_document(claim)
        report_json("claim", with_next(session, claim.ticket, document))
        return
    generation, until = str(claim.generation), stamp(claim.expires_at)
    sentence = f"{word.capitalize()} {claim.ticket} by {claim.holder}, generation {generation}"
    report_lines(
        [(word, claim.ticket, claim.holder, generation, until)],
        [sentence if claim.is_released else f"{sentence}, until {until}"],
    )
    write_next(session, claim.ticket)


def print_next(
    session: Session, candidates: Sequence[Decision], claim: Claim | None, *, as_json: bool
) -> None:
    """What to work on, and the claim on it with what comes next."""
    if as_json:
        from yoi_cli.api.documents.routing import claim_document, next_document

        held = None
        if claim is not None:
            held = with_next(session, claim.ticket, claim_document(claim))
        report_json("next", next_document(candidates, held))
    elif claim is not None:
        print_claim(session, "claimed", claim, as_json=False)
    else:
        rows = [
            (
                Cell(decision.ticket, state_style(decision.state)),
                Cell(decision.priority, priority_style(decision.priority)),
                str(decision.unblocks),
                decision.title,
            )
            for decision in candidates
        ]
        print_table(_NEXT_COLUMNS, rows, empty="Nothing may start now.")
