"""What the routing commands share: which tickets, and what they know besides the store."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.cli.context import session_of, start_of
from yoi_cli.cli.filters import chosen_states
from yoi_cli.errors import UsageError
from yoi_cli.model import states
from yoi_cli.model.time import parse_duration
from yoi_cli.routing.router import Router, RoutingContext
from yoi_cli.routing.snapshot import open_merged, open_snapshot
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from yoi_cli.model.ids import TicketId
    from yoi_cli.routing.claims import ClaimService
    from yoi_cli.routing.snapshot import Snapshot
    from yoi_cli.store.ports import TicketReader
    from yoi_cli.workspace.session import Session

HolderOption = Annotated[
    str | None,
    typer.Option("--holder", metavar="NAME", help="Who holds it; the author where not given."),
]
LeaseOption = Annotated[
    str | None,
    typer.Option(
        "--lease", metavar="TIME", help="How long it lasts, such as 30m or 1d; 1h where not given."
    ),
]
WorktreeOption = Annotated[
    str | None, typer.Option("--worktree", metavar="DIR", help="Where the work is done.")
]
WorkerOption = Annotated[
    str | None, typer.Option("--worker", metavar="ID", help="The worker that does it.")
]
AtOption = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="TIME|REV",
        help="The store as of a time (2026-06-25, a full time, 3d ago) or a commit; "
        "time: or rev: in front says which.",
    ),
]
MergeOption = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--merge",
        metavar="A B",
        help="The store as merging two revisions would make it; nothing is written.",
    ),
]


def chosen_tickets(
    reader: TicketReader, words: Sequence[str], wanted: Sequence[str]
) -> list[TicketId]:
    """The tickets that `words` name, or all open ones; of these, those in a `wanted` state.

    Which tickets are open is told by the projection, and one that cannot be read is among
    them. Raises `UsageError` for an unknown state.
    """
    asked = chosen_states(wanted)
    named = {identify(reader, word): None for word in words}
    if named and not asked:
        return list(named)
    shown = asked or states.OPEN_STATES
    return [
        row.id
        for row in reader.all_fields()
        if (not named or row.id in named)
        and (row.error is not None or row.fields.get("state") in shown)
    ]


def routing_context(session: Session, caller: str = "") -> RoutingContext:
    """What routing takes from the configuration and the clone of a session."""
    from yoi_cli.routing.claims import views

    config = session.config
    return RoutingContext(
        claims=views(session.claims, now_ms()),
        max_in_progress=config.max_in_progress,
        dirty=session.uncommitted() if config.require_clean else (),
        caller=caller,
        japanese=config.is_japanese,
    )


def router_at(ctx: typer.Context, at: str | None, merge: tuple[str, str] | None = None) -> Router:
    """What routes the store as it is, as of `at`, or as `merge` would make it.

    Of the latter two, claims, places and the state of the checkout say nothing. Raises what
    `open_snapshot` and `open_merged` raise.
    """
    if at is not None and merge is not None:
        raise UsageError(
            "point_given_twice",
            "--at and --merge each say which store is meant.",
            hint="Give one of them.",
        )
    if merge is not None:
        return _snapshot_router(open_merged(start_of(ctx), merge))
    if at is not None:
        return _snapshot_router(open_snapshot(start_of(ctx), at))
    session = session_of(ctx)
    return Router(session.store, routing_context(session))


def _snapshot_router(snapshot: Snapshot) -> Router:
    from yoi_cli.merge.messages import conflict_sentence

    japanese = snapshot.config.is_japanese
    notices = {
        ticket: tuple(conflict_sentence(one, japanese=japanese) for one in conflicts)
        for ticket, conflicts in snapshot.conflicts.items()
    }
    return Router(snapshot.reader, RoutingContext(japanese=japanese, notices=notices))


def desk_of(session: Session, author: str | None, holder: str | None = None) -> ClaimService:
    """Where claims and decisions of this session are made."""
    from yoi_cli.routing.claims import ClaimService

    by = session.author(author)
    context = routing_context(session, holder or by.author)
    return ClaimService(session.store, session.claims, by, context)


def lease_of(session: Session, text: str | None) -> int:
    """The lease that was asked for, else the configured one, in milliseconds."""
    if text is not None:
        return parse_duration(text)
    return session.config.lease_minutes * 60_000


def now_ms() -> int:
    """The instant, in Unix milliseconds."""
    return time.time_ns() // 1_000_000
