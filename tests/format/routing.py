"""A second opinion on what may start, from docs/routing.md and docs/format.md alone."""

from __future__ import annotations

import os
import re
import stat
from functools import cached_property
from pathlib import Path

from format import records
from format.items import Item, read_item
from format.records import RESOLVED, Log

_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{13}")
_HOLDING = {"before", "after", "blocked_by", "blocks", "conflicts_with", "do_not_parallelize"}
_PLAIN = {"waiting_capacity_note", "accepted_plan"}
_KINDS = {"depends_on", "blocks", "related", "supersedes", "duplicate_of", "parent"}
#: What cannot be read, and what is not there.
BROKEN, ABSENT = "broken", "absent"


def _has_acceptance(description: bytes) -> bool:
    """Whether anything stands below a heading of acceptance criteria but what holds a place."""
    is_below = False
    for line in description.decode().splitlines():
        heading = re.match(r" {0,3}#{1,6}[ \t]+(.*)", line)
        if heading is not None:
            is_below = heading[1].lower().startswith(("acceptance", "done when", "受け入れ条件"))
        elif is_below and line.strip(" \t\r-*") not in ("", "TBD", "未定"):
            return True
    return False


class Ticket:
    """The files of one ticket, as far as they can be read."""

    def __init__(self, folder: Path) -> None:
        self.id = folder.name
        self._folder = folder
        self.is_folder = stat.S_ISDIR(folder.lstat().st_mode)

    def _read(self, *path: str) -> bytes | str:
        """A file's bytes; `BROKEN` where it, or a folder above, is no such thing."""
        here = self._folder
        if not self.is_folder:
            return BROKEN
        for place, name in enumerate(path, start=1):
            here /= name
            try:
                mode = here.lstat().st_mode
            except FileNotFoundError:
                return ABSENT
            if not (stat.S_ISREG(mode) if place == len(path) else stat.S_ISDIR(mode)):
                return BROKEN
        return here.read_bytes()

    @cached_property
    def log(self) -> Log | None:
        data = self._read("thread.md")
        return records.read_log(data) if isinstance(data, bytes) else None

    @cached_property
    def item(self) -> Item | None:
        data = self._read("item.md")
        return read_item(data) if isinstance(data, bytes) else None

    @cached_property
    def relations(self) -> list[dict[str, str]] | None:
        data = self._read("artifacts", "relations.json")
        return (
            []
            if data == ABSENT
            else records.read_relations(data)
            if isinstance(data, bytes)
            else None
        )

    @cached_property
    def plan(self) -> list[dict[str, str]] | None:
        data = self._read("artifacts", "orchestration-plan.jsonl")
        return (
            [] if data == ABSENT else records.read_plan(data) if isinstance(data, bytes) else None
        )

    @property
    def is_known(self) -> bool:
        """Whether its state may be believed."""
        return self.log is not None and self.log.is_whole and not self.log.is_diverged

    @property
    def seems_resolved(self) -> bool:
        return self.log is not None and self.log.state in RESOLVED

    @property
    def is_resolved(self) -> bool:
        return self.is_known and self.seems_resolved and self.item is not None

    @property
    def may_be_in_progress(self) -> bool:
        if self.log is None:
            return True
        return not self.seems_resolved if not self.log.is_whole else self.log.state == "inprogress"


class Model:
    """What may start in the store at `folder`, with at most `limit` tickets in progress."""

    def __init__(self, folder: Path, limit: int | None = None) -> None:
        names = sorted(os.listdir(folder))
        self.tickets = {name: Ticket(folder / name) for name in names if _ID.fullmatch(name)}
        self._limit = limit

    def classes(self) -> dict[str, str]:
        """The class of every ticket whose item and log can be read."""
        return {
            name: self._class(one)
            for name, one in self.tickets.items()
            if one.log is not None and one.item is not None
        }

    def ready(self) -> set[str]:
        return {name for name, found in self.classes().items() if found == "implementation_ready"}

    def under_way(self) -> set[str]:
        """The tickets that the gate lets pass though they do not wait to be started: in progress
        and not blocked, or finished, and known to be."""
        found = set()
        for name, one in self.tickets.items():
            if one.is_known and one.item is not None and one.log is not None:
                is_going = one.log.state == "inprogress" and not self._is_blocked(one, _HOLDING)
                if is_going or one.seems_resolved or self._is_duplicate(one):
                    found.add(name)
        return found

    def free_to_move(self) -> set[str]:
        """The tickets that `yoi ticket state` may move on: plan records are not asked."""
        return {
            name
            for name, one in self.tickets.items()
            if one.log is not None
            and one.log.state == "queued"
            and not self._is_blocked(one, set())
        }

    def _class(self, one: Ticket) -> str:
        log = one.log
        assert log is not None
        if log.state == "closed" or self._is_duplicate(one):
            return "closed_or_noop"
        if log.state == "done":
            return "close_ready"
        if log.state == "inprogress":
            asks = log.verdict == "request_changes" and log.review > log.work
            return "review_needed" if log.work > log.review or asks else "in_progress"
        if log.state == "planning":
            return "requirements_sync_needed"
        blocked = "blocked_by_dependency_or_missing_authority"
        if log.state == "ready" or self._is_blocked(one, _HOLDING):
            return blocked
        if one.item is None or not _has_acceptance(one.item.description):
            return "requirements_sync_needed"
        return "waiting" if self._is_held(one) else "implementation_ready"

    def _is_duplicate(self, one: Ticket) -> bool:
        for relation in one.relations or ():
            if relation["kind"] == "duplicate_of":
                other = self.tickets.get(relation["target"])
                if other is not None and other.is_known and not other.seems_resolved:
                    return True
                if (
                    other is not None
                    and other.log is not None
                    and other.log.is_diverged
                    and other.log.is_whole
                ):
                    return True
        return False

    def _is_blocked(self, one: Ticket, plans: set[str]) -> bool:
        """Whether anything blocks, or may: what cannot be read may say so."""
        if not one.is_known or one.item is None or self._may_be_named(one.id, plans):
            return True
        if _waits_for_a_name(one.item):
            return True
        for other in self._blockers(one.id):
            found = self.tickets.get(other)
            if found is None or not found.is_resolved:
                return True
        for relation in one.relations or ():
            twin = self.tickets.get(relation["target"])
            if (
                relation["kind"] == "duplicate_of"
                and twin is not None
                and (twin.log is None or not twin.log.is_whole)
            ):
                return True
        return False

    def _blockers(self, name: str) -> set[str]:
        found: set[str] = set()
        for one in self.tickets.values():
            for relation in one.relations or ():
                if relation["kind"] == "depends_on" and relation["ticket_id"] == name:
                    found.add(relation["target"])
                if relation["kind"] == "blocks" and relation["target"] == name:
                    found.add(relation["ticket_id"])
        return found

    def _may_be_named(self, name: str, plans: set[str]) -> bool:
        """Whether relations, or plan records, of a ticket that may be unresolved may hold `name`,
        and do not say so in a way that anybody could read."""
        for one in self.tickets.values():
            if one.is_known and one.seems_resolved and one.id != name:
                continue
            if one.relations is None or (plans and one.plan is None):
                return True
            for relation in one.relations:
                is_plain = relation["kind"] in _KINDS and relation["ticket_id"] == one.id
                is_plain = is_plain and (
                    relation["kind"] != "blocks" or bool(_ID.fullmatch(relation["target"]))
                )
                ends = {one.id, relation["ticket_id"], relation["target"]}
                if not is_plain and (name in ends or not all(map(_ID.fullmatch, ends))):
                    return True
            for record in (one.plan or ()) if plans else ():
                related = record.get("related_ticket", "")
                is_plain = record["kind"] in _HOLDING | _PLAIN and record["ticket_id"] == one.id
                is_plain = is_plain and (record["kind"] in _PLAIN or bool(_ID.fullmatch(related)))
                if not is_plain and (
                    name in (one.id, record["ticket_id"], related) or not _ID.fullmatch(related)
                ):
                    return True
        return False

    def _is_held(self, one: Ticket) -> bool:
        in_progress = {t.id for t in self.tickets.values() if t.may_be_in_progress}
        if self._limit is not None and len(in_progress) >= self._limit:
            return True
        mine = _touches(one.item)
        for other in in_progress - {one.id}:
            item = self.tickets[other].item
            theirs = [""] if item is None else _touches(item)
            if any(_overlap(a, b) for a in mine for b in theirs):
                return True
        for owner in self.tickets.values():
            for record in owner.plan or ():
                pair = (record["ticket_id"], record.get("related_ticket", ""))
                if one.id not in pair or pair[0] == pair[1] or record["kind"] not in _HOLDING:
                    continue
                is_owner = pair[0] == one.id
                second = self.tickets.get(pair[1] if is_owner else pair[0])
                if record["kind"] in ("conflicts_with", "do_not_parallelize"):
                    if second is not None and (
                        second.may_be_in_progress or not (second.log and second.log.is_whole)
                    ):
                        return True
                elif (record["kind"] in ("after", "blocked_by")) == is_owner:
                    known = second is not None and second.is_known and second.seems_resolved
                    if not known:
                        return True
        return False


def _touches(item: Item | None) -> tuple[str, ...]:
    found = item.fields.get("touches") if item else None
    return found if isinstance(found, tuple) else ()


def _waits_for_a_name(item: Item) -> bool:
    """Whether it depends on what no import has brought."""
    found = item.fields.get("missing_links")
    entries = found if isinstance(found, tuple) else (found or "",)
    return any(re.fullmatch(r"depends_on .+", entry) for entry in entries)


def _overlap(one: str, other: str) -> bool:
    a, b = (path.split("*")[0].rstrip("/") for path in (one, other))
    return not (a and b) or f"{a}/".startswith(f"{b}/") or f"{b}/".startswith(f"{a}/")
