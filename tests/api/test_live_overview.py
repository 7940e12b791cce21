"""What is read again only where it changed is what is read as a whole, whatever changes."""

from __future__ import annotations

import json
import random
import shutil
import sys
import time
from collections.abc import Callable, Container, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.api import session_at
from support.process import Program
from support.tickets import ticket
from support.workspaces import put

from yoi_cli.api import claims, moves, relations, tickets
from yoi_cli.api.moves import Request
from yoi_cli.api.overview import LiveOverview, Overview, overview
from yoi_cli.errors import YoiError
from yoi_cli.model.states import STATES
from yoi_cli.orchestration import kept_overview
from yoi_cli.orchestration import overview as overview_rows

if TYPE_CHECKING:
    from yoi_cli.api.overview import OverviewRow, Unreadable
    from yoi_cli.routing.router import Router

pytestmark = pytest.mark.process

_FIRST = 12
_KINDS = ("depends_on", "blocks", "related", "duplicate_of", "parent")
_PLANS = ("before", "after", "conflicts_with", "blocked_by")
Change = Callable[[], object]


class Store:
    """A store in which anything may happen to any ticket, by yoi and by hand."""

    def __init__(self, workspace: Path, seed: int) -> None:
        self.workspace, self.chance, self.made = workspace, random.Random(seed), _FIRST
        for number in range(1, _FIRST + 1):
            put(workspace, number, self.chance.choice(STATES))

    def change(self) -> str:
        """One change; its name. What is refused changes nothing."""
        ways: dict[str, Change] = {
            "act": self.act,
            "act again": self.act,
            "relate": self.relate,
            "relate again": self.relate,
            "plan": self.plan,
            "claim": self.claim,
            "touch": self.touch,
            "make": self.make,
            "take away": self.take_away,
            "edit": self.edit,
            "break": self.break_one,
            "configure": self.configure,
            "read only": lambda: None,
        }
        # A store that is damaged is decided as a whole, which would hide what is kept wrongly.
        weights = [1 if name in ("break", "take away", "configure") else 6 for name in ways]
        (name,) = self.chance.choices(list(ways), weights)
        with suppress(YoiError):
            ways[name]()
        return name

    def one(self) -> str:
        return self.chance.choice([path.name for path in self._folders()])

    def act(self) -> None:
        action = self.chance.choice(("intake", "queue", "accept", "done", "close", "release"))
        moves.act(session_at(self.workspace), self.one(), action, Request("Said."))

    def relate(self) -> None:
        kind = self.chance.choice(_KINDS)
        call = self.chance.choice((relations.add, relations.add, relations.remove))
        call(session_at(self.workspace), self.one(), kind, self.one())

    def plan(self) -> None:
        folder = self.workspace / ".yoi/tickets" / self.one()
        other = self.one()
        record = {
            "id": f"p{self.chance.randrange(10**6)}",
            "ticket_id": folder.name,
            "kind": self.chance.choice(_PLANS),
            "related_ticket": other,
            "author": "Ada Example",
            "at": "2026-06-01T00:00:00Z",
        }
        (folder / "artifacts").mkdir(exist_ok=True)
        with (folder / "artifacts/orchestration-plan.jsonl").open("a") as file:
            file.write(json.dumps(record) + "\n")

    def claim(self) -> None:
        claims.claim(session_at(self.workspace), self.one(), lease_ms=10**7)

    def touch(self) -> None:
        path = f"src/{self.chance.randrange(2)}"
        self._edit_item("state:", f"touches: [{path}]\nstate:", once="touches:")

    def edit(self) -> None:
        self._edit_item("## Acceptance criteria", "## Nothing")

    def _edit_item(self, old: str, new: str, once: str = "\0") -> None:
        path = self.workspace / ".yoi/tickets" / self.one() / "item.md"
        with suppress(OSError, ValueError):
            text = path.read_text()
            if once not in text:
                path.write_text(text.replace(old, new, 1))

    def make(self) -> None:
        self.made += 1
        put(self.workspace, self.made, self.chance.choice(STATES), depends_on=str(self.made - 1))

    def take_away(self) -> None:
        shutil.rmtree(self.workspace / ".yoi/tickets" / self.one())

    def break_one(self) -> None:
        """Damage a file, or mend what was damaged before."""
        broken = [path for path in self.workspace.rglob("*.kept") if path.is_file()]
        if broken and self.chance.random() < 0.7:
            broken[0].replace(broken[0].with_suffix(""))
            return
        name = self.chance.choice(("item.md", "thread.md", "artifacts/relations.json"))
        path = self.workspace / ".yoi/tickets" / self.one() / name
        if path.is_file():
            shutil.copy(path, f"{path}.kept")
            path.write_bytes(self.chance.choice((b"", b"\xff", b"{", b"---\nstate: ready\n---\n")))

    def configure(self) -> None:
        path = self.workspace / ".yoi/ticket.config.toml"
        head, _, _ = path.read_text().partition("\n[routing]")
        more = self.chance.choice(("", "\n[routing]\nmax_in_progress = 1\n"))
        path.write_text(head + more)

    def _folders(self) -> Iterable[Path]:
        return sorted(path for path in (self.workspace / ".yoi/tickets").iterdir() if path.is_dir())


def comparable(found: Overview) -> tuple[object, ...]:
    unreadable = [
        (one.ticket, one.error.code, one.error.message) for one in found.tickets.unreadable
    ]
    return (found._replace(tickets=found.tickets._replace(unreadable=())), unreadable)


def differences(workspace: Path, seed: int, steps: int) -> list[str]:
    """The changes after which what was kept was not what is there."""
    store, live, found = Store(workspace, seed), LiveOverview(closed_too=seed % 2 == 0), []
    for step in range(steps):
        name = store.change()
        session = session_at(workspace)
        kept = comparable(live.read(session))
        if kept != comparable(overview(session, closed_too=seed % 2 == 0)):
            found.append(f"{step}: {name}")
    return found


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_is_what_is_read_as_a_whole(
    workspace: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Files that were written a moment ago are read again anyhow; here only what changed may be.
    monkeypatch.setattr("yoi_cli.store.files.remembering.COARSEST_TIME_NS", 0)
    assert differences(workspace, seed, 40) == []


def test_control_what_looks_at_a_changed_ticket_is_decided_again(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yoi_cli.store.files.remembering.COARSEST_TIME_NS", 0)
    monkeypatch.setattr(kept_overview, "_concerned", lambda _before, _now, changed: set(changed))
    assert differences(workspace, 0, 40) != []


def test_a_change_is_decided_for_the_tickets_that_it_concerns(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yoi_cli.store.files.remembering.COARSEST_TIME_NS", 0)
    put(workspace, 1, "inprogress")
    put(workspace, 2, "ready", depends_on="1")
    put(workspace, 3, "ready", depends_on="2")
    for number in range(4, 30):
        put(workspace, number, "ready")
    decided: list[set[str] | None] = []
    decide = overview_rows.decide_rows

    def counted(
        router: Router, *, closed_too: bool, tickets: Container[str] | None = None
    ) -> dict[str, OverviewRow | Unreadable]:
        decided.append(tickets if isinstance(tickets, set) else None)
        return decide(router, closed_too=closed_too, tickets=tickets)

    monkeypatch.setattr(kept_overview, "decide_rows", counted)
    live = LiveOverview()
    live.read(session_at(workspace))
    live.read(session_at(workspace))
    tickets.comment(session_at(workspace), ticket(1), "Said.")
    live.read(session_at(workspace))
    assert decided == [None, set(), {ticket(1), ticket(2), ticket(3)}]


_READS = """
import collections, os, sys
from yoi_cli.api.overview import LiveOverview
from yoi_cli.api.session import Start, open_session
seen = collections.Counter()
def audit(event, given):
    if event in ("open", "subprocess.Popen"):
        seen[str(given[0]) if event == "open" else " ".join(map(str, given[1]))] += 1
start = Start(sys.argv[1], False, "a test", dict(os.environ))
live = LiveOverview()
if sys.argv[2] == "again":
    live.read(open_session(start))
sys.addaudithook(audit)
live.read(open_session(start))
for name, count in seen.items():
    if name.endswith((".md", ".json", ".jsonl")) or " " in name:
        print(count, name)
"""


@pytest.mark.parametrize("which", ["first", "again"])
def test_nothing_of_a_ticket_is_read_twice_and_nothing_again(
    workspace: Path, env: dict[str, str], which: str
) -> None:
    for number, state in enumerate(STATES * 2, 1):
        put(workspace, number, state, depends_on=str(number - 1) if number > 1 else "")
    python = Program((sys.executable, "-P", "-c"), env, workspace)
    time.sleep(3.1 if which == "again" else 0)  # what was written just now is not trusted
    lines = python(_READS, str(workspace), which, cwd=workspace).out.splitlines()
    reads = {name: int(count) for count, _, name in (line.partition(" ") for line in lines)}
    of_tickets = {name for name in reads if ticket(1)[:5] in name or "thread.md" in name}
    assert bool(of_tickets) == (which == "first")
    # Relations are opened in their folder, by their name alone: one file for each but the first.
    assert reads.pop("relations.json", 0) == (2 * len(STATES) - 1 if which == "first" else 0)
    assert {name: count for name, count in reads.items() if count > 1} == {}
