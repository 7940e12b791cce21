"""What is listed: the tools of each role, in a fixed order, for few tokens."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from mcp_types import Tool
from support.environment import ROOT
from support.mcp_agent import ERAS, connected, run

from yoi_cli.cli.mcp import ROLES as NAMED
from yoi_cli.mcp.arguments import Arguments
from yoi_cli.mcp.schema import schema_names, schema_of
from yoi_cli.mcp.server import listed
from yoi_cli.mcp.tools import ROLES, TOOLS, tools_of

FIND = ("ticket_find", "ticket_show", "ticket_route")
EXPECTED = {
    "reader": (*FIND, "worker", "doctor"),
    "worker": (*FIND, "ticket_write", "ticket_next", "claim", "ticket_review"),
    "intake": (
        *(*FIND, "ticket_write", "ticket_create", "ticket_edit", "ticket_ready"),
        "ticket_relate",
    ),
    "orchestrator": (
        *(*FIND, "ticket_write", "ticket_next", "claim", "ticket_create", "ticket_edit"),
        *("ticket_move", "ticket_relate", "plan_record", "ticket_review", "worker", "doctor"),
    ),
}
#: A token of such a list is some four bytes.
MOST_BYTES = {"reader": 4_800, "worker": 12_000, "intake": 12_000, "orchestrator": 12_000}


def printed(tools: list[Tool]) -> str:
    """A list as it goes over the wire."""
    found = [tool.model_dump(by_alias=True, exclude_none=True, mode="json") for tool in tools]
    return json.dumps({"tools": found}, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_its_tools_in_a_fixed_order_within_its_budget(
    workspace: Path, env: dict[str, str], role: str, era: str
) -> None:
    async def body() -> None:
        async with connected(workspace, env, role, era=era) as agent:
            first = (await agent.client.list_tools(cache_mode="bypass")).tools
            again = (await agent.client.list_tools(cache_mode="bypass")).tools
        assert tuple(tool.name for tool in first) == EXPECTED[role]
        assert printed(first) == printed(again)
        assert len(printed(first).encode()) <= MOST_BYTES[role]
        assert all(tool.output_schema is None for tool in first)

    run(body)


def test_output_schemas_would_break_the_budget_and_the_measure_sees_it() -> None:
    """The control: the same list as servers print it that describe their results, too."""
    fat = [listed(tool) for tool in tools_of("orchestrator", {})]
    fat = [tool.model_copy(update={"output_schema": tool.input_schema}) for tool in fat]
    assert len(printed(fat).encode()) > MOST_BYTES["orchestrator"]


def test_no_tool_takes_an_author_and_none_takes_what_it_does_not_know() -> None:
    for tool in TOOLS:
        schema = schema_of(tool.arguments)
        assert schema["additionalProperties"] is False
        assert not {"author", "holder"}.intersection(schema_names(tool.arguments))
        assert "$ref" not in json.dumps(schema)


def test_a_schema_says_the_limits_that_the_code_has() -> None:
    schemas = {tool.name: schema_of(tool.arguments) for tool in tools_of("orchestrator", {})}
    text = json.dumps(schemas["ticket_show"]["properties"])
    for name, default, most in (("events", 20, 100), ("artifacts", 50, 200)):
        assert re.search(rf'"{name}": [^}}]*"maximum": {most}, "default": {default}', text)
    assert re.search(r'"max_bytes": [^}]*"maximum": 65536, "default": 16384', text)
    assert '"maximum": 100, "default": 50' in json.dumps(schemas["ticket_find"])
    assert '"maximum": 500, "default": 100' in json.dumps(schemas["doctor"])


def test_the_command_knows_the_same_roles_and_every_type_of_arguments_is_used() -> None:
    assert NAMED == ROLES
    assert set(Arguments.__subclasses__()) == {tool.arguments for tool in TOOLS}


def test_a_worker_that_was_started_to_code_does_not_review() -> None:
    names = [tool.name for tool in tools_of("worker", {"YOI_ROLE": "coder"})]
    assert "ticket_review" not in names
    assert "ticket_review" in [tool.name for tool in tools_of("worker", {"YOI_ROLE": "reviewer"})]


def test_the_page_lists_the_tools_of_every_role() -> None:
    page = (ROOT / "docs/mcp.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|", page, re.MULTILINE)
    told = {
        role: tuple(name for name, *cells in rows if cells[index].strip())
        for index, role in enumerate(ROLES)
    }
    wanted = {role: tuple(sorted(names)) for role, names in EXPECTED.items()}
    assert {role: tuple(sorted(names)) for role, names in told.items()} == wanted
