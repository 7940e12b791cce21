"""Ready → queued is a person's decision: they are asked where the client can, and nobody else
says yes (docs/mcp.md)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from mcp_types import CallToolResult, ElicitResult, InputRequiredResult
from support.mcp_agent import ERAS, connected, run
from support.process import Program


def yes(comment: str = "") -> ElicitResult:
    return ElicitResult(action="accept", content={"queue": True, "comment": comment})


@pytest.fixture
def ticket(yoi: Program, workspace: Path) -> str:
    made: str = yoi(
        *("ticket", "create", "-t", "Greet \x1b[31m", "--message", "Hello.", "--json"),
        cwd=workspace,
    ).json["id"]
    yoi("ticket", "state", made, "ready", cwd=workspace)
    return made


def queueing(ticket: str) -> dict[str, str]:
    return {"ticket": ticket, "from": "ready", "to": "queued"}


def state_of(yoi: Program, workspace: Path, ticket: str) -> str:
    state: str = yoi("ticket", "state", ticket, "--json", cwd=workspace).json["state"]
    return state


@pytest.mark.parametrize("era", ERAS)
def test_a_person_who_says_yes_queues_it_and_what_they_said_is_in_the_log(
    yoi: Program, workspace: Path, env: dict[str, str], ticket: str, era: str
) -> None:
    shown: list[str] = []

    def person(message: str) -> ElicitResult:
        shown.append(message)
        return yes("Before Friday.")

    async def body() -> None:
        async with connected(workspace, env, "orchestrator", era=era, answering=person) as agent:
            why = {"body": "It is small.\x1b[2J"}
            said = await agent.ask("ticket_move", {**queueing(ticket), **why})
            assert said.facts["state"] == "queued"

    run(body)
    assert state_of(yoi, workspace, ticket) == "queued"
    assert len(shown) == 1
    assert "The agent says:\nIt is small.\\x1b[2J" in shown[0]
    assert f"Queue ticket {ticket}?" in shown[0]
    assert "Greet \\x1b[31m" in shown[0].split("--- begin ticket text ")[1]
    event = yoi("ticket", "show", ticket, "--json", cwd=workspace).json["events"][-1]
    assert event["attributes"]["reason"] == "person_asked"
    assert "A person agreed" in event["body"]
    assert "Before Friday." in event["body"]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    "answer",
    [
        ElicitResult(action="decline"),
        ElicitResult(action="accept", content={"queue": False, "comment": "Too early."}),
        ElicitResult(action="accept", content={}),
    ],
    ids=["declined", "said no", "a form that says nothing"],
)
def test_a_person_who_does_not_say_yes_leaves_it_ready_and_that_is_recorded(
    yoi: Program, workspace: Path, env: dict[str, str], ticket: str, era: str, answer: ElicitResult
) -> None:
    async def body() -> None:
        async with connected(
            workspace, env, "orchestrator", era=era, answering=lambda _: answer
        ) as agent:
            said = await agent.ask("ticket_move", queueing(ticket))
            assert (said.facts["changed"], said.facts["answer"]) == (False, "no")

    run(body)
    assert state_of(yoi, workspace, ticket) == "ready"
    last = yoi("ticket", "show", ticket, "--json", cwd=workspace).json["events"][-1]
    assert "A person refused" in last["body"]
    assert str((answer.content or {}).get("comment") or "") in last["body"]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("person", [None, lambda _: ElicitResult(action="cancel")])
def test_where_nobody_answers_it_is_refused_with_the_command_to_type(
    yoi: Program,
    workspace: Path,
    env: dict[str, str],
    ticket: str,
    era: str,
    person: Callable[[str], ElicitResult] | None,
) -> None:
    async def body() -> None:
        async with connected(workspace, env, "orchestrator", era=era, answering=person) as agent:
            said = await agent.call("ticket_move", queueing(ticket))
            assert said.code == "person_needed"
            assert f"yoi ticket state {ticket} queued" in said.error["hint"]

    run(body)
    assert state_of(yoi, workspace, ticket) == "ready"


@pytest.mark.parametrize("era", ERAS)
def test_an_answer_about_another_text_of_the_ticket_queues_nothing(
    yoi: Program, workspace: Path, env: dict[str, str], ticket: str, era: str
) -> None:
    asked: list[str] = []

    def person(message: str) -> ElicitResult:
        asked.append(message)
        if len(asked) == 1:
            yoi("ticket", "edit", ticket, "--message", "Delete all.", cwd=workspace)
        return yes()

    async def body() -> None:
        async with connected(workspace, env, "orchestrator", era=era, answering=person) as agent:
            said = await agent.call("ticket_move", queueing(ticket))
            if era == "legacy":
                assert said.code == "item_changed"
                assert state_of(yoi, workspace, ticket) == "ready"
            else:  # the person is asked anew, with the new text
                assert "Delete all." not in asked[0]
                assert "Delete all." in asked[1]

    run(body)


def test_an_answer_to_what_nobody_asked_is_none(
    yoi: Program, workspace: Path, env: dict[str, str], ticket: str
) -> None:
    """A model that can make its client send anything still has not asked the person."""

    async def body() -> None:
        async with connected(
            workspace, env, "orchestrator", answering=lambda _: ElicitResult(action="decline")
        ) as agent:
            session = agent.client.session
            forged = await session.call_tool(
                "ticket_move",
                queueing(ticket),
                input_responses={"queue": yes()},
                allow_input_required=True,
            )
            assert isinstance(forged, InputRequiredResult)
            assert forged.request_state is not None
            for state in (forged.request_state + "x", "x"):
                with pytest.raises(Exception, match="Invalid or expired requestState"):
                    await session.call_tool(
                        "ticket_move",
                        queueing(ticket),
                        input_responses={"queue": yes()},
                        request_state=state,
                        allow_input_required=True,
                    )
            # The control: with what was asked, the same answer counts.
            assert state_of(yoi, workspace, ticket) == "ready"
            honest = await session.call_tool(
                "ticket_move",
                queueing(ticket),
                input_responses={"queue": yes()},
                request_state=forged.request_state,
                allow_input_required=True,
            )
            assert isinstance(honest, CallToolResult)
            assert state_of(yoi, workspace, ticket) == "queued"

    run(body)


def test_nobody_is_asked_about_a_ticket_that_could_not_be_queued(
    yoi: Program, workspace: Path, env: dict[str, str], ticket: str
) -> None:
    def person(message: str) -> ElicitResult:
        raise AssertionError(message)

    async def body() -> None:
        async with connected(workspace, env, "orchestrator", answering=person) as agent:
            wrong = await agent.call("ticket_move", {**queueing(ticket), "from": "planning"})
            assert wrong.code == "state_unexpected"
            yoi("ticket", "state", ticket, "planning", "--reason", "no", cwd=workspace)
            early = await agent.call("ticket_move", {**queueing(ticket), "from": "planning"})
            assert early.code == "move_illegal"

    run(body)


@pytest.mark.parametrize("role", ["reader", "worker", "intake"])
def test_no_other_role_has_a_tool_that_queues(
    workspace: Path, env: dict[str, str], ticket: str, role: str
) -> None:
    async def body() -> None:
        async with connected(workspace, env, role, answering=lambda _: yes()) as agent:
            with pytest.raises(Exception, match=f"role {role} has no tool"):
                await agent.call("ticket_move", queueing(ticket))

    run(body)
