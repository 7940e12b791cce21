"""Nothing outside the store is read or written, whatever an id or a link says (docs/format.md)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.file_stores import comment, fingerprint, make_ticket, open_store
from support.process import Program

from yoi_cli.errors import NotFoundError, UsageError, YoiError
from yoi_cli.model.ids import TicketId
from yoi_cli.tickets.lookup import identify

SECRET = "the secret outside the store"
ABSENT = "00001KVZZZZZZ"

#: Every command that takes a ticket, reading and writing, with `{}` for the id.
COMMANDS = (
    ("state", "{}"),
    ("state", "{}", "ready"),
    ("show", "{}"),
    ("comment", "{}", "-mx"),
    ("review", "{}", "--approve", "-mx"),
    ("intake", "{}", "-mx"),
    ("close", "{}", "-mx"),
    ("reopen", "{}", "--reason=x"),
    ("edit", "{}", "--title=x"),
    ("relation", "add", "{}", "related", ABSENT),
    ("relation", "list", "{}"),
    ("export", "{}"),
)
READING = (("state", "{}"), ("show", "{}"), ("relation", "list", "{}"), ("export", "{}"))
NO_IDS = {
    "upward": "../../../outside",
    "upward once": "../x",
    "git's folder": ".git",
    "the folder itself": ".",
    "absolute": "/etc/passwd",
    "300 characters": "0" * 300,
    "300 other characters": "x" * 300,
    "an escaped NUL": "%00",
    "a NUL in words": "\\0000",
    "a file of the store": "00001KVZZZZZZ/item.md",
    "a folder that is being made": ".tmp-00001KVZZZZZZ",
    "blanks": "    ",
    "a line end": "0000\n",
    "an escape": "\x1b[31m",
    "full width digits": "００００",
    "nothing": "",
    "a surrogate": "0000\udc80",
}


class Outside:
    """A folder beside the store with a sound ticket in it, which nobody may touch."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        for name in ("item.md", "thread.md", "resolution.md"):
            (folder / name).write_text(
                f"---\ntitle: '{SECRET}'\nstate: 'ready'\ncreated_at: '2026-06-25T16:30:32Z'\n"
                f"updated_at: '2026-06-25T16:30:32Z'\n---\n{SECRET}\n"
            )
        (folder / "artifacts").mkdir()
        (folder / "artifacts" / "relations.json").write_text(SECRET)
        self._before = self._look()

    def _look(self) -> dict[str, object]:
        times = {path.name: path.stat().st_mtime_ns for path in self.folder.rglob("*")}
        return {**fingerprint(self.folder), **times}

    def assert_untouched(self) -> None:
        assert self._look() == self._before


@pytest.fixture
def outside(workspace: Path) -> Outside:
    return Outside(workspace / "outside")


@pytest.fixture
def ticket(workspace: Path) -> TicketId:
    store = open_store(workspace, in_git=True)
    made = make_ticket(store, "The broken one")
    make_ticket(store, "The sound one")
    return made


def tickets_of(workspace: Path) -> Path:
    return workspace / ".yoi" / "tickets"


def put_link(path: Path, target: Path) -> None:
    """A symlink to `target` where `path` was."""
    if path.is_dir() and not path.is_symlink():
        path.rename(path.with_name(f"moved-{path.name}"))
    else:
        path.unlink(missing_ok=True)
    path.symlink_to(target)


def run_all(yoi: Program, workspace: Path, word: str, codes: set[int]) -> None:
    """Every command on the ticket `word` ends with one of `codes` and tells no secret.

    The other ticket that a relation names is not there, which may be said first.
    """
    before = fingerprint(workspace / ".yoi")
    for command in COMMANDS:
        arguments = [part.format(word) for part in command]
        done = yoi("ticket", *arguments, cwd=workspace, check=False)
        assert done.code in (codes | {3} if "relation" in command else codes), done
        assert SECRET not in done.out + done.err, done
        assert "[internal]" not in done.err, done
    assert fingerprint(workspace / ".yoi") == before


@pytest.mark.slow
@pytest.mark.parametrize("word", NO_IDS.values(), ids=NO_IDS)
def test_a_word_that_is_no_id_is_refused_by_every_command(
    yoi: Program, workspace: Path, ticket: TicketId, outside: Outside, word: str
) -> None:
    run_all(yoi, workspace, word, {2})
    outside.assert_untouched()


@pytest.mark.parametrize("word", [*NO_IDS.values(), "0000\0", "\0", "../\0"])
def test_a_word_that_is_no_id_is_refused_by_the_store_itself(workspace: Path, word: str) -> None:
    store = open_store(workspace)
    with pytest.raises(UsageError):
        identify(store, word)
    assert not store.exists(word)
    for read in (store.item, store.thread, store.relations, store.plan, store.files):
        with pytest.raises(NotFoundError):
            read(TicketId(word))


@pytest.mark.parametrize(
    "path", ["../x", "/etc/x", "a/../../x", "", "a//b", ".", "a/.", "a\0b", "artifacts/../../x"]
)
def test_no_ticket_is_taken_in_with_a_path_that_leads_out(workspace: Path, path: str) -> None:
    store = open_store(workspace)
    with store.write() as writer, pytest.raises(YoiError):
        writer.install(TicketId(ABSENT), {path: b"x"})
    assert store.ids() == []
    assert os.listdir(tickets_of(workspace)) == [".gitkeep"]


def test_an_id_that_no_ticket_has_is_not_found(
    yoi: Program, workspace: Path, ticket: TicketId
) -> None:
    run_all(yoi, workspace, ABSENT, {3})


def test_a_ticket_folder_that_is_a_symlink_is_refused(
    yoi: Program, workspace: Path, ticket: TicketId, outside: Outside
) -> None:
    put_link(tickets_of(workspace) / ticket, outside.folder)
    for command in COMMANDS:
        arguments = [part.format(ticket) for part in command]
        done = yoi("ticket", *arguments, cwd=workspace, check=False)
        assert SECRET not in done.out + done.err, done
        # An export says of each ticket that cannot be read why, and goes on.
        assert done.code in (3, 6) or command[0] == "export", done
    outside.assert_untouched()


@pytest.mark.parametrize("name", ["item.md", "thread.md"])
def test_a_part_of_a_ticket_that_is_a_symlink_is_refused(
    yoi: Program, workspace: Path, ticket: TicketId, outside: Outside, name: str
) -> None:
    put_link(tickets_of(workspace) / ticket / name, outside.folder / name)
    before = fingerprint(workspace / ".yoi")
    for command in COMMANDS:
        arguments = [part.format(ticket) for part in command]
        done = yoi("ticket", *arguments, cwd=workspace, check=False)
        assert SECRET not in done.out + done.err, done
        # What one file tells does not need the other; nothing is written without both.
        reading = command in READING
        assert done.code in ((0, 6) if reading else (3, 4, 6)), done
    assert fingerprint(workspace / ".yoi") == before
    outside.assert_untouched()


@pytest.mark.parametrize("name", ["resolution.md", "artifacts", "artifacts/relations.json"])
def test_what_is_written_beside_a_thread_never_follows_a_symlink(
    yoi: Program, workspace: Path, ticket: TicketId, outside: Outside, name: str
) -> None:
    store = open_store(workspace, in_git=True)
    put_link(tickets_of(workspace) / ticket / name, outside.folder / name)
    target = next(id_ for id_ in store.ids() if id_ != ticket)
    before = store.thread(ticket)
    closing: tuple[str, ...] = ("close", ticket, "-mx")
    relating: tuple[str, ...] = ("relation", "add", ticket, "related", target)
    command = closing if name == "resolution.md" else relating
    done = yoi("ticket", *command, cwd=workspace, check=False)
    assert done.code == 6, done
    assert SECRET not in done.out + done.err
    assert store.thread(ticket) == before
    for reading in (("show", ticket), ("export", ticket), ("relation", "list"), ("list", "--all")):
        assert SECRET not in str(yoi("ticket", *reading, cwd=workspace, check=False))
    outside.assert_untouched()


@pytest.mark.parametrize("name", [".yoi", ".yoi/tickets"])
def test_a_store_behind_a_symlink_is_refused(
    yoi: Program, workspace: Path, ticket: TicketId, name: str
) -> None:
    real = workspace / name
    elsewhere = workspace / "elsewhere"
    real.rename(elsewhere)
    real.symlink_to(elsewhere)
    before = fingerprint(elsewhere)
    for command in (("ticket", "create", "-tx"), ("ticket", "list"), ("ticket", "state", ticket)):
        done = yoi(*command, cwd=workspace, check=False)
        assert done.code == 6, done
    assert fingerprint(elsewhere) == before


def test_a_temporary_file_that_somebody_put_there_as_a_symlink_is_not_followed(
    workspace: Path, ticket: TicketId, outside: Outside
) -> None:
    store = open_store(workspace, in_git=True)
    trap = tickets_of(workspace) / ticket / f".tmp-item.md-{os.getpid()}"
    trap.symlink_to(outside.folder / "item.md")
    comment(store, ticket, "New.")
    outside.assert_untouched()
    assert store.item(ticket).title == "The broken one"


def test_artifacts_behind_a_symlink_are_neither_listed_nor_exported(
    yoi: Program, workspace: Path, ticket: TicketId, outside: Outside
) -> None:
    (tickets_of(workspace) / ticket / "artifacts" / "link").symlink_to(outside.folder)
    (tickets_of(workspace) / ticket / "artifacts" / "file").symlink_to(outside.folder / "item.md")
    for command in (("show", ticket, "--json"), ("export", ticket)):
        done = yoi("ticket", *command, cwd=workspace, check=False)
        assert done.code == 0, done
        assert SECRET not in done.out
