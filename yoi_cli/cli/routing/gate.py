"""`yoi gate`: the answer is the exit code (docs/ci.md)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import routing
from yoi_cli.cli.candidates import complete_words
from yoi_cli.cli.context import start_of
from yoi_cli.cli.options import (
    AtOption,
    HolderOption,
    JsonOption,
    MergeOption,
    check_format,
    tickets_argument,
)
from yoi_cli.cli.text.console import is_terminal, write_stdout
from yoi_cli.cli.text.page import Page
from yoi_cli.cli.text.report import report_error, report_json, report_lines
from yoi_cli.cli.text.table import Cell
from yoi_cli.errors import UsageError, YoiError
from yoi_cli.model.naming import BRANCH_PREFIX
from yoi_cli.model.routing import REQUIREMENTS
from yoi_cli.model.states import READY
from yoi_cli.model.text import visible

if TYPE_CHECKING:
    from yoi_cli.api.routing import GateAnswer, GateReport, GateResult


TEXT = "text"
JSON = "json"
JUNIT = "junit"
GITHUB = "github"
FORMATS = (TEXT, JSON, JUNIT, GITHUB)

GatedArgument = Annotated[
    list[str] | None,
    tickets_argument("The tickets; default that of the current branch."),
]
CommitsOption = Annotated[
    str | None,
    typer.Option(
        "--commits", metavar="A..B", help="Every ticket that a commit in the range names."
    ),
]
BranchOption = Annotated[
    str | None,
    typer.Option("--branch", metavar="NAME", help=f"The ticket of {BRANCH_PREFIX}<id>-…"),
]
AllowNoneOption = Annotated[
    bool, typer.Option("--allow-none", help="With --commits: pass if no commit names a ticket.")
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
    typer.Option("--head", metavar="COMMIT", help="The commit to be approved; default B, or HEAD."),
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
    check_format(form, FORMATS)
    if sum(bool(one) for one in named) > 1 or (allow_none and not named[1]):
        raise UsageError(
            "tickets_given_twice",
            "Tickets come from only one of arguments, --commits and --branch.",
            hint="Give one of them; --allow-none goes with --commits.",
        )


_STYLES = {"ready": "bold green", "not_ready": "bold red", "untrusted": "bold magenta"}


def print_gate(result: GateResult, form: str) -> None:
    """Print the answer in one of `FORMATS`; where no ticket was named, as well."""
    if form == JSON:
        from yoi_cli.api.documents.routing import gate_document

        report_json("gate", gate_document(result))
    elif form == JUNIT:
        write_stdout(junit(result))
    elif form == GITHUB:
        write_stdout("".join(f"{annotation(gated)}\n" for gated in result.tickets))
    elif is_terminal(sys.stdout):
        _show(result)
    else:
        report_lines(map(_row, result.tickets), ())


def annotation(gated: GateAnswer) -> str:
    """The answer as one workflow command: an error where the gate is shut, else a notice."""
    level = "notice" if gated.is_ready else "error"
    title = f"{gated.ticket}: {_words(gated)}"
    message = " ".join((_title(gated), *(reason.text for reason in gated.reasons))).strip()
    return f"::{level} title={_property(visible(title))}::{_data(visible(message))}"


def junit(result: GateResult) -> str:
    """The answer as JUnit XML: a test case for each ticket, an error for each untrusted one."""
    from xml.etree import ElementTree

    failures = sum(gated.verdict == "not_ready" for gated in result.tickets)
    errors = sum(gated.verdict == "untrusted" for gated in result.tickets)
    counts = {
        "name": "yoi gate",
        "tests": str(len(result.tickets)),
        "failures": str(failures),
        "errors": str(errors),
    }
    root = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(root, "testsuite", {**counts, "skipped": "0", "time": "0"})
    for gated in result.tickets:
        name = visible(f"{gated.ticket} {_title(gated)}".strip())
        about = {"classname": f"yoi.gate.{result.required}", "name": name, "time": "0"}
        case = ElementTree.SubElement(suite, "testcase", about)
        if gated.is_ready:
            continue
        failure = {"message": visible(_reasons(gated)), "type": visible(gated.reasons[0].code)}
        kind = "failure" if gated.is_trusted else "error"
        element = ElementTree.SubElement(case, kind, failure)
        element.text = "\n".join(visible(reason.text) for reason in gated.reasons)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def explain_gate(report: GateReport) -> None:
    """Draw for each ticket what it waits for, below the answer."""
    from yoi_cli.cli.plain.route_text import print_explanation

    for gated in report.result.tickets:
        if gated.decision is not None:
            print_explanation(gated.decision, report.tree(gated.ticket))


def _show(result: GateResult) -> None:
    page = Page()
    for gated in result.tickets:
        style = _STYLES[gated.verdict]
        page.line(Cell(_words(gated), style), "  ", Cell(gated.ticket, "bold"), "  ", _title(gated))
        page.facts([("  why", reason.text) for reason in gated.reasons])
        if gated.decision is not None and not gated.is_ready:
            page.facts([("  to free it", text) for text in gated.decision.classified.unblock])
    if not result.tickets:
        page.line(Cell("ready", _STYLES["ready"]), "  No commit of the range names a ticket.")
    page.show()


def _row(gated: GateAnswer) -> tuple[str, ...]:
    classification = gated.decision.classified.classification if gated.decision else ""
    return ("gate", gated.ticket, gated.verdict, classification, _reasons(gated))


def _words(gated: GateAnswer) -> str:
    return gated.verdict.replace("_", " ")


def _title(gated: GateAnswer) -> str:
    return gated.decision.title if gated.decision is not None else ""


def _reasons(gated: GateAnswer) -> str:
    return " ".join(reason.text for reason in gated.reasons)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
