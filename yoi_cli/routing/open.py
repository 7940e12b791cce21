"""From a session to routing: the only place that builds a routing context (docs/routing.md)."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError, UsageError
from yoi_cli.routing.router import Router, RoutingContext
from yoi_cli.workspace.session import Session, open_session
from yoi_cli.workspace.start import Start, starting_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from yoi_cli.git.commit_facts import CommitFacts
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.lost import LostRecords
    from yoi_cli.routing.claims import ClaimList, ClaimService
    from yoi_cli.routing.gate import GateResult
    from yoi_cli.store.ports import RoutingReader

#: How often a gate asks again while git is at work, and how much longer it waits each time
#: (seconds).
_ATTEMPTS = 8
_PAUSE = 0.05


def routing_context(
    session: Session, caller: str = "", facts: CommitFacts | None = None
) -> RoutingContext:
    """What routing takes from the settings, the claims and the checkout of a session.

    `caller` is the holder on whose behalf is routed: its own claim does not hold it up. `facts`
    are for whoever routes again and again.
    """
    from yoi_cli.routing.claims import views

    config = session.config
    return RoutingContext(
        claims=views(session.claims, _now_ms()),
        max_in_progress=config.max_in_progress,
        dirty=session.uncommitted() if config.require_clean else (),
        caller=caller,
        japanese=config.is_japanese,
        lost=lambda tickets: _lost(session, tickets, facts),
        lost_records=lambda: _lost_records(session, facts),
        requires_acceptance=config.require_acceptance,
    )


def _lost(
    session: Session, tickets: Collection[TicketId], facts: CommitFacts | None
) -> Mapping[str, frozenset[str]]:
    from yoi_cli.merge.open import lost_to_git

    return lost_to_git(session, tickets, facts)


def _lost_records(session: Session, facts: CommitFacts | None) -> Sequence[LostRecords]:
    from yoi_cli.merge.open import lost_records_to_git

    return tuple(lost_records_to_git(session, facts=facts).values())


def open_router(
    where: Session | Start,
    *,
    at: str | None = None,
    merge: tuple[str, str] | None = None,
    caller: str | None = "",
    reader: RoutingReader | None = None,
) -> Router:
    """What routes a store as it is, as of `at`, or as merging two revisions would make it.

    `reader` reads the store as it is, where another has read parts of it before.
    A `caller` of None is whoever works in the session. Of the past and of merges, claims,
    places and the state of the checkout say nothing; a start without a workspace, as in a
    bare repository, will do for them. Raises what `open_session`, `open_snapshot` and
    `open_merged` raise, and `UsageError` for both of `at` and `merge`.
    """
    if at is not None and merge is not None:
        raise UsageError(
            "point_given_twice",
            "--at and --merge each say which store is meant.",
            hint="Give one of them.",
        )
    if at is not None or merge is not None:
        if isinstance(where, Session):
            where = Start(where.workspace, True, "", where.environment)
        return _snapshot_router(where, at, merge)
    session = where if isinstance(where, Session) else open_session(where)
    context = routing_context(session, session.author(None).author if caller is None else caller)
    return Router(session.store if reader is None else reader, context)


@contextmanager
def reading_router(
    where: Session | Start,
    *,
    at: str | None = None,
    merge: tuple[str, str] | None = None,
    caller: str | None = "",
) -> Iterator[Router]:
    """As `open_router`, for what decides nothing: the store as it is is read with its index."""
    if at is not None or merge is not None:
        yield open_router(where, at=at, merge=merge)
        return
    session = where if isinstance(where, Session) else open_session(where)
    with session.reading() as reader:
        yield open_router(session, caller=caller, reader=reader)


def ask_undisturbed(ask: Callable[[], tuple[GateResult, Router]]) -> tuple[GateResult, Router]:
    """What a gate answers, by a router whose store git left alone meanwhile: it may have taken
    files away, and put them back.

    Raises `StoreInvalidError` (`git_at_work`) where git does not come to rest, and the answer
    would be that all are ready.
    """
    for attempt in range(_ATTEMPTS):
        result, router = ask()
        if not (router.reader.is_disturbed and result.is_ready):
            return result, router
        time.sleep(_PAUSE * attempt)
    raise StoreInvalidError(
        "git_at_work",
        "git is at work in the checkout of the store, so what stands in its files now may not be "
        "what was recorded.",
        hint="Ask again when the git command is done.",
    )


def open_claims(
    session: Session, author: str | None = None, holder: str | None = None
) -> ClaimService:
    """What claims and decides in a session; routed for `holder`, else for the author."""
    from yoi_cli.routing.claims import ClaimService

    by = session.author(author)
    context = routing_context(session, holder or by.author)
    return ClaimService(session.store, session.claims, by, context)


def read_claims(session: Session, *, every: bool) -> ClaimList:
    """The claims of the session's clone as they stand now; with `every`, ended ones too."""
    from yoi_cli.routing.claims import list_claims

    return list_claims(session.claims, _now_ms(), every=every)


def folder_of(where: Session | Start) -> str:
    """The absolute folder in which git is asked."""
    return where.workspace if isinstance(where, Session) else starting_folder(where)


def _snapshot_router(start: Start, at: str | None, merge: tuple[str, str] | None) -> Router:
    from yoi_cli.model.findings import conflict_sentence
    from yoi_cli.routing.snapshot import open_merged, open_snapshot

    snapshot = open_snapshot(start, at or "") if merge is None else open_merged(start, merge)
    japanese = snapshot.config.is_japanese
    notices = {
        ticket: tuple(conflict_sentence(one, japanese=japanese) for one in conflicts)
        for ticket, conflicts in snapshot.conflicts.items()
    }
    context = RoutingContext(
        japanese=japanese,
        notices=notices,
        requires_acceptance=snapshot.config.require_acceptance,
    )
    return Router(snapshot.reader, context)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
