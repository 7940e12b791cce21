"""What may be done with a ticket that `yoi orchestrate` works on, with real runs and workers."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.api import session_at
from support.orchestration import Shop, shop_in
from support.process import Program

from yoi_cli.api import moves, workers

_ASKS = "echo 'Which of the two?'\n"
_WAITS = "mkfifo waiting\necho begun\ncat waiting\n"


@pytest.fixture
def shop(workspace: Path, yoi: Program, git: Program) -> Shop:
    return shop_in(workspace, yoi, git)


def offered(shop: Shop, ticket: str) -> set[str]:
    found = moves.moves(session_at(shop.repo), ticket)
    return {move.action for move in found.moves if move.is_enabled}


def test_work_may_be_started_where_a_run_would_take_it_up(shop: Shop) -> None:
    ticket = shop.queue()
    assert "start" in offered(shop, ticket)
    shop.run(ticket)
    assert shop.state(ticket) == "closed"


def test_a_question_is_answered_and_then_the_work_goes_on(shop: Shop) -> None:
    shop.script("coder-1", _ASKS)
    ticket = shop.queue()
    shop.run(code=5)
    found = offered(shop, ticket)
    assert "answer" in found
    assert "start" not in found
    shop.yoi("ticket", "answer", ticket, "-m", "The first.")
    assert "start" in offered(shop, ticket)
    shop.run(ticket)
    assert shop.state(ticket) == "closed"


def test_what_a_run_gave_up_may_be_tried_again_or_reviewed(shop: Shop) -> None:
    shop.configure('validate = [["false"]]\nrounds = 1')
    ticket = shop.queue()
    shop.run(code=5)
    assert {"retry", "request_changes", "return_to_planning"} <= offered(shop, ticket)


def test_a_worker_that_runs_may_be_stopped_and_keeps_its_ticket_open(shop: Shop) -> None:
    ticket = shop.queue()
    session = session_at(shop.repo)
    started = shop.yoi("worker", "spawn", "--ticket", ticket, "--input", "--", "cat")
    worker = started.out.split("\t")[1].strip()
    found = moves.moves(session, ticket)
    assert [one.worker for one in found.moves if one.action in ("stop", "input")] == [worker] * 2
    stop = found.move("stop")
    assert stop is not None
    shop.yoi(*stop.command.split()[1:])
    assert "stop" not in offered(shop, ticket)
    assert all(one.has_ended for one in workers.list_workers(session).workers)


def test_a_worker_is_not_offered_to_approve(shop: Shop) -> None:
    ticket = shop.queue()
    shop.yoi("ticket", "state", ticket, "inprogress")
    assert "approve" in offered(shop, ticket)
    yoi = " ".join(shop.yoi.argv)
    # Not confined, so that it may say what it was told in a file of the test's.
    asks = f"YOI_WORKSPACE={shop.repo} {yoi} ticket moves {ticket} --all > {shop.agents}/said"
    done = shop.yoi("worker", "spawn", "--confine", "off", "--", "sh", "-c", asks, check=False)
    worker = done.out.split("\t")[1].strip()
    shop.yoi("worker", "wait", worker)
    said = (shop.agents / "said").read_text()
    assert "approve\tno\t" in said
    assert "review_not_yours" in said
