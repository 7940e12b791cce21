"""`yoi plan add`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api.autocommit import commit_if_asked
from yoi_cli.cli.completion.candidates import complete_words
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import AuthorOption, CommitOption, JsonOption, NoteOption, ticket_option
from yoi_cli.cli.routing.plan_text import say_planned
from yoi_cli.cli.text.report import warn
from yoi_cli.errors import UsageError
from yoi_cli.model.plan import ACCEPTED_PLAN, KINDS, AcceptedPlan
from yoi_cli.tickets.plan_records import PlanDraft, add_plan

complete_kinds = complete_words(KINDS)


def add(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TICKET] KIND [RELATED]",
            help=f"KIND is one of {', '.join(KINDS)}.",
            show_default=False,
        ),
    ] = None,
    ticket: Annotated[str | None, ticket_option("--ticket", "The same as TICKET.")] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", metavar="KIND", help="The same as KIND.", autocompletion=complete_kinds
        ),
    ] = None,
    related: Annotated[
        str | None, ticket_option("--related", "The same as RELATED: the other ticket.")
    ] = None,
    note: NoteOption = None,
    summary: Annotated[
        str | None,
        typer.Option("--summary", metavar="TEXT", help="accepted_plan: what was agreed on."),
    ] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", metavar="NAME", help="accepted_plan: the branch.")
    ] = None,
    worktree: Annotated[
        str | None, typer.Option("--worktree", metavar="DIR", help="accepted_plan: the worktree.")
    ] = None,
    role_plan: Annotated[
        str | None,
        typer.Option("--role-plan", metavar="TEXT", help="accepted_plan: who does what."),
    ] = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Keep a plan record: `T after R`, or `after --ticket T --related R`.

    Routing holds a ticket back for order and conflict; a record never changes a state.

    \b
    Example:
      yoi plan add 00001M7WFCYE0 after 00001M7WFCY38 --note 'Same files.'
    """
    session = session_of(ctx)
    by = session.recorder(author)
    parts = _parts(words or [], (ticket, kind, related))
    accepted = None
    if parts[1] == ACCEPTED_PLAN or any((summary, branch, worktree, role_plan)):
        accepted = AcceptedPlan(summary or "", branch, worktree, role_plan)
    planned = add_plan(session.store, PlanDraft(*parts, note, accepted), by)
    say_planned(planned, as_json=as_json)
    if planned.changed:
        what = f"plan {planned.record.kind} {planned.record.related_ticket or ''}".rstrip()
        warn(commit_if_asked(session, planned.record.ticket_id, what, asked=commit))


def _parts(
    words: list[str], options: tuple[str | None, str | None, str | None]
) -> tuple[str, str, str | None]:
    """Ticket, kind and other ticket, where words stand for the options that are not given.

    Raises `UsageError` where there are too few words, or too many.
    """
    parts = list(options)
    missing = [index for index, option in enumerate(options) if option is None]
    for index, word in zip(missing, words, strict=False):
        parts[index] = word
    ticket, kind, related = parts
    if not ticket or not kind or len(words) > len(missing):
        raise UsageError(
            "plan_incomplete",
            "A plan record is a ticket, a kind and, for most kinds, another ticket.",
            hint="Write `T after R`, or `after --ticket T --related R`.",
        )
    return ticket, kind, related
