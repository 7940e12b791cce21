"""What an agent is told stays short and is text, whatever a store holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.api.mine import MyTicket
from yoi_cli.api.prime import MOST_NAMED, Primer, PrimeTicket
from yoi_cli.cli.prime import prime_text
from yoi_cli.model.states import STATES

TICKET = "00001KVZZZZZ0"


def told(title: str, priority: str = "P1") -> str:
    named = PrimeTicket(TICKET, "inprogress", priority, title)
    states = dict.fromkeys(STATES, 10**6)
    store = "/home/ada lovelace/a project/.yoi/tickets"
    action = (
        f"Do this and that: `yoi ticket comment {TICKET} --role implementation_report -m TEXT`."
    )
    mine = (MyTicket(TICKET, title, "inprogress", "implementer", action),) * MOST_NAMED
    return prime_text(Primer("/", store, states, 10**6, (named,) * MOST_NAMED, named, mine))


@pytest.mark.parametrize(
    "title", ["Short", "w " * 200, "x" * 5000, "日本語の長い題 " * 30, "\x1b[2J " * 99, "\n" * 99]
)
def test_it_is_short_however_long_the_titles_are(title: str) -> None:
    assert len(told(title).split()) < 400
    assert len(told(title)) < 4000


@given(st.text(), st.text())
def test_no_title_and_no_priority_can_begin_a_line_or_drive_a_terminal(
    title: str, priority: str
) -> None:
    plain = told("T", "P1").split("\n")
    lines = told(title, priority).split("\n")
    assert len(lines) == len(plain)
    assert all(char >= " " and char != "\x7f" for line in lines for char in line)
    assert sum(a != b for a, b in zip(lines, plain, strict=True)) <= 4


@given(st.text())
def test_titles_stand_between_lines_that_they_cannot_contain(title: str) -> None:
    lines = told(title).split("\n")
    begin = next(n for n, line in enumerate(lines) if line.startswith("--- begin ticket text "))
    assert lines[begin + 5] == lines[begin].replace("begin", "end")
    word = lines[begin].split()[4]
    assert not any(word in line for line in lines[begin + 1 : begin + 5])
    assert [n for n, line in enumerate(lines) if TICKET in line] == [*range(begin + 1, begin + 5)]


def test_a_title_that_was_cut_says_so() -> None:
    assert '"one two three four five six seven eight…"' in told(
        "one two three four five six seven eight nine"
    )
    assert '"one two"' in told("one two")
