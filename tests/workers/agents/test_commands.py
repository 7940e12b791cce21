"""How agents are asked for their login, and how their sessions are resumed."""

from __future__ import annotations

import pytest

from yoi_cli.model.workers.presets import PRESETS
from yoi_cli.workers.agents.commands import (
    login_of,
    login_question,
    model_command,
    resume_command,
)


@pytest.mark.parametrize(
    ("agent", "code", "printed", "is_in"),
    [
        ("claude", 1, '{\n  "loggedIn": false,\n  "authMethod": "none"\n}', False),
        ("claude", 0, '{"loggedIn": true}', True),
        ("claude", 1, "error: unknown command 'auth'", None),
        ("codex", 1, "Not logged in\n", False),
        ("codex", 0, "Logged in using ChatGPT\n", True),
        ("codex", 2, "error: unrecognized subcommand", None),
        ("opencode", 0, "\x1b[0m\n┌  Credentials\n│\n└  0 credentials\n", None),
        ("opencode", 0, "└  2 credentials\n", True),
        ("opencode", 0, "└  0 credentials\n└  1 environment variable\n", True),
    ],
)
def test_an_answer_is_believed_only_where_it_says_so(
    agent: str, code: int, printed: str, is_in: bool | None
) -> None:
    assert login_of(agent, code, printed).is_in is is_in


def test_only_the_agent_itself_is_asked() -> None:
    assert login_question("claude", ("claude", "-p")) == ("claude", "auth", "status")
    assert login_question("claude", ("/opt/bin/claude",)) == ("/opt/bin/claude", "auth", "status")
    assert login_question("claude", ("nice", "claude", "-p")) is None
    assert login_question("gemini", ("gemini",)) is None
    assert login_question("", ("sh",)) is None


def test_a_session_is_resumed_by_the_profiles_own_command() -> None:
    resumed = {
        name: resume_command(name, preset.command, "s-1") for name, preset in PRESETS.items()
    }
    assert resumed["claude"] == (*PRESETS["claude"].command, "--resume", "s-1")
    assert resumed["codex"] == (*PRESETS["codex"].command[:-1], "resume", "s-1", "-")
    assert resumed["gemini"] == (*PRESETS["gemini"].command, "--resume", "s-1")
    assert resumed["opencode"] == (*PRESETS["opencode"].command, "--session", "s-1")
    assert resumed["copilot"] == (*PRESETS["copilot"].command, "--resume=s-1")
    assert resumed["aider"] is None


@pytest.mark.parametrize("session", ["", "--dangerously-skip-permissions"])
def test_nothing_is_resumed_by_what_is_no_session(session: str) -> None:
    assert resume_command("claude", ("claude",), session) is None


def test_a_codex_that_runs_something_else_is_not_resumed() -> None:
    assert resume_command("codex", ("codex", "review"), "s-1") is None


@pytest.mark.parametrize(
    ("agent", "command", "said"),
    [
        ("claude", "claude -p --verbose", "claude -p --verbose --model opus"),
        ("claude", "claude --model sonnet -p", "claude -p --model opus"),
        ("claude", "claude --model=sonnet -p", "claude -p --model opus"),
        ("codex", "codex exec --json -", "codex exec --model opus --json -"),
        ("codex", "codex exec -m o3 --json -", "codex exec --model opus --json -"),
        ("aider", "aider -m {prompt}", "aider -m {prompt} --model opus"),
        ("", "mine -m x", "mine -m x"),
    ],
)
def test_an_agent_is_told_one_model(agent: str, command: str, said: str) -> None:
    assert model_command(agent, tuple(command.split()), "opus") == tuple(said.split())
