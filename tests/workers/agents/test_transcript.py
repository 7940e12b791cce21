"""What coding agents printed, as a person reads it, and what they report; the lines are those of
real runs, shortened."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.workers.agents.base import AgentReport
from yoi_cli.workers.agents.transcript import READERS, AgentTranscript, report_of, text_of

COMMAND = "echo 42 > answer.txt"


def lines(*records: dict[str, object]) -> bytes:
    return "".join(json.dumps(one) + "\n" for one in records).encode()


CLAUDE = lines(
    {"type": "system", "subtype": "init", "session_id": "s-1", "model": "opus"},
    {"type": "assistant", "message": {"content": [{"type": "text", "text": "I will."}]}},
    {"type": "assistant", "message": {"content": [
        {"type": "tool_use", "name": "Bash", "input": {"command": COMMAND}}]}},
    {"type": "user", "message": {"content": [{"type": "tool_result", "content": "fine"}]}},
    {"type": "assistant", "message": {"content": [{"type": "text", "text": "Done."}]}},
    {"type": "result", "is_error": False, "result": "Done.", "session_id": "s-1",
     "total_cost_usd": 0.25, "usage": {"input_tokens": 20, "cache_read_input_tokens": 100,
     "cache_creation_input_tokens": 120, "output_tokens": 60}},
)  # fmt: skip
CODEX = lines(
    {"type": "thread.started", "thread_id": "s-1"},
    {"type": "item.completed", "item": {"type": "agent_message", "text": "I will."}},
    {"type": "item.started", "item": {"type": "command_execution", "command": COMMAND}},
    {"type": "item.completed", "item": {"type": "command_execution", "command": COMMAND,
     "aggregated_output": "fine", "exit_code": 0}},
    {"type": "item.completed", "item": {"type": "agent_message", "text": "Done."}},
    {"type": "turn.completed", "usage": {"input_tokens": 240, "output_tokens": 60}},
)  # fmt: skip
GEMINI = lines(
    {"type": "init", "session_id": "s-1", "model": "auto"},
    {"type": "message", "role": "user", "content": "Do it."},
    {"type": "message", "role": "assistant", "content": "I ", "delta": True},
    {"type": "message", "role": "assistant", "content": "will.", "delta": True},
    {"type": "tool_use", "tool_name": "run_shell_command", "parameters": {"command": COMMAND}},
    {"type": "tool_result", "status": "success", "output": "fine"},
    {"type": "message", "role": "assistant", "content": "Done.", "delta": True},
    {"type": "result", "status": "success", "stats": {"input_tokens": 240, "output_tokens": 60}},
)
OPENCODE = lines(
    {"type": "text", "sessionID": "s-1", "part": {"text": "I will."}},
    {"type": "tool_use", "sessionID": "s-1", "part": {"tool": "bash", "state": {
        "input": {"command": COMMAND}, "output": "fine"}}},
    {"type": "step_finish", "part": {"tokens": {"input": 120, "output": 30, "cache": {}},
     "cost": 0.125}},
    {"type": "text", "sessionID": "s-1", "part": {"text": "Done."}},
    {"type": "step_finish", "part": {"tokens": {"input": 100, "output": 30, "cache": {"read": 20}},
     "cost": 0.125}},
)  # fmt: skip
COPILOT = f"""I will.

● write (shell)
  │ {COMMAND}
  └ fine

Done.


Changes    +0 -0
Duration   0s
Tokens     ↑ 240 • ↓ 60
Resume     copilot --resume=s-1
""".encode()
AIDER = b"""Aider v0.86.2
Git repo: .git with 0 files

Done.

Tokens: 240 sent, 60 received. Cost: $0.25 message, $0.25 session.
Applied edit to answer.txt
Commit df098e1 An answer
"""
PRINTED = {
    "claude": (CLAUDE, 0.25),
    "codex": (CODEX, None),
    "gemini": (GEMINI, None),
    "opencode": (OPENCODE, 0.25),
    "copilot": (COPILOT, None),
    "aider": (AIDER, 0.25),
}


def test_every_agent_has_a_reader() -> None:
    assert set(PRINTED) == set(READERS)


@pytest.mark.parametrize("agent", PRINTED)
def test_session_tokens_cost_and_the_last_message_are_read(agent: str) -> None:
    data, cost = PRINTED[agent]
    told = report_of(agent, [data])
    assert told.last_message == "Done."
    assert (told.input_tokens, told.output_tokens, told.cost) == (240, 60, cost)
    assert told.session == ("" if agent == "aider" else "s-1")
    assert told.error == ""


@pytest.mark.parametrize("agent", [one for one in PRINTED if one != "aider"])
def test_what_it_says_and_does_is_shown_as_text(agent: str) -> None:
    shown = text_of(agent, PRINTED[agent][0], is_whole=True)
    assert "{" not in shown
    places = [shown.index(words) for words in ("I will.", COMMAND, "fine", "Done.")]
    assert places == sorted(places)


@pytest.mark.parametrize("agent", PRINTED)
def test_it_may_come_in_any_parts(agent: str) -> None:
    data, _ = PRINTED[agent]
    transcript = AgentTranscript(agent)
    shown = "".join(transcript.feed(data[at : at + 1]) for at in range(len(data)))
    assert shown + transcript.rest() == text_of(agent, data, is_whole=True)
    assert transcript.report == report_of(agent, [data])


FAILED = {
    "claude": lines({"type": "result", "is_error": True, "result": "Usage limit"}),
    "codex": lines({"type": "turn.failed", "error": {"message": "Usage limit"}}),
    "gemini": lines({"type": "result", "status": "error", "error": {"message": "Usage limit"}}),
    "opencode": lines({"type": "error", "error": {"data": {"message": "Usage limit"}}}),
    "aider": b"litellm.RateLimitError: Usage limit\n",
}


@pytest.mark.parametrize("agent", FAILED)
def test_why_it_failed_is_read(agent: str) -> None:
    assert "Usage limit" in report_of(agent, [FAILED[agent]]).error


def test_a_retry_that_worked_is_no_error() -> None:
    assert report_of("aider", [FAILED["aider"], AIDER]).error == ""


@pytest.mark.parametrize("agent", READERS)
@given(data=st.binary())
def test_anything_is_read_without_an_error(agent: str, data: bytes) -> None:
    report_of(agent, [data])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_KEYS = st.sampled_from(
    ["type", "message", "content", "item", "part", "error", "usage", "stats", "result", "text"]
)
_KINDS = st.sampled_from(["assistant", "user", "result", "item.completed", "tool_use", "error"])


@pytest.mark.parametrize("agent", READERS)
@given(record=st.dictionaries(_KEYS, _JSON, max_size=5), kind=_KINDS)
def test_any_object_is_read_without_an_error(
    agent: str, record: dict[str, object], kind: str
) -> None:
    told = report_of(agent, [lines({**record, "type": kind})])
    assert isinstance(told, AgentReport)
