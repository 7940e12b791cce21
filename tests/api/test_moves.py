"""What is offered is what will be accepted, and what is refused says what the command would say."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.process import Program
from support.threads import AT
from support.tickets import created, moved, put_ticket, reviewed, said, ticket
from support.workspaces import behind, broken_relations, put

from yoi_cli.api import claims, tickets
from yoi_cli.api import moves as api
from yoi_cli.api.session import Session, Start, open_session
from yoi_cli.errors import NotFoundError, YoiError
from yoi_cli.model.events import IMPLEMENTATION_REPORT, QUESTION
from yoi_cli.model.routing import GivenDecision
from yoi_cli.model.states import STATES

if TYPE_CHECKING:
    from yoi_cli.api.moves import TicketMoves


@pytest.fixture
def session(workspace: Path) -> Session:
    return open_session(Start(str(workspace), False, "test", {"YOI_AUTHOR": "ada"}))


def others_broken_plan(workspace: Path) -> str:
    other = workspace / ".yoi/tickets" / put(workspace, 2, "planning") / "artifacts"
    other.mkdir()
    (other / "orchestration-plan.jsonl").write_text("{\n")
    return put(workspace, 1, "ready")


def in_state(state: str) -> Callable[[Path], str]:
    return lambda workspace: put(workspace, 1, state)


def claimed(workspace: Path) -> str:
    found = put(workspace, 1, "queued")
    start = Start(str(workspace), False, "test", {"YOI_AUTHOR": "ada"})
    claims.claim(open_session(start), found)
    return found


CASES: Mapping[str, Callable[[Path], str]] = {
    **{state: in_state(state) for state in STATES},
    "blocked by one in planning": behind("planning"),
    "blocked by one that is queued": behind("queued"),
    "behind one that is done": behind("done"),
    "behind one that is missing": lambda workspace: put(workspace, 1, "ready", depends_on="9"),
    "queued and blocked": behind("ready", "queued"),
    "in progress and blocked": behind("ready", "inprogress"),
    "without acceptance criteria": lambda workspace: put(workspace, 1, "queued", body="Nothing."),
    "claimed": claimed,
    "in question": lambda w: put(w, 1, "inprogress", said(AT, 9, "Which?", kind=QUESTION)),
    "reported": lambda w: put(w, 1, "inprogress", said(AT, 9, kind=IMPLEMENTATION_REPORT)),
    "reviewed": lambda w: put(w, 1, "inprogress", reviewed(AT, 9, "approve")),
    "its log is not consistent": lambda w: put(w, 1, "ready", moved(AT, 9, "done", "closed")),
    "its relations are broken": broken_relations,
    "another's plan is broken": others_broken_plan,
}

DOES: Mapping[str, Callable[[Session, str], object]] = {
    "intake": lambda s, t: tickets.intake(s, t, "Settled."),
    "queue": lambda s, t: tickets.move(s, t, "queued"),
    "accept": lambda s, t: claims.accept(s, t, GivenDecision(), {}),
    "claim": claims.claim,
    "release": claims.release,
    "answer": lambda s, t: tickets.answer(s, t, "This."),
    "done": lambda s, t: tickets.move(s, t, "done"),
    "return_to_planning": lambda s, t: tickets.move(s, t, "planning", reason="No."),
    "reopen": lambda s, t: tickets.reopen(s, t, "Again."),
    "close": lambda s, t: tickets.close(s, t, "Over."),
    "comment": lambda s, t: tickets.comment(s, t, "Said."),
    "approve": lambda s, t: tickets.review(s, t, "Good.", approve=True),
    "request_changes": lambda s, t: tickets.review(s, t, "No.", approve=False),
}
#: Offered no more, though the command would write something that changes nothing.
NOT_OFFERED = {"not_now", "own_files_unreadable"}


def outcome(session: Session, action: str, ticket: str) -> str:
    """The code of the error that doing it gives; empty where it is done."""
    before = tickets.state_of(session, ticket)[1].state
    try:
        DOES[action](session, ticket)
    except YoiError as error:
        return error.code
    moving = {"intake": "ready", "queue": "queued", "done": "done", "close": "closed"}
    moving["return_to_planning"] = "planning"
    return "nothing_changed" if moving.get(action) == before else ""


def kept(session: Session, folder: Path) -> Callable[[], None]:
    """What brings the store back, and what is local to the clone."""
    places = (Path(session.workspace) / ".yoi", Path(session.local_folder))
    for number, place in enumerate(places):
        if place.exists():
            shutil.copytree(place, folder / str(number))

    def restore() -> None:
        for number, place in enumerate(places):
            shutil.rmtree(place, ignore_errors=True)
            if (folder / str(number)).exists():
                shutil.copytree(folder / str(number), place)

    return restore


@pytest.mark.process
@pytest.mark.parametrize("case", CASES)
def test_what_is_offered_is_accepted_and_what_is_not_is_refused_in_the_same_words(
    case: str, session: Session, workspace: Path, tmp_path: Path
) -> None:
    ticket = CASES[case](workspace)
    found = api.moves(session, ticket)
    restore = kept(session, tmp_path / "kept")
    assert {move.action for move in found.moves} - {"start", "retry"} == set(DOES)
    for move in found.moves:
        if move.action not in DOES:
            continue
        code = outcome(session, move.action, ticket)
        restore()
        if move.is_enabled:
            assert code == "", move
        elif move.code not in NOT_OFFERED:
            assert code in (move.code, "nothing_changed"), move


def offered(found: TicketMoves) -> set[str]:
    return {move.action for move in found.moves if move.is_enabled}


@pytest.mark.process
def test_what_is_offered_first_goes_by_the_state(session: Session, workspace: Path) -> None:
    first = {
        state: api.moves(session, put(workspace, n, state)).primary
        for n, state in enumerate(STATES, 1)
    }
    assert first == {
        "planning": "intake",
        "ready": "queue",
        "queued": "wait",
        "inprogress": "wait",
        "done": "close",
        "closed": None,
    }


@pytest.mark.process
def test_a_shut_gate_offers_nothing_first_and_says_what_is_waited_for(
    session: Session, workspace: Path
) -> None:
    for number in range(2, 7):
        put(workspace, number, "planning")
    relations = tuple(("depends_on", ticket(number)) for number in range(2, 7))
    events = [moved(AT, 1, "planning", "ready")]
    one = put_ticket(workspace, 1, created(), *events, state="ready", relations=relations)
    found = api.moves(session, one)
    assert found.primary is None
    assert ticket(2) in found.why
    assert "and 2 more" in found.why
    assert "queue" not in offered(found)
    queue = found.move("queue")
    assert queue is not None
    assert queue.code == "blocked"


@pytest.mark.process
def test_a_ticket_whose_own_relations_cannot_be_read_offers_no_move(
    session: Session, workspace: Path
) -> None:
    found = api.moves(session, broken_relations(workspace))
    assert (found.primary, offered(found)) == (None, set())
    assert "relations.json" in found.why


def test_a_ticket_that_cannot_be_read_offers_nothing_and_says_why(
    session: Session, workspace: Path
) -> None:
    broken = put(workspace, 1, "ready")
    (workspace / ".yoi/tickets" / broken / "item.md").write_bytes(b"\xff")
    found = api.moves(session, broken)
    assert (found.primary, offered(found)) == (None, set())
    assert found.why


def test_a_ticket_that_is_not_there_is_an_error(session: Session) -> None:
    with pytest.raises(NotFoundError):
        api.moves(session, "0000000000000")


def test_the_command_says_it_to_people_and_to_pipes(yoi: Program, workspace: Path) -> None:
    one = put(workspace, 1, "ready")
    lines = [line.split("\t") for line in yoi("ticket", "moves", one).out.splitlines()]
    assert ["queue", "yes", f"yoi ticket state {one} queued --expect ready"] in [
        line[:3] for line in lines
    ]
    every = yoi("ticket", "moves", one, "--all").out
    assert "answer\tno\t" in every
    assert "not_now" in every
    assert yoi("ticket", "moves", one, "--json").json["primary"] == "queue"


def test_the_command_that_is_offered_can_be_given(yoi: Program, workspace: Path) -> None:
    one = put(workspace, 1, "planning")
    for action in ("intake", "queue"):
        rows = yoi("ticket", "moves", one, "--json").json["moves"]
        assert isinstance(rows, list)
        (command,) = [row["command"] for row in rows if row["action"] == action]
        yoi(*str(command).split()[1:])
    assert yoi("ticket", "state", one).out == f"state\t{one}\tqueued\n"


def test_input_is_offered_for_a_worker_that_takes_it(
    session: Session, workspace: Path, yoi: Program
) -> None:
    one = put(workspace, 1, "inprogress")

    def spawned(*options: str) -> str:
        command = ("worker", "spawn", "--ticket", one, "--cwd", ".", *options, "--json")
        return str(yoi(*command, "--", "sleep", "60").json["worker_id"])

    deaf, listening = spawned(), spawned("--input")

    def inputs() -> dict[str | None, tuple[bool, str]]:
        found = api.moves(session, one)
        return {
            move.worker: (move.is_enabled, move.why)
            for move in found.moves
            if move.action == "input"
        }

    refused = yoi("worker", "input", deaf, "-m", "x", "--json", check=False).error
    assert refused["code"] == "worker_conflict"
    assert inputs() == {deaf: (False, refused["message"]), listening: (True, "")}
    yoi("worker", "input", listening, "-m", "x", "--close")
    assert inputs()[listening] == (False, f"Worker {listening} takes no input.")
    for worker in (deaf, listening):
        yoi("worker", "stop", worker)
