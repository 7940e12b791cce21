"""Which changes in a clone others account for."""

from __future__ import annotations

from yoi_cli.workers.changes import UNKNOWN, changes_sentence, of_open_tickets, unexplained
from yoi_cli.workers.model import WorkerView

OWN, ANOTHER = "0000000000ABC", "0000000000DEF"
GIT = "/home/ada/shop/.git"


def worker(ticket: str, begin: int, end: int | None, *changes: str) -> WorkerView:
    state = "running" if end is None else "exited"
    return WorkerView(
        *("local", f"w-{ticket}", state, ""),
        ticket=ticket,
        created_at=begin,
        ended_at=end,
        changes=changes,
    )


def test_what_nobody_accounts_for_stays() -> None:
    view = worker(OWN, 10, 20, f"{GIT}/config", f"{GIT}/refs/heads/work/{ANOTHER}-x")
    assert unexplained(view, [view]) == view.changes


def test_a_worker_of_another_ticket_accounts_for_its_branch_while_it_ran() -> None:
    paths = (f"{GIT}/refs/heads/work/{ANOTHER}-x", f"/home/ada/shop/.worktree/{ANOTHER}/f")
    view = worker(OWN, 10, 20, *paths)
    assert unexplained(view, [worker(ANOTHER, 15, None)]) == ()
    assert unexplained(view, [worker(ANOTHER, 1, 12)]) == ()
    assert unexplained(view, [worker(ANOTHER, 1, 9), worker(ANOTHER, 21, 30)]) == paths
    assert unexplained(view, [worker(OWN, 10, 20)]) == paths


def test_the_target_and_trials_of_merges_are_orchestrations_own() -> None:
    candidates = (
        f"{GIT}/refs/heads/work/{OWN}-a-title-try.1.2",
        f"{GIT}/refs/heads/work/{ANOTHER}-try.1.2",
        f"/home/ada/shop/.worktree/{ANOTHER}-a-title-try.2.3/f",
    )
    assert unexplained(worker(OWN, 10, 20, *candidates), []) == ()
    others = (f"{GIT}/refs/heads/work/{OWN}-try.1", f"{GIT}/refs/heads/try.1.2")
    assert unexplained(worker(OWN, 10, 20, *others), []) == others
    paths = (f"{GIT}/refs/heads/main", "/home/ada/shop/.worktree/merge-main/f")
    view = worker(OWN, 10, 20, *paths)
    assert unexplained(view, [], "main") == ()
    assert unexplained(view, []) == paths[:1]


def test_what_is_left_of_a_ticket_that_is_over_may_go() -> None:
    branches = tuple(f"{GIT}/refs/heads/work/{one}-x" for one in (ANOTHER, OWN))
    paths = (*branches, f"{GIT}/config")
    assert of_open_tickets(paths, lambda ticket: ticket == ANOTHER) == paths[1:]
    assert of_open_tickets(paths, lambda ticket: False) == paths


def test_a_person_is_told_what_it_was() -> None:
    view = worker(OWN, 10, 20, f"{GIT}/config")
    assert f"`{GIT}/config`" in changes_sentence(view, view.changes)
    assert "shim died" in changes_sentence(view, (UNKNOWN,))
