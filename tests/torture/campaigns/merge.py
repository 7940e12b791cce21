"""`merge`: three clones that meet in any order arrive at the same bytes.

Every triple is of whole files as three clones may hold them: threads with shared and own
events, with one id and different bytes, older events, both line ends; items, relations and
plan records beside them. The control merges by putting what is missing behind ours.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from typing import NamedTuple

from support.threads import block, older
from torture.outcome import ENOUGH, Outcome, Settings

from yoi_cli.errors import StoreInvalidError
from yoi_cli.merge.files.texts import (
    merge_items,
    merge_plan_files,
    merge_relations_files,
    merge_threads,
)
from yoi_cli.model.item import FieldValue
from yoi_cli.model.plan import PlanRecord
from yoi_cli.model.relations import Relation
from yoi_cli.store.formats.item_writing import render_item
from yoi_cli.store.formats.plan import render_record
from yoi_cli.store.formats.relations import render_relations
from yoi_cli.store.formats.thread import parse_thread

Merge = Callable[[bytes, bytes], bytes]
Make = Callable[[random.Random], bytes]

_BODIES = (
    "Said.",
    "---",
    "<!-- event: x -->",
    "a\n\n---\n\nb",
    "```\nopen",
    "日本",
    "\\---",
    "x" * 300,
)
_OLD_BODIES = ("Said.", "Else.", "a\n\n---\n\nb", "```\ncode\n```", "---\n\n## Heading")
_TEXTS = ("One", "Two", "it's", "no", "'", "日本")
_LISTS = ("a", "b", "c", "d")


class Kind(NamedTuple):
    """A kind of file: how one is made at random, and how two merge."""

    name: str
    make: Make
    merge: Merge


def make_thread(dice: random.Random) -> bytes:
    newline = dice.choice(("\n", "\n", "\n", "\r\n"))
    blocks = list(islice(_blocks(dice, newline), dice.randrange(7)))
    return newline.encode().join(blocks)


def _blocks(dice: random.Random, newline: str) -> Iterator[bytes]:
    """Of few ids and few bodies, so that clones hold the same event, or another with its id."""
    while True:
        if dice.random() < 0.7:
            yield block(dice.choice(_BODIES), dice.randrange(9), newline=newline)
        else:
            data = older(dice.choice(_OLD_BODIES), end=dice.choice(("\n---\n", "", "\n")))
            yield data.replace(b"T16:", b"T1%d:" % dice.randrange(5, 9)).replace(
                b"\n", newline.encode()
            )


def make_item(dice: random.Random) -> bytes:
    at = f"2026-06-0{dice.randrange(1, 4)}T00:00:00Z"
    fields: dict[str, FieldValue] = {
        "title": dice.choice(_TEXTS),
        "state": dice.choice(("planning", "ready", "closed")),
        "created_at": "2026-06-01T00:00:00Z",
        "updated_at": at,
    }
    if dice.random() < 0.6:
        fields["tags"] = tuple(dice.sample(_LISTS, dice.randrange(4)))
    if dice.random() < 0.5:
        fields["assignee"] = dice.choice((None, *_TEXTS))
    if dice.random() < 0.5:
        fields["queued_by"] = dice.choice("ab")
        fields["queued_at"] = f"2026-06-0{dice.randrange(1, 3)}T00:00:00Z"
    return render_item(fields, dice.choice(("", "Text.", "More text.\n\n---\n")))


def make_relations(dice: random.Random) -> bytes:
    keys = {
        (dice.choice(("depends_on", "blocks", "related")), f"00000000000A{dice.randrange(1, 4)}")
        for _ in range(dice.randrange(5))
    }
    return render_relations(
        Relation("00000000000A0", kind, target, dice.choice("ab"), dice.choice("12"), None)
        for kind, target in sorted(keys)
    )


def make_plan(dice: random.Random) -> bytes:
    records = [
        PlanRecord(
            f"orch-plan-2026060{day}-000000-1",
            "00000000000A0",
            dice.choice(("after", "before")),
            "ada",
            f"2026-06-0{day}T00:00:00Z",
            "00000000000A1",
        )
        for day in sorted(dice.sample(range(1, 6), dice.randrange(4)))
    ]
    return b"".join(map(render_record, records))


def join_threads(ours: bytes, theirs: bytes) -> bytes:
    return merge_threads(ours, theirs, path="thread.md").data


def join_items(ours: bytes, theirs: bytes) -> bytes:
    return merge_items(None, ours, theirs, path="item.md").data


def join_relations(ours: bytes, theirs: bytes) -> bytes:
    return merge_relations_files(None, ours, theirs, path="relations.json")


def join_plans(ours: bytes, theirs: bytes) -> bytes:
    return merge_plan_files(ours, theirs, path="orchestration-plan.jsonl").data


def append_missing(ours: bytes, theirs: bytes) -> bytes:
    """The control: what git's `union` would do at its best."""
    known = {event.identity for event in parse_thread(ours).thread.events}
    parsed = parse_thread(theirs)
    missing = [
        theirs[start:end].rstrip() + b"\n"
        for event, (start, end) in zip(parsed.thread.events, parsed.spans, strict=True)
        if event.identity not in known
    ]
    return b"\n".join([ours, *missing]) if ours else b"\n".join(missing)


KINDS = (
    Kind("thread", make_thread, join_threads),
    Kind("item", make_item, join_items),
    Kind("relations", make_relations, join_relations),
    Kind("plan", make_plan, join_plans),
)
CONTROL = (Kind("thread", make_thread, append_missing),)


class Tally(NamedTuple):
    """What became of some triples; those with a thread that no merge can make are refused."""

    merged: int
    refused: int
    violations: tuple[str, ...]


def check_triples(seeds: range, kinds: tuple[Kind, ...] = KINDS) -> Tally:
    """Merge the triple of every seed in every order."""
    merged = refused = 0
    violations: list[str] = []
    for seed in seeds:
        for kind in kinds:
            dice = random.Random(f"{kind.name}-{seed}")
            triple = kind.make(dice), kind.make(dice), kind.make(dice)
            try:
                found = broken_laws(kind.merge, *triple)
            except StoreInvalidError:
                refused += 1
                continue
            merged += 1
            violations.extend(f"{kind.name}, triple {seed}: not {law}" for law in found)
        if len(violations) >= ENOUGH:
            break
    return Tally(merged, refused, tuple(violations))


def broken_laws(merge: Merge, a: bytes, b: bytes, c: bytes) -> Iterator[str]:
    """The laws that three files break."""
    both = merge(a, b)
    if merge(b, a) != both:
        yield "commutative"
    if merge(both, c) != merge(a, merge(b, c)):
        yield "associative"
    if merge(both, both) != both or merge(both, a) != both:
        yield "idempotent"


def run(settings: Settings) -> Outcome:
    total = settings.size(settings.runs, full=100_000, short=600)
    first = settings.seed * total
    step = max(1, total // (settings.jobs * 8))
    parts = [
        range(start, min(start + step, first + total))
        for start in range(first, first + total, step)
    ]
    with ProcessPoolExecutor(settings.jobs) as pool:
        tallies = list(pool.map(check_triples, parts))
    control = check_triples(range(200), CONTROL).violations
    return Outcome(
        {
            "triples": total,
            "merged": sum(tally.merged for tally in tallies),
            "refused": sum(tally.refused for tally in tallies),
        },
        tuple(text for tally in tallies for text in tally.violations)[:ENOUGH],
        f"appending breaks {len(control)} of 200" if control else None,
    )
