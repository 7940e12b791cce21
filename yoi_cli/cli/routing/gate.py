"""`yoi gate`: the answer is the exit code (docs/ci.md)."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api import routing
from yoi_cli.cli.completion.candidates import complete_words
from yoi_cli.cli.context import start_of
from yoi_cli.cli.options import JsonOption, tickets_argument
from yoi_cli.cli.routing.gate_text import FORMATS, JSON, TEXT, explain_gate, print_gate
from yoi_cli.cli.routing.options import AtOption, HolderOption, MergeOption
from yoi_cli.cli.text.report import report_error
from yoi_cli.errors import UsageError, YoiError
from yoi_cli.model.naming import BRANCH_PREFIX
from yoi_cli.model.routing import REQUIREMENTS
from yoi_cli.model.states import READY

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
        _check(form, [tickets, commits, branch], allow_none=allow_none)
        report = routing.gate(
            start_of(ctx),
            tickets or (),
            commits=commits,
            branch=branch,
            allow_none=allow_none,
            require=require,
            head=head,
            holder=holder,
            at=at,
            merge=merge,
        )
    except YoiError as error:
        if form != JSON:
            raise
        report_error(error, as_json=True)
        return error.exit_code
    print_gate(report.result, form)
    if explain and form == TEXT:
        explain_gate(report)
    return report.result.exit_code


def _check(form: str, named: list[object], *, allow_none: bool) -> None:
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
