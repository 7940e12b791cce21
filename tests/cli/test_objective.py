"""Objectives link tickets, tell how far they are, and never hold one up."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.corpus import Corpus
from support.file_stores import fingerprint
from support.process import Program

SOUND = """---
title: 'A goal'
state: 'active'
created_at: '2026-06-09T07:09:26Z'
updated_at: '2026-06-09T07:09:26Z'
linked_tickets: []
---
"""


@pytest.fixture
def ticket(yoi: Program, workspace: Path) -> str:
    return yoi("ticket", "create", "--title", "A ticket").out.split("\t")[1].strip()


def make(yoi: Program, *arguments: str) -> str:
    return yoi("objective", "create", "--title", "A goal", *arguments).out.split("\t")[1].strip()


def folder(workspace: Path, id_: str = "") -> Path:
    return workspace / ".yoi" / "objectives" / id_


def put(workspace: Path, id_: str, text: str) -> None:
    folder(workspace, id_).mkdir(parents=True)
    (folder(workspace, id_) / "item.md").write_text(text)


def test_an_objective_is_made_with_its_tickets(yoi: Program, workspace: Path, ticket: str) -> None:
    id_ = make(yoi, "--link", ticket[-6:], "-m", "Text.")
    text = (folder(workspace, id_) / "item.md").read_text()
    assert text.startswith("---\ntitle: 'A goal'\nstate: 'active'\ncreated_at: '")
    assert text.endswith(f"linked_tickets: ['{ticket}']\n---\n\nText.\n")
    assert [path.name for path in folder(workspace).iterdir()] == [id_]


def test_an_objective_of_the_same_instant_gets_another_id(yoi: Program, workspace: Path) -> None:
    assert len({make(yoi) for _ in range(3)}) == 3


def test_show_tells_how_many_tickets_are_resolved_and_which_are_missing(
    yoi: Program, workspace: Path, ticket: str
) -> None:
    id_ = make(yoi, "--link", ticket)
    path = folder(workspace, id_) / "item.md"
    path.write_text(path.read_text().replace("']\n", "', '00001KVZZZZZ0', '../x']\n"))
    yoi("ticket", "close", ticket, "-m", "Done.")
    shown = yoi("objective", "show", id_[-5:], "--json").json
    assert (shown["linked"], shown["resolved"]) == (3, 1)
    assert [(one["ticket"], one["state"], one["problem"]) for one in shown["linked_tickets"]] == [
        (ticket, "closed", None),
        ("00001KVZZZZZ0", None, "missing"),
        ("../x", None, "missing"),
    ]
    assert "Tickets: 1 of 3 resolved" in yoi("objective", "show", id_).out


def test_list_leaves_out_what_is_finished_unless_asked(yoi: Program, workspace: Path) -> None:
    put(workspace, "00001KVZZZZZ1", SOUND.replace("active", "dropped"))
    put(workspace, "00001KVZZZZZ2", SOUND.replace("active", "someday"))
    header = "state\tid\ttitle\tupdated_at\tresolved"
    row = "someday\t00001KVZZZZZ2\tA goal\t2026-06-09T07:09:26Z\t0/0"
    assert yoi("objective", "list").out.splitlines() == [header, row]
    assert len(yoi("objective", "list", "--all").out.splitlines()) == 3


def test_links_are_added_and_taken_away_and_nothing_else_changes(
    yoi: Program, workspace: Path, ticket: str
) -> None:
    text = SOUND.replace("'", '"') + "No last newline"
    put(workspace, "00001KVZZZZZ1", text)
    path = folder(workspace, "00001KVZZZZZ1") / "item.md"
    yoi("objective", "link", "00001KVZZZZZ1", ticket, ticket)
    linked = path.read_text()
    assert f"linked_tickets: ['{ticket}']" in linked
    assert not yoi("objective", "link", "00001KVZZZZZ1", ticket, "--json").json["changed"]
    yoi("objective", "link", "00001KVZZZZZ1", ticket, "--remove")
    changed = {
        old
        for old, new in zip(text.splitlines(), path.read_text().splitlines(), strict=True)
        if old != new
    }
    assert changed == {'updated_at: "2026-06-09T07:09:26Z"'}
    assert not path.read_text().endswith("\n")


def test_an_objective_never_holds_a_ticket_up(yoi: Program, workspace: Path, ticket: str) -> None:
    make(yoi, "--link", ticket)
    yoi("ticket", "state", ticket, "ready")
    yoi("ticket", "state", ticket, "queued")
    assert yoi("ticket", "show", ticket, "--json").json["relations"]["blockers"] == []


def test_one_broken_objective_never_hides_the_others(yoi: Program, workspace: Path) -> None:
    put(workspace, "00001KVZZZZZ1", "broken")
    put(workspace, "00001KVZZZZZ2", SOUND)
    folder(workspace, "00001KVZZZZZ3").symlink_to(workspace)
    (folder(workspace, "00001KVZZZZZ4")).mkdir()
    result = yoi("objective", "list", "--json")
    assert [one["id"] for one in result.json["objectives"]] == ["00001KVZZZZZ2"]
    assert [one["objective"][-1] for one in result.json["unreadable"]] == ["1", "3", "4"]
    assert yoi("objective", "show", "00001KVZZZZZ1", check=False).code == 6
    assert yoi("objective", "show", "00001KVZZZZZ3", check=False).code == 6


def test_doctor_finds_what_is_wrong_with_its_place(
    yoi: Program, workspace: Path, ticket: str
) -> None:
    put(workspace, "00001KVZZZZZ1", "broken")
    put(workspace, "00001KVZZZZZ2", SOUND.replace("[]", f"['{ticket}', '00001KVZZZZZ0', '../x']"))
    put(workspace, "00001KVZZZZZ3", SOUND.replace("state: 'active'\n", "").replace("[]", "null"))
    put(workspace, "00001KVZZZZZ4", SOUND.replace("2026-06-09T07:09:26Z", "today"))
    (folder(workspace) / "notes.txt").touch()
    result = yoi("objective", "doctor", "--json", check=False)
    assert result.code == 6
    found = [
        (one["code"], str(one["path"]).removeprefix(".yoi/objectives/"), one["line"])
        for one in result.json["diagnostics"]
    ]
    assert found == [
        ("objective_stray", "notes.txt", None),
        ("item_frontmatter_missing", "00001KVZZZZZ1/item.md", 1),
        ("objective_link_dangling", "00001KVZZZZZ2/item.md", 6),
        ("objective_link_invalid", "00001KVZZZZZ2/item.md", 6),
        ("objective_key_missing", "00001KVZZZZZ3/item.md", None),
        ("objective_key_invalid", "00001KVZZZZZ3/item.md", 5),
        ("objective_time_invalid", "00001KVZZZZZ4/item.md", 4),
        ("objective_time_invalid", "00001KVZZZZZ4/item.md", 5),
    ]


@pytest.mark.parametrize("word", ["../x", ".git", "/etc", "x" * 300, "ab"])
def test_a_name_that_is_no_id_leads_nowhere(yoi: Program, workspace: Path, word: str) -> None:
    before = fingerprint(workspace)
    assert yoi("objective", "show", word, check=False).code == 2
    assert fingerprint(workspace) == before


def test_nothing_is_written_through_a_symlink(yoi: Program, workspace: Path) -> None:
    (workspace / "elsewhere").mkdir()
    folder(workspace).rmdir() if folder(workspace).exists() else None
    (workspace / ".yoi" / "objectives").symlink_to(workspace / "elsewhere")
    assert yoi("objective", "create", "--title", "A goal", check=False).code == 6
    assert list((workspace / "elsewhere").iterdir()) == []


def test_an_objective_is_committed_when_asked(yoi: Program, git: Program, workspace: Path) -> None:
    id_ = make(yoi, "--commit")
    changed = git("show", "--name-only", "--format=").out.split()
    assert changed == [f".yoi/objectives/{id_}/item.md"]


def test_the_objectives_of_the_corpus_are_sound(yoi: Program, corpus: Corpus) -> None:
    found = yoi("objective", "list", "--json", cwd=corpus.workspace).json
    assert (len(found["objectives"]), found["unreadable"]) == (6, [])
    assert yoi("objective", "doctor", "--json", cwd=corpus.workspace).json["diagnostics"] == []


def test_an_objective_is_changed_and_its_other_keys_stay(yoi: Program, workspace: Path) -> None:
    id_ = make(yoi, "-m", "Text.")
    changed = yoi("objective", "edit", id_, "-t", "Another", "--due", "2026-12-01", "--json").json
    assert (changed["title"], changed["changed"]) == ("Another", True)
    text = (folder(workspace, id_) / "item.md").read_text()
    assert "title: 'Another'\n" in text
    assert "due: '2026-12-01'\n" in text
    assert text.endswith("\n\nText.\n")
    assert yoi("objective", "edit", id_, "-t", "Another", "--json").json["changed"] is False
    yoi("objective", "edit", id_, "-m", "Other.")
    assert (folder(workspace, id_) / "item.md").read_text().endswith("\n\nOther.\n")
    wrong = yoi("objective", "edit", id_, "--due", "soon", "--json", check=False)
    assert wrong.error["code"] == "due_invalid"


def test_a_closed_objective_leaves_the_list_and_its_tickets_as_they_are(
    yoi: Program, workspace: Path, ticket: str
) -> None:
    achieved, dropped = make(yoi, "--link", ticket), make(yoi)
    done = yoi("objective", "close", achieved)
    assert done.out == f"closed\t{achieved}\tachieved\n"
    assert f"1 ticket of it not resolved: {ticket}." in done.err
    yoi("objective", "close", dropped, "--dropped")
    assert len(yoi("objective", "list").out.splitlines()) == 1
    states = {
        line.split("\t")[1]: line.split("\t")[0]
        for line in yoi("objective", "list", "--all").out.splitlines()[1:]
    }
    assert states == {achieved: "achieved", dropped: "dropped"}
    assert "planning" in yoi("list").out
