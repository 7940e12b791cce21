"""Events that a merge lost, found in git's history with the real git."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest
from support.clones import Branches, fork
from support.process import Program

from yoi_cli.errors import OperationError
from yoi_cli.git import command
from yoi_cli.git.commit_facts import CommitFacts
from yoi_cli.merge.open import lost_to_git
from yoi_cli.model.ids import TicketId
from yoi_cli.workspace.session import open_session
from yoi_cli.workspace.start import Start


@pytest.fixture
def branches(yoi: Program, git: Program, workspace: Path) -> Branches:
    return Branches(yoi, git, workspace)


def lost(branches: Branches, *tickets: str) -> dict[str, int]:
    """How many events merges lost, by ticket; for whoever asks again and again the same."""
    session = open_session(Start(str(branches.folder), False, "test", {}))
    asked = [TicketId(ticket) for ticket in tickets] if tickets else None
    found = lost_to_git(session, asked)
    with closing(CommitFacts(str(branches.folder / ".git"))) as facts:
        assert all(lost_to_git(session, asked, facts) == found for _ in range(2))
    return {ticket: len(ids) for ticket, ids in found.items()}


@pytest.mark.parametrize("way", [("-s", "ours"), ("-X", "ours"), ("-X", "theirs")])
def test_what_a_merge_took_from_one_side_alone_is_found(
    branches: Branches, way: tuple[str, str]
) -> None:
    ticket, other = fork(branches), branches.ticket("Other")
    branches.commit("Other")
    (branches.folder / ".git/info/attributes").write_text("* merge=text\n")
    branches.git("merge", "--quiet", "-m", "Merge", *way, "work")

    assert lost(branches) == {ticket: 1}
    assert lost(branches, ticket) == {ticket: 1}
    assert lost(branches, other) == {}


def test_a_merge_by_meaning_loses_nothing(branches: Branches) -> None:
    ticket = fork(branches)
    branches.merge(driver=True)
    assert lost(branches) == lost(branches, ticket) == {}


def test_what_was_put_back_since_is_not_lost_and_a_removed_ticket_is_not_asked_for(
    branches: Branches,
) -> None:
    ticket = fork(branches)
    thread = branches.path(ticket).read_bytes()
    branches.git("merge", "--quiet", "-s", "ours", "-m", "Merge", "work")
    work = branches.git("show", f"work:.yoi/tickets/{ticket}/thread.md").out.encode()
    branches.path(ticket).write_bytes(thread + b"\n" + work[work.rindex(b"<!-- event:") :])
    assert lost(branches) == {}
    branches.git("rm", "-rfq", f".yoi/tickets/{ticket}")
    assert lost(branches) == {}


def test_what_a_later_commit_took_away_no_merge_lost(branches: Branches) -> None:
    ticket = fork(branches)
    before = branches.path(ticket).read_bytes()
    branches.merge(driver=True)
    branches.path(ticket).write_bytes(before)
    branches.commit("Take an event away")
    assert lost(branches) == {}


def test_what_head_has_and_a_file_here_lacks_is_lost_until_it_is_committed(
    branches: Branches,
) -> None:
    ticket, other = branches.ticket("Shared"), branches.ticket("Other")
    branches.commit("Store")
    branches.say(ticket, "committed")
    branches.commit("Say")
    assert lost(branches) == {}
    branches.say(ticket, "not committed")
    branches.git("checkout", "--quiet", "HEAD~1", "--", ".yoi")
    assert lost(branches) == lost(branches, ticket) == {ticket: 1}
    assert lost(branches, other) == {}
    attributes = branches.folder / ".yoi/.gitattributes"
    attributes.unlink()
    os.mkfifo(attributes)  # which git would wait for, were it asked to compare files
    assert lost(branches) == lost(branches, ticket) == {ticket: 1}
    branches.path(ticket).unlink()
    assert lost(branches) == {}


def test_what_one_side_reverted_no_merge_lost(branches: Branches) -> None:
    ticket = branches.ticket("Shared")
    branches.say(ticket, "on both")
    branches.commit("Begin")
    branches.on("work", new=True)
    branches.yoi("ticket", "create", "--title", "Other", "--message", "x")
    branches.commit("Work")
    branches.on("main")
    text = branches.path(ticket).read_text()
    branches.path(ticket).write_text(text[: text.rindex("\n<!-- event:")])
    branches.commit("Take back")
    branches.git("merge", "--quiet", "--no-edit", "work")
    assert lost(branches) == {}


def test_outside_of_git_nothing_is_asked(branches: Branches) -> None:
    session = open_session(Start(str(branches.folder), False, "test", {}))
    assert lost_to_git(session._replace(checkout=None)) == {}


def test_a_git_that_does_not_answer_says_nothing_of_what_was_lost(
    branches: Branches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "QUICK_SECONDS", 0.3)
    session = open_session(Start(str(branches.folder), False, "test", {}))
    (branches.folder / ".git/HEAD").unlink()
    os.mkfifo(branches.folder / ".git/HEAD")
    with pytest.raises(OperationError) as caught:
        lost_to_git(session)
    assert caught.value.code == "git_timeout"
