"""Routing as a library: with a session, and of the past with no more than where to start."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest
from support.threads import AT
from support.tickets import created, moved, put_ticket

from yoi_cli.api import claims, routing
from yoi_cli.api.session import Session, Start, open_session
from yoi_cli.errors import ConflictError, NotFoundError, UsageError


@pytest.fixture
def session(workspace: Path) -> Session:
    return open_session(Start(str(workspace), False, "test", {"YOI_AUTHOR": "ada"}))


def queued(workspace: Path) -> str:
    states = ("planning", "ready", "queued")
    moves = [moved(AT, number, *pair) for number, pair in enumerate(pairwise(states), start=1)]
    return put_ticket(workspace, 1, created(), *moves, state="queued")


def test_what_may_start_is_claimed_and_given_back(
    session: Session, workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ticket = queued(workspace)
    assert [one.ticket for one in claims.next_tickets(session)] == [ticket]
    taken = claims.claim(session, ticket[-6:], lease_ms=60_000)
    assert (taken.ticket, taken.holder, taken.generation) == (ticket, "ada", 1)
    with pytest.raises(ConflictError):
        claims.claim_next(session, holder="bot")
    (held,) = claims.list_claims(session).claims
    assert held == taken
    claims.release(session, ticket, generation=1)
    assert claims.list_claims(session).claims == ()
    assert [one.is_released for one in claims.list_claims(session, every=True).claims] == [True]
    assert capfd.readouterr() == ("", "")


def test_a_session_and_a_start_are_answered_alike(session: Session, workspace: Path) -> None:
    ticket = queued(workspace)
    start = Start(str(workspace), False, "test", dict(os.environ))
    for where in (session, start):
        routed = routing.route(where, [ticket])
        assert [one.ticket for one in routed.decisions] == [ticket]
        assert routed.decisions == (routing.route_one(where, ticket),)
        assert routing.summarise(where).summaries == tuple(d.summary for d in routed.decisions)
        assert routing.gate(where, [ticket]).result.exit_code == 0
        assert routing.route(where, at="1999-01-01").decisions == ()


def test_only_one_store_can_be_meant(session: Session) -> None:
    with pytest.raises(UsageError, match="which store"):
        routing.route(session, at="HEAD", merge=("a", "b"))


def test_a_ticket_that_is_not_there_is_told(session: Session) -> None:
    with pytest.raises(NotFoundError):
        routing.route_one(session, "0000000000000")
