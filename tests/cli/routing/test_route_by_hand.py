"""Judging by hand: ready is never said of a ticket that is blocked, whoever says so."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from support.file_stores import fingerprint
from support.process import Program
from support.tickets import CREATED, created, moved, put_ticket, ticket

from yoi_cli.model.ids import TicketId

BODY = "## Acceptance criteria\n\n- It works.\n"
WAY = ("planning", "ready", "queued")
READY = ("--as", "implementation_ready", "--reason", "I know better.")


def put_queued(
    workspace: Path, *more: bytes, relations: tuple[tuple[str, TicketId], ...] = ()
) -> TicketId:
    """A queued ticket whose thread goes on with `more`."""
    moves = [moved(CREATED, n, *pair) for n, pair in enumerate(pairwise(WAY), start=1)]
    events = (created(), *moves, *more)
    return put_ticket(workspace, 2, *events, state="queued", body=BODY, relations=relations)


def put_blocked(workspace: Path) -> TicketId:
    return put_queued(workspace, relations=(("depends_on", ticket(1)),))


def put_diverged(workspace: Path) -> TicketId:
    return put_queued(workspace, moved(CREATED, 3, "inprogress", "done"))


def put_unreadable(workspace: Path) -> TicketId:
    id_ = put_blocked(workspace)
    path = workspace / ".yoi" / "tickets" / id_ / "artifacts" / "relations.json"
    path.write_text("no JSON", encoding="utf-8")
    return id_


@pytest.mark.parametrize(
    ("put", "expected"),
    [
        (put_blocked, (4, "ready_refused")),
        (put_diverged, (4, "ready_refused")),
        (put_unreadable, (6, "store_untrusted")),
    ],
)
@pytest.mark.parametrize("how", ["--record", "--accept"])
def test_a_blocked_ticket_is_not_called_ready_and_nothing_is_written(
    yoi: Program,
    workspace: Path,
    put: Callable[[Path], TicketId],
    expected: tuple[int, str],
    how: str,
) -> None:
    put_ticket(workspace, 1)
    id_ = put(workspace)
    before = fingerprint(workspace / ".yoi" / "tickets")

    refused = yoi("route", id_, how, *READY, "--json", check=False, cwd=workspace)

    assert (refused.code, refused.error["code"]) == expected
    assert fingerprint(workspace / ".yoi" / "tickets") == before


def test_a_ticket_that_only_waits_may_be_called_ready(yoi: Program, workspace: Path) -> None:
    put_ticket(workspace, 1)
    id_ = put_queued(workspace)
    yoi("plan", "add", id_, "after", ticket(1), cwd=workspace)
    assert yoi("route", id_, "--json", cwd=workspace).json["decisions"][0]["classification"] == (
        "waiting"
    )

    recorded = yoi("route", id_, "--record", *READY, cwd=workspace)

    assert recorded.out == f"recorded\t{id_}\timplementation_ready\tqueued\n"
