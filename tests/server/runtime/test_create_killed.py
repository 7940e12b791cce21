"""An order that was killed at any of its steps is taken up by the same order: one worker, and one
worktree where it has a base, which comes from the clone's remote where only that has it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest
from support.api import session_at
from support.process import Program
from support.runtimes import PATIENCE, add_profiles, everything, new_key, order

from yoi_cli.api.runtimes import EmbeddedRuntime
from yoi_cli.errors import ConflictError, NotFoundError
from yoi_cli.model.workers.order import Base, WorkerOrder
from yoi_cli.workers.runtime import WorkerFilter

pytestmark = pytest.mark.process
P = ParamSpec("P")
R = TypeVar("R")
_CHANGES = (
    *("write", "fsync", "fdatasync", "rename", "replace", "unlink", "mkdir", "link"),
    "symlink",
)


@pytest.fixture
def clone(workspace: Path, git: Program) -> Path:
    add_profiles(workspace)
    return workspace


@pytest.fixture
def runtime(clone: Path) -> Iterator[EmbeddedRuntime]:
    made = EmbeddedRuntime(session_at(clone))
    yield made
    for view in made.list_workers(WorkerFilter()).workers:
        made.end(view.worker_id, grace=0)


class _Steps:
    """Counts what changes the disk or starts a process, and kills before the chosen one."""

    def __init__(self, number: int) -> None:
        self._left = number

    def __call__(self, call: Callable[P, R]) -> Callable[P, R]:
        def counted(*args: P.args, **kwargs: P.kwargs) -> R:
            self.strike()
            return call(*args, **kwargs)

        return counted

    def strike(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def killed_at(clone: Path, asked: WorkerOrder, step: int) -> bool:
    """Give the order in a process that is killed before that step; whether it came so far."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            steps = _Steps(step)
            for name in _CHANGES:
                setattr(os, name, steps(getattr(os, name)))
            start, end = subprocess.Popen.__init__, subprocess.Popen.communicate
            subprocess.Popen.__init__ = steps(start)  # type: ignore[assignment,method-assign]
            subprocess.Popen.communicate = steps(end)  # type: ignore[method-assign]
            EmbeddedRuntime(session_at(clone)).create(asked)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, f"it failed before step {step}"
    return False


def killed_at_every_step(
    clone: Path, runtime: EmbeddedRuntime, make: Callable[[], WorkerOrder], stride: int
) -> int:
    """How many kills there were, each of which the same order made good."""
    kills, step = 0, 1
    while killed_at(clone, asked := make(), step):
        first, second = runtime.create(asked), runtime.create(asked)
        assert (first.worker.worker_id, second.is_new) == (second.worker.worker_id, False)
        listed = runtime.list_workers(WorkerFilter(key=asked.key)).workers
        assert [view.worker_id for view in listed] == [first.worker.worker_id]
        done = runtime.await_end(first.worker.worker_id, PATIENCE)
        assert (done.state, done.exit_code) == ("exited", 0), f"killed before step {step}"
        kills, step = kills + 1, step + stride
    return kills


def test_killed_before_any_step_an_order_that_is_repeated_makes_one_worker(
    clone: Path, runtime: EmbeddedRuntime
) -> None:
    assert killed_at_every_step(clone, runtime, order, 1) > 5


def test_killed_anywhere_on_the_way_to_its_worktree_it_has_one_worker_at_its_commit(
    clone: Path, runtime: EmbeddedRuntime, git: Program
) -> None:
    commit = git("rev-parse", "HEAD", cwd=clone).out.strip()
    base = Base(ref="main", commit=commit)
    made = lambda: order("place", base=base)  # noqa: E731
    kills = killed_at_every_step(clone, runtime, made, 4)
    assert kills > 3
    for view in runtime.list_workers(WorkerFilter()).workers:
        assert everything(runtime, view.worker_id).decode().split()[0] == commit
    worktrees = git("worktree", "list", "--porcelain", cwd=clone).out
    assert worktrees.count("worktree ") == 1 + kills + 1  # and the last, that nobody killed


@pytest.fixture
def remote(clone: Path, git: Program, tmp_path: Path) -> tuple[Path, str]:
    """A bare remote of the clone, and a commit on its branch `far` that the clone has not."""
    bare, other = tmp_path / "remote.git", tmp_path / "other"
    git("clone", "--quiet", "--bare", str(clone), str(bare), cwd=tmp_path)
    git("clone", "--quiet", str(bare), str(other), cwd=tmp_path)
    git("checkout", "--quiet", "-b", "far", cwd=other)
    (other / "far.txt").write_text("far\n")
    git("add", "far.txt", cwd=other)
    git("commit", "--quiet", "-m", "far", cwd=other)
    git("push", "--quiet", "origin", "far", cwd=other)
    git("remote", "add", "origin", str(bare), cwd=clone)
    return bare, git("rev-parse", "HEAD", cwd=other).out.strip()


def test_a_commit_that_only_the_remote_has_is_fetched(
    runtime: EmbeddedRuntime, remote: tuple[Path, str]
) -> None:
    asked = order("place", base=Base(ref="far", commit=remote[1]))
    made = runtime.create(asked).worker
    assert runtime.await_end(made.worker_id, PATIENCE).exit_code == 0
    lines = everything(runtime, made.worker_id).decode().split()
    assert lines[0] == remote[1]
    assert "far.txt" in lines


@pytest.mark.parametrize("ref", ["main", "nowhere", "refs/heads/main"])
def test_a_commit_is_taken_from_the_ref_that_is_named_and_from_no_other(
    runtime: EmbeddedRuntime, remote: tuple[Path, str], ref: str
) -> None:
    with pytest.raises(NotFoundError) as refused:
        runtime.create(order("place", base=Base(ref=ref, commit=remote[1])))
    assert refused.value.code == "base_not_found"


def test_a_remote_that_is_gone_is_a_commit_that_is_nowhere(
    runtime: EmbeddedRuntime, remote: tuple[Path, str]
) -> None:
    remote[0].rename(remote[0].with_name("gone"))
    with pytest.raises(NotFoundError) as refused:
        runtime.create(order("place", base=Base(ref="far", commit=remote[1])))
    assert refused.value.code == "base_not_found"
    assert str(remote[0]) not in refused.value.message


def test_what_a_killed_order_left_is_never_taken_for_another_commit(
    clone: Path, runtime: EmbeddedRuntime, git: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the worktree and the worker; then the key is used for another commit."""
    first = git("rev-parse", "HEAD", cwd=clone).out.strip()
    git("commit", "--quiet", "--allow-empty", "-m", "two", cwd=clone)
    second = git("rev-parse", "HEAD", cwd=clone).out.strip()
    key = new_key()
    asked = [order("place", base=Base(ref="main", commit=one)) for one in (first, second)]
    asked = [WorkerOrder(key=key, profile=one.profile, base=one.base) for one in asked]
    with monkeypatch.context() as killed:
        killed.setattr("yoi_cli.api.orders._spawn", lambda *_, **__: os._exit(9))
        child = os.fork()
        if child == 0:
            runtime.create(asked[0])
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    made = runtime.create(asked[1]).worker
    runtime.await_end(made.worker_id, PATIENCE)
    assert everything(runtime, made.worker_id).decode().split()[0] == second


def test_a_worktree_in_which_somebody_worked_is_not_given_to_another_worker(
    clone: Path, runtime: EmbeddedRuntime, git: Program
) -> None:
    commit = git("rev-parse", "HEAD", cwd=clone).out.strip()
    asked = order("place", base=Base(ref="main", commit=commit))
    made = runtime.create(asked).worker
    runtime.await_end(made.worker_id, PATIENCE)
    (folder,) = [
        Path(line.removeprefix("worktree "))
        for line in git("worktree", "list", "--porcelain", cwd=clone).out.splitlines()
        if line.startswith("worktree ") and line.rpartition("/")[2].startswith("base-")
    ]
    (folder / "work.txt").write_text("unsaved\n")
    runtime.prune(1 << 50)  # the worker is forgotten, and its worktree stays
    with pytest.raises(ConflictError) as refused:
        runtime.create(asked)
    assert refused.value.code == "key_conflict"
    assert (folder / "work.txt").read_text() == "unsaved\n"
