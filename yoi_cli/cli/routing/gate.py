"""`yoi gate`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.completion.candidates import complete_words
from yoi_cli.cli.context import session_of, start_of
from yoi_cli.cli.options import JsonOption, tickets_argument
from yoi_cli.cli.routing.gate_text import FORMATS, JSON, TEXT, explain_gate, print_gate
from yoi_cli.cli.routing.options import (
    AtOption,
    HolderOption,
    MergeOption,
    router_at,
    routing_context,
)
from yoi_cli.cli.text.report import report_error
from yoi_cli.errors import UsageError, YoiError
from yoi_cli.git.commits import CommitRange, commits_of, current_branch, resolve
from yoi_cli.model.commits import TRAILER
from yoi_cli.model.naming import BRANCH_PREFIX, ticket_of_branch
from yoi_cli.model.states import READY
from yoi_cli.routing.gate import APPROVED, REQUIREMENTS, Gate, GateResult, check_requirement
from yoi_cli.routing.router import Router
from yoi_cli.workspace.session import starting_folder


def gate(
    ctx: typer.Context,
    tickets: GatedArgument = None,
    commits: CommitsOption = None,
    branch: BranchOption = None,
    allow_none: AllowNoneOption = False,
    require: RequireOption = READY,
    head: HeadOption = None,
    form: FormatOption = TEXT,
    explain: ExplainOption = False,
    at: AtOption = None,
    merge: MergeOption = None,
    holder: HolderOption = None,
    as_json: JsonOption = False,
) -> int:
    """Answer with the exit code: 0 ready, 5 not ready, 6 a store that cannot be trusted.

    ready: the ticket may start now, or is in progress and nothing blocks it, or is done or
    closed. approved: its newest review approves the very commit at the head. done: it is done
    or closed. A claim of the holder's own keeps nobody out.

    \b
    Examples:
      yoi gate 00001M7WFCY38
      yoi gate --commits origin/main..HEAD --require approved --format github
    """
    form = JSON if as_json else form
    try:
        _check(form, require, [tickets, commits, branch], allow_none=allow_none)
        cwd = starting_folder(start_of(ctx))
        found = None if commits is None else commits_of(cwd, commits, TRAILER)
        is_now = at is None and merge is None
        router = _router(ctx, holder) if is_now else router_at(ctx, at, merge)
        gate = Gate(router, require, _head(cwd, head, found) if require == APPROVED else None)
        if found is not None:
            result = _ask_commits(gate, found, commits or "", allow_none=allow_none)
        else:
            result = gate.ask(tickets or [_ticket_of(cwd, branch)])
    except YoiError as error:
        if form != JSON:
            raise
        report_error(error, as_json=True)
        return error.exit_code
    print_gate(result, form)
    if explain and form == TEXT:
        explain_gate(result, router.tree)
    return result.exit_code


def _router(ctx: typer.Context, holder: str | None) -> Router:
    """What routes the store as it is, on behalf of the holder."""
    session = session_of(ctx)
    context = routing_context(session, holder or session.author(None).author)
    return Router(session.store, context)


def _check(form: str, require: str, named: list[object], *, allow_none: bool) -> None:
    check_requirement(require)
    if form not in FORMATS:
        raise UsageError(
            "format_unknown",
            f"{form[:40]!r} is not a format.",
            hint=f"The formats are {', '.join(FORMATS)}.",
        )
    if sum(bool(one) for one in named) > 1 or (allow_none and not named[1]):
        raise UsageError(
            "tickets_given_twice",
            "The tickets come from arguments, from --commits or from --branch.",
            hint="Give one of them; --allow-none goes with --commits.",
        )


def _ask_commits(gate: Gate, found: CommitRange, text: str, *, allow_none: bool) -> GateResult:
    result = gate.ask_commits(value for commit in found.commits for value in commit.trailers)
    if not result.tickets and not allow_none:
        raise UsageError(
            "trailers_missing",
            f"None of the {len(found.commits)} commits of {text} names a ticket.",
            hint=f"Give one of them a `{TRAILER}: <id>` trailer, or pass --allow-none.",
        )
    return result


def _ticket_of(cwd: str, branch: str | None) -> str:
    name = branch if branch is not None else current_branch(cwd)
    ticket = ticket_of_branch(name) if name else None
    if ticket is None:
        what = f"The branch {name[:80]!r} names no ticket." if name else "HEAD is on no branch."
        raise UsageError(
            "ticket_not_named",
            what,
            hint=f"Name a ticket, a range with --commits, or a branch {BRANCH_PREFIX}<id>-… "
            "with --branch.",
        )
    return ticket


def _head(cwd: str, head: str | None, found: CommitRange | None) -> str:
    if head is not None:
        return resolve(cwd, head)
    return found.head if found is not None else resolve(cwd, "HEAD")


GatedArgument = Annotated[
    list[str] | None,
    tickets_argument("The tickets; that of the current branch where none is given."),
]
CommitsOption = Annotated[
    str | None,
    typer.Option("--commits", metavar="A..B", help="Every ticket that a commit of it names."),
]
BranchOption = Annotated[
    str | None,
    typer.Option("--branch", metavar="NAME", help=f"The ticket of {BRANCH_PREFIX}<id>-…"),
]
AllowNoneOption = Annotated[
    bool, typer.Option("--allow-none", help="With --commits: none need name a ticket.")
]
RequireOption = Annotated[
    str,
    typer.Option(
        "--require",
        metavar="WHAT",
        help="ready, approved or done.",
        autocompletion=complete_words(REQUIREMENTS),
    ),
]
HeadOption = Annotated[
    str | None,
    typer.Option(
        "--head", metavar="COMMIT", help="What must be approved; B of the range, or HEAD."
    ),
]
FormatOption = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="text, json, junit or github.",
        autocompletion=complete_words(FORMATS),
    ),
]
ExplainOption = Annotated[
    bool, typer.Option("--explain", help="With text: draw what each ticket waits for.")
]
