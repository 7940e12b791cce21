"""`yoi route`: what each ticket is ready for, or waits for, and why (docs/routing.md)."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api import routing
from yoi_cli.cli.candidates import complete_words
from yoi_cli.cli.context import claiming_session_of, start_of
from yoi_cli.cli.given_words import chosen_states
from yoi_cli.cli.options import (
    AtOption,
    AuthorOption,
    HolderOption,
    JsonOption,
    LeaseOption,
    LocalOption,
    MergeOption,
    ReasonOption,
    StatesOption,
    WorkerOption,
    WorktreeOption,
    tickets_argument,
)
from yoi_cli.cli.plain.next import lease_of
from yoi_cli.cli.plain.route import Reading, print_routed
from yoi_cli.cli.plain.route_text import print_accepted, print_recorded
from yoi_cli.cli.refusals import options_clash, refuse_without
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
    given_parts,
)
from yoi_cli.errors import UsageError
from yoi_cli.model.routing import CLASSIFICATIONS, GivenDecision

RoutedArgument = Annotated[
    list[str] | None, tickets_argument("The tickets to route; default every open one.")
]
AllOpenOption = Annotated[bool, typer.Option("--all", help="Every open ticket.")]
ExplainOption = Annotated[
    bool, typer.Option("--explain", help="Draw what each ticket waits for, as a tree.")
]
RecordOption = Annotated[
    bool, typer.Option("--record", help="Append the decision to the ticket's log.")
]
AcceptOption = Annotated[
    bool, typer.Option("--accept", help="Accept the ticket: record, move and claim it.")
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
    str | None, typer.Option("--checked", metavar="TEXT", help="What was checked.")
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
    local: LocalOption = False,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show for each ticket what it is ready for, or what it waits for, and why.

    Nothing is changed unless --record or --accept asks for it, on one ticket.

    \b
    Examples:
      yoi route --explain
      yoi route 00001M7WFCY38 --accept --holder ada --lease 2h
      yoi route --at 2026-06-25
    """
    words = tickets or []
    judgement = GivenDecision(as_class, reason, missing, checked, beyond_latitude, next_question)
    packet: dict[str, object] = {
        "--intent": intent,
        "--binding": binding,
        "--requirements": requirements,
        "--acceptance": acceptance,
        "--latitude": latitude,
        "--escalate": escalate,
        "--validation": validation,
        "--risks": risks,
        "--intent-file": intent_file,
        "--missing": missing,
        "--checked": checked,
        "--beyond-latitude": beyond_latitude,
        "--next-question": next_question,
        "--reason": reason,
    }
    if not (record or accept):
        _check_reading(judgement)
        if words and (all_open or state):
            unused = "--all" if all_open else "--state"
            raise options_clash("--all and --state choose tickets, and so do ids.", unused)
        without_use = {
            "--branch": branch,
            "--worktree": worktree,
            "--worker": worker,
            "--holder": holder,
            "--lease": lease,
            "--author": author,
            "--local": local or None,
        }
        refuse_without("--record or --accept", packet | without_use)
        asked = Reading(words, chosen_states(state), at, merge)
        print_routed(start_of(ctx), asked, explain=explain, as_json=as_json)
        return
    _check_now(at, merge)
    refuse_without("tickets to look at", {"--explain": explain or None, "--state": state})
    if record:
        taken = {"--branch": branch, "--worktree": worktree, "--worker": worker, "--lease": lease}
        taken |= {"--local": "yes"} if local else {}
        refuse_without("--accept", taken)
    if len(words) != 1 or all_open or (record and accept):
        raise _one_ticket_needed()
    given = (intent, binding, requirements, acceptance, latitude, escalate, validation, risks)
    parts, ticket = given_parts(given, intent_file), words[0]
    session = claiming_session_of(ctx, local=local)
    if record:
        done = routing.record(session, ticket, judgement, parts, author=author, holder=holder)
        print_recorded(session, done, as_json=as_json)
        return
    from yoi_cli.api.claims import accept as accept_ticket

    accepted = accept_ticket(
        session,
        ticket,
        judgement,
        parts,
        branch=branch,
        worktree=worktree,
        worker=worker,
        author=author,
        holder=holder,
        lease_ms=lease_of(lease),
    )
    print_accepted(session, accepted, as_json=as_json)


def _check_reading(judgement: GivenDecision) -> None:
    if judgement.classification is not None:
        raise UsageError(
            "judgement_unused",
            "--as is used only with --record or --accept.",
            hint="Add --record or --accept.",
        )


def _check_now(at: str | None, merge: tuple[str, str] | None) -> None:
    if at is not None or merge is not None:
        raise UsageError(
            "past_not_writable",
            "--record and --accept work on the current store, not on --at or --merge.",
            hint="Leave out --at and --merge, or --record and --accept.",
        )


def _one_ticket_needed() -> UsageError:
    return UsageError(
        "one_ticket_needed",
        "Only one of --record and --accept may be given, with exactly one ticket.",
        hint="Accepting records the decision too.",
    )
