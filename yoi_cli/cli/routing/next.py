"""`yoi next`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.filters import LimitOption
from yoi_cli.cli.options import AuthorOption, JsonOption
from yoi_cli.cli.routing.claims_text import say_next
from yoi_cli.cli.routing.options import (
    HolderOption,
    LeaseOption,
    WorkerOption,
    WorktreeOption,
    desk_of,
    lease_of,
    routing_context,
)
from yoi_cli.model.claim import ClaimRequest
from yoi_cli.routing.claims import claim_next, find_next, nothing_ready


def next_(
    ctx: typer.Context,
    claim: Annotated[
        bool, typer.Option("--claim", help="Claim the first that can be had.")
    ] = False,
    limit: LimitOption = 1,
    holder: HolderOption = None,
    lease: LeaseOption = None,
    worktree: WorktreeOption = None,
    worker: WorkerOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what to work on next: by priority, by how many tickets wait for it, by age.

    Exits 5 where nothing may start. With --claim, the first that can be had is claimed.

    \b
    Example:
      yoi next --claim --holder ada --json
    """
    session = session_of(ctx)
    if claim:
        desk = desk_of(session, author, holder)
        request = ClaimRequest(holder or desk.by.author, lease_of(session, lease), worktree, worker)
        taken = claim_next(desk, request)
        say_next(taken.candidates, taken.claim, as_json=as_json)
        return
    found = find_next(session.store, routing_context(session), limit)
    if not found:
        raise nothing_ready()
    say_next(found, None, as_json=as_json)
