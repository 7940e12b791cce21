"""Claude Code with `--output-format stream-json --verbose`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.workers.agents.base import json_lines, tool_call, tool_output

if TYPE_CHECKING:
    from yoi_cli.workers.agents.base import AgentReport, Read, Record


def _read(report: AgentReport, said: Record) -> Read:
    session = said.text("session_id")
    report = report._replace(session=session) if session else report
    kind = said.text("type")
    if kind == "system" and said.text("subtype") == "init":
        return report, f"Session {session}, model {said.text('model')}"
    if kind == "assistant":
        return _message(report, said)
    if kind == "user":
        return report, "\n".join(filter(None, map(_result, said.records("message", "content"))))
    return _end(report, said) if kind == "result" else (report, "")


def _message(report: AgentReport, said: Record) -> Read:
    shown = []
    for part in said.records("message", "content"):
        if part.text("type") == "text":
            report = report._replace(last_message=part.text("text"))
            shown.append(part.text("text"))
        elif part.text("type") == "tool_use":
            shown.append(tool_call(part.text("name"), part.record("input")))
    return report, "\n".join(shown)


def _result(part: Record) -> str:
    if part.text("type") != "tool_result":
        return ""
    texts = [one.text("text") for one in part.records("content")]
    return tool_output(part.text("content") or "\n".join(texts))


def _end(report: AgentReport, said: Record) -> Read:
    usage = said.record("usage")
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    report = report.spending(
        sum(usage.count(name) for name in names),
        usage.count("output_tokens"),
        said.amount("total_cost_usd"),
    )
    text = said.text("result")
    if said.holds("is_error"):
        return report._replace(error=text or said.text("subtype")), ""
    return report._replace(last_message=text or report.last_message), ""


read_line = json_lines(_read)
