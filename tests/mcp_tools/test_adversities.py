"""What goes wrong around a server: broken settings, giant calls, crowds, and its own death."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import anyio
import pytest
from support.mcp_agent import Agent, connected, run
from support.process import Program

from yoi_cli.mcp.tools import ROLES, tools_of

ID = "0000000000000"
#: A call of every tool that its arguments allow.
CALLS: dict[str, dict[str, Any]] = {
    "ticket_find": {},
    "ticket_show": {"ticket": ID},
    "ticket_route": {},
    "ticket_write": {"ticket": ID, "kind": "comment", "body": "x"},
    "ticket_next": {},
    "claim": {"action": "take", "ticket": ID},
    "ticket_create": {"title": "x"},
    "ticket_edit": {"ticket": ID, "title": "x"},
    "ticket_ready": {"ticket": ID, "summary": "x"},
    "ticket_move": {"ticket": ID, "from": "queued", "to": "inprogress"},
    "ticket_relate": {"action": "add", "ticket": ID, "kind": "related", "target": ID},
    "plan_record": {"ticket": ID, "kind": "accepted_plan", "summary": "x"},
    "ticket_review": {"ticket": ID, "commit": "HEAD", "verdict": "approve", "body": "x"},
    "worker": {"action": "list"},
    "doctor": {},
}


@pytest.mark.parametrize("role", ROLES)
def test_with_a_broken_configuration_the_tools_are_listed_and_fail_with_one_code(
    workspace: Path, env: dict[str, str], role: str
) -> None:
    config = workspace / ".yoi/ticket.config.toml"
    whole = config.read_text()
    config.write_text("[backend\nroot = 1")
    names = [tool.name for tool in tools_of(role, {})]

    async def body() -> None:
        async with connected(workspace, env, role) as agent:
            assert [tool.name for tool in (await agent.client.list_tools()).tools] == names
            calls = {**CALLS, "worker": {"ticket": ID}} if role == "reader" else CALLS
            found = {name: (await agent.call(name, calls[name])).code for name in names}
            assert set(found.values()) == {"config_invalid"}, found
            queue = {"ticket": ID, "from": "ready", "to": "queued"}
            if "ticket_move" in names:
                assert (await agent.call("ticket_move", queue)).code == "config_invalid"
            with pytest.raises(Exception, match=r"ticket\.config\.toml"):
                await agent.read("yoi://prime")
            config.write_text(whole)  # and a server that runs sees that it was mended
            assert not (await agent.call("ticket_find")).is_error

    run(body)


def test_outside_of_a_workspace_every_call_says_so(tmp_path: Path, env: dict[str, str]) -> None:
    async def body() -> None:
        async with connected(tmp_path, env, "reader") as agent:
            assert (await agent.call("ticket_find")).code == "workspace_not_found"
            with pytest.raises(Exception, match="workspace"):
                await agent.read("yoi://prime")

    run(body)


def test_giant_and_odd_arguments_are_refused_and_the_server_goes_on(
    yoi: Program, workspace: Path, env: dict[str, str]
) -> None:
    ticket = yoi("ticket", "create", "-t", "x", "--json", cwd=workspace).json["id"]
    deep: Any = "x"
    for _ in range(150):
        deep = [deep]
    write = {"ticket": ticket, "kind": "comment", "body": "x"}
    odd: list[dict[str, Any]] = [
        {**write, "body": "x" * 5_000_000},
        {**write, "body": deep},
        {**write, "body": None},
        {**write, "ticket": "x" * 1_000_000},
        {**write, "x" * 100_000: 1},
        {**write, "kind": {"a": 1}},
        {**write, "body": 10**30},
    ]

    async def body() -> None:
        async with connected(workspace, env, "worker", is_real=True) as agent:
            for arguments in odd:
                said = await agent.call("ticket_write", arguments)
                assert said.code == "arguments_invalid"
                assert len(json.dumps(said.facts)) < 2_000
            find = await agent.call("ticket_find", {"text": "(" * 200})
            assert not find.is_error
            await agent.ask("ticket_write", {**write, "body": "y" * 65_536})

    run(body)
    events = yoi("ticket", "show", ticket, "--json", cwd=workspace).json["events"]
    assert [one["kind"] for one in events] == ["create", "comment"]


def test_two_servers_and_the_command_line_lose_nothing_of_one_another(
    yoi: Program, workspace: Path, env: dict[str, str]
) -> None:
    ticket = yoi("ticket", "create", "-t", "x", "--json", cwd=workspace).json["id"]
    each = 12

    async def writes(agent: Agent, name: str) -> None:
        async with anyio.create_task_group() as group:
            for number in range(each):
                body = {"ticket": ticket, "kind": "comment", "body": f"{name} {number}"}
                group.start_soon(agent.ask, "ticket_write", body)

    def types() -> None:
        for number in range(each):
            yoi("ticket", "comment", ticket, "-m", f"typed {number}", cwd=workspace)

    async def body() -> None:
        async with (
            connected(workspace, env, "worker", is_real=True) as one,
            connected(workspace, env, "intake", era="legacy", is_real=True) as other,
            anyio.create_task_group() as group,
        ):
            group.start_soon(writes, one, "one")
            group.start_soon(writes, other, "other")
            group.start_soon(anyio.to_thread.run_sync, types)

    run(body)
    events = yoi("ticket", "show", ticket, "--json", cwd=workspace).json["events"]
    found = sorted(one["body"] for one in events if one["kind"] == "comment")
    wanted = [f"{name} {number}" for name in ("one", "other", "typed") for number in range(each)]
    assert found == sorted(wanted)
    assert yoi("ticket", "doctor", cwd=workspace).code == 0


def test_of_two_servers_one_gets_the_ticket(
    yoi: Program, workspace: Path, env: dict[str, str]
) -> None:
    text = "## Acceptance criteria\n\n- x"
    ticket = yoi("ticket", "create", "-t", "x", "-m", text, "--json", cwd=workspace).json["id"]
    for state in ("ready", "queued"):
        yoi("ticket", "state", ticket, state, cwd=workspace)
    won: list[str] = []
    lost: list[str] = []

    async def claims(agent: Agent) -> None:
        said = await agent.call("ticket_next", {"claim": True})
        if said.is_error:
            lost.append(said.code)
        else:
            won.append(said.facts["claim"]["ticket"])

    async def body() -> None:
        async with (
            connected(workspace, env, "worker", is_real=True) as one,
            connected(workspace, env, "worker", is_real=True) as other,
            anyio.create_task_group() as group,
        ):
            group.start_soon(claims, one)
            group.start_soon(claims, other)

    run(body)
    assert won == [ticket]
    assert lost in (["all_claimed"], ["nothing_ready"])


META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def request(number: int, method: str, **params: object) -> str:
    asked = {"jsonrpc": "2.0", "id": number, "method": method, "params": {"_meta": META, **params}}
    return json.dumps(asked) + "\n"


def test_lines_that_are_no_messages_leave_the_server_serving(
    yoi: Program, workspace: Path, env: dict[str, str]
) -> None:
    del yoi
    junk = ["no json\n", "[" * 100_000 + "\n", "\n", '{"id": 1}\n', "\x00\n", "[]\n"]
    lines = "".join([*junk, request(2, "tools/list"), request(3, "no/such/method")])
    answers: dict[int, Any] = {}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "yoi_cli", "mcp"],
        cwd=workspace,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None and server.stdout is not None and server.stderr is not None
        server.stdin.write(lines)
        server.stdin.flush()
        while not {2, 3} <= set(answers):  # what is asked as the input ends may get no answer
            said = json.loads(server.stdout.readline())
            answers[said.get("id", 0)] = said
        server.stdin.close()
        assert "Traceback" not in server.stderr.read()
        assert server.wait(30) == 0
    assert len(answers[2]["result"]["tools"]) == 5
    assert answers[3]["error"]["code"] == -32601


@pytest.mark.parametrize("after", [0.0, 0.01, 0.05])
def test_a_server_that_is_killed_in_a_call_loses_nothing_that_was_answered(
    yoi: Program, workspace: Path, env: dict[str, str], after: float
) -> None:
    ticket = yoi("ticket", "create", "-t", "x", "--json", cwd=workspace).json["id"]
    command = [sys.executable, "-P", "-m", "yoi_cli", "mcp", "--role", "worker"]
    server = subprocess.Popen(
        command, cwd=workspace, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdin is not None and server.stdout is not None
    answered: list[int] = []
    with server:
        for number in range(40):
            body = {"ticket": ticket, "kind": "comment", "body": f"said {number}"}
            asked = request(number, "tools/call", name="ticket_write", arguments=body)
            server.stdin.write(asked)
        server.stdin.flush()
        answered.append(json.loads(server.stdout.readline())["id"])
        time.sleep(after)
        os.kill(server.pid, signal.SIGKILL)
        for line in server.stdout:
            if line.endswith("\n"):
                answered.append(json.loads(line)["id"])
    # Whatever it was killed in, the next command writes.
    yoi("ticket", "comment", ticket, "-m", "after", cwd=workspace)
    events = yoi("ticket", "show", ticket, "--json", cwd=workspace).json["events"]
    said = [one["body"] for one in events]
    assert {f"said {number}" for number in answered} <= set(said)
    assert len(said) == len(set(said))
    assert yoi("ticket", "doctor", cwd=workspace).code == 0
