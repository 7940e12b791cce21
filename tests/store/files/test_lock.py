"""One writer at a time: the store's lock and its note (docs/format.md)."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.environment import ROOT
from support.file_stores import comment, make_ticket, open_store
from support.process import Program

from yoi_cli.errors import ConflictError, OperationError
from yoi_cli.store.files.lock import Intent, StoreLock

HOLDER = ROOT / "tests" / "support" / "hold_lock.py"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "below" / "store.lock"


def lock_at(path: Path, *, deadline: float = 0.05, command: str = "a test") -> StoreLock:
    return StoreLock(str(path), deadline=deadline, command=command)


@contextmanager
def stopped_holder(workspace: Path, env: dict[str, str]) -> Iterator[int]:
    """The pid of a process that holds the lock and was stopped."""
    process = subprocess.Popen([sys.executable, "-P", str(HOLDER), str(workspace)], env=env)
    try:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        yield process.pid
    finally:
        process.kill()
        process.wait()


def test_a_lock_is_had_by_one_at_a_time(path: Path) -> None:
    first, second = lock_at(path), lock_at(path)
    first.acquire()
    with pytest.raises(ConflictError) as caught:
        second.acquire()
    assert caught.value.code == "lock_timeout"
    first.release(finished=True)
    second.acquire()
    second.release(finished=True)


def test_the_note_names_the_holder_and_is_gone_with_it(path: Path) -> None:
    lock = lock_at(path, command="yoi ticket close")
    lock.acquire()
    assert json.loads(path.read_text()) == {"pid": os.getpid(), "command": "yoi ticket close"}
    lock.release(finished=True)
    assert path.read_text() == ""


def test_an_intent_that_was_not_finished_is_found_by_the_next(path: Path) -> None:
    lock = lock_at(path)
    assert lock.acquire() is None
    lock.announce(Intent("00001KVZZZZZZ", "01JYK2Z5J8Q0V6W3N4R7T9X1AB"))
    lock.release(finished=False)
    assert lock_at(path).acquire() == Intent("00001KVZZZZZZ", "01JYK2Z5J8Q0V6W3N4R7T9X1AB")


def test_an_intent_outlives_a_finder_that_dies_as_well(path: Path) -> None:
    intent = Intent("00001KVZZZZZZ", "")
    path.parent.mkdir()
    path.write_text(json.dumps({"pid": 1, "intent": {"ticket": intent.ticket, "event": ""}}))
    for _ in range(3):
        lock = lock_at(path)
        assert lock.acquire() == intent
        lock.release(finished=False)


def test_an_intent_is_found_behind_the_rest_of_a_longer_note(path: Path) -> None:
    path.parent.mkdir()
    note = json.dumps({"pid": 1, "command": "x", "intent": {"ticket": "T", "event": "E"}})
    path.write_text(note + 'longer note"}}')
    assert lock_at(path).acquire() == Intent("T", "E")


@pytest.mark.parametrize(
    "note",
    ["", "nonsense", "[]", '{"intent": 1}', '{"intent": {"ticket": 1}}', "\0" * 40, "[" * 99999],
)
def test_a_note_that_says_nothing_is_no_intent(path: Path, note: str) -> None:
    path.parent.mkdir()
    path.write_text(note)
    lock = lock_at(path)
    assert lock.acquire() is None
    lock.release(finished=True)


def test_a_lock_file_that_was_replaced_is_not_taken_for_the_lock(path: Path) -> None:
    old = lock_at(path)
    old.acquire()
    path.unlink()
    new = lock_at(path)
    new.acquire()
    with pytest.raises(ConflictError):
        lock_at(path).acquire()
    old.release(finished=True)
    with pytest.raises(ConflictError):
        lock_at(path).acquire()
    new.release(finished=True)


def test_a_lock_that_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("secret")
    (tmp_path / "link").symlink_to(outside)
    (tmp_path / "folder").mkdir()
    for name in ("link", "folder"):
        with pytest.raises(OperationError):
            lock_at(tmp_path / name).acquire()
    assert outside.read_text() == "secret"


def test_a_lock_whose_note_the_disk_refuses_is_not_held(path: Path) -> None:
    path.parent.mkdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            lock_at(path).acquire()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    lock = lock_at(path)
    lock.acquire()
    lock.release(finished=True)


def test_a_lock_in_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "yoi").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OperationError) as caught:
        lock_at(tmp_path / "yoi" / "store.lock").acquire()
    assert caught.value.code == "lock_unusable"


def test_a_crashed_holder_holds_nothing(path: Path) -> None:
    path.parent.mkdir()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    os.close(descriptor)
    lock_at(path).acquire()


def test_a_lock_held_by_a_stopped_process_gives_exit_4_and_names_the_holder(
    workspace: Path, yoi: Program, env: dict[str, str]
) -> None:
    ticket = make_ticket(open_store(workspace, in_git=True))
    with stopped_holder(workspace, env) as pid:
        began = time.monotonic()
        patience = {"YOI_LOCK_TIMEOUT": "0.3"}
        words = ("ticket", "comment", ticket, "-m", "Waiting.")
        refused = yoi(*words, cwd=workspace, check=False, env=patience)
        assert 0.3 <= time.monotonic() - began < 5
        assert refused.code == 4
        assert f"process {pid} (yoi held)" in refused.err
        error = yoi(*words, "--json", cwd=workspace, check=False, env=patience).error
        assert error["code"] == "lock_timeout"
        assert error["details"] == {"pid": pid, "command": "yoi held"}
    yoi(*words, cwd=workspace)
    assert len(open_store(workspace).thread(ticket).events) == 2


def test_readers_wait_for_no_lock(workspace: Path, yoi: Program, env: dict[str, str]) -> None:
    ticket = make_ticket(open_store(workspace, in_git=True))
    with stopped_holder(workspace, env):
        assert yoi("ticket", "state", ticket, cwd=workspace).out == f"state\t{ticket}\tplanning\n"


def test_a_writer_goes_on_when_the_holder_does(
    workspace: Path, yoi: Program, env: dict[str, str]
) -> None:
    store = open_store(workspace, in_git=True)
    ticket = make_ticket(store)
    with stopped_holder(workspace, env) as pid:
        waiting = subprocess.Popen(
            [*yoi.argv, "ticket", "comment", ticket, "-m", "At last."],
            cwd=workspace,
            env=yoi.environment(),
            stdout=subprocess.PIPE,
        )
        os.kill(pid, signal.SIGCONT)
        out, _ = waiting.communicate(timeout=30)
    assert (waiting.returncode, out) == (0, f"appended\t{ticket}\tcomment\n".encode())
    assert store.thread(ticket).events[-1].body == "At last."


@pytest.mark.parametrize("value", ["soon", "-1", "nan", "inf", "1e9", "0x1"])
def test_a_lock_timeout_that_is_no_number_of_seconds_is_refused(
    workspace: Path, yoi: Program, value: str
) -> None:
    result = yoi(
        *("ticket", "create", "-t", "x", "--json"),
        cwd=workspace,
        check=False,
        env={"YOI_LOCK_TIMEOUT": value},
    )
    assert result.code == 2
    assert result.error["code"] == "timeout_invalid"
    assert open_store(workspace).ids() == []


def test_the_lock_of_a_store_in_git_stands_where_all_worktrees_share_it(
    workspace: Path, yoi: Program
) -> None:
    where = yoi("where", "--json", cwd=workspace).json
    assert where["lock"] == str(workspace / ".git" / "yoi" / "store.lock")
    comment(open_store(workspace, in_git=True), make_ticket(open_store(workspace)), "x")
    assert (workspace / ".git" / "yoi" / "store.lock").exists()
