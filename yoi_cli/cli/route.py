"""`yoi route`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.app.route import Decision, Router, Summary, Unroutable
from yoi_cli.cli.complete import complete_states, complete_tickets
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import AuthorOption, JsonOption, ReasonOption
from yoi_cli.cli.packet import (
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
from yoi_cli.cli.routing import (
    AtOption,
    HolderOption,
    LeaseOption,
    MergeOption,
    WorkerOption,
    WorktreeOption,
    chosen_states,
    chosen_tickets,
    desk_of,
    lease_of,
    router_at,
)
from yoi_cli.domain.decision_text import Judgement
from yoi_cli.domain.routing import CLASSIFICATIONS
from yoi_cli.domain.states import OPEN_STATES
from yoi_cli.errors import UsageError
from yoi_cli.render.route import (
    say_explanation,
    say_route,
    say_summaries,
    warn_of_notices,
    warn_of_unroutable,
)


def _classifications(incomplete: str) -> list[str]:
    return [word for word in CLASSIFICATIONS if word.startswith(incomplete)]


def command(
    ctx: typer.Context,
    tickets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TICKET]...",
            help="The tickets to route; every open one where none is given.",
            autocompletion=complete_tickets,
            show_default=False,
        ),
    ] = None,
    all_open: Annotated[bool, typer.Option("--all", help="Every open ticket.")] = False,
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state",
            metavar="STATE",
            help="Only tickets in this state; may be repeated.",
            autocompletion=complete_states,
        ),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Draw what each ticket waits for, as a tree.")
    ] = False,
    at: AtOption = None,
    merge: MergeOption = None,
    record: Annotated[
        bool, typer.Option("--record", help="Append the decision to the ticket's log.")
    ] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Take the ticket up: record, move and claim it.")
    ] = False,
    as_class: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="CLASS",
            help="Give the classification by hand; needs --reason.",
            autocompletion=_classifications,
        ),
    ] = None,
    reason: ReasonOption = None,
    missing: Annotated[
        str | None, typer.Option("--missing", metavar="TEXT", help="What is not decided.")
    ] = None,
    checked: Annotated[
        str | None, typer.Option("--checked", metavar="TEXT", help="What was looked at.")
    ] = None,
    beyond_latitude: Annotated[
        str | None,
        typer.Option(
            "--beyond-latitude", metavar="TEXT", help="Why the implementer cannot decide it."
        ),
    ] = None,
    next_question: Annotated[
        str | None,
        typer.Option("--next-question", metavar="TEXT", help="What planning is to answer."),
    ] = None,
    intent: IntentOption = None,
    binding: BindingOption = None,
    requirements: RequirementsOption = None,
    acceptance: AcceptanceOption = None,
    latitude: LatitudeOption = None,
    escalate: EscalateOption = None,
    validation: ValidationOption = None,
    risks: RisksOption = None,
    intent_file: PacketFileOption = None,
    branch: Annotated[
        str | None, typer.Option("--branch", metavar="NAME", help="The branch of the work.")
    ] = None,
    worktree: WorktreeOption = None,
    holder: HolderOption = None,
    lease: LeaseOption = None,
    worker: WorkerOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say of each ticket what it is ready for, or what it waits for, and why.

    Nothing is changed unless --record or --accept asks for it, on one ticket.
    """
    words = tickets or []
    judgement = Judgement(as_class, reason, missing, checked, beyond_latitude, next_question)
    if not (record or accept):
        if as_class is not None:
            raise UsageError(
                "judgement_unused",
                "--as says what to record, and nothing is to be recorded.",
                hint="Add --record or --accept.",
            )
        router = router_at(ctx, at, merge)
        _route(router, words, state or [], explain=explain, as_json=as_json)
        return
    if at is not None or merge is not None:
        raise UsageError(
            "past_not_writable",
            "--record and --accept decide about the store as it is, not as it was or would be.",
            hint="Leave --at and --merge away, or --record and --accept.",
        )
    if len(words) != 1 or all_open or (record and accept):
        raise UsageError(
            "one_ticket_needed",
            "--record and --accept work on one ticket, one of them at a time.",
            hint="Accepting records the decision too.",
        )
    given = (intent, binding, requirements, acceptance, latitude, escalate, validation, risks)
    said = said_parts(given, intent_file)
    from yoi_cli.app.decide import Acceptance, accept_ticket, record_decision
    from yoi_cli.domain.claim import ClaimRequest
    from yoi_cli.render.decided import say_accepted, say_recorded

    session = session_of(ctx)
    desk = desk_of(session, author, holder)
    if record:
        say_recorded(record_decision(desk, words[0], judgement, said), as_json=as_json)
        return
    request = ClaimRequest(holder or desk.by.author, lease_of(session, lease), worktree, worker)
    plan = Acceptance(request, branch, worktree)
    say_accepted(accept_ticket(desk, words[0], plan, judgement, said), as_json=as_json)


def _route(
    router: Router, words: list[str], state: list[str], *, explain: bool, as_json: bool
) -> None:
    if not (words or explain or as_json):
        rows = list(router.summarise(chosen_states(state) or OPEN_STATES))
        summaries = [row for row in rows if isinstance(row, Summary)]
        say_summaries(summaries, [row for row in rows if isinstance(row, Unroutable)])
        warn_of_notices(router.context.notices, [row.ticket for row in summaries])
        return
    outcome = list(router.route_all(chosen_tickets(router.reader, words, state)))
    decisions = [row for row in outcome if isinstance(row, Decision)]
    unroutable = [row for row in outcome if isinstance(row, Unroutable)]
    if explain and not as_json:
        for decision in decisions:
            say_explanation(decision, router.tree(decision.ticket))
        warn_of_notices(router.context.notices, [row.ticket for row in decisions])
        warn_of_unroutable(unroutable)
        return
    say_route(decisions, unroutable, as_json=as_json, as_card=bool(words))
