"""Asking git."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.errors import OperationError
from yoi_cli.git import command
from yoi_cli.git.command import ask_patiently, look_up, run_git, watch_git
from yoi_cli.git.commits import current_branch, resolve_commit
from yoi_cli.git.configuration import read_configuration
from yoi_cli.git.open import commit_at
from yoi_cli.git.repository import RepositoryPaths, WorktreePaths
from yoi_cli.git.user_name import user_name
from yoi_cli.setup.git.merge_config import configured_driver, unmerged_paths


def test_a_git_that_a_signal_ended_has_given_no_answer(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = RepositoryPaths(str(repo), str(repo / ".git"))
    assert place.commit_of("HEAD") is not None
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "git").write_text("#!/bin/sh\nkill -INT $$\n")
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    with pytest.raises(OperationError) as error:
        place.commit_of("HEAD")
    assert error.value.code == "git_ended"


def test_asking_how_a_worktree_stands_takes_no_lock_that_a_commit_needs(repo: Path) -> None:
    """Git would refresh the index for it, under the lock that every `git add` there takes."""
    index = repo / ".git" / "index"
    os.utime(repo / "README.md", (1_000_000_000, 1_000_000_000))  # the same bytes at another time
    before = index.read_bytes()
    assert WorktreePaths(str(repo), str(repo / ".git")).uncommitted() == ()
    assert index.read_bytes() == before
    subprocess.run(["git", "status"], cwd=repo, check=True, stdout=subprocess.DEVNULL)
    assert index.read_bytes() != before, "a plain git does refresh it"


def test_a_question_that_fails_is_no_answer(repo: Path, git: Program) -> None:
    place, tree = (
        RepositoryPaths(str(repo), str(repo / ".git")),
        WorktreePaths(str(repo), str(repo / ".git")),
    )
    assert place.commit_of("nothing") is None
    assert look_up(["config", "--get", "user.nothing"], cwd=str(repo)) == ""
    git("config", "user.nothing", "x")
    with (repo / ".git/config").open("a") as file:
        file.write("[broken\n")
    for ask in (
        lambda: place.commit_of("HEAD"),
        lambda: place.is_ancestor("HEAD", "HEAD"),
        lambda: tree.find(["symbolic-ref", "--quiet", "HEAD"]),
        lambda: look_up(["config", "--get", "user.nothing"], cwd=str(repo)),
        lambda: user_name(str(repo), None),
        lambda: current_branch(str(repo)),
        lambda: resolve_commit(str(repo), "HEAD"),
        lambda: commit_at(str(repo), "HEAD"),
        lambda: read_configuration(str(repo)),
        lambda: configured_driver(str(repo), "yoi"),
        lambda: unmerged_paths(str(repo), [".yoi"]),
    ):
        with pytest.raises(OperationError, match="bad config line") as error:
            ask()
        assert error.value.code == "git_failed"


@pytest.mark.process
def test_a_folder_that_is_gone_is_not_taken_for_a_git_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(OperationError) as error:
        run_git(["status"], cwd=str(tmp_path / "gone"))
    assert error.value.code == "folder_missing"


def test_what_git_leaves_running_does_not_keep_its_answer_back(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As ssh does, where it keeps a connection for the next command (ControlPersist).
    (tmp_path / "git").write_text("#!/bin/sh\nsleep 60 &\necho $! >pid\necho answer\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    begun = time.monotonic()
    try:
        answer = watch_git(["fetch"], cwd=str(repo), silence=30, hear=lambda _data: None)
        assert (answer.code, answer.out) == (0, b"answer\n")
        assert time.monotonic() - begun < 30
    finally:
        os.kill(int((repo / "pid").read_text()), signal.SIGKILL)


def test_a_git_that_talks_now_and_then_is_not_silent(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\nfor i in 1 2 3; do sleep 0.4; echo $i >&2; done\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    heard: list[bytes] = []
    answer = watch_git(["fetch"], cwd=str(repo), silence=10, hear=heard.append)
    assert (answer.code, answer.said, b"".join(heard)) == (0, "1\n2\n3", b"1\n2\n3\n")


def test_a_git_that_waits_for_somebody_who_is_not_there_is_ended_and_leaves_no_lock(
    git: Program, repo: Path, tmp_path: Path
) -> None:
    signer = tmp_path / "signer"
    signer.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n")
    signer.chmod(0o755)
    git("config", "commit.gpgSign", "true")
    git("config", "gpg.program", str(signer))
    (repo / "new").write_text("x")
    git("add", "new")
    with pytest.raises(OperationError) as caught:
        ask_patiently(["-c", "a.b=c", "commit", "-m", "x"], cwd=str(repo), seconds=0.5)
    assert (caught.value.code, "git commit said nothing" in caught.value.message) == (
        "git_timeout",
        True,
    )
    assert list((repo / ".git").glob("*.lock")) == []
    waits_for(lambda: not is_running((tmp_path / "pid").read_text().strip()))


def is_running(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""  # that of a zombie is empty
    except OSError:
        return False


def waits_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_small_question_that_git_does_not_answer_is_given_up(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "QUICK_SECONDS", 0.3)
    exclude = repo / ".git/info/exclude"
    exclude.unlink(missing_ok=True)
    os.mkfifo(exclude)
    with pytest.raises(OperationError) as caught:
        run_git(["check-ignore", "--", "x"], cwd=str(repo))
    assert (caught.value.code, "git check-ignore" in caught.value.message) == ("git_timeout", True)
