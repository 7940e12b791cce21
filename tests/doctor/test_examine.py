"""What doctor finds: every code, with its place, in a real store that was broken on purpose."""

from __future__ import annotations

import os
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.broken_stores import (
    BREAKAGES,
    CREATED,
    FOLDER,
    OTHER,
    RELATIONS,
    TICKET,
    codes,
    examine,
    item,
    relation,
    relations,
    sound_store,
    thread,
)
from support.environment import ROOT
from support.file_stores import fingerprint
from support.odd_threads import damaged, threads
from support.threads import older

from yoi_cli.doctor.diagnostics import Diagnostic
from yoi_cli.doctor.examine import _check_log, examine_ticket
from yoi_cli.doctor.files import inspect
from yoi_cli.doctor.files.inspect import FileInspector
from yoi_cli.doctor.ports import InspectedTicket
from yoi_cli.doctor.rules import GROUPS, RULES
from yoi_cli.model.findings import SEVERITIES
from yoi_cli.model.ids import TicketId
from yoi_cli.model.item import Item
from yoi_cli.store.files.store import FileStore


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def store(workspace: Path) -> FileStore:
    return sound_store(workspace)


def test_a_sound_store_gives_nothing_to_say(store: FileStore) -> None:
    found = examine(store)

    assert found.diagnostics == ()
    assert found.ok
    assert found.tickets == 2


@pytest.mark.parametrize("code", BREAKAGES)
def test_every_fault_is_named_with_its_place_and_nothing_else_is(
    code: str, store: FileStore, workspace: Path
) -> None:
    breakage = BREAKAGES[code]
    breakage.breaks(workspace)

    found = examine(store).diagnostics

    assert {one.code for one in found} == {code, *breakage.also}
    places = [(one.path, one.line, one.severity) for one in found if one.code == code]
    assert places == [(breakage.path, breakage.line, RULES[code].severity)]


@given(st.one_of(threads(), damaged()), st.sampled_from(("planning", "ready", "closed")))
def test_a_thread_is_judged_by_its_headers_as_by_the_whole(data: bytes, state: str) -> None:
    def judged() -> list[Diagnostic]:
        inspection = inspect._Inspection(TicketId(TICKET), FOLDER)
        read, whole = inspection._parse_thread(data)
        ticket = InspectedTicket(
            TicketId(TICKET),
            FOLDER,
            tuple(inspection.found),
            Item({"state": state}, ""),
            read,
            whole,
            resolution="Created.",
        )
        return [*ticket.found, *_check_log(ticket)]

    answer = judged()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inspect, "outline_thread", lambda _data: None)
        assert judged() == answer


@pytest.mark.parametrize("code", BREAKAGES)
def test_a_fault_of_a_ticket_names_the_ticket(code: str, store: FileStore, workspace: Path) -> None:
    BREAKAGES[code].breaks(workspace)

    for one in examine(store).diagnostics:
        owner = re.match(r"\.yoi/tickets/([0-9A-Z]{13})(?:/|$)", one.path)
        assert one.ticket == (owner.group(1) if owner else None)


@pytest.mark.parametrize("code", BREAKAGES)
def test_looking_changes_nothing(code: str, store: FileStore, workspace: Path) -> None:
    BREAKAGES[code].breaks(workspace)
    before = fingerprint(workspace)

    examine(store)

    assert fingerprint(workspace) == before


def test_every_code_has_a_store_that_shows_it() -> None:
    by_git = {"events_changed", "events_lost", "records_lost"}  # test_history, test_record_losses
    assert set(BREAKAGES) | {"path_unreadable"} | by_git == set(RULES)


def test_a_file_that_the_system_refuses_is_named(store: FileStore) -> None:
    inspector = FileInspector(store.location)
    assert inspector.ids()

    with one_descriptor_left():
        inspected = inspector.inspect(TicketId(TICKET))

    assert [(one.code, one.path) for one in inspected.found] == [("path_unreadable", FOLDER)]


@contextmanager
def one_descriptor_left() -> Iterator[None]:
    """Let the process open one file more; permissions would not keep root from reading."""
    lowest_free = os.dup(0)
    os.close(lowest_free)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free + 1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_symlinked_ticket_is_not_followed(store: FileStore, workspace: Path) -> None:
    (workspace / FOLDER).rename(workspace / "elsewhere")
    (workspace / FOLDER).symlink_to(workspace / "elsewhere")

    found = examine(store).diagnostics

    assert [(one.code, one.path) for one in found] == [("path_unsafe", FOLDER)]


@pytest.mark.parametrize("name", ["item.md", "thread.md", "resolution.md", "artifacts/x/y.md"])
def test_a_symlink_anywhere_in_a_ticket_is_an_error(
    name: str, store: FileStore, workspace: Path
) -> None:
    path = workspace / FOLDER / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to("/etc/hostname")

    places = [(one.code, one.path) for one in examine(store).diagnostics]

    assert ("path_unsafe", f"{FOLDER}/{name}") in places


def test_one_broken_ticket_never_hides_another(store: FileStore, workspace: Path) -> None:
    (workspace / FOLDER / "item.md").write_bytes(b"\xff")
    (workspace / FOLDER / "thread.md").unlink()
    other = workspace / ".yoi/tickets" / OTHER
    (other / "item.md").write_text(item(state="'done'"), encoding="utf-8")

    found = [(one.ticket, one.code) for one in examine(store).diagnostics]

    assert found == [
        (TICKET, "item_not_utf8"),
        (TICKET, "thread_missing"),
        (OTHER, "state_mismatch"),
    ]


def test_a_cycle_is_named_once_however_long_it_is(store: FileStore, workspace: Path) -> None:
    ids = [TICKET, OTHER, "00001KVZZZZZ2", "00001KVZZZZZ3"]
    for ticket, target in zip(ids, [*ids[1:], ids[0]], strict=True):
        folder = workspace / ".yoi/tickets" / ticket
        if not folder.exists():
            (folder / "artifacts").mkdir(parents=True)
            (folder / "item.md").write_text(item(), encoding="utf-8")
            (folder / "thread.md").write_bytes(CREATED)
        entry = relation("depends_on", target, ticket_id=ticket)
        path = folder / "artifacts/relations.json"
        path.write_text(relations(entry), encoding="utf-8")

    found = [one for one in examine(store).diagnostics if one.code == "relation_cycle"]

    assert [(one.ticket, one.path, one.line) for one in found] == [(TICKET, RELATIONS, 4)]
    assert " → ".join([*ids, TICKET]) in found[0].message


def test_one_ticket_is_told_of_the_cycle_that_it_is_in(store: FileStore, workspace: Path) -> None:
    BREAKAGES["relation_cycle"].breaks(workspace)
    (workspace / FOLDER / "item.md").unlink()

    about_other = examine_ticket(FileInspector(store.location), TicketId(OTHER))

    assert [one.code for one in about_other.diagnostics] == ["relation_cycle"]
    assert f"{OTHER} → {TICKET} → {OTHER}" in about_other.diagnostics[0].message


def test_an_older_thread_without_ids_may_skip_states(store: FileStore, workspace: Path) -> None:
    moved = (
        older()
        .replace(b"event: comment", b"event: state_changed")
        .replace(b" -->", b" from: planning to: done field: workflow_state -->")
    )
    (workspace / FOLDER / "thread.md").write_bytes(thread(CREATED, moved))
    (workspace / FOLDER / "item.md").write_text(item(state="'done'"), encoding="utf-8")

    assert codes(store) == set()


def test_every_message_says_what_to_do(store: FileStore, workspace: Path) -> None:
    for rule in RULES.values():
        assert rule.severity in SEVERITIES
        assert rule.meaning.endswith(".")
        assert rule.advice.endswith(".")
        assert not re.search(r"\brm\b|reset --hard|--force|delete", rule.advice)


def test_the_documentation_has_every_code_and_no_other() -> None:
    text = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")

    for heading, rules in GROUPS.items():
        assert f"### {heading}\n" in text
        for rule in rules:
            row = f"| `{rule.code}` | {rule.severity} | {rule.meaning} | {rule.advice} |"
            assert row in text.split(f"### {heading}\n")[1].split("\n### ")[0]
    assert set(re.findall(r"^\| `([a-z0-9_]+)` \| (?:error|warning|info)", text, re.M)) == set(
        RULES
    )
