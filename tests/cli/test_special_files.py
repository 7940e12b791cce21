"""FIFOs, devices and folders where a ticket's files should be: nobody waits, nothing is read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from support.file_stores import item_of, make_ticket, open_store
from support.process import Program

from yoi_cli.model.ids import TicketId

SECRET = "what the FIFO says"


@pytest.fixture
def ticket(workspace: Path) -> TicketId:
    store = open_store(workspace, in_git=True)
    made = make_ticket(store, "The broken one")
    make_ticket(store, "The sound one")
    return made


def tickets_of(workspace: Path) -> Path:
    return workspace / ".yoi" / "tickets"


@pytest.mark.parametrize("name", ["item.md", "thread.md"])
def test_a_fifo_makes_nobody_wait(
    yoi: Program, workspace: Path, ticket: TicketId, name: str
) -> None:
    path = tickets_of(workspace) / ticket / name
    path.unlink()
    os.mkfifo(path)
    run_special(yoi, workspace, ticket, name)


def test_a_fifo_with_a_writer_behind_it_is_not_read(
    yoi: Program, workspace: Path, ticket: TicketId
) -> None:
    path = item_of(open_store(workspace), ticket)
    said = path.read_bytes().replace(b"The broken one", SECRET.encode())
    path.unlink()
    os.mkfifo(path)
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.write(descriptor, said)
        for command in (("list", "--all"), ("show", ticket), ("search", "secret")):
            done = yoi("ticket", *command, cwd=workspace, check=False)
            assert SECRET not in done.out + done.err, done
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("name", ["item.md", "thread.md"])
def test_a_device_is_not_read(yoi: Program, workspace: Path, ticket: TicketId, name: str) -> None:
    path = tickets_of(workspace) / ticket / name
    path.unlink()
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))  # endless zeros
        path.open("rb").close()
    except OSError:
        pytest.skip("making a device needs rights that this process does not have")
    run_special(with_little_memory(yoi), workspace, ticket, name)


def with_little_memory(yoi: Program) -> Program:
    """The same program, which fails rather than take the machine's memory."""
    shell = ("sh", "-c", 'ulimit -v 1000000; exec "$@"', "sh")
    return Program((*shell, *yoi.argv), yoi.env, yoi.base)


def run_special(yoi: Program, workspace: Path, ticket: TicketId, name: str) -> None:
    """A ticket with a special file in it is refused, and hides no other ticket."""
    listed = yoi("ticket", "list", "--all", cwd=workspace, check=False)
    assert "The sound one" in listed.out
    for command in (("comment", ticket, "-mx"), ("close", ticket, "-mx"), ("show", ticket)):
        assert yoi("ticket", *command, cwd=workspace, check=False).code == 6
    said = yoi("ticket", "doctor", cwd=workspace, check=False)
    assert ticket in said.out + said.err
    assert name in said.out + said.err


def test_a_folder_where_a_file_should_be_is_refused(
    yoi: Program, workspace: Path, ticket: TicketId
) -> None:
    path = tickets_of(workspace) / ticket / "thread.md"
    path.unlink()
    path.mkdir()
    run_special(yoi, workspace, ticket, "thread.md")
