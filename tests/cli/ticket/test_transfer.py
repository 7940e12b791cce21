"""An export holds whole tickets, and an import puts them back byte for byte."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from support.corpus import Corpus
from support.file_stores import fingerprint
from support.process import Program

TICKET_KEYS = {
    "id",
    "title",
    "state",
    "item",
    "events",
    "relations",
    "plan",
    "artifacts",
    "resolution",
    "diverged",
    "schema",
    "files",
    "error",
}


@pytest.fixture
def other(yoi: Program, tmp_path: Path) -> Path:
    """Another workspace, without tickets."""
    folder = tmp_path / "other"
    folder.mkdir()
    yoi("init", cwd=folder)
    return folder


def make(yoi: Program, workspace: Path, title: str = "A ticket") -> str:
    return yoi("ticket", "create", "--title", title, cwd=workspace).out.split("\t")[1].strip()


def tickets(workspace: Path) -> Path:
    return workspace / ".yoi" / "tickets"


def test_a_line_is_the_document_of_show_with_the_files(yoi: Program, workspace: Path) -> None:
    ticket = make(yoi, workspace)
    yoi("ticket", "comment", ticket, "-m", "a\u2028b\x1b[31m")
    (line,) = yoi("ticket", "export").out.splitlines()
    exported = json.loads(line)
    assert set(exported) == TICKET_KEYS
    shown = yoi("ticket", "show", ticket, "--json").json
    assert {key: exported[key] for key in exported if key in shown} == {
        key: shown[key] for key in exported if key in shown
    }
    thread = (tickets(workspace) / ticket / "thread.md").read_text()
    assert exported["files"]["thread.md"] == {"encoding": "utf-8", "content": thread}
    assert "\x1b" not in line
    assert "\u2028" not in line


def test_everything_comes_back_byte_for_byte(yoi: Program, workspace: Path, other: Path) -> None:
    ticket = make(yoi, workspace, "Ünïcode ' \" $(x)")
    yoi("ticket", "close", make(yoi, workspace), "-m", "Done.")
    folder = tickets(workspace) / ticket
    (folder / "artifacts" / "deep" / "er").mkdir(parents=True)
    (folder / "artifacts" / "deep" / "er" / "x.bin").write_bytes(bytes(range(256)))
    (folder / "artifacts" / os.fsdecode(b"\xff name \n")).write_bytes(b"")
    (folder / "item.md").write_bytes((folder / "item.md").read_bytes().replace(b"\n", b"\r\n"))
    (folder / "thread.md").write_bytes((folder / "thread.md").read_bytes().rstrip(b"\n"))
    exported = yoi("ticket", "export", "--all").out_bytes
    yoi("ticket", "import", "-", cwd=other, stdin=exported)
    assert fingerprint(tickets(other)) == fingerprint(tickets(workspace))


def test_an_import_done_twice_changes_nothing(yoi: Program, workspace: Path, other: Path) -> None:
    ticket = make(yoi, workspace)
    export = yoi("ticket", "export").out_bytes
    args = ("ticket", "import", "-")
    assert yoi(*args, cwd=other, stdin=export).out == f"imported\t{ticket}\t{ticket}\n"
    before = fingerprint(tickets(other))
    assert yoi(*args, cwd=other, stdin=export).out == f"skipped\t{ticket}\t{ticket}\n"
    assert fingerprint(tickets(other)) == before


def test_a_ticket_that_differs_is_left_alone_and_the_others_come_in(
    yoi: Program, workspace: Path, other: Path
) -> None:
    first, second = make(yoi, workspace), make(yoi, workspace)
    export = workspace / "all.jsonl"
    yoi("ticket", "export", "--output", export)
    yoi("ticket", "import", export, cwd=other)
    yoi("ticket", "comment", first, "-m", "Only here.", cwd=other)
    before = fingerprint(tickets(other) / first)
    third = make(yoi, workspace)
    yoi("ticket", "export", "-o", export)
    result = yoi("ticket", "import", export, "--json", cwd=other, check=False)
    assert result.code == 4
    assert [one["id"] for one in result.json["conflicts"]] == [first]
    assert [one["id"] for one in result.json["skipped"]] == [second]
    assert [one["id"] for one in result.json["imported"]] == [third]
    assert fingerprint(tickets(other) / first) == before


def test_broken_lines_are_named_and_the_others_come_in(
    yoi: Program, workspace: Path, other: Path
) -> None:
    ticket = make(yoi, workspace)
    line = yoi("ticket", "export").out
    result = yoi("ticket", "import", "-", cwd=other, stdin=f"{{\n\n{line}[]\n", check=False)
    assert result.code == 1
    assert result.out == f"imported\t{ticket}\t{ticket}\n"
    assert "standard input, line 1: The line is not JSON" in result.err
    assert "standard input, line 4: The line is not a ticket" in result.err


def test_a_dry_run_writes_nothing(yoi: Program, workspace: Path, other: Path) -> None:
    ticket = make(yoi, workspace)
    export = yoi("ticket", "export").out_bytes
    before = fingerprint(other)
    result = yoi("ticket", "import", "-", "--dry-run", cwd=other, stdin=export)
    assert result.out == f"imported\t{ticket}\t{ticket}\n"
    assert fingerprint(other) == before


@pytest.mark.parametrize("path", ["../../escaped", "/tmp/escaped", ".git/config"])
def test_no_line_writes_outside_its_ticket(
    yoi: Program, workspace: Path, other: Path, path: str
) -> None:
    make(yoi, workspace)
    line = json.loads(yoi("ticket", "export").out)
    line["files"][path] = {"encoding": "utf-8", "content": "x"}
    before = fingerprint(other)
    result = yoi("ticket", "import", "-", cwd=other, stdin=json.dumps(line), check=False)
    assert result.code == 1
    assert fingerprint(other) == before


@pytest.mark.parametrize("part", ["item.md", "thread.md", "artifacts/relations.json"])
def test_a_broken_ticket_is_exported_by_its_files_and_hides_no_other(
    yoi: Program, workspace: Path, other: Path, part: str
) -> None:
    broken, whole = make(yoi, workspace, "Broken"), make(yoi, workspace, "Whole")
    path = tickets(workspace) / broken / part
    if part == "thread.md":
        path.unlink()
    else:
        path.write_bytes(b"\xff{")
    result = yoi("ticket", "export")
    first, second = (json.loads(line) for line in result.out.splitlines())
    assert (first["id"], second["id"]) == (broken, whole)
    assert set(first["error"]) == {"code", "message"}
    assert first["state"] == ("" if part == "thread.md" else "planning")
    assert first["title"] == ("" if part == "item.md" else "Broken")
    assert second["error"] is None
    assert f"{broken} cannot be read whole" in result.err
    yoi("ticket", "import", "-", cwd=other, stdin=result.out_bytes)
    assert fingerprint(tickets(other)) == fingerprint(tickets(workspace))


def test_a_ticket_that_is_a_symlink_is_never_followed(yoi: Program, workspace: Path) -> None:
    whole = make(yoi, workspace)
    (workspace / "secret").mkdir()
    (workspace / "secret" / "item.md").write_text("secret text")
    (tickets(workspace) / "00001KVZZZZZ0").symlink_to(workspace / "secret")
    result = yoi("ticket", "export")
    lines = [json.loads(line) for line in result.out.splitlines()]
    assert {line["id"]: bool(line["error"]) for line in lines} == {
        "00001KVZZZZZ0": True,
        whole: False,
    }
    assert "secret" not in result.out.replace(str(workspace), "")


def test_only_what_is_asked_for_is_exported(yoi: Program, workspace: Path) -> None:
    first, second = make(yoi, workspace), make(yoi, workspace)
    yoi("ticket", "close", first, "-m", "Done.")
    named = yoi("ticket", "export", second, second[-5:], "--json").json
    assert [one["id"] for one in named["tickets"]] == [second]
    closed = yoi("ticket", "export", "--state", "closed", "--json").json
    assert (closed["count"], closed["tickets"][0]["id"]) == (1, first)
    assert yoi("ticket", "export", first, "--all", check=False).code == 2
    assert yoi("ticket", "export", "NOWHERE", check=False).code in (2, 3)
    assert yoi("ticket", "export", "--state", "open", check=False).code == 2


def test_a_failed_export_leaves_the_old_file(yoi: Program, workspace: Path) -> None:
    make(yoi, workspace)
    backup = workspace / "backup.jsonl"
    said = yoi("ticket", "export", "--output", backup, "--json").json
    assert (said["count"], said["file"], said["tickets"]) == (1, str(backup), None)
    before = backup.read_bytes()
    assert yoi("ticket", "export", "ABCDEFGH", "-o", backup, check=False).code == 3
    assert backup.read_bytes() == before
    assert [path.name for path in workspace.glob("backup*")] == ["backup.jsonl"]


def test_the_relations_are_those_around_every_ticket(yoi: Program, workspace: Path) -> None:
    first, second = make(yoi, workspace), make(yoi, workspace)
    yoi("ticket", "relation", "add", first, "depends_on", second)
    found = {one["id"]: one for one in yoi("ticket", "export", "--json").json["tickets"]}
    assert [one["ticket"] for one in found[first]["relations"]["blockers"]] == [second]
    assert [one["kind"] for one in found[second]["relations"]["incoming"]] == ["dependency_of"]


def test_an_import_is_committed_when_asked(
    yoi: Program, git: Program, workspace: Path, other: Path
) -> None:
    make(yoi, workspace)
    (other / ".gitignore").write_text("")
    export = yoi("ticket", "export").out_bytes
    git("init", "--quiet", cwd=other)
    yoi("ticket", "import", "-", "--commit", cwd=other, stdin=export)
    changed = git("show", "--name-only", "--format=", cwd=other).out.split()
    assert changed
    assert all(name.startswith(".yoi/tickets/") for name in changed)


def test_the_whole_corpus_comes_back_byte_for_byte(
    yoi: Program, corpus: Corpus, other: Path
) -> None:
    exported = yoi("ticket", "export", cwd=corpus.workspace)
    assert len(exported.out_bytes.splitlines()) == len(list(corpus.tickets.glob("0*")))
    assert exported.err == ""
    yoi("ticket", "import", "-", cwd=other, stdin=exported.out_bytes)
    expected = {
        path: digest
        for path, digest in fingerprint(corpus.tickets).items()
        if digest != "folder" and "/" in path
    }
    found = {
        path: digest
        for path, digest in fingerprint(tickets(other)).items()
        if digest != "folder" and "/" in path
    }
    assert found == expected
