"""What a session may do: the rules of the commands hold alike, in workers above all."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from support.mcp_agent import connected, run
from support.process import Program

#: A worker that speaks with `yoi mcp` as a program would, and prints the results.
INSIDE = """
import json, subprocess, sys
role, *calls = json.loads(sys.argv[1])
meta = {"_meta": {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "inside", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}},
}}
command = [sys.executable, "-P", "-m", "yoi_cli", "mcp", "--role", role]
server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
for number, (name, arguments) in enumerate(calls):
    params = {**meta, "name": name, "arguments": arguments}
    asked = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
    server.stdin.write(json.dumps(asked) + "\\n")
    server.stdin.flush()
    print("SAID", json.dumps(json.loads(json.loads(server.stdout.readline())
        ["result"]["content"][0]["text"])), flush=True)
server.stdin.close()
server.wait()
"""


@pytest.fixture
def tickets(yoi: Program, workspace: Path) -> tuple[str, str]:
    """Two tickets: one in progress, one ready."""
    made = []
    for title, states in (("Mine", ("ready", "queued", "inprogress")), ("Other", ("ready",))):
        text = "## Acceptance criteria\n\n- x"
        made.append(
            yoi("ticket", "create", "-t", title, "-m", text, "--json", cwd=workspace).json["id"]
        )
        for state in states:
            yoi("ticket", "state", made[-1], state, cwd=workspace)
    mine, other = made
    return mine, other


def said_inside(
    yoi: Program, workspace: Path, ticket: str, role: str, *calls: object, confine: str = "off"
) -> list[dict[str, object]]:
    """What the tools answer to a worker of the ticket."""
    words = json.dumps([role, *calls])
    worker = yoi(
        *("worker", "spawn", "--ticket", ticket, "--cwd", workspace, "--confine", confine),
        *("--env", "PYTHONPATH", "--json", "--", sys.executable, "-c", INSIDE, words),
        cwd=workspace,
    ).json["worker_id"]
    yoi("worker", "wait", worker, cwd=workspace)
    out = yoi("worker", "logs", worker, cwd=workspace).out
    found = [json.loads(line[5:]) for line in out.splitlines() if line.startswith("SAID ")]
    assert len(found) == len(calls), out
    return found


def codes(said: list[dict[str, object]]) -> list[str]:
    return [str(one["error"]["code"]) if "error" in one else "" for one in said]  # type: ignore[index]


def test_a_worker_writes_on_its_ticket_and_only_comments_on_others(
    yoi: Program, workspace: Path, tickets: tuple[str, str]
) -> None:
    mine, other = tickets
    report = {"kind": "implementation_report", "body": "Done."}
    said = said_inside(
        *(yoi, workspace, mine, "worker"),
        ["ticket_write", {"ticket": mine, **report}],
        ["ticket_write", {"ticket": other, **report}],
        ["ticket_write", {"ticket": other, "kind": "comment", "body": "Look here."}],
        ["claim", {"action": "take", "ticket": other}],
        ["ticket_next", {"claim": True}],
        ["ticket_review", {"ticket": other, "commit": "HEAD", "verdict": "approve", "body": "x"}],
        ["ticket_review", {"ticket": mine, "commit": "HEAD", "verdict": "approve", "body": "x"}],
    )
    assert codes(said) == [
        "",
        "ticket_not_yours",
        "",
        "ticket_not_yours",
        "ticket_not_yours",
        "ticket_not_yours",
        "review_not_yours",
    ]
    kinds = [
        one["kind"] for one in yoi("ticket", "show", other, "--json", cwd=workspace).json["events"]
    ]
    assert kinds[-1] == "comment"
    assert "implementation_report" not in kinds


def test_in_a_worker_nobody_is_asked_for_a_person_whatever_its_client_says(
    yoi: Program, workspace: Path, tickets: tuple[str, str]
) -> None:
    mine, other = tickets
    move = {"ticket": other, "from": "ready", "to": "queued"}
    said = said_inside(yoi, workspace, mine, "orchestrator", ["ticket_move", move])
    assert codes(said) == ["queue_not_yours"]
    assert yoi("ticket", "state", other, "--json", cwd=workspace).json["state"] == "ready"


def test_a_confined_worker_says_what_it_may_through_its_outbox(
    yoi: Program, workspace: Path, tickets: tuple[str, str]
) -> None:
    mine, other = tickets
    said = said_inside(
        *(yoi, workspace, mine, "orchestrator"),
        ["ticket_write", {"ticket": mine, "kind": "plan", "body": "First this."}],
        ["ticket_write", {"ticket": other, "kind": "plan", "body": "First this."}],
        ["ticket_move", {"ticket": other, "from": "ready", "to": "planning", "reason": "x"}],
        ["ticket_create", {"title": "x"}],
        confine="strict",
    )
    if codes(said)[3] == "":
        pytest.skip("the kernel here does not confine")
    assert codes(said) == ["", "worker_confined", "worker_confined", "worker_confined"]
    events = yoi("ticket", "show", mine, "--json", cwd=workspace).json["events"]
    assert "First this." in [one["body"] for one in events]


def test_a_session_that_is_for_a_ticket_by_its_variable_keeps_to_it(
    workspace: Path, env: dict[str, str], tickets: tuple[str, str]
) -> None:
    mine, other = tickets

    async def body() -> None:
        bound = env | {"YOI_TICKET": mine}
        async with connected(workspace, bound, "worker") as agent:
            taken = await agent.call("claim", {"action": "take", "ticket": other})
            assert taken.code == "ticket_not_yours"
            assert f"Your ticket: {mine}" in await agent.read("yoi://prime")
        async with connected(workspace, env | {"YOI_TICKET": "0000"}, "worker") as agent:
            gone = await agent.call("claim", {"action": "take", "ticket": other})
            assert gone.is_error
        # The control: a session that is for no ticket reaches the api's own answer.
        async with connected(workspace, env, "worker") as agent:
            free = await agent.call("claim", {"action": "take", "ticket": other})
            assert free.code == "not_claimable"

    run(body)


def test_the_author_is_the_sessions(
    yoi: Program, workspace: Path, env: dict[str, str], tickets: tuple[str, str]
) -> None:
    mine, _ = tickets
    write = {"ticket": mine, "kind": "comment", "body": "x"}

    async def body() -> None:
        async with connected(workspace, env | {"YOI_AUTHOR": "coder (claude)"}, "worker") as agent:
            await agent.ask("ticket_write", write)
            refused = await agent.call("ticket_write", {**write, "author": "Ada Example"})
            assert refused.code == "arguments_invalid"

    run(body)
    events = yoi("ticket", "show", mine, "--json", cwd=workspace).json["events"]
    assert events[-1]["author"] == "coder (claude)"
