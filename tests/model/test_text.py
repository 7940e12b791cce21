"""Numbers and lists of names in sentences."""

from __future__ import annotations

import pytest

from yoi_cli.model.text import counted, one_of, some_of


@pytest.mark.parametrize(("number", "said"), [(0, "0 tickets"), (1, "1 ticket"), (2, "2 tickets")])
def test_a_noun_agrees_with_its_number(number: int, said: str) -> None:
    assert counted(number, "ticket") == said


def test_what_may_be_chosen_is_joined_by_or() -> None:
    assert one_of(["a"]) == "a"
    assert one_of("abc") == "a, b or c"


def test_a_list_names_five_and_counts_the_rest() -> None:
    assert some_of(()) == ""
    assert some_of("abcde") == "a, b, c, d, e"
    assert some_of("abcdefg") == "a, b, c, d, e and 2 more"
