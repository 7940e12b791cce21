"""`yoi route`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from yoi_cli.cli.completion.candidates import complete_words
from yoi_cli.cli.context import session_of
from yoi_cli.cli.filters import StatesOption, chosen_states
from yoi_cli.cli.options import AuthorOption, JsonOption, ReasonOption, tickets_argument
from yoi_cli.cli.routing.options import (
    AtOption,
    HolderOption,
    LeaseOption,
    MergeOption,
    WorkerOption,
    WorktreeOption,
    chosen_tickets,
    desk_of,
    lease_of,
    router_at,
)
from yoi_cli.cli.routing.route_text import (
    print_explanation,
    print_route,
    print_summaries,
    warn_of_notices,
    warn_of_unroutable,
)
from yoi_cli.cli.ticket.intent import (
    AcceptanceOption,
    BindingOption,
    EscalateOption,
    IntentOption,
    LatitudeOption,
    PacketFileOption,
    RequirementsOption,
    RisksOption,
    ValidationOption,
    said_parts,
)
from yoi_cli.errors import UsageError
from yoi_cli.model.claim import ClaimRequest
from yoi_cli.model.classification import CLASSIFICATIONS
from yoi_cli.model.states import OPEN_STATES
from yoi_cli.routing.decision_text import GivenDecision
from yoi_cli.routing.router import Decision, DecisionSummary, Router, Unroutable
from yoi_cli.worktrees.open import worktree_folder

if TYPE_CHECKING:
    from yoi_cli.routing.claims import ClaimService


def route(
    ctx: typer.Context,
    tickets: RoutedArgument = None,
    all_open: AllOpenOption = False,
    state: StatesOption = None,
    explain: ExplainOption = False,
    at: AtOption = None,
    merge: MergeOption = None,
    record: RecordOption = False,
    accept: AcceptOption = False,
    as_class: ClassOption = None,
    reason: ReasonOption = None,
    missing: MissingOption = None,
    checked: CheckedOption = None,
    beyond_latitude: BeyondLatitudeOption = None,
    next_question: NextQuestionOption = None,
    intent: IntentOption = None,
    binding: BindingOption = None,
    requirements: RequirementsOption = None,
    acceptance: AcceptanceOption = None,
    latitude: LatitudeOption = None,
    escalate: EscalateOption = None,
    validation: ValidationOption = None,
    risks: RisksOption = None,
    intent_file: PacketFileOption = None,
    branch: BranchOption = None,
    worktree: WorktreeOption = None,
    holder: HolderOption = None,
    lease: LeaseOption = None,
    worker: WorkerOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say of each ticket what it is ready for, or what it waits for, and why.

    Nothing is changed unless --record or --accept asks for it, on one ticket.

    \b
    Examples:
      yoi route --explain
      yoi route 00001M7WFCY38 --accept --holder ada --lease 2h
      yoi route --at 2026-06-25
    """
    words = tickets or []
    judgement = GivenDecision(as_class, reason, missing, checked, beyond_latitude, next_question)
    if not (record or accept):
        _check_reading(judgement)
        router = router_at(ctx, at, merge)
        _route(router, words, state or [], explain=explain, as_json=as_json)
        return
    _check_now(at, merge)
    if len(words) != 1 or all_open or (record and accept):
        raise _one_ticket_needed()
    given = (intent, binding, requirements, acceptance, latitude, escalate, validation, risks)
    decision = _Decision(words[0], judgement, said_parts(given, intent_file))
    session = session_of(ctx)
    desk = desk_of(session, author, holder)
    if record:
        _record(desk, decision, as_json=as_json)
        return
    request = ClaimRequest(holder or desk.by.author, lease_of(session, lease), worktree, worker)
    _accept(desk, decision, request, branch, folder=worktree_folder(session), as_json=as_json)


class _Decision(NamedTuple):
    """What is to be written about a ticket: the judgement and the parts of the packet given."""

    ticket: str
    judgement: GivenDecision
    said: Mapping[str, str]


def _record(desk: ClaimService, decision: _Decision, *, as_json: bool) -> None:
    from yoi_cli.cli.routing.route_text import print_recorded
    from yoi_cli.routing.decide import record_decision

    print_recorded(record_decision(desk, *decision), as_json=as_json)


def _accept(
    desk: ClaimService,
    decision: _Decision,
    request: ClaimRequest,
    branch: str | None,
    *,
    folder: str,
    as_json: bool,
) -> None:
    from yoi_cli.cli.routing.route_text import print_accepted
    from yoi_cli.routing.accept import Acceptance, accept_ticket

    ticket, judgement, said = decision
    plan = Acceptance(request, branch, request.worktree, folder=folder)
    print_accepted(accept_ticket(desk, ticket, plan, judgement, said), as_json=as_json)


def _check_reading(judgement: GivenDecision) -> None:
    if judgement.classification is not None:
        raise UsageError(
            "judgement_unused",
            "--as says what to record, and nothing is to be recorded.",
            hint="Add --record or --accept.",
        )


def _check_now(at: str | None, merge: tuple[str, str] | None) -> None:
    if at is not None or merge is not None:
        raise UsageError(
            "past_not_writable",
            "--record and --accept decide about the store as it is, not as it was or would be.",
            hint="Leave --at and --merge away, or --record and --accept.",
        )


def _one_ticket_needed() -> UsageError:
    return UsageError(
        "one_ticket_needed",
        "--record and --accept work on one ticket, one of them at a time.",
        hint="Accepting records the decision too.",
    )


def _route(
    router: Router, words: list[str], state: list[str], *, explain: bool, as_json: bool
) -> None:
    if not (words or explain or as_json):
        rows = list(router.summarise(chosen_states(state) or OPEN_STATES))
        summaries = [row for row in rows if isinstance(row, DecisionSummary)]
        print_summaries(summaries, [row for row in rows if isinstance(row, Unroutable)])
        warn_of_notices(router.context.notices, [row.ticket for row in summaries])
        return
    outcome = list(router.route_all(chosen_tickets(router.reader, words, state)))
    decisions = [row for row in outcome if isinstance(row, Decision)]
    unroutable = [row for row in outcome if isinstance(row, Unroutable)]
    if explain and not as_json:
        for decision in decisions:
            print_explanation(decision, router.tree(decision.ticket))
        warn_of_notices(router.context.notices, [row.ticket for row in decisions])
        warn_of_unroutable(unroutable)
        return
    print_route(decisions, unroutable, as_json=as_json, as_card=bool(words))


RoutedArgument = Annotated[
    list[str] | None, tickets_argument("The tickets to route; every open one where none is given.")
]
AllOpenOption = Annotated[bool, typer.Option("--all", help="Every open ticket.")]
ExplainOption = Annotated[
    bool, typer.Option("--explain", help="Draw what each ticket waits for, as a tree.")
]
RecordOption = Annotated[
    bool, typer.Option("--record", help="Append the decision to the ticket's log.")
]
AcceptOption = Annotated[
    bool, typer.Option("--accept", help="Take the ticket up: record, move and claim it.")
]
ClassOption = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="CLASS",
        help="Give the classification by hand; needs --reason.",
        autocompletion=complete_words(CLASSIFICATIONS),
    ),
]
MissingOption = Annotated[
    str | None, typer.Option("--missing", metavar="TEXT", help="What is not decided.")
]
CheckedOption = Annotated[
    str | None, typer.Option("--checked", metavar="TEXT", help="What was looked at.")
]
BeyondLatitudeOption = Annotated[
    str | None,
    typer.Option("--beyond-latitude", metavar="TEXT", help="Why the implementer cannot decide it."),
]
NextQuestionOption = Annotated[
    str | None,
    typer.Option("--next-question", metavar="TEXT", help="What planning is to answer."),
]
BranchOption = Annotated[
    str | None, typer.Option("--branch", metavar="NAME", help="The branch of the work.")
]
