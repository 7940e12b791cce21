"""Two tickets that were made with one id: one of them is given a new one (docs/merging.md).

Everything here is pure, over the bytes of files. How it is used:

    made_twice(ours_thread, theirs_thread)        two tickets, or one on both sides?
    which = renumbered_side(ours_thread, theirs_thread)         "ours" or "theirs"
    new = free_id_after(old, taken)               taken: the ids of both sides and of the store
    files = RenumberedFiles(side, old, new, root) that side, a `TreeFiles`, as if its ticket
                                                  had been made as `new`; merge with it as ever

The ancestor has no ticket `old`, or the two were one. So whatever a whole side says of `old`
speaks of that side's own ticket, and a whole side can be renamed without a guess. Where only
single files are at hand there are `renumbered_ticket`, `renamed_relations`, `renamed_plan`
and `renamed_objective`. All of them give the same outcome in every clone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.merge.files.texts import thread_identities
from yoi_cli.model.events import COMMENT, NewEvent, heading_for
from yoi_cli.model.ids import decode, event_id_ms, next_event_id, next_ticket_id
from yoi_cli.model.time import stamp
from yoi_cli.store.files import layout
from yoi_cli.store.formats.item import parse_item
from yoi_cli.store.formats.item_writing import edit_item
from yoi_cli.store.formats.plan import parse_each, torn_tail
from yoi_cli.store.formats.relations import parse_relations, render_relations
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.formats.thread_writing import encode_event

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from yoi_cli.merge.ports import Renumbering
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.relations import Relation
    from yoi_cli.model.trees import FileKind, TreeFiles

OURS = "ours"
THEIRS = "theirs"

#: Who the event of a renumbering is by: the same in every clone, whoever merges there.
AUTHOR = "yoi"


def made_twice(ours: bytes, theirs: bytes) -> bool:
    """Whether two threads are those of two tickets: they have no event in common.

    A thread without any event tells nothing, and counts as the same ticket.
    """
    left, right = thread_identities(ours), thread_identities(theirs)
    return bool(left and right) and left.isdisjoint(right)


def renumbered_side(ours: bytes, theirs: bytes) -> str:
    """Which of two tickets' threads gives way: the one that was begun later.

    By time and identity of the first event, so that every clone chooses the same one,
    whoever merges whom.
    """
    return OURS if _beginning(ours) > _beginning(theirs) else THEIRS


def _beginning(thread: bytes) -> tuple[str, str, bytes]:
    events = parse_thread(thread).thread.events
    first = events[0] if events else None
    return ("", "", thread) if first is None else (first.at, first.identity, thread)


def free_id_after(old: str, taken: Collection[str]) -> TicketId:
    """The first id after `old`, upward, that is not among `taken`."""
    return next_ticket_id(decode(old) + 1, taken)


def renumbered_ticket(files: Mapping[str, bytes], change: Renumbering) -> dict[str, bytes]:
    """The files of a ticket, by their path in its folder, under its new id.

    Relations and plan records name the new id, and a comment at the end of the thread says
    what the id was: by `yoi`, at the time of the event before it, with an id that follows
    from what was there. Renumbering the same thread twice anywhere gives the same bytes.
    Raises `StoreInvalidError` for files that cannot be read.
    """
    renamed = dict(files)
    if layout.THREAD in files:
        renamed[layout.THREAD] = with_note(files[layout.THREAD], change)
    for part, rename in (
        (layout.RELATIONS_PATH, renamed_relations),
        (layout.PLAN_PATH, renamed_plan),
    ):
        if part in files:
            renamed[part] = rename(files[part], change, path=part)
    return renamed


def with_note(thread: bytes, change: Renumbering) -> bytes:
    """A thread with the comment at its end that says what the ticket's id was."""
    from hashlib import sha256

    parsed = parse_thread(thread)
    greatest = parsed.thread.greatest_id
    last_at = parsed.thread.last_at
    seed = f"{change.old} {change.new} {greatest}".encode() + thread
    entropy = int.from_bytes(sha256(seed).digest()[:10], "big")
    begun = event_id_ms(greatest) if greatest else decode(change.old)
    event = NewEvent(
        COMMENT,
        AUTHOR,
        heading_for(COMMENT),
        f"This ticket was made as {change.old}, as another ticket was on another branch. "
        f"It is {change.new} now. Relations and plan records that came with it were renamed; "
        "texts that name the old id were not.",
    )
    at = last_at or stamp(decode(change.old))
    block = encode_event(
        event,
        at=at,
        event_id=next_event_id(begun, entropy, greatest),
        newline=parsed.newline,
    )
    gap = parsed.newline.encode()
    return thread.rstrip() + gap * 2 + block if thread.strip() else block


def renamed_relations(
    data: bytes,
    change: Renumbering,
    *,
    path: str,
    keep: Iterable[Relation] = (),
    also: Iterable[Relation] = (),
) -> bytes:
    """A relations file that names the new id where it named the old.

    The relations in `keep` stay: those that the other side has too, and so speak of the
    other side's ticket. Those in `also` are added where nothing else tells them. A file that
    does not change keeps its bytes.
    """
    kept = frozenset(keep)
    relations = parse_relations(data, path=path)
    renamed = [one if one in kept else renamed_relation(one, change) for one in relations]
    known = {(one.ticket_id, one.key) for one in renamed}
    renamed += [one for one in also if (one.ticket_id, one.key) not in known]
    return data if tuple(renamed) == relations else render_relations(renamed)


def renamed_relation(relation: Relation, change: Renumbering) -> Relation:
    """A relation that names the new id where it named the old."""
    ticket_id, target = (
        change.new if name == change.old else name for name in (relation.ticket_id, relation.target)
    )
    return relation._replace(ticket_id=ticket_id, target=target)


def renamed_plan(
    data: bytes, change: Renumbering, *, path: str, keep: Collection[bytes] = ()
) -> bytes:
    """A file of plan records that name the new id where they named the old.

    Lines in `keep` stay. Other lines, and unknown keys, keep their bytes.
    """
    lines: list[bytes] = []
    tail = torn_tail(data)
    for _, line, record in parse_each(data.removesuffix(tail), path=path):
        names = not isinstance(record, YoiError) and change.old in (
            record.ticket_id,
            record.related_ticket,
        )
        lines.append(_renamed_line(line, change) if names and line not in keep else line)
    return b"".join(line.rstrip(b"\r\n") + b"\n" for line in lines) + tail


def _renamed_line(line: bytes, change: Renumbering) -> bytes:
    entry: dict[str, object] = json.loads(line)
    for key in ("ticket_id", "related_ticket"):
        if entry.get(key) == change.old:
            entry[key] = change.new
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()


def renamed_objective(data: bytes, change: Renumbering, *, path: str) -> bytes:
    """An objective's item that links the new id where it linked the old."""
    links = parse_item(data, path=path).fields.get("linked_tickets")
    if not isinstance(links, tuple) or change.old not in links:
        return data
    renamed = tuple(change.new if name == change.old else name for name in links)
    return edit_item(data, {"linked_tickets": tuple(dict.fromkeys(renamed))}, path=path)


class RenumberedFiles:
    """One side of a merge as if its ticket `old` had been made as `new`; a `TreeFiles`.

    `root` is the store's folder. Files that name the old id read renamed, and have marks of
    their own, so that a merge takes them for changed. A file that cannot be read keeps its
    bytes: reading it tells.
    """

    def __init__(self, side: TreeFiles, change: Renumbering, root: str) -> None:
        self._side = side
        self._change = change
        self._old = f"{root}/{change.old}"
        self._new = f"{root}/{change.new}"
        self._renamed: dict[str, bytes] = {}
        self.kinds: Mapping[str, FileKind] = {
            self._moved(path): kind for path, kind in side.kinds.items()
        }
        self._find()

    def mark(self, path: str) -> str | None:
        if path not in self.kinds:
            return None
        mark = self._side.mark(self._origin(path))
        is_changed = path in self._touched or self._is_in(path, self._new)
        return f"{mark} {self._change.new}" if is_changed and mark is not None else mark

    def read(self, path: str) -> bytes:
        known = self._renamed.get(path)
        return self._side.read(self._origin(path)) if known is None else known

    def _find(self) -> None:
        """Work out the files that read otherwise, and the folders that hold them."""
        inside: dict[str, bytes] = {}
        for path, kind in self.kinds.items():
            if kind != "file":
                continue
            if self._is_in(path, self._new):
                inside[path.removeprefix(f"{self._new}/")] = self.read(path)
            else:
                self._rename(path)
        try:
            renamed = renumbered_ticket(inside, self._change)
        except YoiError:
            renamed = inside
        self._renamed.update((f"{self._new}/{part}", data) for part, data in renamed.items())
        self._touched = set(self._renamed)
        for path in self._renamed:
            while path := path.rpartition("/")[0]:
                self._touched.add(path)

    def _rename(self, path: str) -> None:
        try:
            data = renamed_file(path, self._side.read(path), self._change)
        except (YoiError, KeyError):
            return
        if data is not None:
            self._renamed[path] = data

    def _moved(self, path: str) -> str:
        return self._new + path[len(self._old) :] if self._is_in(path, self._old) else path

    def _origin(self, path: str) -> str:
        return self._old + path[len(self._new) :] if self._is_in(path, self._new) else path

    @staticmethod
    def _is_in(path: str, folder: str) -> bool:
        return path == folder or path.startswith(f"{folder}/")


def renamed_file(path: str, data: bytes, change: Renumbering) -> bytes | None:
    """The file at `path` with the new id for the old, None where nothing in it is renamed.

    What a file is follows from its name. Raises `StoreInvalidError` where it cannot be read.
    """
    if change.old.encode() not in data:
        return None
    if path.endswith(f"/{layout.RELATIONS_PATH}"):
        renamed = renamed_relations(data, change, path=path)
    elif path.endswith(f"/{layout.PLAN_PATH}"):
        renamed = renamed_plan(data, change, path=path)
    elif path.startswith(f"{layout.OBJECTIVES_FOLDER}/") and path.endswith(f"/{layout.ITEM}"):
        renamed = renamed_objective(data, change, path=path)
    else:
        return None
    return None if renamed == data else renamed
