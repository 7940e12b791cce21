"""How the well-known coding agents are told of `yoi mcp` in the files of a repository
(docs/agents.md, "Tools by MCP").

A file that stands keeps every byte that it has: the server is put into it, and what comes out is
held against what went in. One that yoi cannot add to with certainty is left to its owner.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, Json, UsageError
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_NAME = "yoi"
_ARGUMENTS = ("mcp", "--role", "worker")
_PLAIN: Mapping[str, Json] = {"command": "yoi", "args": list(_ARGUMENTS)}


class McpAgent(NamedTuple):
    """A coding agent. Its servers stand in the file `path` of a repository, below the key
    `container`; `entry` is what is said of ours, None where the file is TOML. One of `traces` in a
    repository says that it is in use there."""

    name: str
    title: str
    path: str
    container: str
    entry: Mapping[str, Json] | None
    traces: tuple[str, ...]


#: Every agent by the name that `yoi init --mcp` takes.
MCP_AGENTS: Mapping[str, McpAgent] = {
    one.name: one
    for one in (
        McpAgent(
            "claude", "Claude Code", ".mcp.json", "mcpServers", _PLAIN, ("CLAUDE.md", ".claude")
        ),
        McpAgent("codex", "Codex CLI", ".codex/config.toml", "mcp_servers", None, (".codex",)),
        McpAgent(
            "gemini",
            "Gemini CLI",
            ".gemini/settings.json",
            "mcpServers",
            _PLAIN,
            ("GEMINI.md", ".gemini"),
        ),
        McpAgent(
            "opencode",
            "OpenCode",
            "opencode.json",
            "mcp",
            {"type": "local", "command": ["yoi", *_ARGUMENTS], "enabled": True},
            ("opencode.json", ".opencode"),
        ),
        McpAgent(
            "copilot",
            "GitHub Copilot CLI",
            ".github/mcp.json",
            "mcpServers",
            {"type": "local", **_PLAIN, "tools": ["*"]},
            (".github/copilot-instructions.md", ".github/mcp.json"),
        ),
        McpAgent("cursor", "Cursor", ".cursor/mcp.json", "mcpServers", _PLAIN, (".cursor",)),
        McpAgent(
            "vscode",
            "VS Code",
            ".vscode/mcp.json",
            "servers",
            {"type": "stdio", **_PLAIN},
            (".vscode",),
        ),
    )
}


def check_agent(name: str) -> McpAgent:
    """The agent of that name. Raises `UsageError` (`agent_unknown`)."""
    if name not in MCP_AGENTS:
        raise UsageError(
            "agent_unknown",
            f"{name[:40]!r} is no agent whose configuration is known.",
            hint=f"The agents are {', '.join(MCP_AGENTS)}; docs/agents.md has what others need.",
        )
    return MCP_AGENTS[name]


def new_file(agent: McpAgent) -> str:
    """The file of an agent that has none yet; what docs/agents.md shows."""
    if agent.entry is None:
        return _table(agent)
    return json.dumps({agent.container: {_NAME: agent.entry}}, indent=2) + "\n"


def with_server(
    agent: McpAgent, content: bytes | None, read_toml: Callable[[str], object]
) -> bytes:
    """`content` of the agent's file with our server in it; None where there is no such file.

    One that names a server `yoi` stays as it is. `read_toml` reads TOML and raises ValueError.
    Raises `ConflictError` (`agent_config_unclear`) where the file is no plain JSON or TOML, says
    something twice, or is laid out so that nothing can be added without laying it out anew.
    """
    if not (content or b"").strip():
        return new_file(agent).encode()
    try:
        text = (content or b"").decode("utf-8")
        read = read_toml if agent.entry is None else _read_json
        known = read(text)
        if not isinstance(known, dict):
            raise ValueError("it is no object")
        servers = known.get(agent.container, {})
        if not isinstance(servers, dict):
            raise ValueError(f"{agent.container} is no object")
    except (ValueError, RecursionError) as error:
        raise _unclear(agent, f"cannot be read: {str(error)[:200]}") from error
    if _NAME in servers:
        return content or b""
    ours = agent.entry if agent.entry is not None else _PLAIN
    wanted = {**known, agent.container: {**servers, _NAME: ours}}
    for candidate in _candidates(agent, text, has_servers=agent.container in known):
        try:
            if read(candidate) == wanted:
                return candidate.encode()
        except ValueError:
            continue
    raise _unclear(agent, "is laid out in a way that nothing can be added to")


def _candidates(agent: McpAgent, text: str, *, has_servers: bool) -> Iterator[str]:
    """The text with our server put into it, at each place that may be the right one."""
    newline = "\r\n" if "\r\n" in text else "\n"
    if agent.entry is None:
        gap = newline if text.endswith("\n") else newline * 2
        yield text + gap + _table(agent).replace("\n", newline)
        return
    indent = (re.search(r"\n([ \t]+)\S", text) or [None, "  "])[1] or "  "
    entry = f'"{_NAME}": {json.dumps(agent.entry)}'
    if has_servers:
        for found in re.finditer(rf'"{agent.container}"\s*:\s*\{{', text):
            yield _inserted(text, found.end(), f"{newline}{indent * 2}{entry}", newline)
        return
    start = text.index("{") + 1
    added = f'{newline}{indent}"{agent.container}": {{ {entry} }}'
    yield _inserted(text, start, added, newline)


def _inserted(text: str, at: int, added: str, newline: str) -> str:
    """`added` as the first member of the object that begins before `at`."""
    rest = text[at:]
    if rest.lstrip().startswith("}"):
        return text[:at] + added + newline + rest.lstrip(" \t\r\n")
    return f"{text[:at]}{added},{rest}"


def _table(agent: McpAgent) -> str:
    return f'[{agent.container}.{_NAME}]\ncommand = "yoi"\nargs = {json.dumps(list(_ARGUMENTS))}\n'


def _read_json(text: str) -> object:
    return json.loads(text, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _unclear(agent: McpAgent, what: str) -> ConflictError:
    return ConflictError(
        "agent_config_unclear",
        f"{agent.path} {what}; it was not changed.",
        hint=f"Add the server by hand: docs/agents.md shows it for {agent.title}.",
        details={"path": agent.path, "agent": agent.name},
    )
