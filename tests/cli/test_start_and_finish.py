"""`yoi start` and `yoi finish`: what several commands do, by the same rules, a step at a time."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.data import Data
from support.process import Program, Result


@pytest.fixture
def shop(workspace: Path, git: Program) -> Path:
    """A workspace that is committed, in which only what a test does is new."""
    git("add", "--all", cwd=workspace)
    git("commit", "--quiet", "--message", "A store", cwd=workspace)
    return workspace


def create(yoi: Program, *more: str) -> str:
    made = yoi("ticket", "create", "-t", "Round", "--acceptance", "Half up.", *more, "--json")
    return str(made.json["id"])


def begun(yoi: Program, git: Program) -> tuple[str, Path]:
    """A ticket that was started, with one commit on its branch."""
    ticket = create(yoi)
    folder = Path(yoi("start", ticket, "--print").out.strip())
    (folder / "rounding").write_text("half up\n", encoding="utf-8")
    git("add", "rounding", cwd=folder)
    git("commit", "--quiet", "--message", "Round half up", cwd=folder)
    return ticket, folder


def settings(shop: Path, git: Program, text: str) -> None:
    (shop / ".yoi/ticket.config.toml").write_text(text, encoding="utf-8")
    git("commit", "--quiet", "--all", "--message", "Settings", cwd=shop)


def last(result: Result) -> Data:
    steps = result.json["steps"]
    assert isinstance(steps, list)
    return steps[-1]


def test_three_commands_from_an_idea_to_a_merged_branch_and_a_closed_ticket(
    yoi: Program, git: Program, shop: Path
) -> None:
    ticket, folder = begun(yoi, git)
    done = yoi("finish", ticket, "--json", cwd=folder).json
    assert [one["outcome"] for one in done["steps"]] == [
        *("made", "found", "made", "made", "made", "made")
    ]
    assert (done["state"], done["is_over"]) == ("closed", True)
    assert git("show", "HEAD:rounding", cwd=shop).out == "half up\n"
    assert "Ticket: " + ticket in git("log", "-1", "--format=%B", cwd=shop).out
    assert not folder.exists()
    assert "Round half up" in yoi("ticket", "show", ticket).out
    again = yoi("finish", ticket, "--json").json
    assert {one["outcome"] for one in again["steps"]} == {"found"}


def test_starting_again_finds_what_was_made(yoi: Program, shop: Path) -> None:
    ticket = create(yoi)
    one = yoi("start", ticket, "--json").json
    other = yoi("start", ticket, "--json").json
    assert one["steps"] == ["ready", "queued", "accepted", "worktree"]
    assert (other["folder"], other["steps"]) == (one["folder"], [])
    assert other["next_action"]


def test_without_an_id_the_best_that_may_start_is_taken(yoi: Program, shop: Path) -> None:
    assert yoi("start", "--json", check=False).error["code"] == "nothing_ready"
    create(yoi)
    urgent = create(yoi, "-p", "P0")
    for state in ("ready", "queued"):
        yoi("ticket", "state", urgent, state)
    assert yoi("start", "--json").json["ticket"] == urgent


@pytest.mark.parametrize("why", ["blocked", "acceptance_missing", "claimed", "work_over"])
def test_what_cannot_be_started_is_left_as_it_is(yoi: Program, shop: Path, why: str) -> None:
    ticket = create(yoi)
    if why == "blocked":
        yoi("ticket", "relation", "add", ticket, "depends_on", create(yoi))
    elif why == "acceptance_missing":
        yoi("ticket", "edit", ticket, "-m", "Text.")
    elif why == "claimed":
        for state in ("ready", "queued"):
            yoi("ticket", "state", ticket, state)
        yoi("claim", ticket, "--holder", "bot-1")
    else:
        yoi("ticket", "close", ticket, "-m", "No.")
    thread = shop / f".yoi/tickets/{ticket}/thread.md"
    before = thread.read_bytes()
    refused = yoi("start", ticket, "--json", check=False)
    assert (refused.code, refused.error["code"]) == (4, why)
    assert thread.read_bytes() == before
    assert not (shop / ".worktree").exists()


def test_what_is_not_committed_stops_it_with_the_command_that_goes_on(
    yoi: Program, git: Program, shop: Path
) -> None:
    ticket, folder = begun(yoi, git)
    (folder / "rounding").write_text("half down\n", encoding="utf-8")
    stopped = yoi("finish", ticket, "--json", check=False)
    assert stopped.code == 1
    assert last(stopped)["command"] == f"git -C {folder} commit"
    git("commit", "--quiet", "--all", "--message", "More", cwd=folder)
    yoi("finish", ticket)


def test_a_review_is_waited_for_where_the_configuration_asks_for_one(
    yoi: Program, git: Program, shop: Path
) -> None:
    settings(shop, git, '[orchestration]\nreview = "person"\n')
    ticket, folder = begun(yoi, git)
    stopped = yoi("finish", ticket, "--json", check=False)
    assert (stopped.code, last(stopped)["code"]) == (5, "review_needed")
    yoi("ticket", "review", ticket, "--request-changes", "-m", "Test it.")
    asked = yoi("finish", ticket, "--json", check=False)
    assert (asked.code, last(asked)["code"]) == (5, "changes_requested")
    git("commit", "--quiet", "--allow-empty", "--message", "Test it", cwd=folder)
    again = yoi("finish", ticket, "--json", check=False)
    assert last(again)["code"] == "review_needed"
    yoi("ticket", "review", ticket, "--approve", "-m", "Seen.")
    yoi("finish", ticket)


@pytest.mark.parametrize("verdict", ["approve", "request_changes", "none"])
def test_the_configured_reviewer_is_started_and_its_verdict_counts(
    yoi: Program, git: Program, shop: Path, verdict: str
) -> None:
    said = f"echo 'Line 1 is good.'; echo 'YOI-REVIEW: {verdict}'"
    settings(
        shop,
        git,
        f'[profiles.checker]\ncommand = ["sh", "-c", "{said}"]\n'
        '[roles.reviewer]\nprofile = "checker"\n',
    )
    yoi("trust", "--yes", check=False)
    ticket, _ = begun(yoi, git)
    done = yoi("finish", ticket, "--json", check=False)
    events = yoi("ticket", "show", ticket, "--json").json["events"]
    reviews = [one for one in events if one["kind"] == "review"]
    if verdict == "none":
        assert (done.code, last(done)["code"], reviews) == (5, "review_needed", [])
        return
    assert reviews[0]["author"] == "reviewer (checker)"
    assert reviews[0]["body"] == "Line 1 is good."
    if verdict == "approve":
        assert (done.code, done.json["state"]) == (0, "closed")
    else:
        assert (done.code, last(done)["code"]) == (5, "changes_requested")
    assert not list((shop / ".worktree").glob("check-*"))


def test_validation_that_fails_on_the_merge_keeps_the_target_where_it_is(
    yoi: Program, git: Program, shop: Path
) -> None:
    settings(shop, git, '[orchestration]\nvalidate = [["grep", "up", "rounding"]]\n')
    yoi("trust", "--yes", check=False)
    ticket, folder = begun(yoi, git)
    (folder / "rounding").write_text("half down\n", encoding="utf-8")
    git("commit", "--quiet", "--all", "--message", "Down", cwd=folder)
    before = git("rev-parse", "main", cwd=shop).out
    stopped = yoi("finish", ticket, "--json", check=False)
    assert (stopped.code, last(stopped)["code"]) == (1, "validation_failed")
    assert git("rev-parse", "main", cwd=shop).out == before
    (folder / "rounding").write_text("half up\n", encoding="utf-8")
    git("commit", "--quiet", "--all", "--message", "Up", cwd=folder)
    yoi("finish", ticket)
    assert git("show", "main:rounding", cwd=shop).out == "half up\n"


def test_a_conflict_names_the_files_and_leaves_the_target(
    yoi: Program, git: Program, shop: Path
) -> None:
    ticket, folder = begun(yoi, git)
    (shop / "rounding").write_text("half even\n", encoding="utf-8")
    git("add", "rounding", cwd=shop)
    git("commit", "--quiet", "--message", "Otherwise", cwd=shop)
    stopped = yoi("finish", ticket, "--json", check=False)
    assert last(stopped)["code"] == "merge_conflicts"
    assert "rounding" in str(last(stopped)["text"])
    assert last(stopped)["command"] == f"git -C {folder} merge main"
