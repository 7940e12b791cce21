"""Relations and plan records that a merge or a checkout took, found in git's history with the
real git, and put back."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from support.clones import WITHOUT_YOI, Branches
from support.process import Program

from yoi_cli.errors import OperationError
from yoi_cli.git import command
from yoi_cli.git.commit_facts import CommitFacts
from yoi_cli.merge.git import merge_sides, record_losses
from yoi_cli.merge.open import lost_records_to_git
from yoi_cli.model.ids import TicketId
from yoi_cli.workspace.session import open_session
from yoi_cli.workspace.start import Start

RELATIONS = "artifacts/relations.json"
PLAN = "artifacts/orchestration-plan.jsonl"


@pytest.fixture
def branches(yoi: Program, git: Program, workspace: Path) -> Branches:
    return Branches(yoi, git, workspace)


def lost(branches: Branches, *tickets: str) -> dict[str, int]:
    """How many records are lost, by ticket; for whoever asks again and again the same."""
    session = open_session(Start(str(branches.folder), False, "test", {}))
    asked = [TicketId(ticket) for ticket in tickets] if tickets else None
    with closing(CommitFacts(str(branches.folder / ".git"))) as facts:
        known = [lost_records_to_git(session, asked, facts) for _ in range(2)]
    (branches.folder / ".git/yoi/merges").unlink(missing_ok=True)
    found = lost_records_to_git(session, asked)
    assert known == [found, found]
    return {ticket: len(one.sentences) for ticket, one in found.items()}


def lost_by_git(branches: Branches) -> dict[str, int]:
    """The same, without a process that goes on."""
    session = open_session(Start(str(branches.folder), False, "test", {}))
    found = lost_records_to_git(session)
    return {ticket: len(one.sentences) for ticket, one in found.items()}


def relate(branches: Branches, *words: str) -> None:
    branches.yoi("ticket", "relation", "add", *words)


def queued(branches: Branches, title: str) -> str:
    """A ticket that nothing holds up."""
    message = "## Acceptance criteria\n\n- It works.\n"
    made = branches.yoi("ticket", "create", "--title", title, "--message", message, "--json")
    ticket = str(made.json["id"])
    branches.yoi("ticket", "intake", ticket, "--message", "Settled.")
    branches.yoi("ticket", "state", ticket, "queued", "--message", "Go.")
    return ticket


def forked(branches: Branches) -> tuple[str, str]:
    """Two queued tickets, the first of which waits for the second on `work` alone; on `main`."""
    waiting, blocker = queued(branches, "Waits"), queued(branches, "Holds it up")
    branches.commit("Begin")
    branches.on("work", new=True)
    relate(branches, waiting, "depends_on", blocker)
    branches.commit("Relate")
    branches.on("main")
    branches.say(blocker, "from main")
    branches.commit("Main")
    return waiting, blocker


def merge_ours(branches: Branches) -> None:
    branches.git("merge", "--quiet", "-s", "ours", "-m", "Merge", "work")


@pytest.mark.parametrize("command", [("restore",), ("ticket", "doctor", "--fix")])
def test_a_blocker_that_a_merge_lost_holds_its_ticket_up_until_it_is_brought_back(
    branches: Branches, command: tuple[str, ...]
) -> None:
    waiting, blocker = forked(branches)
    merge_ours(branches)

    assert lost(branches) == lost(branches, waiting) == {waiting: 1}
    assert lost(branches, blocker) == {}
    answer = branches.yoi("gate", waiting, check=False)
    assert (answer.code, f"{waiting} depends_on {blocker}" in answer.out) == (6, True)
    assert "records_lost" in branches.yoi("claim", waiting, "--json", check=False).out
    assert branches.yoi("gate", blocker).code == 0
    assert branches.problems() == ["records_lost"]
    missing = branches.yoi("restore", "--dry-run", "--json", check=False).json["missing"]
    assert [(one["ticket"], one["relations"]) for one in missing] == [(waiting, 1)]

    branches.yoi(*command)

    assert branches.yoi("gate", waiting, check=False).code == 5
    assert branches.problems() == []
    assert branches.yoi("restore", "--dry-run").code == 0


def test_what_was_brought_back_and_removed_by_command_is_gone_on_purpose(
    branches: Branches,
) -> None:
    waiting, blocker = forked(branches)
    merge_ours(branches)
    branches.yoi("restore", waiting)
    branches.yoi("ticket", "relation", "remove", waiting, "depends_on", blocker)
    assert lost(branches) == {}
    branches.commit("Remove")
    assert lost(branches) == {}
    assert branches.yoi("gate", waiting).code == 0


def test_a_relation_that_a_command_removed_is_not_lost_whoever_still_has_it(
    branches: Branches,
) -> None:
    """The control: neither before its commit, nor where a branch that has it is merged."""
    waiting, blocker = queued(branches, "Waits"), queued(branches, "Holds it up")
    relate(branches, waiting, "depends_on", blocker)
    branches.commit("Begin")
    branches.on("work", new=True)
    relate(branches, waiting, "related", blocker)
    branches.commit("Work")
    branches.on("main")
    branches.yoi("ticket", "relation", "remove", waiting, "depends_on", blocker)
    assert lost(branches) == {}
    branches.commit("Remove")
    branches.merge(driver=True)
    assert lost(branches) == {}
    assert branches.yoi("gate", waiting).code == 0


def test_a_relation_that_was_recorded_anew_after_its_removal_can_be_lost(
    branches: Branches,
) -> None:
    waiting, blocker = queued(branches, "Waits"), queued(branches, "Holds it up")
    relate(branches, waiting, "depends_on", blocker)
    branches.yoi("ticket", "relation", "remove", waiting, "depends_on", blocker)
    branches.commit("Begin")
    branches.on("work", new=True)
    relate(branches, waiting, "depends_on", blocker)
    branches.commit("Again")
    branches.on("main")
    branches.say(blocker, "from main")
    branches.commit("Main")
    merge_ours(branches)
    assert lost(branches) == {waiting: 1}


@pytest.mark.parametrize("side", ["--ours", "--theirs"])
def test_one_side_of_a_conflict_loses_what_the_other_has(branches: Branches, side: str) -> None:
    waiting, blocker = queued(branches, "Waits"), queued(branches, "Holds it up")
    other = queued(branches, "Another")
    relate(branches, waiting, "related", other)
    branches.commit("Begin")
    branches.on("work", new=True)
    relate(branches, waiting, "depends_on", blocker)
    branches.commit("Work")
    branches.on("main")
    relate(branches, waiting, "depends_on", other)
    branches.commit("Main")
    (branches.folder / ".git/info/attributes").write_text("* merge=text\n")
    assert branches.merge(driver=False, check=False).code == 1
    conflicted = f".yoi/tickets/{waiting}/{RELATIONS}"
    assert branches.unmerged() == [conflicted]
    branches.git("checkout", "--quiet", side, "--", conflicted, env=WITHOUT_YOI)
    if side == "--theirs":  # HEAD has what is to be thrown away
        assert lost(branches) == {waiting: 1}
    branches.commit("Merge")
    assert lost(branches) == {waiting: 1}
    assert branches.yoi("gate", waiting, check=False).code == 6


def test_what_head_has_and_a_file_here_lacks_is_lost_until_it_is_committed(
    branches: Branches,
) -> None:
    waiting, blocker = queued(branches, "Waits"), queued(branches, "Holds it up")
    branches.commit("Begin")
    relate(branches, waiting, "depends_on", blocker)
    branches.yoi("plan", "add", waiting, "after", blocker)
    branches.commit("Relate")
    assert lost(branches) == {}
    branches.git("checkout", "--quiet", "HEAD~1", "--", ".yoi")
    assert lost(branches) == {}  # git takes away no file that the older commit has not
    for part in (RELATIONS, PLAN):
        branches.path(waiting, part).unlink()
    assert lost(branches) == lost(branches, waiting) == {waiting: 2}
    branches.commit("By hand, and on purpose")
    assert lost(branches) == {}


def test_a_plan_record_that_a_merge_lost_comes_back_byte_for_byte(branches: Branches) -> None:
    first, second = queued(branches, "Later"), queued(branches, "Sooner")
    branches.commit("Begin")
    branches.on("work", new=True)
    branches.yoi("plan", "add", second, "before", first)
    branches.commit("Plan")
    record = branches.path(second, PLAN).read_bytes()
    branches.on("main")
    branches.say(first, "from main")
    branches.commit("Main")
    merge_ours(branches)
    assert lost(branches) == {second: 1}
    assert branches.yoi("gate", first, check=False).code == 6
    assert branches.yoi("gate", second).code == 0
    branches.yoi("restore", second)
    assert branches.path(second, PLAN).read_bytes() == record
    assert branches.yoi("gate", first, check=False).code == 5


def test_a_merge_by_meaning_loses_nothing(branches: Branches) -> None:
    waiting, _ = forked(branches)
    branches.merge(driver=True)
    assert lost(branches) == lost(branches, waiting) == {}


def test_what_a_side_took_away_before_the_merge_or_a_commit_after_it_no_merge_lost(
    branches: Branches,
) -> None:
    waiting, _ = forked(branches)
    branches.merge(driver=True)
    branches.on("later", new=True)
    branches.path(waiting, RELATIONS).unlink()
    branches.commit("Take it away by hand")
    assert lost(branches) == {}
    branches.on("main")
    branches.say(waiting, "meanwhile")
    branches.commit("Main")
    branches.git("merge", "--quiet", "-m", "Merge", "later")
    assert lost(branches) == {}


def test_a_ticket_that_is_gone_is_not_asked_for(branches: Branches) -> None:
    waiting, _ = forked(branches)
    merge_ours(branches)
    branches.git("rm", "-rfq", f".yoi/tickets/{waiting}")
    assert lost(branches) == {}


def test_a_ticket_that_got_another_id_has_lost_nothing(branches: Branches) -> None:
    waiting, blocker = queued(branches, "Waits"), queued(branches, "Holds it up")
    branches.commit("Begin")
    branches.on("work", new=True)
    relate(branches, waiting, "depends_on", blocker)
    branches.commit("Relate")
    branches.on("main")
    branches.say(blocker, "from main")
    branches.commit("Main")
    merge_ours(branches)
    assert lost(branches) == {waiting: 1}
    thread = branches.path(waiting)
    other, event = thread.read_text().splitlines()[0], branches.path(blocker).read_text()
    thread.write_text(thread.read_text().replace(other, event.splitlines()[0]))
    assert lost(branches) == {}


def test_of_a_merge_git_is_asked_once(branches: Branches, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, _ = forked(branches)
    merge_ours(branches)
    asked: list[int] = []

    def counted(workspace: str, merges: Sequence[str], patterns: Sequence[str]) -> object:
        asked.append(len(merges))
        return merge_sides.sides_of(workspace, merges, patterns)

    monkeypatch.setattr(record_losses, "sides_of", counted)
    assert lost_by_git(branches) == lost_by_git(branches) == {waiting: 1}
    assert asked == [1, 0]
    notes = branches.folder / ".git/yoi/merges"
    assert notes.read_text().startswith("yoi merges 1 .yoi/tickets\n")
    for damaged in (b"\xff\x00", b"yoi merges 1 .yoi/tickets\nnot a merge\n", b""):
        notes.write_bytes(damaged)
        assert lost_by_git(branches) == {waiting: 1}
    assert asked == [1, 0, 1, 1, 1]


def test_without_git_nothing_is_said_and_one_that_does_not_answer_is_an_error(
    branches: Branches, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_session(Start(str(branches.folder), False, "test", {}))
    assert lost_records_to_git(session._replace(checkout=None)) == {}
    assert lost_records_to_git(session) == {}  # no commit yet
    monkeypatch.setattr(command, "QUICK_SECONDS", 0.3)
    (branches.folder / ".git/HEAD").unlink()
    os.mkfifo(branches.folder / ".git/HEAD")
    with pytest.raises(OperationError) as caught:
        lost_records_to_git(session)
    assert caught.value.code == "git_timeout"
