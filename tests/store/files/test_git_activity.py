"""Gits that let go of the index between two of their steps (docs/format.md, "Writing", step 6)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.file_stores import comment, folder_of, make_ticket, open_store, thread_of
from support.process import Program

from yoi_cli.model.ids import TicketId
from yoi_cli.store.files.append import settled_tail
from yoi_cli.store.files.directory import Directory
from yoi_cli.store.files.git_activity import is_git_at_work, subcommand, wait_for_git
from yoi_cli.store.files.store import FileStore

#: Stands in for the git that another git starts; says when it was told to do the step that
#: is held, and does it once it may.
HOLDING_GIT = """\
#!/bin/sh
if test "$1" = {step} -o "$2" = {step}; then
    echo reached > {folder}/reached
    read go < {folder}/go
fi
exec {git} --exec-path={true_path} "$@"
"""


@pytest.fixture
def store(workspace: Path) -> FileStore:
    return open_store(workspace, in_git=True)


@pytest.fixture
def two_branches(workspace: Path, store: FileStore, git: Program) -> TicketId:
    """A ticket that `other` and `main` commented on, with a comment on it that is in no commit."""

    def commit(message: str) -> None:
        git("add", "--all", cwd=workspace)
        git("commit", "--quiet", "--message", message, cwd=workspace)

    ticket = make_ticket(store)
    commit("Begin")
    git("checkout", "--quiet", "-b", "other", cwd=workspace)
    comment(store, ticket, "On the other branch.")
    commit("Other")
    git("checkout", "--quiet", "main", cwd=workspace)
    comment(store, ticket, "On main.")
    commit("Main")
    comment(store, ticket, "Not committed.")
    return ticket


@contextmanager
def held(
    *words: str, at: str, cwd: Path, folder: Path, env: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A real git, held before its step `at` for as long as the block runs."""
    folder.mkdir()
    for name in ("reached", "go"):
        os.mkfifo(folder / name)
    git = shutil.which("git")
    path = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout
    holding = folder / "git"
    holding.write_text(
        HOLDING_GIT.format(step=at, folder=folder, git=git, true_path=path.strip()), "utf-8"
    )
    holding.chmod(0o755)
    process = subprocess.Popen(
        ["git", f"--exec-path={folder}", *words], cwd=cwd, env=env, stderr=subprocess.DEVNULL
    )
    try:
        (folder / "reached").read_text()
        yield process
    finally:
        (folder / "go").write_text("go\n")
        process.wait(timeout=60)


@pytest.mark.parametrize(
    ("words", "step"),
    [
        pytest.param(("merge", "--quiet", "other"), "read-tree", id="a merge that is refused"),
        pytest.param(("stash", "--quiet"), "reset", id="a stash"),
    ],
)
def test_an_append_waits_for_a_git_that_will_overwrite_what_it_looked_at_before(
    words: tuple[str, ...],
    step: str,
    two_branches: TicketId,
    workspace: Path,
    store: FileStore,
    tmp_path: Path,
    yoi: Program,
    env: dict[str, str],
) -> None:
    before = thread_of(store, two_branches).read_bytes()
    with held(*words, at=step, cwd=workspace, folder=tmp_path / "held", env=env):
        assert not (workspace / ".git" / "index.lock").exists()
        process = subprocess.Popen(
            [*yoi.argv, "ticket", "comment", two_branches, "-m", "Meanwhile."],
            cwd=workspace,
            env=yoi.environment(),
        )
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1)
        assert thread_of(store, two_branches).read_bytes() == before
    assert process.wait(timeout=60) == 0
    bodies = [event.body for event in store.thread(two_branches).events]
    assert bodies[-1] == "Meanwhile."


def test_a_merge_in_another_checkout_makes_nobody_wait(
    two_branches: TicketId, workspace: Path, tmp_path: Path, env: dict[str, str], git: Program
) -> None:
    elsewhere = tmp_path / "elsewhere"
    git("worktree", "add", "--quiet", str(elsewhere), "main", "--force", cwd=workspace)
    (elsewhere / "README.md").touch()
    linked = workspace / ".git" / "worktrees" / "elsewhere" / "index.lock"
    words = ("merge", "--quiet", "other")
    with held(*words, at="read-tree", cwd=workspace, folder=tmp_path / "held", env=env):
        assert is_git_at_work(str(workspace / ".git" / "index.lock"))
        assert not is_git_at_work(str(linked))


def test_a_hook_does_not_wait_for_the_merge_that_waits_for_it(
    workspace: Path, two_branches: TicketId, git: Program
) -> None:
    git("commit", "--quiet", "--all", "--message", "All", cwd=workspace)
    git("checkout", "--quiet", "-b", "third", "main~1", cwd=workspace)
    hook, said = workspace / ".git" / "hooks" / "post-merge", workspace / "said"
    index_lock = workspace / ".git" / "index.lock"
    module = "from yoi_cli.store.files import git_activity"
    ask = f"{module}; print(git_activity.is_git_at_work('{index_lock}'))"
    hook.write_text(f'#!/bin/sh\n{sys.executable} -c "{ask}" > said\n')
    hook.chmod(0o755)
    git("merge", "--quiet", "main", cwd=workspace)
    assert said.read_text() == "False\n"


def test_a_wait_for_git_ends_once_its_lock_is_gone(tmp_path: Path) -> None:
    index_lock = tmp_path / ".git" / "index.lock"
    index_lock.parent.mkdir()
    index_lock.touch()
    assert is_git_at_work(str(index_lock))
    index_lock.unlink()
    assert wait_for_git(str(index_lock))


def test_a_git_that_is_stuck_is_waited_for_once_before_a_torn_end_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience = 0.5
    monkeypatch.setattr("yoi_cli.store.files.git_activity._PATIENCE", patience)
    store = open_store(tmp_path / "workspace")
    ticket = make_ticket(store)
    with thread_of(store, ticket).open("ab") as thread:
        thread.write(b"\n<!-- event: comment author: ada")
    index_lock = tmp_path / "index.lock"
    index_lock.touch()
    began = time.monotonic()
    with Directory.open(str(folder_of(store, ticket)), "ticket") as directory:
        tail = settled_tail(directory, str(index_lock), whole=True)
    # Waiting before each look at the end would take twenty times as long.
    assert patience <= time.monotonic() - began < 6 * patience
    assert tail.sound_size < tail.size


def test_where_processes_cannot_be_seen_a_folder_that_git_just_changed_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yoi_cli.store.files.git_activity.PROCESSES", str(tmp_path / "none"))
    git_dir = tmp_path / ".git"
    git_dir.mkdir()
    assert is_git_at_work(str(git_dir / "index.lock"))
    os.utime(git_dir, (0, 0))
    assert not is_git_at_work(str(git_dir / "index.lock"))


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (b"git merge other", b"merge"),
        (b"/usr/lib/git-core/git -c a.b=c -C some/where --no-pager stash apply", b"stash"),
        (b"git-merge other", b"merge"),
        (b"git log merge", b"log"),
        (b"git -C", b""),
        (b"git", b""),
    ],
)
def test_what_a_git_does_is_its_first_word_that_is_no_option(arguments: bytes, word: bytes) -> None:
    assert subcommand(arguments.split(b" ")) == word
