"""The gate's answer: for people and pipes, as JSON, as JUnit XML and as annotations."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import is_terminal, write_stdout
from yoi_cli.cli.text.page import Page
from yoi_cli.cli.text.report import report_json, report_lines
from yoi_cli.cli.text.table import Cell
from yoi_cli.model.text import visible

if TYPE_CHECKING:
    from yoi_cli.api.routing import GateAnswer, GateReport, GateResult

TEXT = "text"
JSON = "json"
JUNIT = "junit"
GITHUB = "github"
FORMATS = (TEXT, JSON, JUNIT, GITHUB)

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


def verdict(gated: GateAnswer) -> str:
    """The answer in one word that scripts may compare: ready, not_ready or untrusted."""
    if not gated.is_trusted:
        return "untrusted"
    return "ready" if gated.is_ready else "not_ready"


def annotation(gated: GateAnswer) -> str:
    """The answer as one workflow command: an error where the gate is shut, else a notice."""
    level = "notice" if gated.is_ready else "error"
    title = f"{gated.ticket}: {_words(gated)}"
    message = " ".join((_title(gated), *(reason.text for reason in gated.reasons))).strip()
    return f"::{level} title={_property(visible(title))}::{_data(visible(message))}"


def junit(result: GateResult) -> str:
    """The answer as JUnit XML: a test case for each ticket, an error for each untrusted one."""
    from xml.etree import ElementTree

    failures = sum(verdict(gated) == "not_ready" for gated in result.tickets)
    errors = sum(verdict(gated) == "untrusted" for gated in result.tickets)
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
        wrong = {"message": visible(_reasons(gated)), "type": visible(gated.reasons[0].code)}
        kind = "failure" if gated.is_trusted else "error"
        element = ElementTree.SubElement(case, kind, wrong)
        element.text = "\n".join(visible(reason.text) for reason in gated.reasons)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def explain_gate(report: GateReport) -> None:
    """Draw for each ticket what it waits for, below the answer."""
    from yoi_cli.cli.routing.route_text import print_explanation

    for gated in report.result.tickets:
        if gated.decision is not None:
            print_explanation(gated.decision, report.tree(gated.ticket))


def _show(result: GateResult) -> None:
    page = Page()
    for gated in result.tickets:
        style = _STYLES[verdict(gated)]
        page.line(Cell(_words(gated), style), "  ", Cell(gated.ticket, "bold"), "  ", _title(gated))
        page.facts([("  why", reason.text) for reason in gated.reasons])
        if gated.decision is not None and not gated.is_ready:
            page.facts([("  to free it", text) for text in gated.decision.classified.unblock])
    if not result.tickets:
        page.line(Cell("ready", _STYLES["ready"]), "  No commit of the range names a ticket.")
    page.show()


def _row(gated: GateAnswer) -> tuple[str, ...]:
    classification = gated.decision.classified.classification if gated.decision else ""
    return ("gate", gated.ticket, verdict(gated), classification, _reasons(gated))


def _words(gated: GateAnswer) -> str:
    return verdict(gated).replace("_", " ")


def _title(gated: GateAnswer) -> str:
    return gated.decision.title if gated.decision is not None else ""


def _reasons(gated: GateAnswer) -> str:
    return " ".join(reason.text for reason in gated.reasons)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
