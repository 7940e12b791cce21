"""Appends while git replaces files (docs/format.md, "Writing", step 6)."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.file_stores import comment, folder_of, make_ticket, open_store, thread_of
from support.process import Program
from support.threads import block, event_id

from yoi_cli.errors import ConflictError, StoreInvalidError
from yoi_cli.store.files.append import append_events, read_tail
from yoi_cli.store.files.directory import Directory
from yoi_cli.store.files.store import FileStore

RACES = 300
#: Switches branches as fast as git can, until its standard input ends.
SWITCHER = """
import select, subprocess, sys
while not select.select([sys.stdin], [], [], 0)[0]:
    for branch in ("other", "main"):
        subprocess.run(["git", "checkout", "--quiet", branch], stderr=subprocess.DEVNULL)
"""


@pytest.fixture
def store(workspace: Path) -> FileStore:
    return open_store(workspace, in_git=True)


@contextmanager
def switching(workspace: Path, env: dict[str, str]) -> Iterator[None]:
    """Real checkouts, back and forth, for as long as the block runs."""
    command = [sys.executable, "-c", SWITCHER]
    process = subprocess.Popen(command, cwd=workspace, env=env, stdin=subprocess.PIPE)
    try:
        yield
    finally:
        process.communicate(timeout=60)


def commit_all(git: Program, workspace: Path, message: str) -> bool:
    """Commit everything; whether git could, which it cannot while another git works."""
    git("add", "--all", cwd=workspace, check=False)
    done = git("commit", "--quiet", "--all", "-m", message, cwd=workspace, check=False)
    return done.code == 0


def persistently(store: FileStore, ticket: str, text: str) -> tuple[str, ...]:
    """Comment until it is acknowledged: a thread may be away in the middle of a checkout."""
    for _ in range(1000):
        try:
            done = comment(store, ticket, text)
            assert done.warnings == ()
            return done.event_ids
        except (StoreInvalidError, ConflictError, FileNotFoundError):
            continue
    raise AssertionError("a comment was refused 1,000 times")


def test_an_append_waits_while_git_holds_its_index(
    workspace: Path, store: FileStore, yoi: Program
) -> None:
    ticket = make_ticket(store)
    index_lock = workspace / ".git" / "index.lock"
    index_lock.touch()
    process = subprocess.Popen(
        [*yoi.argv, "ticket", "comment", ticket, "-m", "Patience."],
        cwd=workspace,
        env=yoi.environment(),
        stdout=subprocess.PIPE,
    )
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=1)
    assert b"Patience." not in thread_of(store, ticket).read_bytes()
    index_lock.unlink()
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, f"appended\t{ticket}\tcomment\n".encode())
    assert [event.body for event in store.thread(ticket).events][1:] == ["Patience."]


def test_a_thread_that_git_is_still_writing_is_not_taken_for_torn(
    workspace: Path, store: FileStore, yoi: Program
) -> None:
    ticket = make_ticket(store)
    comment(store, ticket, "Before.")
    path, index_lock = thread_of(store, ticket), workspace / ".git" / "index.lock"
    whole = path.read_bytes()
    index_lock.touch()
    path.write_bytes(whole[:-20])
    process = subprocess.Popen(
        [*yoi.argv, "ticket", "comment", ticket, "-m", "New."], cwd=workspace, env=yoi.environment()
    )
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=1)
    with path.open("ab") as thread:
        thread.write(whole[-20:])
    index_lock.unlink()
    assert process.wait(timeout=30) == 0
    assert [event.body for event in store.thread(ticket).events][1:] == ["Before.", "New."]
    assert path.read_bytes().startswith(whole)
    assert not (folder_of(store, ticket) / "artifacts" / ".torn").exists()


def test_inside_a_commit_hook_an_event_waits_beside_the_store_and_nobody_for_git(
    workspace: Path, store: FileStore, git: Program, env: dict[str, str]
) -> None:
    ticket = make_ticket(store)
    assert commit_all(git, workspace, "Before")
    hook = workspace / ".git" / "hooks" / "pre-commit"
    python = f"'{sys.executable}' -P -m yoi_cli"
    comment_on_it = f"{python} ticket comment {ticket} -m x"
    hook.write_text(f"#!/bin/sh\ntest -e .git/index.lock && {comment_on_it}\n")
    hook.chmod(0o755)
    (workspace / "README.md").write_text("# Another title\n")
    done = git("commit", "--all", "-m", "With a hook", cwd=workspace)
    assert "index.lock" not in done.err
    assert "recorded beside the store" in done.err
    comment(store, ticket, "Next.")
    assert [event.body for event in store.thread(ticket).events][1:] == ["x", "Next."]


def test_a_thread_that_a_checkout_replaced_is_written_again_with_the_same_id(
    store: FileStore,
) -> None:
    ticket = make_ticket(store)
    path, new = thread_of(store, ticket), block("New.", 7)
    other_branch = path.read_bytes() + b"\n" + block("Of the other branch.", 3)
    opened: list[Directory] = []

    def open_ticket() -> Directory:
        opened.append(Directory.open(str(folder_of(store, ticket)), "ticket"))
        if len(opened) == 2:  # between the append and its check
            path.with_name("incoming").write_bytes(other_branch)
            path.with_name("incoming").rename(path)
        return opened[-1]

    with Directory.open(str(folder_of(store, ticket)), "ticket") as directory:
        tail = read_tail(directory, whole=True)
    assert append_events(open_ticket, tail, new, event_id(7), str(path) + ".none").warnings == ()
    assert path.read_bytes() == other_branch + b"\n" + new


def test_an_event_that_a_checkout_carried_along_is_not_written_twice(store: FileStore) -> None:
    ticket = make_ticket(store)
    path, new = thread_of(store, ticket), block("New.", 7)
    opened: list[Directory] = []

    def open_ticket() -> Directory:
        opened.append(Directory.open(str(folder_of(store, ticket)), "ticket"))
        if len(opened) == 2:
            carried = block("Of the other branch.", 3) + b"\n" + path.read_bytes()
            path.unlink()
            path.write_bytes(carried)
        return opened[-1]

    with Directory.open(str(folder_of(store, ticket)), "ticket") as directory:
        tail = read_tail(directory, whole=True)
    append_events(open_ticket, tail, new, event_id(7), str(path) + ".none")
    assert path.read_bytes().count(new) == 1


def test_a_torn_tail_is_not_cut_off_a_thread_that_a_checkout_put_in_its_place(
    store: FileStore,
) -> None:
    ticket = make_ticket(store)
    path, new = thread_of(store, ticket), block("New.", 7)
    path.write_bytes(path.read_bytes() + b"\n" + block("Torn.", 2)[:-4])
    other_branch = block("Of the other branch.", 3) + b"\n" + block("More of it.", 4)
    with store.opened(ticket) as directory:
        tail = read_tail(directory, whole=True)
    assert tail.sound_size < len(other_branch)

    def open_ticket() -> Directory:
        if b"Torn." in path.read_bytes():  # between the look at the end and the append
            path.with_name("incoming").write_bytes(other_branch)
            path.with_name("incoming").rename(path)
        return Directory.open(str(folder_of(store, ticket)), "ticket")

    assert append_events(open_ticket, tail, new, event_id(7), None).warnings == ()
    assert path.read_bytes() == other_branch + b"\n" + new


def test_an_event_that_cannot_be_looked_at_again_is_recorded_with_a_warning(
    store: FileStore,
) -> None:
    ticket = make_ticket(store)
    opened: list[Directory] = []

    def open_ticket() -> Directory:
        if opened:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        opened.append(Directory.open(str(folder_of(store, ticket)), "ticket"))
        return opened[-1]

    with store.opened(ticket) as directory:
        tail = read_tail(directory, whole=True)
    (warning,) = append_events(open_ticket, tail, block("New.", 7), event_id(7), None).warnings
    assert "The event is recorded" in warning
    assert store.thread(ticket).events[-1].body == "New."


def test_a_ticket_that_a_checkout_took_away_is_said_not_to_be_recorded(store: FileStore) -> None:
    ticket = make_ticket(store)
    folder = folder_of(store, ticket)
    opened: list[Directory] = []

    def open_ticket() -> Directory:
        if len(opened) == 1:
            folder.rename(folder.parent / "elsewhere")
        with store.opened(ticket) as directory:
            opened.append(directory.child("."))
        return opened[-1]

    with store.opened(ticket) as directory:
        tail = read_tail(directory, whole=True)
    with pytest.raises(ConflictError) as caught:
        append_events(open_ticket, tail, block("New.", 7), event_id(7), None)
    assert caught.value.code == "ticket_taken_away"


@pytest.mark.slow
def test_no_acknowledged_event_is_lost_to_checkouts_of_a_branch_with_another_thread(
    workspace: Path, store: FileStore, git: Program, env: dict[str, str]
) -> None:
    ticket = make_ticket(store)
    comment(store, ticket, "x" * 40_000)  # git writes a file of that size piece by piece
    assert commit_all(git, workspace, "Begin")
    git("checkout", "--quiet", "-b", "other", cwd=workspace)
    comment(store, ticket, "Only here.")
    assert commit_all(git, workspace, "Differ")
    acknowledged: set[str] = set()
    commits = 0
    with switching(workspace, env):
        for number in range(RACES):
            acknowledged.update(persistently(store, ticket, f"Race {number}."))
            commits += commit_all(git, workspace, f"Race {number}")
    # A commit that itself raced a checkout may take one branch's tree to the other, so that
    # what was kept is what any commit ever had.
    kept = git("log", "--all", "--reflog", "--patch", cwd=workspace).out_bytes
    kept += thread_of(store, ticket).read_bytes()
    lost = [event for event in acknowledged if event.encode() not in kept]
    assert lost == []
    assert not (folder_of(store, ticket) / "artifacts" / ".torn").exists()
    assert len(acknowledged) == RACES
    assert commits > RACES // 10
