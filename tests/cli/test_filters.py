"""Filters take the same words everywhere, and refuse those that mean nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program
from support.tickets import put_ticket, ticket


@pytest.mark.parametrize(
    ("command", "near"),
    [
        ("ticket list --priority high", "Did you mean P1?"),
        ("ticket list --priority P9", "P0, P1"),
        ("ticket list --state inprogres", "Did you mean inprogress?"),
        ("ticket search x --state quued", "Did you mean queued?"),
        ("route --state done,banana", "The states are"),
        ("ticket log --kind comments", "Did you mean comment?"),
        ("ticket relation list --kind dependson", "Did you mean depends_on?"),
        ("plan list --kind afterr", "Did you mean after?"),
        ("ticket create -t x -p hgih", "P0 is the most urgent"),
    ],
)
def test_a_word_that_means_nothing_is_refused_with_the_nearest_that_does(
    yoi: Program, workspace: Path, command: str, near: str
) -> None:
    refused = yoi(*command.split(), "--json", check=False)
    assert refused.code == 2
    assert near in refused.error["hint"]


def test_commas_part_words_and_lower_case_will_do(yoi: Program, workspace: Path) -> None:
    put_ticket(workspace, 1, fields={"priority": "P0", "tags": ("a", "b")})
    put_ticket(workspace, 2, fields={"priority": "P1", "tags": ("a",)})
    put_ticket(workspace, 3, fields={"priority": "P2"})

    def listed(*words: str) -> set[str]:
        found = yoi("ticket", "list", *words, "--json").json["tickets"]
        return {str(one["id"]) for one in found}

    assert listed("--priority", "p0,P1") == {ticket(1), ticket(2)}
    assert listed("--priority", "p0", "--priority", "p2") == {ticket(1), ticket(3)}
    assert listed("--tag", "a,b") == {ticket(1)}
    assert listed("--state", "Planning") == {ticket(1), ticket(2), ticket(3)}
    made = str(yoi("ticket", "create", "-t", "x", "-p", "p1", "--json").json["id"])
    assert listed("--priority", "P1") == {ticket(2), made}
