"""Writers while a commit's hook, a rebase or a merge has files of the checkout in its hands."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.process import Program

TEXT = "Text.\n\n## Acceptance criteria\n\n- it works\n"
#: What hook frameworks do: unstaged changes go to a patch, checks run, the patch comes back.
FRAMEWORK = """#!/bin/sh
git diff --binary > "$(git rev-parse --git-dir)/patch"
git checkout -q -- .
touch "$(git rev-parse --git-dir)/held"
while [ ! -e "$(git rev-parse --git-dir)/go" ]; do sleep 0.05; done
patch="$(git rev-parse --git-dir)/patch"
[ ! -s "$patch" ] || git apply "$patch" || exit 1
"""


@pytest.fixture
def ticket(yoi: Program, git: Program, workspace: Path) -> str:
    made = yoi("ticket", "create", "-t", "A", "-m", TEXT).out.split()[1]
    git("add", "--all")
    git("commit", "--quiet", "-m", "The store")
    return made


@pytest.fixture
def thread(workspace: Path, ticket: str) -> Callable[[], str]:
    return (workspace / ".yoi" / "tickets" / ticket / "thread.md").read_text


class Commit:
    """A `git commit` that stands in its hook until it is told to `go`."""

    def __init__(self, git: Program, workspace: Path, *words: str) -> None:
        self._folder = workspace / ".git"
        hook = self._folder / "hooks" / "pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(FRAMEWORK)
        hook.chmod(0o755)
        (workspace / "README.md").write_text("# Another title\n")
        git("add", "README.md")
        self._process = subprocess.Popen(
            ["git", "commit", "--quiet", "-m", "Work", *words],
            cwd=workspace,
            env=git.environment(),
            stderr=subprocess.PIPE,
        )
        while not (self._folder / "held").exists():
            assert self._process.poll() is None
            time.sleep(0.01)

    def go(self) -> None:
        (self._folder / "go").touch()
        assert self._process.wait(timeout=60) == 0, self._process.communicate()

    def __enter__(self) -> Commit:
        return self

    def __exit__(self, *_: object) -> None:
        (self._folder / "go").touch()
        self._process.communicate(timeout=60)


def test_an_event_waits_beside_the_store_for_a_hook_that_takes_long(
    yoi: Program, git: Program, workspace: Path, ticket: str, thread: Callable[[], str]
) -> None:
    yoi("ticket", "comment", ticket, "-m", "Before.")
    with Commit(git, workspace) as commit:
        said = yoi("ticket", "comment", ticket, "-m", "Meanwhile.", env={"YOI_LOCK_TIMEOUT": "0.3"})
        assert "recorded beside the store" in said.err
        assert "Meanwhile." not in thread()
        refused = yoi(
            "ticket", "state", ticket, "ready", env={"YOI_LOCK_TIMEOUT": "0.3"}, check=False
        )
        assert (refused.code, "events_missing" in refused.err) == (6, True)
        refused = yoi(
            "ticket", "edit", ticket, "-t", "B", env={"YOI_LOCK_TIMEOUT": "0.3"}, check=False
        )
        assert (refused.code, "git_holds_files" in refused.err) == (4, True)
        told = yoi("restore", "--dry-run", check=False)
        assert told.code == 6
        commit.go()
    yoi("ticket", "comment", ticket, "-m", "After.")
    bodies = [line for line in thread().splitlines() if line.endswith(".") and " " not in line]
    assert bodies == ["Before.", "Meanwhile.", "After."]
    assert not list((workspace / ".git" / "yoi" / "journal").glob("*.late*"))
    assert yoi("ticket", "doctor").code == 0


def test_a_writer_waits_for_a_hook_that_is_done_in_time(
    yoi: Program, git: Program, workspace: Path, ticket: str, thread: Callable[[], str]
) -> None:
    with Commit(git, workspace, "--all") as commit:
        waiting = subprocess.Popen(
            [*yoi.argv, "ticket", "state", ticket, "ready"],
            cwd=workspace,
            env=yoi.environment(),
            stdout=subprocess.PIPE,
        )
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(timeout=1)
        commit.go()
        assert waiting.communicate(timeout=30)[0] == f"state\t{ticket}\tready\n".encode()
    assert "to: ready" in thread()


def test_whoever_writes_a_message_or_signs_keeps_nobody_waiting(
    yoi: Program, git: Program, workspace: Path, ticket: str, thread: Callable[[], str]
) -> None:
    hook = workspace / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\nexit 0\n")
    hook.chmod(0o755)
    editor = workspace / ".git" / "editor"
    editor.write_text("#!/bin/sh\ntouch .git/held\nwhile [ ! -e .git/go ]; do sleep 0.05; done\n")
    editor.chmod(0o755)
    (workspace / "README.md").write_text("# Another title\n")
    git("add", "README.md")
    process = subprocess.Popen(
        ["git", "commit", "--quiet"],
        cwd=workspace,
        env={**git.environment(), "GIT_EDITOR": str(editor)},
        stderr=subprocess.DEVNULL,
    )
    while not (workspace / ".git" / "held").exists():
        time.sleep(0.01)
    try:
        yoi("ticket", "state", ticket, "ready", env={"YOI_LOCK_TIMEOUT": "0"})
    finally:
        (workspace / ".git" / "go").touch()
        process.wait(timeout=60)
    assert "to: ready" in thread()


def test_while_a_rebase_stands_with_an_autostash_only_events_are_taken(
    yoi: Program, git: Program, workspace: Path, ticket: str, thread: Callable[[], str]
) -> None:
    git("switch", "--quiet", "--create", "topic")
    (workspace / "README.md").write_text("topic")
    git("commit", "--quiet", "--all", "-m", "Topic")
    git("switch", "--quiet", "main")
    (workspace / "README.md").write_text("main")
    git("commit", "--quiet", "--all", "-m", "Main")
    git("switch", "--quiet", "topic")
    yoi("ticket", "comment", ticket, "-m", "Before.")
    git("rebase", "--autostash", "main", check=False)
    assert "Before." not in thread()
    assert "autostash" in yoi("restore", "--dry-run", check=False).out
    said = yoi("ticket", "comment", ticket, "-m", "Meanwhile.")
    assert "recorded beside the store" in said.err
    for words in (("state", ticket, "ready"), ("edit", ticket, "--priority", "P0")):
        assert yoi("ticket", *words, check=False).code in (4, 6)
    (workspace / "README.md").write_text("both")
    git("add", "README.md")
    git("-c", "core.editor=true", "rebase", "--continue")
    assert git("stash", "list").out == ""
    yoi("ticket", "comment", ticket, "-m", "After.")
    bodies = [line for line in thread().splitlines() if line.endswith(".") and " " not in line]
    assert bodies == ["Before.", "Meanwhile.", "After."]


def test_what_the_rebased_branch_has_committed_is_missed_until_git_brings_it_back(
    yoi: Program, git: Program, workspace: Path, ticket: str
) -> None:
    git("switch", "--quiet", "--create", "topic")
    (workspace / "README.md").write_text("topic")
    git("commit", "--quiet", "--all", "-m", "Topic")
    yoi("ticket", "comment", ticket, "-m", "On the topic.")
    git("commit", "--quiet", "--all", "-m", "Said")
    git("switch", "--quiet", "main")
    (workspace / "README.md").write_text("main")
    git("commit", "--quiet", "--all", "-m", "Main")
    assert yoi("restore").code == 0
    git("switch", "--quiet", "topic")
    git("rebase", "main", check=False)
    told = yoi("restore", check=False)
    assert (told.code, "the branch that is rebased" in told.out) == (6, True)
    git("rebase", "--abort")
    assert yoi("restore").code == 0


def test_hooks_of_ours_leave_an_autostash_alone(
    yoi: Program, git: Program, workspace: Path, ticket: str, thread: Callable[[], str]
) -> None:
    yoi("hook", "install")
    yoi("worktree", "add", ticket)
    (tree,) = (workspace / ".worktree").iterdir()
    (tree / "work").write_text("done")
    git("add", "work", cwd=tree)
    git("commit", "--quiet", "-m", "Work", cwd=tree)
    yoi("ticket", "comment", ticket, "-m", "Not committed.")
    branch = git("branch", "--show-current", cwd=tree).out.strip()
    git("merge", "--autostash", "--quiet", "--no-ff", "--no-edit", branch)
    assert git("stash", "list").out == ""
    assert "Not committed." in thread()
    yoi("ticket", "comment", ticket, "-m", "Next.")
    assert f"merged: {git('rev-parse', branch).out.strip()}" in thread()
