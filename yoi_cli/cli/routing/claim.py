"""`yoi next`, `claim`, `release` and `claims`: who works on what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import claims as api
from yoi_cli.cli.context import claiming_session_of, session_of
from yoi_cli.cli.options import (
    AuthorOption,
    DatesOption,
    HolderOption,
    JsonOption,
    LeaseOption,
    LimitOption,
    LocalOption,
    TicketArgument,
    WorkerOption,
    WorktreeOption,
)
from yoi_cli.cli.plain.next import lease_of, next_tickets, print_claim
from yoi_cli.cli.refusals import options_clash, refuse_without
from yoi_cli.cli.text.report import (
    report_json,
    warn,
)
from yoi_cli.cli.text.table import (
    ID,
    TEXT,
    TIME,
    Cell,
    Column,
    print_table,
)
from yoi_cli.model.time import stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.api.claims import ClaimList, KnownClaim
    from yoi_cli.model.claim import Claim


def next_(
    ctx: typer.Context,
    claim: Annotated[bool, typer.Option("--claim", help="Claim the first one available.")] = False,
    limit: LimitOption = 1,
    holder: HolderOption = None,
    lease: LeaseOption = None,
    worktree: WorktreeOption = None,
    worker: WorkerOption = None,
    local: LocalOption = False,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> int:
    """Show what to work on next: by priority, by how many tickets wait for it, by age.

    Exits 5 if nothing may start. With --claim, the first one available is claimed.

    \b
    Example:
      yoi next --claim --holder ada --json
    """
    return next_tickets(
        ctx,
        claim=claim,
        limit=limit,
        holder=holder,
        lease=lease,
        worktree=worktree,
        worker=worker,
        local=local,
        author=author,
        as_json=as_json,
    )


def claim(
    ctx: typer.Context,
    ticket: TicketArgument,
    holder: HolderOption = None,
    lease: LeaseOption = None,
    renew: Annotated[
        int | None,
        typer.Option("--renew", metavar="GENERATION", help="Renew the lease."),
    ] = None,
    worktree: WorktreeOption = None,
    worker: WorkerOption = None,
    local: LocalOption = False,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Claim a ticket that may start, so that nobody else takes it.

    One of any number of callers wins; the others exit 4 and are told who did. The claim
    ends with its lease. Its generation is what the holder renews and releases it with.
    """
    session, lease_ms = claiming_session_of(ctx, local=local), lease_of(lease)
    if renew is not None:
        for option, value in (("--worktree", worktree), ("--worker", worker)):
            if value is not None:
                raise options_clash("A claim that is renewed stays as it was taken.", option)
        renewed = api.renew(session, ticket, renew, author=author, holder=holder, lease_ms=lease_ms)
        print_claim(session, "renewed", renewed, as_json=as_json)
        return
    taken = api.claim(
        session,
        ticket,
        author=author,
        holder=holder,
        lease_ms=lease_ms,
        worktree=worktree,
        worker=worker,
    )
    print_claim(session, "claimed", taken, as_json=as_json)


def release(
    ctx: typer.Context,
    ticket: TicketArgument,
    generation: Annotated[
        int | None,
        typer.Option(
            "--generation",
            metavar="N",
            help="Only if the claim still has this generation; best for programs.",
        ),
    ] = None,
    local: LocalOption = False,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a claimed ticket back."""
    session = claiming_session_of(ctx, local=local)
    released = api.release(session, ticket, generation=generation, author=author)
    print_claim(session, "released", released, as_json=as_json)


def claims(
    ctx: typer.Context,
    every: Annotated[
        bool, typer.Option("--all", help="Include ended claims, with their generations.")
    ] = False,
    dates: DatesOption = False,
    remote: Annotated[
        bool,
        typer.Option("--remote", help="Those of all clones, as [claims] remote has them."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List who holds which ticket, and for how long.

    Exits 4 where --remote cannot be reached.
    """
    if remote:
        refuse_without("the claims of this clone", {"--dates": dates or None})
        print_remote_claims(api.list_remote_claims(session_of(ctx)), every=every, as_json=as_json)
        return
    found = api.list_claims(session_of(ctx), every=every)
    print_claims(found, as_json=as_json, dates=dates)
    warn(f"The claim of {ticket} cannot be read." for ticket in found.unreadable)


_CLAIM_COLUMNS = (
    Column("ticket", ID, style="bold"),
    Column("holder", TEXT, style="cyan"),
    Column("generation", justify="right", heading="gen"),
    Column("until", TIME),
    Column("lease"),
)
_REMOTE_COLUMNS = (
    Column("ticket", ID, style="bold"),
    Column("holder", TEXT, style="cyan"),
    Column("generation", justify="right", heading="gen"),
    Column("taken by"),
    Column("state"),
)


def print_claims(found: ClaimList, *, as_json: bool, dates: bool) -> None:
    """Who holds which ticket."""
    now = found.now_ms
    if as_json:
        from yoi_cli.api.documents.routing import claims_document

        report_json("claims", claims_document(found.claims, now))
        return
    rows = [
        (
            claim.ticket,
            claim.holder,
            str(claim.generation),
            stamp(claim.expires_at),
            _lease(claim, now),
        )
        for claim in found.claims
    ]
    print_table(_CLAIM_COLUMNS, rows, empty="Nothing is claimed.", dates=dates)


def print_remote_claims(found: Sequence[KnownClaim], *, every: bool, as_json: bool) -> None:
    """Who holds which ticket, by what the remote says. When a lease ends is for each clone to see,
    so no time is told."""
    shown = [one for one in found if every or not one.claim.is_over]
    if as_json:
        from yoi_cli.api.documents.routing import remote_claims_document

        report_json("remote_claims", remote_claims_document(shown))
        return
    rows = [
        (
            one.claim.ticket,
            one.claim.shown_holder,
            str(one.claim.generation),
            "this clone" if one.is_own else "",
            one.claim.state,
        )
        for one in shown
    ]
    print_table(_REMOTE_COLUMNS, rows, empty="Nothing is claimed at the remote.")


def _lease(claim: Claim, now: int) -> Cell:
    if claim.is_released:
        return Cell("released", "dim")
    return Cell("runs", "green") if claim.is_alive(now) else Cell("ended", "yellow")
