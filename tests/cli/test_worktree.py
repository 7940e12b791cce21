"""`yoi worktree`: the process, its output in three forms, and where events go."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import pytest
from support.data import Data
from support.process import Program
from support.worktrees import all_bytes, bytes_of_commit, commit

from yoi_cli.worktrees.git.listing import MAKING


@pytest.fixture
def ticket(yoi: Program, git: Program, workspace: Path) -> str:
    """A ticket in a workspace whose start is committed; the ticket's own files are not."""
    git("add", "--all")
    git("commit", "--quiet", "--message", "Workspace")
    return made(yoi, "Round prices: half up")


def made(yoi: Program, title: str) -> str:
    return (
        yoi("ticket", "create", "--title", title, "--acceptance", "It runs")
        .out.split("\t")[1]
        .strip()
    )


def added(yoi: Program, ticket: str, *more: str) -> Path:
    return Path(str(yoi("worktree", "add", ticket, *more, "--json").json["path"]))


def codes(value: Data) -> list[str]:
    assert isinstance(value, list)
    return [str(one["code"]) for one in value if isinstance(one, dict)]


def findings(yoi: Program) -> dict[str, str]:
    """What doctor finds, by its code: the place."""
    found = yoi("worktree", "doctor", "--json").json["findings"]
    assert isinstance(found, list)
    return {str(one["code"]): str(one["place"]) for one in found if isinstance(one, dict)}


def test_a_worktree_is_made_where_ticket_and_title_say(
    yoi: Program, repo: Path, ticket: str
) -> None:
    line = yoi("worktree", "add", ticket[-6:]).out
    folder = repo / ".worktree" / f"{ticket}-round-prices-half-up"
    assert line == f"worktree\t{ticket}\twork/{folder.name}\t{folder}\n"
    assert (folder / "README.md").exists()


def test_adding_and_removing_writes_nothing_to_the_ticket(
    yoi: Program, repo: Path, ticket: str
) -> None:
    before = all_bytes(repo / ".yoi")
    added(yoi, ticket)
    yoi("worktree", "remove", ticket)
    assert all_bytes(repo / ".yoi") == before


def test_events_of_a_worktree_go_to_the_main_store(
    yoi: Program, git: Program, repo: Path, ticket: str
) -> None:
    git("add", "--all")
    git("commit", "--quiet", "--message", "Ticket")
    folder = added(yoi, ticket)
    assert yoi("where", "--json", cwd=folder).json["workspace"] == str(repo)
    yoi("ticket", "comment", ticket, "-m", "From the worktree", cwd=folder)
    assert git("status", "--porcelain", cwd=folder).out == ""
    thread = repo / ".yoi/tickets" / ticket / "thread.md"
    assert "From the worktree" in thread.read_text()


def test_a_second_worktree_of_a_ticket_is_refused(yoi: Program, ticket: str) -> None:
    added(yoi, ticket)
    again = yoi("worktree", "add", ticket, "--json", check=False)
    assert (again.code, again.error["code"]) == (4, "worktree_exists")


def test_a_branch_that_is_there_is_taken_up_by_its_name(
    yoi: Program, git: Program, ticket: str
) -> None:
    git("branch", "mine", "HEAD~1")
    folder = added(yoi, ticket, "--branch", "mine")
    assert git("branch", "--show-current", cwd=folder).out == "mine\n"
    listed = yoi("worktree", "list").out.splitlines()[1].split("\t")
    assert listed[0] == ticket
    yoi("worktree", "remove", ticket)
    assert git("branch", "--list", "mine").out != ""
    wrong = yoi("worktree", "add", ticket, "--branch", "mine", "--base", "main", check=False)
    assert wrong.code == 4


def test_the_base_and_the_folder_can_be_chosen(
    yoi: Program, git: Program, repo: Path, ticket: str
) -> None:
    with (repo / ".yoi/ticket.config.toml").open("a") as config:
        config.write('[orchestration]\nworktree_dir = "trees/here"\n')
    folder = added(yoi, ticket, "--base", "HEAD~1")
    assert folder.parent == repo / "trees/here"
    assert not (folder / ".yoi").exists()
    assert "trees" not in git("status", "--porcelain").out
    assert git("rev-parse", "HEAD", cwd=folder).out == git("rev-parse", "HEAD~1").out


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (("add", "NOWHERE9"), "ticket_not_found", 3),
        (("add", "{t}", "--base", "nope"), "revision_not_found", 3),
        (("add", "{t}", "--branch", "a..b"), "branch_invalid", 2),
        (("show", "{t}"), "worktree_not_found", 3),
        (("remove", "{t}", "--force"), "worktree_not_found", 3),
    ],
)
def test_what_cannot_be_is_refused_with_a_code(
    yoi: Program, ticket: str, arguments: tuple[str, ...], code: str, exit_code: int
) -> None:
    words = [word.format(t=ticket) for word in arguments]
    result = yoi("worktree", *words, "--json", check=False)
    assert (result.code, result.error["code"]) == (exit_code, code)


def test_outside_of_git_there_are_none(yoi: Program, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    yoi("init", cwd=tmp_path / "plain")
    result = yoi("worktree", "list", "--json", cwd=tmp_path / "plain", check=False)
    assert (result.code, result.error["code"]) == (3, "repository_not_found")


def test_a_forced_removal_tells_how_to_get_everything_back(
    yoi: Program, git: Program, repo: Path, ticket: str
) -> None:
    folder = added(yoi, ticket)
    commit(git, folder, "committed")
    (folder / "un\ntracked").write_text("mine")
    refused = yoi("worktree", "remove", ticket, "--json", check=False)
    assert refused.code == 4
    details = refused.error["details"]
    assert isinstance(details, dict)
    assert codes(details["reasons"]) == ["dirty", "unmerged"]
    before = all_bytes(folder)
    result = yoi("worktree", "remove", ticket, "--force")
    rescued = result.out.splitlines()[1].split("\t")[1]
    assert rescued.startswith(f"refs/yoi/rescue/{ticket}/")
    assert result.err == f"Get it back: git switch --create NAME {rescued}\n"
    assert bytes_of_commit(git, repo, rescued) == before
    assert rescued in yoi("worktree", "show", ticket, check=False).err
    assert added(yoi, ticket).is_dir()
    assert yoi("worktree", "show", ticket, "--json").json["rescued"] == [rescued]


def test_a_live_worker_keeps_its_worktree_against_any_force(
    yoi: Program, repo: Path, ticket: str
) -> None:
    yoi("ticket", "state", ticket, "ready")
    yoi("ticket", "state", ticket, "queued")
    yoi("claim", ticket, "--worker", "w-elsewhere", "--lease", "1h")
    folder = added(yoi, ticket)
    result = yoi("worktree", "remove", ticket, "--force", "--json", check=False)
    assert (result.code, result.error["code"]) == (4, "worktree_unsafe")
    assert "w-elsewhere" in str(result.error["message"])
    assert folder.is_dir()
    assert "working" in yoi("worktree", "list").out
    yoi("release", ticket)
    yoi("worktree", "remove", ticket)


def test_prune_takes_what_is_over_and_merged_and_says_why_the_rest_stays(
    yoi: Program, git: Program, ticket: str
) -> None:
    names = {word: made(yoi, word) for word in ("open", "dirty", "unmerged")}
    folders = {word: added(yoi, id_) for word, id_ in (names | {"gone": ticket}).items()}
    (folders["dirty"] / "x").touch()
    commit(git, folders["unmerged"], "x")
    for id_ in (ticket, names["dirty"], names["unmerged"]):
        yoi("ticket", "close", id_, "-m", "Done")
    assert "not been over" in yoi("worktree", "prune").out
    would = yoi("worktree", "prune", "--ttl", "0", "--dry-run").out
    assert f"would go\t{ticket}\t" in would
    assert all(folder.is_dir() for folder in folders.values())
    pruned = yoi("worktree", "prune", "--ttl", "0").out
    assert f"removed\t{ticket}\t" in pruned
    assert {word for word, folder in folders.items() if folder.is_dir()} == set(names)
    reasons = {row.split("\t")[1]: row.split("\t")[3] for row in pruned.splitlines()[1:]}
    assert reasons[names["open"]] == "The ticket is planning."
    assert reasons[names["dirty"]] == "Not committed: x."
    assert "1 commit that main lacks" in reasons[names["unmerged"]]


def test_doctor_finds_everything_that_is_left_over(
    yoi: Program, git: Program, repo: Path, ticket: str
) -> None:
    assert findings(yoi) == {}
    folder = repo / ".worktree"
    moved = added(yoi, made(yoi, "moved"))
    os.rename(moved, repo.parent / "moved")
    closed = added(yoi, made(yoi, "closed"))
    yoi("ticket", "close", closed.name[:13], "-m", "Done")
    (folder / "junk").mkdir()
    git("branch", f"work/{ticket}-alone")
    git("worktree", "add", "--quiet", "-b", "work/0000000000ABC-x", folder / "0000000000ABC-x")
    leaky = added(yoi, made(yoi, "leaky"))
    (leaky / ".yoi/secrets").mkdir()
    (leaky / ".yoi/secrets/key").touch()
    git("add", "--force", "--sparse", ".yoi/secrets/key", cwd=leaky)
    cut = ("--lock", "--reason", MAKING, "--detach", folder / f"{made(yoi, 'cut')}-cut")
    git("worktree", "add", "--quiet", *cut)
    yoi("ticket", "state", ticket, "ready")
    yoi("ticket", "state", ticket, "queued")
    yoi("claim", ticket, "--worktree", ".worktree/nowhere")
    found = findings(yoi)
    assert found == {
        "branch_alone": f"work/{ticket}-alone",
        "claim_worktree_gone": ".worktree/nowhere",
        "folder_gone": str(moved),
        "folder_unknown": str(folder / "junk"),
        "not_sparse": str(leaky),
        "ticket_closed": str(closed),
        "ticket_missing": str(folder / "0000000000ABC-x"),
        "unfinished": str(cut[-1]),
    }
    lines = yoi("worktree", "doctor").out.splitlines()
    assert lines[0] == "code\tticket\tplace\tmessage\thint"
    assert len(lines) == len(found) + 1
    hints = "".join(lines)
    assert "--force" not in hints
    assert "rm " not in hints


@pytest.mark.slow
def test_24_processes_at_once_all_make_their_worktree(
    yoi: Program, git: Program, ticket: str, repo: Path
) -> None:
    ids = [ticket, *(made(yoi, f"Ticket {number}") for number in range(23))]
    running = [
        subprocess.Popen(
            [*yoi.argv, "worktree", "add", id_, "--json"],
            cwd=repo,
            env=yoi.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for id_ in ids
    ]
    answers = [process.communicate() for process in running]
    assert [(one.returncode, answer[1]) for one, answer in zip(running, answers, strict=True)] == [
        (0, b"")
    ] * 24
    assert {json.loads(out)["data"]["ticket"] for out, _ in answers} == set(ids)
    listed = git("worktree", "list", "--porcelain").out
    assert (listed.count("\nbranch refs/heads/work/"), listed.count("locked")) == (24, 0)
    assert git("fsck").code == 0


@pytest.mark.slow
def test_one_that_was_killed_while_it_was_made_is_finished_by_the_next(
    yoi: Program, git: Program, repo: Path, ticket: str
) -> None:
    for number in range(300):
        (repo / f"file{number}").write_text("text\n")
    git("add", "--all")
    git("commit", "--quiet", "--message", "Files")
    unfinished = 0
    for number in range(8):
        ticket = made(yoi, f"Ticket {number}")
        folder = repo / ".worktree" / f"{ticket}-ticket-{number}"
        process = subprocess.Popen(
            [*yoi.argv, "worktree", "add", ticket],
            cwd=repo,
            env=yoi.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None and not (folder / ".git").exists():
            time.sleep(0.001)
        time.sleep(0.005 * number)
        process.kill()
        process.wait()
        unfinished += "unfinished" in yoi("worktree", "list").out
        again = yoi("worktree", "add", ticket, "--json", check=False)
        assert again.code == 0 or again.error["code"] == "worktree_exists", again
        assert git("status", "--porcelain", cwd=folder).out == ""
        assert len(list(folder.glob("file*"))) == 300
    assert unfinished, "no kill came early enough"
    assert "locked" not in git("worktree", "list", "--porcelain").out
