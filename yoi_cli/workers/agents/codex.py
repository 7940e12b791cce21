"""Codex CLI with `codex exec --json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.workers.agents.base import json_lines, tool_call, tool_output

if TYPE_CHECKING:
    from yoi_cli.workers.agents.base import AgentReport, Read, Record


def _read(report: AgentReport, said: Record) -> Read:
    kind = said.text("type")
    if kind == "thread.started":
        session = said.text("thread_id")
        return report._replace(session=session), f"Session {session}"
    if kind == "turn.completed":
        usage = said.record("usage")
        return report.spending(usage.count("input_tokens"), usage.count("output_tokens")), ""
    if kind == "error":
        return report._replace(error=said.text("message")), said.text("message")
    if kind == "turn.failed":
        return report._replace(error=said.text("error", "message") or report.error), ""
    item = said.record("item")
    if kind == "item.started":
        is_command = item.text("type") == "command_execution"
        return report, tool_call("shell", item) if is_command else ""
    return _item(report, item) if kind == "item.completed" else (report, "")


def _item(report: AgentReport, item: Record) -> Read:
    kind = item.text("type")
    if kind == "agent_message":
        return report._replace(last_message=item.text("text")), item.text("text")
    if kind == "command_execution":
        printed = item.text("aggregated_output")
        code = item.count("exit_code")
        return report, tool_output(f"{printed}\nexit code {code}" if code else printed)
    if kind == "file_change":
        changes = item.records("changes")
        shown = [f"> {one.text('kind') or 'change'}: {one.text('path')}" for one in changes]
        return report, "\n".join(shown)
    return report, item.text("message")


read_line = json_lines(_read)
