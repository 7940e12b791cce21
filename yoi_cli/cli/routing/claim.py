"""`yoi claim`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import AuthorOption, JsonOption, TicketArgument
from yoi_cli.cli.routing.claims_text import say_claim
from yoi_cli.cli.routing.options import (
    HolderOption,
    LeaseOption,
    WorkerOption,
    WorktreeOption,
    desk_of,
    lease_of,
)
from yoi_cli.model.claim import ClaimRequest
from yoi_cli.routing.claims import claim_ticket, renew_claim


def claim(
    ctx: typer.Context,
    ticket: TicketArgument,
    holder: HolderOption = None,
    lease: LeaseOption = None,
    renew: Annotated[
        int | None,
        typer.Option("--renew", metavar="GENERATION", help="Begin the lease anew."),
    ] = None,
    worktree: WorktreeOption = None,
    worker: WorkerOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Claim a ticket that may start, so that nobody else takes it.

    One of any number of callers wins; the others exit 4 and are told who did. The claim
    ends with its lease. Its generation is what the holder renews and releases it with.
    """
    session = session_of(ctx)
    desk = desk_of(session, author, holder)
    length = lease_of(session, lease)
    if renew is not None:
        say_claim("renewed", renew_claim(desk, ticket, renew, length), as_json=as_json)
        return
    request = ClaimRequest(holder or desk.by.author, length, worktree, worker)
    say_claim("claimed", claim_ticket(desk, ticket, request), as_json=as_json)
