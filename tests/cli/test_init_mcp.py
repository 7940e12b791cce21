"""`yoi init --mcp AGENT`: an agent is told of the tools where somebody asked for it."""

from __future__ import annotations

import json
from pathlib import Path

from support.process import Program

from yoi_cli.setup.mcp_agents import MCP_AGENTS, new_file


def test_every_agent_is_configured_in_its_file_and_doing_it_again_writes_nothing(
    yoi: Program, repo: Path
) -> None:
    asked = [word for name in MCP_AGENTS for word in ("--mcp", name)]
    written = yoi("init", *asked, "--json").json["written"]
    for agent in MCP_AGENTS.values():
        assert agent.path in written
        assert (repo / agent.path).read_text() == new_file(agent)
    assert yoi("init", *asked, "--json").json["written"] == []


def test_agents_in_use_are_offered_and_nothing_is_written_for_them(
    yoi: Program, repo: Path
) -> None:
    (repo / ".cursor").mkdir()
    (repo / "CLAUDE.md").write_text("@AGENTS.md\n")
    made = yoi("init", "--agents", "--json").json
    assert made["agents"] == ["claude", "cursor"]
    assert not (repo / ".mcp.json").exists()
    assert "offered\tyoi init --mcp claude\n" in yoi("init", "--agents").out
    yoi("init", "--mcp", "claude")
    assert yoi("init", "--agents", "--json").json["agents"] == ["cursor"]
    assert yoi("init", "--json").json["agents"] == []


def test_where_one_file_is_refused_none_is_written(yoi: Program, repo: Path) -> None:
    (repo / "opencode.json").write_text("// mine\n{}\n")
    refused = yoi("init", "--mcp", "claude", "--mcp", "opencode", "--json", check=False)
    assert (refused.code, refused.error["code"]) == (4, "agent_config_unclear")
    assert not (repo / ".mcp.json").exists()
    assert not (repo / ".yoi").exists()
    unknown = yoi("init", "--mcp", "claude", "--mcp", "clippy", "--json", check=False)
    assert (unknown.code, unknown.error["code"]) == (2, "agent_unknown")
    assert not (repo / ".mcp.json").exists()


def test_a_folder_that_leads_outside_is_refused(yoi: Program, repo: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (repo / ".cursor").symlink_to(outside)
    refused = yoi("init", "--mcp", "cursor", "--json", check=False)
    assert (refused.code, refused.error["code"]) == (6, "path_unsafe")
    (outside / "mcp.json").write_text("{}")
    again = yoi("init", "--mcp", "cursor", "--json", check=False)
    assert (again.code, again.error["code"]) == (6, "path_unsafe")
    assert json.loads((outside / "mcp.json").read_text()) == {}
