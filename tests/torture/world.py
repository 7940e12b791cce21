"""A small store in a git repository, with a ticket for whatever a command may do, and copies."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from support.data import Data
from support.file_stores import open_store
from support.process import Result
from support.templates import forget_clone
from support.tickets import created, moved, put_ticket, said
from torture.warm import warm_yoi

from yoi_cli.model.fold import fold
from yoi_cli.model.ids import TicketId
from yoi_cli.store.files.store import FileStore

AT = "2026-06-02T00:00:00Z"
_BODY = "## Acceptance criteria\n\n- It works.\n"
_EVENT = re.compile(r"^<!-- event: (?:state_changed .* to: (\w+) |(close) )", re.MULTILINE)


class Tickets(NamedTuple):
    """The tickets of a world by what is to be done with them."""

    planned: str
    base: str
    blocked: str
    queued: str
    closed: str
    claimed: str
    other: str


class World:
    """A pristine workspace, and the copy of it that a command works on."""

    def __init__(self, folder: Path) -> None:
        self.pristine = folder / "pristine"
        self.workspace = folder / "workspace"
        self.tickets = _furnish(self.pristine)
        self.before: dict[str, list[str]] = {}
        self.note_before()

    def note_before(self) -> None:
        """Take the pristine store for what was there before the command."""
        self.before = identities(open_store(self.pristine, in_git=True))

    def refresh(self) -> None:
        """Make the workspace what the pristine one is."""
        if self.workspace.exists():
            shutil.rmtree(self.workspace)
        shutil.copytree(self.pristine, self.workspace, symlinks=True)
        forget_clone(self.workspace)

    @property
    def store(self) -> FileStore:
        return open_store(self.workspace, in_git=True)

    def yoi(self, *words: str) -> Result:
        return warm_yoi(*words, cwd=self.workspace)

    def yoi_before(self, *words: str) -> Result:
        """A command on the pristine workspace, to prepare it."""
        done = warm_yoi(*words, cwd=self.pristine)
        assert done.code == 0, done
        self.note_before()
        return done


def _furnish(workspace: Path) -> Tickets:
    workspace.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--template=", "."], cwd=workspace, check=True)
    done = warm_yoi("init", cwd=workspace)
    assert done.code == 0, done
    base = put_ticket(workspace, 1, created(), said(AT, 1, "Before."), body=_BODY)
    blocked = _queued(workspace, 2, relations=(("depends_on", base),))
    tickets = Tickets(
        planned=put_ticket(workspace, 3, created(), body=_BODY),
        base=base,
        blocked=blocked,
        queued=_queued(workspace, 4),
        closed=put_ticket(workspace, 5, created(), body=_BODY),
        claimed=_queued(workspace, 6),
        other=put_ticket(workspace, 7, created(), relations=(("related", base),)),
    )
    for ticket in tickets:
        artifacts = workspace / ".yoi" / "tickets" / ticket / "artifacts"
        artifacts.mkdir(exist_ok=True)
        (artifacts / ".gitkeep").touch()
    for words in (
        ("ticket", "close", tickets.closed, "-m", "Done with."),
        ("claim", tickets.claimed, "--holder", "Bob"),
    ):
        done = warm_yoi(*words, cwd=workspace)
        assert done.code == 0, done
    for command in (("add", "--all"), ("commit", "--quiet", "-m", "Begin")):
        subprocess.run(["git", *command], cwd=workspace, check=True)
    return tickets


def _queued(workspace: Path, number: int, relations: tuple[tuple[str, TicketId], ...] = ()) -> str:
    states = ("planning", "ready", "queued")
    moves = [moved(AT, n, a, b) for n, (a, b) in enumerate(pairwise(states), 1)]
    events = (created(), *moves)
    return put_ticket(
        workspace, number, *events, state="queued", body=_BODY, updated_at=AT, relations=relations
    )


def identities(store: FileStore) -> dict[str, list[str]]:
    """Of every ticket that is there, what identifies its events, in order."""
    return {
        ticket: [event.identity for event in store.thread(ticket).events] for ticket in store.ids()
    }


def summary(world: World) -> list[str]:
    """What tickets and claims say, without the times and ids that differ from run to run."""
    store, found = world.store, list[str]()
    for ticket in store.ids():
        thread, item = store.thread(ticket), store.item(ticket)
        kinds = Counter(event.kind for event in thread.events)
        relations = tuple((r.kind, r.target) for r in store.relations(ticket))
        fields = {k: v for k, v in item.fields.items() if not k.endswith("_at")}
        known = ticket if ticket in world.before else "new"
        resolution = (Path(store.location.path) / ticket / "resolution.md").exists()
        plan = len(store.plan(ticket))
        found.append(
            f"{known}: {sorted(kinds.items())}, relations {relations}, {fields}, "
            f"resolution {resolution}, {plan} plan records"
        )
    for path in (world.workspace / ".git" / "yoi" / "claims").glob("*.json"):
        claim = json.loads(path.read_text("utf-8"))
        names = ("ticket", "holder", "generation", "is_released")
        found.append(f"claim: {[claim[name] for name in names]}")
    return sorted(found)


def state_by_hand(thread: Path) -> str:
    """The last move in a thread, found without the program's own reader."""
    state = "planning"
    for matched in _EVENT.finditer(thread.read_text("utf-8", "replace")):
        state = matched[1] or "closed"
    return state


def blockers_by_hand(workspace: Path, ticket: str) -> list[str]:
    """The unfinished tickets that `ticket` depends on, found without the program's reader."""
    folder = workspace / ".yoi" / "tickets"
    try:
        data = json.loads((folder / ticket / "artifacts" / "relations.json").read_bytes())
    except FileNotFoundError:
        return []
    targets = [r["target"] for r in data["relations"] if r["kind"] == "depends_on"]
    unfinished = ("done", "closed")
    return [t for t in targets if state_by_hand(folder / t / "thread.md") not in unfinished]


def findings(done: Result) -> Counter[tuple[str, str]]:
    """Code and ticket of everything that `yoi ticket doctor --json` reported."""
    diagnostics: Data = done.json["diagnostics"]
    return Counter((str(d["code"]), str(d.get("ticket"))) for d in diagnostics)


def out_of_step(world: World) -> list[str]:
    """What does not agree with what: items with their threads, and unfinished files."""
    store, found = world.store, list[str]()
    for ticket in store.ids():
        state = fold(store.thread(ticket).events).state
        if store.item(ticket).state != state:
            found.append(f"{ticket}: item says {store.item(ticket).state}, thread {state}")
    return [*found, *litter(world)]


def litter(world: World) -> list[str]:
    """Unfinished files and folders in the store."""
    store = world.workspace / ".yoi"
    return [
        os.path.join(top, name)
        for top, folders, files in os.walk(store)
        for name in (*folders, *files)
        if name.startswith(".tmp-")
    ]


def next_command(world: World) -> Result:
    """Another command, on another ticket, as anybody might give it next."""
    return world.yoi("ticket", "comment", world.tickets.other, "-m", "The next command.")
