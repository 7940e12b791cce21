"""Which threads are written to (docs/format.md, "Torn appends").

An append that was cut short is set aside, and the thread goes on. A thread of which another
program took events away is left alone: what comes behind would stand on a log that nobody can
read, and what is torn there was recorded once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.events import CREATE
from yoi_cli.model.ids import is_event_id
from yoi_cli.store.formats.thread import BYTE_ORDER_MARK, parse_header_pairs, parse_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yoi_cli.store.files.append import Tail
    from yoi_cli.store.files.directory import Directory

_OPENING = b"<!-- event:"
_CONFLICT = rb"(?m)^<{7} "


def require_readable(
    directory: Directory,
    name: str,
    tail: Tail,
    committed: Callable[[], bytes | None],
    *,
    is_strict: bool = True,
) -> None:
    """Refuse the thread `name` of `directory` unless what is torn in `tail` is one cut append.

    `committed` gives the thread as git's HEAD has it; it is asked only where the end is torn,
    for an event that was committed was no torn append. One that is not `is_strict` lets a thread
    be that is in git's conflict, whose events `yoi resolve` has from the index. Raises
    `StoreInvalidError` (`thread_unreadable`).
    """
    if not tail.parsed.thread.faults or (not is_strict and _is_in_conflict(directory, name, tail)):
        return
    line = _unreadable_line(directory.read(name), tail)
    if line is None and tail.sound_size < tail.size:
        line = _committed_line(directory.read(name), tail, committed)
    if line is None:
        return
    shown = directory.shown(name)
    raise StoreInvalidError(
        "thread_unreadable",
        f"{shown}, line {line}: an event that was recorded cannot be read, so nothing is "
        "written to this thread.",
        hint="`yoi ticket doctor` says what is wrong, and `yoi ticket doctor --fix` puts back "
        "what git's history has. Was it a formatter? `yoi doctor` says how to keep it away.",
        details={"path": shown, "line": line},
    )


def _is_in_conflict(directory: Directory, name: str, tail: Tail) -> bool:
    data = directory.read(name)
    spans = [(tail.offset + start, tail.offset + end) for start, end in tail.parsed.spans]
    begins = (
        match.start()
        for match in re.finditer(_CONFLICT, data)
        if not any(start <= match.start() < end for start, end in spans)
    )
    return b"\n>>>>>>> " in data and next(begins, None) is not None


def _unreadable_line(data: bytes, tail: Tail) -> int | None:
    """The line of the first event that is not read and is no cut append; None without any."""
    found = [*_torn_events(data, tail), *_disfigured(data, tail)]
    return min(found, default=None)


def _torn_events(data: bytes, tail: Tail) -> list[int]:
    """What is torn in the middle, and what at the end no single append can have left."""
    stretches = [(tail.offset + start, tail.offset + end) for start, end in tail.parsed.torn]
    inside = [start for start, _ in stretches if start < tail.sound_size]
    if not tail.parsed.thread.events and not _is_cut_append(data):
        inside.append(0)
    # A header that was cut has no end; one that has, and is none, was changed.
    inside += [start for start, end in stretches if _is_changed_header(data[start:end])]
    heads = [start for start, _ in stretches if _pairs_at(data, start)]
    # Of one append's events only the last can be cut, and the first of a ticket is no append.
    is_append = len(heads) < 2 and all(_pairs_at(data, at).get("event") != CREATE for at in heads)
    return [_line(data, start) for start in (*inside, *(() if is_append else heads))]


def _is_changed_header(torn: bytes) -> bool:
    line = torn.partition(b"\n")[0]
    return line.startswith(_OPENING) and b"-->" in line and not line.rstrip().endswith(b"-->")


def _is_cut_append(data: bytes) -> bool:
    """Whether a thread without an event may be the first append to an empty one, cut short."""
    text = data.removeprefix(BYTE_ORDER_MARK).strip(b"\0")
    return _OPENING.startswith(text[: len(_OPENING)])


def _disfigured(data: bytes, tail: Tail) -> list[int]:
    """Headers that stand where none is read, or give no event its id any more.

    An event that stands there again, byte for byte, is not lost: the guard against git writes one
    anew whose file a checkout took away, and git may put the first one back.
    """
    before = _line(data, tail.offset) - 1
    thread = tail.parsed.thread
    again = {fault.line + before for fault in thread.faults if fault.code == "event_repeated"}
    found = [
        event.line + before
        for event in tail.parsed.thread.events
        if event.id is None and is_event_id(event.attributes.get("id", ""))
    ]
    position = tail.offset
    spans = ((tail.offset + start, tail.offset + end) for start, end in _covered(tail))
    for start, end in (*spans, (len(data), len(data))):
        at = data.find(_OPENING, position, start)
        while at >= 0 and _line(data, at) in again:
            at = data.find(_OPENING, at + 1, start)
        if at >= 0:
            found.append(_line(data, at))
        position = max(position, end)
    return found


def _covered(tail: Tail) -> list[tuple[int, int]]:
    """Events and torn stretches by where they stand, less what follows an event's end."""
    return sorted((*tail.parsed.spans, *tail.parsed.torn))


def _committed_line(data: bytes, tail: Tail, committed: Callable[[], bytes | None]) -> int | None:
    ids = {
        _pairs_at(data, tail.offset + start).get("id", ""): tail.offset + start
        for start, _ in tail.parsed.torn
    }
    earlier = committed() if any(map(is_event_id, ids)) else None
    if earlier is None:
        return None
    known = {event.id for event in parse_thread(earlier).thread.events}
    return next((_line(data, start) for name, start in ids.items() if name in known), None)


def _pairs_at(data: bytes, start: int) -> Mapping[str, str]:
    line = data[start : data.find(b"\n", start) + 1 or len(data)].strip()
    return parse_header_pairs(line.decode("utf-8", "surrogateescape"))


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1
