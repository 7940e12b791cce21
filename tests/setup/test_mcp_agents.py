"""Agents are told of `yoi mcp` in files that are theirs: nothing that stands there is lost."""

from __future__ import annotations

import json
import re
import tomllib

import pytest
from support.environment import ROOT

from yoi_cli.errors import ConflictError, UsageError
from yoi_cli.setup.mcp_agents import MCP_AGENTS, check_agent, new_file, with_server

PLAIN = {"command": "yoi", "args": ["mcp", "--role", "worker"]}


def told(name: str, content: str | None) -> str:
    given = None if content is None else content.encode()
    return with_server(MCP_AGENTS[name], given, tomllib.loads).decode()


@pytest.mark.parametrize("name", MCP_AGENTS)
def test_a_new_file_is_what_the_page_shows_and_stays_as_it_is(name: str) -> None:
    made = told(name, None)
    assert made == new_file(MCP_AGENTS[name]) == told(name, "\n")
    assert told(name, made) == made
    page = (ROOT / "docs/agents.md").read_text(encoding="utf-8")
    section = page[page.index(f"`{MCP_AGENTS[name].path}`:") :]
    found = re.search(r"```\w+\n(.*?)```", section, re.DOTALL)
    assert found is not None
    assert found[1] == made


#: What people's files look like, with the members that they have besides.
JSON_FILES = (
    "{}",
    "{\n}\n",
    '{"mcpServers": {}}',
    '{ "mcpServers": { } }\n',
    '{"a": 1.50, "mcpServers": {"x": {"command": "y"}}, "b": "\\u00e9 é"}',
    '{\n\t"deep": {"mcpServers": {"not": "this"}},\n\t"mcpServers": {\n\t\t"x": {}\n\t}\n}',
    '{\r\n  "theme": "dark"\r\n}\r\n',
    '{"text": "\\"mcpServers\\": {", "other": [1, 2]}',
)


@pytest.mark.parametrize("content", JSON_FILES)
def test_a_json_file_keeps_its_members_and_its_bytes(content: str) -> None:
    changed = told("claude", content)
    before, after = json.loads(content), json.loads(changed)
    assert after["mcpServers"].pop("yoi") == PLAIN
    before.setdefault("mcpServers", {})
    assert after == before
    assert told("claude", changed) == changed
    kept = iter(re.sub(r"\s", "", changed))
    assert all(char in kept for char in re.sub(r"\s", "", content))


@pytest.mark.parametrize(
    "content",
    ['model = "x"\n', "# mine\n[mcp_servers.other]\ncommand = 'x'", "[a]\r\nb = 1\r\n"],
)
def test_a_toml_file_keeps_its_bytes(content: str) -> None:
    changed = told("codex", content)
    assert changed.startswith(content)
    assert tomllib.loads(changed)["mcp_servers"]["yoi"] == PLAIN
    assert told("codex", changed) == changed


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("claude", '// mine\n{"mcpServers": {}}'),
        ("claude", '{"mcpServers": {},}'),
        ("claude", '{"mcpServers": []}'),
        ("claude", '{"mcpServers": {}, "mcpServers": {}}'),
        ("claude", "[]"),
        ("claude", "[" * 100_000),
        ("claude", '\ufeff{"a": 1}'),
        ("codex", "mcp_servers = { x = { command = 'y' } }\n"),
        ("codex", "not toml"),
        ("codex", "mcp_servers = 1\n"),
    ],
)
def test_what_yoi_cannot_add_to_with_certainty_is_refused(name: str, content: str) -> None:
    with pytest.raises(ConflictError) as refused:
        told(name, content)
    assert refused.value.code == "agent_config_unclear"


def test_a_server_of_that_name_is_its_owners() -> None:
    content = '{"mcpServers": {"yoi": {"command": "/opt/yoi", "args": ["mcp"]}}}'
    assert told("claude", content) == content


def test_an_agent_that_nobody_knows_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="no agent") as refused:
        check_agent("clippy")
    assert "opencode" in refused.value.hint
