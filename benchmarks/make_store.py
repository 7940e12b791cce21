"""Write a store of N tickets as raw files: the ground that the benchmarks stand on.

    python benchmarks/make_store.py 10000 /tmp/store --dependencies 0.3 --events 3
    python benchmarks/make_store.py 10000 /tmp/store --shape real --ids none

The same arguments give the same bytes. Nothing of yoi_cli is used, so that the store is what
the format says (docs/format.md) and not what the program under test makes of it.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
EPOCH_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z, the first ticket
EVENT_STEP_MS = 60_000
STATES = ("planning", "ready", "queued", "inprogress", "done", "closed")
#: How many tickets are in each state: spread over all, or as in a store that was used for years.
SHAPES = {
    "live": (0.20, 0.15, 0.25, 0.10, 0.10, 0.20),
    "real": (0.01, 0.01, 0.01, 0.01, 0.01, 0.95),
}
SUBJECTS = ("parser", "lock", "index", "panel", "importer", "キャッシュ", "scheduler", "log")
CHANGES = ("Speed up", "Split", "Test", "Document", "Simplify", "Repair", "Measure", "Rename")
#: Of older stores, events have none (docs/format.md).
EVENT_ID = re.compile(r" id: [0-9A-Z]{26}(?= -->$)", re.MULTILINE)
REASONS = ("before the release", "for large stores", "on slow disks", "where it's read twice")
SENTENCES = (
    "It is called once for each ticket, and most of its time goes into work done before.",
    "A reader who comes later should find here why the simpler way was not taken.",
    "Nothing changes for a caller that passes a full id.",
    "The figure was read on a store of ten thousand tickets and has to be read again.",
    "利用者から見える動作は変わらない。",
)


@dataclass(frozen=True, slots=True)
class Options:
    """What a store is made of; equal options give equal stores."""

    tickets: int
    dependencies: float = 0.3
    events: int = 3
    seed: int = 1
    shape: str = "live"
    ids: str = "ulid"


@dataclass(slots=True)
class Earlier:
    """The ids written so far, by how far their tickets have come."""

    all: list[str] = field(default_factory=list)
    queued: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)

    def add(self, ticket: str, state: str) -> None:
        self.all.append(ticket)
        if state not in ("planning", "ready"):
            self.queued.append(ticket)
        if state in ("done", "closed"):
            self.finished.append(ticket)

    def possible_targets(self, state: str) -> list[str]:
        """What a ticket in `state` may depend on by the gates of docs/format.md, "The fold"."""
        if state in ("planning", "ready"):
            return self.all
        return self.queued if state == "queued" else self.finished


def base32(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, digit = divmod(number, 32)
        digits.append(CROCKFORD[digit])
    return "".join(reversed(digits))


def timestamp(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def spread_states(count: int, shape: str, rng: random.Random) -> list[str]:
    """`count` states in the shares of `shape`, to the nearest ticket, in random order."""
    states: list[str] = []
    reached = 0.0
    for state, share in zip(STATES, SHAPES[shape], strict=True):
        reached += share
        states += [state] * (round(count * reached) - len(states))
    rng.shuffle(states)
    return states


def event(kind: str, at: int, rng: random.Random, heading: str, body: str, extra: str = "") -> str:
    """One event as it stands in a thread, with a ULID of its own time."""
    ulid = base32(at, 10) + base32(rng.getrandbits(80), 16)
    header = f"<!-- event: {kind} author: bench at: {timestamp(at)}{extra} id: {ulid} -->"
    return "\n\n".join(part for part in (header, f"## {heading}", body, "---") if part) + "\n"


def paragraph(rng: random.Random, sentences: int) -> str:
    return " ".join(rng.choices(SENTENCES, k=sentences))


def move(source: str, target: str, at: int, rng: random.Random) -> str:
    if target == "closed":
        return event("close", at, rng, "Closed", "Merged and released.", " status: closed")
    extra = f" from: {source} to: {target} reason: cli_state field: state"
    return event("state_changed", at, rng, "State changed", f"Marked {target}.", extra)


def thread(born: int, state: str, comments: int, rng: random.Random) -> tuple[str, int]:
    """A thread that folds to `state`, and the time of its last event."""
    parts: list[str] = []

    def now() -> int:
        return born + EVENT_STEP_MS * len(parts)

    parts.append(event("create", now(), rng, "Created", "Created for a benchmark."))
    for _ in range(comments):
        parts.append(event("comment", now(), rng, "Comment", paragraph(rng, 4)))
    for source, target in pairwise(STATES[: STATES.index(state) + 1]):
        if target == "ready":
            summary = paragraph(rng, 2)
            parts.append(event("intake_summary", now(), rng, "Intake summary", summary))
        parts.append(move(source, target, now(), rng))
    return "\n".join(parts), now() - EVENT_STEP_MS


def item(title: str, state: str, born: int, changed: int, rng: random.Random) -> str:
    fields = {
        "title": quoted(title),
        "state": quoted(state),
        "created_at": quoted(timestamp(born)),
        "updated_at": quoted(timestamp(changed)),
        "assignee": quoted(rng.choice(("ada", "grace", "linus"))),
        "priority": quoted(rng.choice(("P0", "P1", "P2", "P3", "P4"))),
        "tags": f"[{quoted(rng.choice(('storage', 'cli')))}, {quoted('bench')}]",
    }
    if state not in ("planning", "ready"):
        fields |= {"queued_by": quoted("bench"), "queued_at": quoted(timestamp(changed))}
    head = "".join(f"{key}: {value}\n" for key, value in fields.items())
    criteria = "\n".join(f"- [ ] {sentence}" for sentence in rng.sample(SENTENCES, 3))
    background = "\n\n".join(paragraph(rng, 4) for _ in range(3))
    return (
        f"---\n{head}---\n\n## Background\n\n{background}\n\n## Acceptance criteria\n\n{criteria}\n"
    )


def relations(ticket: str, targets: Iterable[str], at: int) -> str:
    rows = [
        {
            "ticket_id": ticket,
            "kind": "depends_on",
            "target": target,
            "author": "bench",
            "at": timestamp(at),
        }
        for target in sorted(targets)
    ]
    document = {"version": 1, "relations": rows}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def write_ticket(
    folder: Path, state: str, born: int, targets: list[str], options: Options, rng: random.Random
) -> None:
    artifacts = folder / "artifacts"
    artifacts.mkdir(parents=True)
    title = f"{rng.choice(CHANGES)} the {rng.choice(SUBJECTS)} {rng.choice(REASONS)}"
    log, changed = thread(born, state, options.events, rng)
    if options.ids == "none":
        log = EVENT_ID.sub("", log)
    write(folder / "item.md", item(title, state, born, changed, rng))
    write(folder / "thread.md", log)
    write(artifacts / ".gitkeep", "")
    if targets:
        write(artifacts / "relations.json", relations(folder.name, targets, born))
    if state == "closed":
        write(folder / "resolution.md", "Merged and released.\n")


def write_workspace(store: Path) -> None:
    store.mkdir(parents=True)
    config = '[backend]\nprovider = "builtin:yoi_local"\nroot = ".yoi/tickets"\n'
    write(store.parent / "ticket.config.toml", config)
    write(
        store.parent / "workspace.toml",
        'workspace_id = "019b76da-a800-7000-8000-000000000001"\n'
        f'created_at = "{timestamp(EPOCH_MS)}"\n'
        'display_name = "benchmark"\n',
    )


def make_store(workspace: Path, options: Options) -> Iterator[str]:
    """Write a store below `workspace`, which must not have one; yields each id as written.

    The share `options.dependencies` of the tickets (less the first ones, which have nothing
    before them) depends on one or two earlier ones, as the gates allow for their states.
    """
    store = workspace / ".yoi" / "tickets"
    write_workspace(store)
    rng = random.Random(options.seed)
    earlier = Earlier()
    for index, state in enumerate(spread_states(options.tickets, options.shape, rng)):
        ticket, born = base32(EPOCH_MS + index, 13), EPOCH_MS + index
        possible = earlier.possible_targets(state)
        count = rng.choice((1, 1, 1, 2)) if rng.random() < options.dependencies else 0
        targets = rng.sample(possible, min(count, len(possible)))
        write_ticket(store / ticket, state, born, targets, options, rng)
        earlier.add(ticket, state)
        yield ticket


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a store of N tickets below DIR.")
    parser.add_argument("tickets", type=int, metavar="N")
    parser.add_argument("workspace", type=Path, metavar="DIR")
    parser.add_argument("--dependencies", type=float, default=0.3, help="share of dependents")
    parser.add_argument("--events", type=int, default=3, help="comments in each thread")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shape", choices=SHAPES, default="live", help="states evenly, or closed")
    parser.add_argument("--ids", choices=("ulid", "none"), default="ulid", help="of events")
    given = parser.parse_args()
    options = Options(
        given.tickets, given.dependencies, given.events, given.seed, given.shape, given.ids
    )
    written = sum(1 for _ in make_store(given.workspace, options))
    print(f"{written} tickets in {given.workspace / '.yoi' / 'tickets'}")


if __name__ == "__main__":
    main()
