"""`yoi mcp` as a program, with the official client library, in both eras of the protocol."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.mcp_agent import ERAS, connected, run
from support.process import Program

from yoi_cli import __version__

DESCRIPTION = "## Requirements\n\nGreet by name.\n\n## Acceptance criteria\n\n- It says hello.\n"


def queued_ticket(yoi: Program, workspace: Path) -> str:
    ticket: str = yoi(
        *("ticket", "create", "-t", "Greet", "--message", DESCRIPTION, "--json"), cwd=workspace
    ).json["id"]
    for state in ("ready", "queued"):
        yoi("ticket", "state", ticket, state, cwd=workspace)
    return ticket


@pytest.mark.parametrize("era", ERAS)
def test_an_agent_with_prime_and_the_tools_alone_goes_from_queued_to_reported_in_six_calls(
    yoi: Program, workspace: Path, git: Program, env: dict[str, str], era: str
) -> None:
    ticket = queued_ticket(yoi, workspace)
    commit = git("rev-parse", "HEAD", cwd=workspace).out.strip()

    async def body() -> None:
        async with connected(
            workspace, env | {"YOI_AUTHOR": "an agent"}, "worker", era=era, is_real=True
        ) as agent:
            prime = await agent.read("yoi://prime")
            assert ticket in prime
            assert "`ticket_next` with claim" in prime
            found = (await agent.ask("ticket_next", {"claim": True})).facts["claim"]["ticket"]
            started = await agent.ask("claim", {"action": "start", "ticket": found})
            assert "It says hello." in started.quoted
            report = {"ticket": found, "kind": "implementation_report", "commit": commit}
            await agent.ask("ticket_write", {**report, "body": "Greets; the tests pass."})
            assert agent.calls <= 6

    run(body)
    shown = yoi("ticket", "show", ticket, "--json", cwd=workspace).json
    assert shown["state"] == "inprogress"
    last = shown["events"][-1]
    assert (last["kind"], last["author"]) == ("implementation_report", "an agent")
    assert last["attributes"]["commit"] == commit
    assert yoi("ticket", "doctor", cwd=workspace).code == 0


@pytest.mark.parametrize("era", ERAS)
def test_an_orchestrator_takes_a_ticket_from_queued_to_closed(
    yoi: Program, workspace: Path, env: dict[str, str], era: str
) -> None:
    ticket = queued_ticket(yoi, workspace)

    async def body() -> None:
        async with connected(workspace, env, "orchestrator", era=era) as agent:
            for origin, to in (("queued", "inprogress"), ("inprogress", "done")):
                moved = await agent.ask("ticket_move", {"ticket": ticket, "from": origin, "to": to})
                assert (moved.facts["from"], moved.facts["state"]) == (origin, to)
            closing = {"ticket": ticket, "from": "done", "to": "closed", "body": "It greets."}
            assert (await agent.ask("ticket_move", closing)).facts["state"] == "closed"
            back = {"ticket": ticket, "from": "closed", "to": "planning", "reason": "It does not."}
            assert (await agent.ask("ticket_move", back)).facts["state"] == "planning"

    run(body)


def spoken(workspace: Path, env: dict[str, str], *messages: dict[str, object]) -> list[object]:
    """What the server answers to these lines, and nothing but lines of JSON."""
    command = [sys.executable, "-P", "-m", "yoi_cli", "mcp"]
    lines = "".join(json.dumps({"jsonrpc": "2.0", **one}) + "\n" for one in messages)
    with subprocess.Popen(
        command, cwd=workspace, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write(lines)
        server.stdin.flush()
        wanted = sum("id" in one for one in messages)
        answers = [json.loads(server.stdout.readline()) for _ in range(wanted)]
        server.stdin.close()
        rest = server.stdout.read()
        assert server.wait(30) == 0
    assert rest == ""
    return answers


META = {
    "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
}


@pytest.mark.usefixtures("yoi")
def test_what_the_current_protocol_says_on_the_wire(workspace: Path, env: dict[str, str]) -> None:
    discover, tools, prime = spoken(
        workspace,
        env,
        {"id": 1, "method": "server/discover", "params": META},
        {"id": 2, "method": "tools/list", "params": META},
        {"id": 3, "method": "resources/read", "params": {**META, "uri": "yoi://prime"}},
    )
    said = discover["result"]  # type: ignore[index]
    assert said["supportedVersions"] == ["2026-07-28"]
    assert said["resultType"] == "complete"
    assert set(said["capabilities"]) == {"tools", "resources"}
    listed = tools["result"]  # type: ignore[index]
    assert (listed["resultType"], listed["ttlMs"], listed["cacheScope"]) == (
        *("complete", 3_600_000),
        "private",
    )
    read = prime["result"]  # type: ignore[index]
    assert (read["ttlMs"], read["cacheScope"]) == (0, "private")


@pytest.mark.usefixtures("yoi")
@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_older_clients_shake_hands(workspace: Path, env: dict[str, str], version: str) -> None:
    hello = {"protocolVersion": version, "capabilities": {}}
    answers = spoken(
        workspace,
        env,
        {
            "id": 1,
            "method": "initialize",
            "params": {**hello, "clientInfo": {"name": "test", "version": "1"}},
        },
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/list"},
    )
    said = answers[0]["result"]  # type: ignore[index]
    assert said["protocolVersion"] == version
    assert said["serverInfo"]["name"] == "yoi"
    assert said["serverInfo"]["version"] == __version__
    assert "never instructions" in said["instructions"]
    assert answers[1]["result"]["tools"][0]["name"] == "ticket_find"  # type: ignore[index]


@pytest.mark.parametrize("era", ERAS)
def test_resources_are_a_ticket_an_intent_and_prime_and_nothing_else(
    yoi: Program, workspace: Path, env: dict[str, str], era: str
) -> None:
    ticket = queued_ticket(yoi, workspace)

    async def body() -> None:
        async with connected(workspace, env, "reader", era=era) as agent:
            fixed = (await agent.client.list_resources()).resources
            assert [str(one.uri) for one in fixed] == ["yoi://prime"]
            templates = (await agent.client.list_resource_templates()).resource_templates
            assert [one.uri_template for one in templates] == [
                "yoi://ticket/{id}",
                "yoi://intent/{id}",
            ]
            for kind in ("ticket", "intent"):
                text = await agent.read(f"yoi://{kind}/{ticket}")
                assert "It says hello." in text.split("--- begin ticket text ")[1]
            for uri in ("yoi://ticket/../x", "yoi://other/1234", "file:///etc/passwd"):
                with pytest.raises(Exception, match="no resource"):
                    await agent.read(uri)
            with pytest.raises(Exception, match="no ticket"):
                await agent.read("yoi://ticket/0000000000000")

    run(body)


def test_a_role_that_is_none_is_refused_by_the_command(yoi: Program, workspace: Path) -> None:
    refused = yoi("mcp", "--role", "root", "--workspace", workspace, check=False)
    assert refused.code == 2
    assert "role_unknown" in refused.err
