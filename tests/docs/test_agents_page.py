"""docs/agents.md: what it shows is true, and its tables are the presets."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from support.console_blocks import Reader, steps_of
from support.environment import ROOT
from support.process import Program

from yoi_cli.cli.registry import GROUPS
from yoi_cli.model.workers.presets import PRESETS
from yoi_cli.store.config.worker_settings import parse_settings

PAGE = ROOT / "docs" / "agents.md"
TEXT = PAGE.read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def test_every_block_of_configuration_is_read_without_a_problem() -> None:
    # What agents read of the tools is held by tests/setup/test_mcp_agents.py.
    ours = [block for block in blocks("toml") if "mcp_servers" not in block]
    assert len(ours) == 2 * len(PRESETS) + 3
    for block in ours:
        assert not parse_settings(block.encode(), path="p").problems, block


@pytest.mark.parametrize("name", PRESETS)
def test_the_table_of_an_agent_is_its_preset(name: str) -> None:
    section = TEXT.split(f"\n### {name}\n")[1].split("\n#")[0]
    line, table = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
    assert tomllib.loads(line) == {"roles": {"coder": {"profile": name}}}
    assert list(tomllib.loads(table)["profiles"]) == [name]
    read = parse_settings(table.encode(), path="p").settings.named(name)
    assert read == PRESETS[name]._replace(is_preset=False)
    # What the table leaves out would come from the preset: nothing may be left out.
    told = set(tomllib.loads(table)["profiles"][name])
    assert told >= {"command", "prompt", "environment", "secrets", "description"}


def test_every_hook_is_json_and_runs_a_command_that_there_is() -> None:
    (hook,) = (read for read in map(json.loads, blocks("json")) if "hooks" in read)
    command = hook["hooks"]["SessionStart"][0]["hooks"][0]["command"]
    assert command.split() == ["yoi", "prime"]
    assert "prime" in {entry.name for entry in GROUPS[""].entries}


def test_every_command_of_the_page_exists_with_its_options(yoi: Program, tmp_path: Path) -> None:
    named = set(re.findall(r"`yoi ([a-z][^`]*)`", TEXT))
    assert len(named) > 15
    for line in named:
        words = shlex.split(line)
        path: list[str] = []
        while words and words[0] in _commands(" ".join(path)):
            path.append(words.pop(0))
        assert path, line
        helped = yoi(*path, "--help", cwd=tmp_path).out
        assert all(word in helped for word in words if word.startswith("--")), line


def _commands(group: str) -> set[str]:
    return {entry.name for entry in GROUPS[group].entries} if group in GROUPS else set()


def test_the_page_shows_what_is_printed(env: dict[str, str], repo: Path) -> None:
    reader = Reader(repo, env, "/home/ada/shop")
    steps = steps_of(PAGE)
    assert steps
    for step in steps:
        said, printed = reader.type(step)
        assert printed == said, step.command
