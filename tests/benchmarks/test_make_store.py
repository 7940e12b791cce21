"""The stores that benchmarks stand on are what the format says (docs/format.md)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Protocol

import pytest
from support.data import Data
from support.environment import ROOT

from yoi_cli.model.fold import fold
from yoi_cli.store.formats.thread import parse_thread

pytestmark = pytest.mark.process

MAKE_STORE = ROOT / "benchmarks" / "make_store.py"
HEADER = re.compile(r"^<!-- event: (\w+) author: bench at: (\S+)(.*) id: ([0-9A-Z]{26}) -->$")
FRONTMATTER_LINE = re.compile(r"^(\w+): ('(?:[^']|'')*'|\[('[^']*', )*'[^']*'\])$")


class MakeStore(Protocol):
    def __call__(self, tickets: int, *options: str, name: str = "store") -> Path: ...


@pytest.fixture
def make_store(tmp_path: Path, env: dict[str, str]) -> MakeStore:
    def make(tickets: int, *options: str, name: str = "store") -> Path:
        command = [sys.executable, str(MAKE_STORE), str(tickets), str(tmp_path / name), *options]
        subprocess.run(command, check=True, env=env, stdout=subprocess.DEVNULL)
        return tmp_path / name / ".yoi" / "tickets"

    return make


def frontmatter(ticket: Path) -> dict[str, str]:
    """The keys of an item, and their text without quotes; every line must be canonical."""
    opening, head, body = (ticket / "item.md").read_text(encoding="utf-8").split("---\n", 2)
    assert opening == "" and body.strip()
    matches = [FRONTMATTER_LINE.match(line) for line in head.splitlines()]
    return {match[1]: match[2].strip("'") for match in matches if match is not None} | (
        {} if all(matches) else {"unreadable": head}
    )


def headers(ticket: Path) -> list[re.Match[str]]:
    """The event headers of a thread, whose events must be parted as the format says."""
    text = (ticket / "thread.md").read_text(encoding="utf-8")
    assert text.endswith("\n\n---\n")
    blocks = text.removesuffix("\n\n---\n").split("\n\n---\n\n")
    matches = [HEADER.match(block.partition("\n")[0]) for block in blocks]
    found = [match for match in matches if match is not None]
    assert len(found) == len(blocks) == text.count("<!-- event:")
    return found


def folded(ticket: Path) -> str:
    state = "planning"
    for header in headers(ticket):
        kind, attributes = header[1], header[3]
        if kind == "state_changed":
            move = re.fullmatch(r" from: (\w+) to: (\w+) reason: \w+ field: state", attributes)
            assert move is not None and move[1] == state
            state = move[2]
        elif kind == "close":
            state = "closed"
    return state


def dependencies(ticket: Path) -> list[str]:
    path = ticket / "artifacts" / "relations.json"
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    document: Data = json.loads(text)
    assert text == json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    assert document["version"] == 1
    rows = list(document["relations"])
    assert {(str(row["ticket_id"]), str(row["kind"])) for row in rows} == {
        (ticket.name, "depends_on")
    }
    return [str(row["target"]) for row in rows]


def test_a_store_has_as_many_tickets_as_asked_for_with_rising_ids(make_store: MakeStore) -> None:
    names = sorted(path.name for path in make_store(50).iterdir())
    assert len(names) == 50
    assert all(re.fullmatch(r"0000[0-9A-HJKMNP-TV-Z]{9}", name) for name in names)


def test_states_come_in_the_shares_of_a_used_store(make_store: MakeStore) -> None:
    states = Counter(frontmatter(ticket)["state"] for ticket in make_store(100).iterdir())
    assert states == {
        "planning": 20,
        "ready": 15,
        "queued": 25,
        "inprogress": 10,
        "done": 10,
        "closed": 20,
    }


def test_every_item_says_what_its_thread_folds_to(make_store: MakeStore) -> None:
    for ticket in make_store(60).iterdir():
        assert frontmatter(ticket)["state"] == folded(ticket)


def test_every_item_has_the_required_keys_in_canonical_form(make_store: MakeStore) -> None:
    for ticket in make_store(60).iterdir():
        keys = frontmatter(ticket)
        assert list(keys)[:4] == ["title", "state", "created_at", "updated_at"]
        assert "unreadable" not in keys
        assert keys["updated_at"] == headers(ticket)[-1][2]


def test_event_ids_rise_within_a_thread(make_store: MakeStore) -> None:
    for ticket in make_store(20, "--events", "5").iterdir():
        ids = [header[4] for header in headers(ticket)]
        assert ids == sorted(set(ids))


def test_threads_have_as_many_comments_as_asked_for(make_store: MakeStore) -> None:
    for ticket in make_store(10, "--events", "7").iterdir():
        assert [header[1] for header in headers(ticket)].count("comment") == 7


def test_the_asked_for_share_depends_on_earlier_tickets(make_store: MakeStore) -> None:
    store = make_store(400, "--dependencies", "0.3")
    targets = {ticket.name: dependencies(ticket) for ticket in store.iterdir()}
    assert 0.2 < sum(map(bool, targets.values())) / len(targets) < 0.4
    for name, needed in targets.items():
        assert needed == sorted(set(needed))
        assert all(target in targets and target < name for target in needed)


def test_no_ticket_is_further_than_its_dependencies_let_it_be(make_store: MakeStore) -> None:
    store = make_store(200, "--dependencies", "0.9")
    states = {ticket.name: frontmatter(ticket)["state"] for ticket in store.iterdir()}
    for name, state in states.items():
        needed = {states[target] for target in dependencies(store / name)}
        if state == "queued":
            assert needed <= {"queued", "inprogress", "done", "closed"}
        elif state in ("inprogress", "done", "closed"):
            assert needed <= {"done", "closed"}


def test_closed_tickets_and_only_they_have_a_resolution(make_store: MakeStore) -> None:
    for ticket in make_store(40).iterdir():
        assert (ticket / "resolution.md").exists() == (frontmatter(ticket)["state"] == "closed")
        assert (ticket / "artifacts" / ".gitkeep").exists()


def test_the_workspace_has_its_configuration(make_store: MakeStore) -> None:
    workspace = make_store(1).parent
    identity = tomllib.loads((workspace / "workspace.toml").read_text(encoding="utf-8"))
    assert set(identity) == {"workspace_id", "created_at", "display_name"}
    config = tomllib.loads((workspace / "ticket.config.toml").read_text(encoding="utf-8"))
    assert config["backend"] == {"provider": "builtin:yoi_local", "root": ".yoi/tickets"}


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(make_store: MakeStore) -> None:
    def content(store: Path) -> dict[str, bytes]:
        files = (path for path in store.rglob("*") if path.is_file())
        return {str(path.relative_to(store)): path.read_bytes() for path in files}

    first, again = content(make_store(30, name="a")), content(make_store(30, name="b"))
    assert first == again
    assert first != content(make_store(30, "--seed", "2", name="c"))


def test_a_store_of_years_has_few_tickets_that_are_not_closed(make_store: MakeStore) -> None:
    store = make_store(100, "--shape", "real")
    states = Counter(frontmatter(ticket)["state"] for ticket in store.iterdir())
    assert states == {
        "planning": 1,
        "ready": 1,
        "queued": 1,
        "inprogress": 1,
        "done": 1,
        "closed": 95,
    }


def test_an_older_store_is_the_same_without_the_ids_of_its_events(make_store: MakeStore) -> None:
    usual = make_store(20, name="usual")
    older = make_store(20, "--ids", "none", name="older")
    for ticket in usual.iterdir():
        thread = (older / ticket.name / "thread.md").read_text(encoding="utf-8")
        expected = (ticket / "thread.md").read_text(encoding="utf-8")
        assert "id: " not in thread
        assert thread == re.sub(r" id: \S{26} -->", " -->", expected)
        assert fold(parse_thread(thread.encode()).thread.events).state == folded(ticket)
