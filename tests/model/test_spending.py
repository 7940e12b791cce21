"""What agents spent, as events say."""

from __future__ import annotations

import pytest

from yoi_cli.model.events import Event
from yoi_cli.model.spending import Spending, spending_of, together


def event(**attributes: str) -> Event:
    return Event("worker", "Ada", "", None, "", attributes, "1", "1", 1)


def test_a_worker_counts_once_however_many_events_name_it() -> None:
    one = event(worker="w-1", tokens="300", cost="0.25")
    assert spending_of([one, one, event(worker="w-2", tokens="20")]) == Spending(320, 0.25)


@pytest.mark.parametrize("cost", ["", "-1", "nan", "inf", "1e9", "٣", "0.", "."])
def test_what_is_no_amount_is_not_counted(cost: str) -> None:
    assert spending_of([event(worker="w-1", cost=cost)]).cost in (None, 0.0)


def test_without_a_worker_or_figures_nothing_is_known() -> None:
    assert spending_of([event(cost="1"), event(worker="w-1", tokens="many")]) == Spending()
    assert Spending().text == ""


def test_sums_and_their_words() -> None:
    both = together([Spending(1000), Spending(234, 0.5), Spending(0, 0.25)])
    assert both == Spending(1234, 0.75)
    assert both.text == "1,234 tokens, $0.75"
    assert together([Spending(5)]).cost is None
