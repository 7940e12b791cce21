"""Gemini CLI with `--output-format stream-json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.workers.agents.base import json_lines, tool_call, tool_output

if TYPE_CHECKING:
    from yoi_cli.workers.agents.base import AgentReport, Read, Record


def _read(report: AgentReport, said: Record) -> Read:
    kind = said.text("type")
    if kind == "message":
        if said.text("role") != "assistant":
            return report, ""
        return report._replace(partial=report.partial + said.text("content")), ""
    before = report.partial.strip("\n")
    report = report._replace(partial="", last_message=before or report.last_message)
    report, shown = _event(report, kind, said)
    return report, "\n".join(filter(None, (before, shown)))


def _event(report: AgentReport, kind: str, said: Record) -> Read:
    if kind == "init":
        session = said.text("session_id")
        return report._replace(session=session), f"Session {session}, model {said.text('model')}"
    if kind == "tool_use":
        return report, tool_call(said.text("tool_name"), said.record("parameters"))
    if kind == "tool_result":
        return report, tool_output(said.text("output") or said.text("error", "message"))
    if kind == "error":
        return report, said.text("message")
    if kind != "result":
        return report, ""
    stats = said.record("stats")
    report = report.spending(stats.count("input_tokens"), stats.count("output_tokens"))
    error = said.text("error", "message")
    if said.text("status") == "error":
        report = report._replace(error=error or "It failed.")
    return report, error


read_line = json_lines(_read)
