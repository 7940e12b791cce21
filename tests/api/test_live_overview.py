"""What is read again only where it changed is what is read as a whole, whatever changes."""

from __future__ import annotations

import sys
import time
from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.api import session_at
from support.changing_store import ChangingStore
from support.process import Program
from support.tickets import ticket
from support.workspaces import put

from yoi_cli.api import tickets
from yoi_cli.api.overview import LiveOverview, Overview, overview
from yoi_cli.model.states import STATES
from yoi_cli.orchestration import kept_overview
from yoi_cli.orchestration import overview as overview_rows

if TYPE_CHECKING:
    from yoi_cli.api.overview import OverviewRow, Unreadable
    from yoi_cli.routing.router import Router

pytestmark = pytest.mark.process


def comparable(found: Overview) -> tuple[object, ...]:
    unreadable = [
        (one.ticket, one.error.code, one.error.message) for one in found.tickets.unreadable
    ]
    return (found._replace(tickets=found.tickets._replace(unreadable=())), unreadable)


def differences(workspace: Path, seed: int, steps: int) -> list[str]:
    """The changes after which what was kept was not what is there."""
    store, live, found = ChangingStore(workspace, seed), LiveOverview(closed_too=seed % 2 == 0), []
    for step in range(steps):
        name = store.change()
        kept = comparable(live.read(session_at(workspace)))
        whole = session_at(workspace, YOI_INDEX="0")
        if kept != comparable(overview(whole, closed_too=seed % 2 == 0)):
            found.append(f"{step}: {name}")
    return found


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_is_what_is_read_as_a_whole(
    workspace: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Files that were written a moment ago are read again anyhow; here only what changed may be.
    monkeypatch.setattr("yoi_cli.store.files.index.reader.COARSEST_TIME_NS", 0)
    assert differences(workspace, seed, 40) == []


def test_control_what_looks_at_a_changed_ticket_is_decided_again(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yoi_cli.store.files.index.reader.COARSEST_TIME_NS", 0)
    monkeypatch.setattr(kept_overview, "_concerned", lambda _before, _now, changed: set(changed))
    assert differences(workspace, 0, 40) != []


def test_a_change_is_decided_for_the_tickets_that_it_concerns(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yoi_cli.store.files.index.reader.COARSEST_TIME_NS", 0)
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
