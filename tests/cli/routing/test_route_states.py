"""Which states `yoi route` looks at: said as to every other command that lists tickets."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program
from support.tickets import CREATED, moved, put_ticket, ticket

STATES = "planning, ready,ready"


@pytest.fixture
def three(workspace: Path) -> Path:
    to_ready = moved(CREATED, 1, "planning", "ready")
    put_ticket(workspace, 1)
    put_ticket(workspace, 2, to_ready, state="ready")
    put_ticket(workspace, 3, to_ready, moved(CREATED, 2, "ready", "queued"), state="queued")
    return workspace


@pytest.mark.parametrize("option", ["--state", "-s"])
def test_route_and_list_take_the_same_words_for_states(
    yoi: Program, three: Path, option: str
) -> None:
    routed = yoi("route", option, STATES, "--json", cwd=three).json
    listed = yoi("ticket", "list", option, STATES, "--json", cwd=three).json
    found = {one["ticket"] for one in routed["decisions"]}
    assert found == {one["id"] for one in listed["tickets"]} == {ticket(1), ticket(2)}


def test_route_and_list_say_the_same_of_a_word_that_is_no_state(yoi: Program, three: Path) -> None:
    route = yoi("route", "--state", "later", "--json", check=False, cwd=three)
    listing = yoi("ticket", "list", "--state", "later", "--json", check=False, cwd=three)
    assert (route.code, route.error) == (2, listing.error)


def test_next_takes_a_short_limit(yoi: Program, three: Path) -> None:
    put_ticket(
        three,
        4,
        moved(CREATED, 1, "planning", "ready"),
        moved(CREATED, 2, "ready", "queued"),
        state="queued",
    )
    both = yoi("next", "-n", "2", "--json", cwd=three).json
    assert [one["ticket"] for one in both["candidates"]] == [ticket(3), ticket(4)]
