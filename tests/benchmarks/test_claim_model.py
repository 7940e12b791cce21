"""The model of clones that claim agrees with what must be so of any of them."""

from __future__ import annotations

import pytest
from claim_model import Costs, race, steady

COSTS = Costs(way=0.03, ask=0.02, push=0.1, ask_all=0.03)


@pytest.mark.parametrize("clones", [1, 2, 16])
def test_every_ticket_is_claimed_once_and_every_other_push_is_lost(clones: int) -> None:
    found = race(clones, 20, COSTS)
    assert found.pushed - found.lost == len(found.claims) == 20


def test_one_clone_alone_waits_for_nobody() -> None:
    found = race(1, 20, COSTS)
    assert found.lost == 0
    assert found.claim_at(0.5) == pytest.approx(2 * 0.03 + 0.12, rel=0.25)


def test_who_wants_one_each_stops_when_all_have_one() -> None:
    found = race(8, 100, COSTS, each=1)
    assert len(found.claims) == 8


def test_those_that_choose_among_several_lose_fewer_pushes() -> None:
    together, apart = race(16, 16, COSTS, each=1), race(16, 16, COSTS, each=1, window=16)
    assert apart.lost < together.lost


def test_twice_the_clones_are_twice_the_load() -> None:
    assert steady(20, 5, COSTS).load == pytest.approx(2 * steady(10, 5, COSTS).load)
