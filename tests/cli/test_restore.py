"""`yoi restore`: what was recorded and git took away is told, brought back, or left."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from support.process import Program, Result

TEXT = "Text.\n\n## Acceptance criteria\n\n- it works\n"


@pytest.fixture
def ticket(yoi: Program, git: Program, workspace: Path) -> str:
    """A queued ticket that depends on nothing, committed."""
    made = yoi("ticket", "create", "-t", "A", "-m", TEXT).out.split()[1]
    for state in ("ready", "queued"):
        yoi("ticket", "state", made, state)
    git("add", "--all", cwd=workspace)
    git("commit", "--quiet", "-m", "The store", cwd=workspace)
    return made


@pytest.fixture
def thread(workspace: Path, ticket: str) -> Callable[[], str]:
    return (workspace / ".yoi" / "tickets" / ticket / "thread.md").read_text


@pytest.fixture
def item(workspace: Path, ticket: str) -> Callable[[], str]:
    return (workspace / ".yoi" / "tickets" / ticket / "item.md").read_text


def other(yoi: Program) -> str:
    return yoi("ticket", "create", "-t", "B", "-m", TEXT).out.split()[1]


def rows(done: Result) -> list[list[str]]:
    return [line.split("\t") for line in done.out.splitlines()[1:]]


@pytest.mark.parametrize("words", ["reset --hard --quiet", "checkout -- .", "restore ."])
def test_what_a_person_threw_away_is_told_and_comes_back_once(
    yoi: Program,
    git: Program,
    ticket: str,
    thread: Callable[[], str],
    item: Callable[[], str],
    words: str,
) -> None:
    yoi("ticket", "comment", ticket, "-m", "Said once.")
    yoi("ticket", "edit", ticket, "--priority", "P0")
    git(*words.split())
    assert "Said once." not in thread()
    told = yoi("restore", "--dry-run", check=False)
    assert told.code == 6
    what, where = "1 event, priority", "in no file, stash or autostash"
    assert rows(told) == [["missing", ticket, what, where]]
    yoi("ticket", "comment", ticket, "-m", "Said after.")  # nobody's doing undoes a person's
    assert "Said once." not in thread()
    assert rows(yoi("restore")) == [["restored", ticket, what, ""]]
    assert rows(yoi("restore")) == []
    assert thread().count("Said once.") == 1
    assert thread().index("Said once.") < thread().index("Said after.")
    assert "priority: 'P0'" in item()
    assert yoi("ticket", "doctor").code == 0


def test_a_relation_comes_back(yoi: Program, git: Program, ticket: str) -> None:
    blocker = other(yoi)
    git("add", "--all")
    git("commit", "--quiet", "-m", "Another")
    yoi("ticket", "relation", "add", ticket, "depends_on", blocker)
    git("clean", "-fdq")
    assert rows(yoi("restore")) == [["restored", ticket, "1 relation", ""]]
    assert blocker in yoi("ticket", "relation", "list", ticket).out


def test_a_relation_that_was_said_to_stand_is_missed_as_one_that_was_added(
    yoi: Program, git: Program, ticket: str
) -> None:
    blocker = other(yoi)
    git("add", "--all")
    git("commit", "--quiet", "-m", "Another")
    words = (ticket, "depends_on", blocker)
    yoi("ticket", "relation", "add", *words)
    git("stash", "--quiet", "--include-untracked")
    git("stash", "apply", "--quiet")
    yoi("ticket", "relation", "remove", *words)
    git("checkout", "--quiet", "--", ".")
    git("clean", "-fdq")
    yoi("restore", "--leave", check=False)
    git("stash", "pop", "--quiet")
    yoi("ticket", "relation", "add", *words)  # it stands
    git("clean", "-fdq")
    assert rows(yoi("restore")) == [["restored", ticket, "1 relation", ""]]


def test_a_ticket_that_was_cleaned_away_comes_back_with_all_that_was_said(
    yoi: Program, git: Program, workspace: Path, ticket: str
) -> None:
    made = other(yoi)
    yoi("ticket", "comment", made, "-m", "Said.")
    yoi("ticket", "relation", "add", made, "blocks", ticket)
    folder = workspace / ".yoi" / "tickets" / made
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    git("clean", "-fdq")
    assert not folder.exists()
    assert rows(yoi("restore")) == [["restored", made, "the whole ticket", ""]]
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_what_a_stash_holds_is_told_and_left_to_git(
    yoi: Program, git: Program, ticket: str, thread: Callable[[], str]
) -> None:
    yoi("ticket", "comment", ticket, "-m", "In the stash.")
    made = other(yoi)
    git("stash", "--quiet", "--include-untracked")
    told = yoi("restore", check=False)
    assert told.code == 6
    assert rows(told) == [
        ["missing", ticket, "1 event", "stash@{0}"],
        ["missing", made, "the whole ticket", "stash@{0}"],
    ]
    assert "`git stash pop`" in told.err
    assert "In the stash." not in thread()
    git("stash", "pop", "--quiet")
    assert rows(yoi("restore", "--dry-run")) == []


def test_what_was_in_a_stash_that_was_dropped_comes_back(
    yoi: Program, git: Program, ticket: str, thread: Callable[[], str]
) -> None:
    yoi("ticket", "comment", ticket, "-m", "In the stash.")
    git("stash", "--quiet")
    git("stash", "drop", "--quiet")
    assert rows(yoi("restore")) == [["restored", ticket, "1 event", ""]]
    assert "In the stash." in thread()


def test_what_any_branch_has_committed_is_not_missing(
    yoi: Program, git: Program, ticket: str
) -> None:
    git("switch", "--quiet", "--create", "topic")
    yoi("ticket", "comment", ticket, "-m", "On the topic.")
    git("commit", "--quiet", "--all", "-m", "Said")
    git("switch", "--quiet", "main")
    assert rows(yoi("restore")) == []
    git("switch", "--quiet", "topic")
    git("revert", "--no-edit", "HEAD")
    assert rows(yoi("restore")) == []


def test_what_a_reset_took_back_is_told_with_its_commit(
    yoi: Program, git: Program, ticket: str
) -> None:
    yoi("ticket", "comment", ticket, "-m", "Committed.")
    git("commit", "--quiet", "--all", "-m", "Said")
    commit = git("rev-parse", "HEAD").out[:12]
    git("reset", "--hard", "--quiet", "HEAD~1")
    told = yoi("restore", "--dry-run", check=False)
    assert rows(told) == [["missing", ticket, "1 event", f"commit {commit}, which no branch has"]]


def test_what_is_left_is_asked_for_no_more(
    yoi: Program, git: Program, ticket: str, thread: Callable[[], str]
) -> None:
    yoi("ticket", "comment", ticket, "-m", "Better not.")
    git("checkout", "--", ".")
    assert rows(yoi("restore", ticket, "--leave")) == [["left", ticket, "1 event", ""]]
    assert rows(yoi("restore")) == []
    assert "Better not." not in thread()


def test_doctor_names_what_is_missing_and_brings_it_back(
    yoi: Program, git: Program, ticket: str, thread: Callable[[], str]
) -> None:
    yoi("ticket", "comment", ticket, "-m", "Said.")
    git("checkout", "--", ".")
    told = yoi("ticket", "doctor", check=False)
    assert (told.code, "events_missing" in told.out) == (6, True)
    assert "bring_back" in yoi("doctor", "--fix", check=False).out
    assert "Said." in thread()
    assert yoi("ticket", "doctor").code == 0


def test_doctor_leaves_what_a_stash_holds(yoi: Program, git: Program, ticket: str) -> None:
    yoi("ticket", "comment", ticket, "-m", "Said.")
    git("stash", "--quiet")
    told = yoi("ticket", "doctor", "--fix", check=False)
    assert told.code == 6
    assert f"{ticket}: 1 event (stash@{{0}})" in told.err


def test_a_journal_that_is_gone_or_broken_costs_nothing_but_its_knowledge(
    yoi: Program, git: Program, workspace: Path, ticket: str
) -> None:
    journal = workspace / ".git" / "yoi" / "journal" / "main"
    yoi("ticket", "comment", ticket, "-m", "Said.")
    whole = journal.read_bytes()
    changed = whole.replace(b"Said", b"Lied")
    for data in (b"", b"\0" * 5000, whole[:-9], b"yoi journal 9\n", changed):
        journal.write_bytes(data)
        assert yoi("ticket", "doctor").code == 0
        git("stash", "--quiet")
        assert "Lied" not in yoi("restore", check=False).out
        git("stash", "pop", "--quiet")
        yoi("ticket", "comment", ticket, "-m", "Said again.")
    journal.unlink()
    yoi("ticket", "comment", ticket, "-m", "At last.")
    assert yoi("ticket", "doctor").code == 0


def test_a_store_outside_of_git_needs_no_journal(yoi: Program, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    yoi("init", cwd=folder)
    made = yoi("ticket", "create", "-t", "A", "-m", TEXT, cwd=folder).out.split()[1]
    yoi("ticket", "comment", made, "-m", "Said.", cwd=folder)
    assert rows(yoi("restore", cwd=folder)) == []
    assert not [name for _, folders, _ in os.walk(folder) for name in folders if "journal" in name]


def test_leaving_and_looking_exclude_one_another(yoi: Program, ticket: str) -> None:
    assert yoi("restore", "--leave", "--dry-run", check=False).code == 2


@pytest.mark.parametrize("words", ["state {} planning --reason x", "close {} -m done"])
def test_no_move_is_made_on_a_log_that_lacks_what_was_recorded(
    yoi: Program, git: Program, ticket: str, words: str
) -> None:
    yoi("ticket", "comment", ticket, "-m", "Said.")
    git("stash", "--quiet")
    refused = yoi("ticket", *words.format(ticket).split(), check=False)
    assert (refused.code, "events_missing" in refused.err) == (6, True)
    assert "stash@{0}" in refused.err
    git("stash", "pop", "--quiet")
    yoi("ticket", *words.format(ticket).split())


def test_lists_say_what_they_lack(yoi: Program, git: Program, ticket: str) -> None:
    yoi("ticket", "comment", ticket, "-m", "Said.")
    git("stash", "--quiet")
    for words in (("list",), ("list", "--json"), ("show", ticket)):
        assert f"{ticket}: 1 event (stash@{{0}})" in yoi("ticket", *words).err


def test_the_gate_says_ready_of_nothing_that_it_read_while_git_was_at_work(
    yoi: Program, workspace: Path, ticket: str
) -> None:
    lock = workspace / ".git" / "index.lock"
    lock.touch()
    refused = yoi("gate", ticket, check=False)
    assert (refused.code, "git_at_work" in refused.err) == (6, True)
    os.utime(lock, (1, 1))  # left behind by a git that is gone
    yoi("gate", ticket)


def test_nothing_starts_while_what_may_hold_it_up_is_in_a_stash(
    yoi: Program, git: Program, ticket: str
) -> None:
    blocker = other(yoi)
    git("add", "--all")
    git("commit", "--quiet", "-m", "Another")
    yoi("ticket", "relation", "add", ticket, "depends_on", blocker)
    git("stash", "--quiet", "--include-untracked")
    for words in (
        ("gate", ticket),
        ("next",),
        ("claim", ticket),
        ("route", ticket, "--accept"),
        ("ticket", "state", ticket, "inprogress"),
    ):
        refused = yoi(*words, check=False)
        assert (refused.code, "1 relation" in refused.out + refused.err) == (6, True), words
    assert "events_missing" in yoi("route", ticket).out
    git("stash", "pop", "--quiet")
    assert yoi("gate", ticket, check=False).code == 5
