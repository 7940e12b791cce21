"""What hooks note of a rebase costs as much as it has commits, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from yoi_cli.hooks.notes import report_rewrite
from yoi_cli.hooks.ports import Rebase
from yoi_cli.model.commits import REWRITE, CommitFact

BRANCH = "work/00000000000A0-x"


class Sha(str):
    """A commit's name that counts how often it is looked up."""

    asked = 0
    __slots__ = ()

    def __hash__(self) -> int:
        Sha.asked += 1
        return str.__hash__(self)

    def __eq__(self, other: object) -> bool:
        return str.__eq__(self, other)


class Rebased:
    """The commits of a rebase that dropped half of them."""

    def __init__(self, count: int) -> None:
        self.old = [Sha(f"{number:040x}") for number in range(count)]
        self.new = [Sha(f"f{number:039x}") for number in range(count // 2)]

    def branch(self) -> str:
        return BRANCH

    def rebase(self) -> Rebase:
        return Rebase(BRANCH, "before", "onto")

    def head(self) -> CommitFact:
        return CommitFact("head", "Head")

    def facts(self, commits: Iterable[str]) -> Sequence[CommitFact]:
        return [CommitFact(sha, "Subject") for sha in commits]

    def between(self, base: str, head: str) -> Sequence[str]:
        return self.old if head == "before" else self.new

    def before_merge(self) -> None:
        return None

    def branches_at(self, commit: str) -> Sequence[str]:
        return ()


def lookups(count: int) -> int:
    rebased = Rebased(count)
    pairs = list(zip(rebased.old, rebased.new, strict=False))
    Sha.asked = 0
    (note,) = report_rewrite(rebased, "rebase", pairs, 0)
    asked = Sha.asked
    assert (note.what, note.ticket) == (REWRITE, "00000000000A0")
    assert len(note.dropped) == count - count // 2
    return asked


@pytest.mark.parametrize("count", [50, 200])
def test_a_rebase_of_four_times_as_many_commits_is_noted_in_four_times_the_look_ups(
    count: int,
) -> None:
    assert lookups(4 * count) <= 5 * lookups(count)
