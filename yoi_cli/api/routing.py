"""Routing: what may start, plan records and the gate (docs/routing.md, docs/ci.md).

`where` is a session, or a start where the past may be asked of a repository without a
workspace: `at` is a time or a commit, `merge` two revisions. `author` is who writes, None for
the one that the session knows. The `holder`'s own claim holds no ticket up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.held import store_of
from yoi_cli.model.states import READY

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from yoi_cli.api.held import Held
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.plan import AcceptedPlan
    from yoi_cli.model.routing import GivenDecision
    from yoi_cli.routing.choose import RoutedTickets as RoutedTickets
    from yoi_cli.routing.choose import SummarisedTickets as SummarisedTickets
    from yoi_cli.routing.decide import RecordedDecision as RecordedDecision
    from yoi_cli.routing.gate import GateAnswer as GateAnswer
    from yoi_cli.routing.gate import GateReport as GateReport
    from yoi_cli.routing.gate import GateResult as GateResult
    from yoi_cli.routing.replay import IllegalMove as IllegalMove
    from yoi_cli.routing.replay import MovePastBlockers as MovePastBlockers
    from yoi_cli.routing.replay import Replay as Replay
    from yoi_cli.routing.replay import ReplayedDecision as ReplayedDecision
    from yoi_cli.routing.router import Decision as Decision
    from yoi_cli.routing.router import DecisionSummary as DecisionSummary
    from yoi_cli.routing.router import Router
    from yoi_cli.routing.router import Unroutable as Unroutable
    from yoi_cli.routing.router import WaitTree as WaitTree
    from yoi_cli.tickets.blocking import Blocker as Blocker
    from yoi_cli.tickets.plan_records import PlanList as PlanList
    from yoi_cli.tickets.plan_records import Planned as Planned
    from yoi_cli.tickets.plan_records import PlanRemoval as PlanRemoval
    from yoi_cli.workspace.session import Session
    from yoi_cli.workspace.start import Start


def route(
    where: Session | Start,
    tickets: Sequence[str] = (),
    *,
    states: Collection[str] = (),
    at: str | None = None,
    merge: tuple[str, str] | None = None,
) -> RoutedTickets:
    """What each of `tickets`, or every open one, is ready for or waits for, and why.

    With `states`, only those in one of them. One that cannot be read hides no other. Raises
    `NotFoundError` for a ticket that is not there.
    """
    from yoi_cli.routing.choose import route_tickets
    from yoi_cli.routing.open import reading_router

    with reading_router(where, at=at, merge=merge) as router:
        return route_tickets(router, tickets, states)


def route_one(
    where: Session | Start,
    ticket: str,
    *,
    at: str | None = None,
    merge: tuple[str, str] | None = None,
) -> Decision:
    """What one ticket is ready for. Raises `StoreInvalidError` where it cannot be read."""
    from yoi_cli.routing.open import reading_router
    from yoi_cli.tickets.lookup import identify

    with reading_router(where, at=at, merge=merge) as router:
        return router.route(identify(router.reader, ticket))


def summarise(
    where: Session | Start,
    *,
    states: Collection[str] = (),
    at: str | None = None,
    merge: tuple[str, str] | None = None,
) -> SummarisedTickets:
    """What every open ticket, or every one in `states`, is ready for, without the evidence."""
    from yoi_cli.routing.choose import summarise_tickets
    from yoi_cli.routing.open import reading_router

    with reading_router(where, at=at, merge=merge) as router:
        return summarise_tickets(router, states)


def record(
    session: Session,
    ticket: str,
    judgement: GivenDecision,
    packet: Mapping[str, str],
    *,
    author: str | None = None,
    holder: str | None = None,
) -> RecordedDecision:
    """Append the decision about a ticket to its log, computed or given by hand.

    `packet` completes the intent packet that the description gives. Raises `UsageError` for a
    judgement that lacks what it needs, and `ConflictError` (`ready_refused`,
    `acceptance_missing`).
    """
    from yoi_cli.routing.decide import record_decision
    from yoi_cli.routing.open import open_claims

    return record_decision(open_claims(session, author, holder), ticket, judgement, packet)


def gate(
    where: Session | Start,
    tickets: Sequence[str] = (),
    *,
    commits: str | None = None,
    branch: str | None = None,
    allow_none: bool = False,
    require: str = READY,
    head: str | None = None,
    holder: str | None = None,
    at: str | None = None,
    merge: tuple[str, str] | None = None,
) -> GateReport:
    """Whether tickets have what is required: `ready`, `approved` or `done`.

    They are `tickets`, those that the `commits` of a range name, or that of `branch`, else of
    the current one. `head` is the commit to be approved. Raises `UsageError`, and
    `NotFoundError` for a single ticket that is not there.
    """
    from yoi_cli.git.commits import commits_of
    from yoi_cli.model.routing import APPROVED
    from yoi_cli.routing.gate import Gate, GateReport, check_requirement
    from yoi_cli.routing.git import gate_scope
    from yoi_cli.routing.open import ask_undisturbed, folder_of, open_router

    check_requirement(require)
    cwd = folder_of(where)
    found = None if commits is None else commits_of(cwd, commits)
    wanted = gate_scope.head_of(cwd, head, found) if require == APPROVED else None
    named = tickets or ([gate_scope.ticket_of(cwd, branch)] if found is None else ())

    def ask() -> tuple[GateResult, Router]:
        router = open_router(where, at=at, merge=merge, caller=holder or None)
        asked = Gate(router, require, wanted)
        if found is None:
            return asked.ask(named), router
        return asked.ask_commits(v for one in found.commits for v in one.trailers), router

    result, router = ask_undisturbed(ask)
    if found is not None and not result.tickets and not allow_none:
        raise gate_scope.no_trailers(found, commits or "")
    return GateReport(result, router.tree)


def add_plan(
    session: Session,
    ticket: str,
    kind: str,
    related: str | None = None,
    *,
    note: str | None = None,
    accepted: AcceptedPlan | None = None,
    author: str | None = None,
    commit: bool = False,
    held: Held | None = None,
) -> Planned:
    """Keep a plan record about a ticket; a relating one that stands is not written again.

    Raises `UsageError` for an unknown kind, and for a record that lacks what its kind needs.
    """
    from yoi_cli.api.autocommit import with_commit
    from yoi_cli.tickets.plan_records import PlanDraft, add_plan

    draft = PlanDraft(ticket, kind, related, note, accepted)
    planned = add_plan(store_of(session, held), draft, session.author(author))
    if not planned.changed:
        return planned
    what = f"plan {planned.record.kind} {planned.record.related_ticket or ''}".rstrip()
    return planned._replace(committed=with_commit(session, planned.committed, what, asked=commit))


def remove_plan(
    session: Session,
    ticket: str,
    kind: str,
    related: str | None = None,
    *,
    record: str | None = None,
    note: str | None = None,
    author: str | None = None,
    commit: bool = False,
) -> PlanRemoval:
    """Take back what plan records of a ticket say, by records of their own; nothing is deleted.

    Raises `UsageError` (`plan_not_removable`), `NotFoundError` (`plan_not_found`), and
    `ConflictError` (`plan_ambiguous`).
    """
    from yoi_cli.api.autocommit import with_commit
    from yoi_cli.tickets.plan_records import PlanDraft, remove_plan

    asked = PlanDraft(ticket, kind, related, note)
    done = remove_plan(session.store, asked, session.author(author), record=record)
    what = f"plan remove {kind} {done.records[0].related_ticket or ''}".rstrip()
    return done._replace(committed=with_commit(session, done.committed, what, asked=commit))


def list_plans(
    session: Session,
    ticket: str | None = None,
    *,
    kind: str | None = None,
    removed_too: bool = False,
) -> PlanList:
    """The plan records that a ticket has or is named by, or all of the store; with `removed_too`,
    also what was taken back."""
    from yoi_cli.tickets.plan_records import list_plans

    return list_plans(session.store, ticket, kind, removed_too=removed_too)


def replayed_tickets(session: Session, tickets: Sequence[str] = ()) -> Sequence[TicketId]:
    """The full ids of `tickets`, or of all where none is named."""
    from yoi_cli.tickets.lookup import identify

    store = session.store
    return [identify(store, word) for word in tickets] or store.ids()


def replay(
    session: Session,
    tickets: Sequence[TicketId],
    *,
    advance: Callable[[], None] = lambda: None,
) -> Replay:
    """Hold the recorded decisions about `tickets` against what the logs say of their instants.

    `advance` is called for each ticket. One that cannot be read is named in the result.
    """
    from yoi_cli.routing.replay import replay

    return replay(session.store, tickets, advance)
