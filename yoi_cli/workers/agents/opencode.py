"""OpenCode with `opencode run --format json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.workers.agents.base import json_lines, tool_call, tool_output

if TYPE_CHECKING:
    from yoi_cli.workers.agents.base import AgentReport, Read, Record


def _read(report: AgentReport, said: Record) -> Read:
    session = said.text("sessionID")
    report = report._replace(session=session) if session else report
    kind, part = said.text("type"), said.record("part")
    if kind == "text":
        return report._replace(last_message=part.text("text")), part.text("text")
    if kind == "tool_use":
        state = part.record("state")
        called = tool_call(part.text("tool"), state.record("input"))
        printed = tool_output(state.text("output") or state.text("error"))
        return report, "\n".join(filter(None, (called, printed)))
    if kind == "step_finish":
        tokens = part.record("tokens")
        given = (
            tokens.count("input") + tokens.count("cache", "read") + tokens.count("cache", "write")
        )
        return report.spending(given, tokens.count("output"), part.amount("cost")), ""
    if kind == "error":
        error = said.text("error", "data", "message") or said.text("error", "name")
        return report._replace(error=error or "It failed."), error
    return report, ""


read_line = json_lines(_read)
