"""Events that `merge=union` fused, taken apart again.

The union of two appends keeps the lines that both have once. The closing `---` of the first
event is such a line, so that its header, and perhaps some of its text, come right before
the next event's header; where more lines are the same, text of both is in the second
event. Git's history has each event as it was written. Where it has not, the closing line is
put back and nothing else is moved.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.merge.files.line_merge import is_marker
from yoi_cli.merge.files.texts import has_stray_text, merge_threads
from yoi_cli.model.events import CREATE
from yoi_cli.model.ids import is_event_id
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.formats.thread import parse_header_pairs, parse_thread

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from yoi_cli.store.formats.thread import ParsedThread

_HEADER = re.compile(rb"^<!-- event:[^\n]*-->[ \t\r]*$", re.MULTILINE)
_EVENT = b"<!-- event: "
_BEGINNING = _EVENT + b"create "


class SeparatedThread(NamedTuple):
    """A thread whose events are apart again.

    `recovered` are the ids (or times) of events that history had whole, `closed` those that
    only got their closing line back. `loose` is how many lines belong to no event now.
    """

    data: bytes
    recovered: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    loose: int = 0


def is_fused(data: bytes) -> bool:
    """Whether an event with an id runs into the header of another, its closing line gone."""
    return bool(fused_lines(data))


def refuse_fused(*threads: bytes, path: str, known: bytes = b"") -> None:
    """Raise `StoreInvalidError` (`thread_fused`) where one of `threads` is: to a merge by
    events the first of two that were fused is no event, and would be left out.

    Not where the thread `known`, the ancestor, has both as they were written.
    """
    ids = {event.id for event in parse_thread(known).thread.events if event.id is not None}
    if any(_fuses_others(data, ids) for data in threads):
        raise StoreInvalidError(
            "thread_fused",
            f"{path} holds events that were fused, so it cannot be merged by events.",
            hint="Leave this merge, run `yoi resolve` on the branch that has them, then merge.",
            details={"path": path},
        )


def _fuses_others(data: bytes, ids: Collection[str]) -> bool:
    return any(
        _id_of(data[start:end]) not in ids or _id_of(data[end:]) not in ids
        for start, end in _fused(data, parse_thread(data))
    )


def fused_lines(data: bytes) -> tuple[int, ...]:
    """The 1-based lines of the events that run into others."""
    return tuple(data.count(b"\n", 0, start) + 1 for start, _ in _fused(data, parse_thread(data)))


def _fused(data: bytes, parsed: ParsedThread) -> Iterator[tuple[int, int]]:
    """The stretches of events whose closing line, and one of its blank ones, a merge took."""
    for start, end in parsed.torn:
        stretch = data[start:end]
        is_cut = b"\0" in stretch or stretch.replace(b"\r", b"").endswith(b"\n\n\n")
        if end < len(data) and not is_cut and _id_of(stretch):
            yield start, end


def _pairs(block: bytes) -> Mapping[str, str]:
    """What the header that `block` begins with says."""
    return parse_header_pairs(_header(block).decode("utf-8", "surrogateescape"))


def _id_of(block: bytes) -> str:
    found = _pairs(block).get("id", "")
    return found if is_event_id(found) else ""


def begins_twice(data: bytes) -> bool:
    """Whether a thread holds the beginnings of two tickets."""
    if data.count(_BEGINNING) < 2:
        return False
    parsed = parse_thread(data)
    begun = {event.id for event in parsed.thread.events if event.kind == CREATE and event.id}
    for start, end in _fused(data, parsed):
        pairs = _pairs(data[start:end])
        if pairs.get("event") == CREATE:
            begun.add(pairs["id"])
    return len(begun) > 1


def separate_events(data: bytes, versions: Iterable[bytes], *, path: str) -> SeparatedThread:
    """`data` with its events apart; `versions` are what the file was before, oldest first.

    Each header in `data` gives an event: as the first sound version had it, else
    as it is here, else with its closing line put back. Nothing is taken from history
    that has no header here. Raises the errors of `merge_threads`.
    """
    parsed = parse_thread(data)
    known = known_blocks(versions)
    here = _blocks(data, parsed)
    opened = {_header(data[start:end]): data[start:end] for start, end in _fused(data, parsed)}
    blocks: list[bytes] = []
    recovered: list[str] = []
    closed: list[str] = []
    for header in dict.fromkeys(match.group().rstrip() for match in _HEADER.finditer(data)):
        found = known.get(header)
        if found is not None:
            blocks += found
            if found != here.get(header):
                recovered.append(_named(header))
        elif header in here:
            blocks += here[header]
        elif header in opened:
            blocks.append(_closed(opened[header], parsed.newline))
            closed.append(_named(header))
    gap = parsed.newline.encode()
    joined = b"".join(gap * (n > 0) + block + gap for n, block in enumerate(blocks))
    merged = merge_threads(joined, b"", path=path).data
    return SeparatedThread(merged, tuple(recovered), tuple(closed), _loose_lines(data, merged))


def known_blocks(versions: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    """Blocks by header, from versions that are sound; of an event with an id the first.

    An event is never changed once it is written, so the oldest version is as it was meant.
    """
    known: dict[bytes, list[bytes]] = {}
    seen: set[bytes] = set()
    for version in versions:
        fresh = _fresh_blocks(version, seen)
        if fresh is not None:
            for header, blocks in _by_header(fresh).items():
                known.setdefault(header, blocks)
            continue
        parsed = parse_thread(version)
        if parsed.torn or has_stray_text(parsed):
            continue
        for header, found in _blocks(version, parsed).items():
            kept = known.setdefault(header, [])
            if not (kept and _id_of(header)):
                kept += [block for block in dict.fromkeys(found) if block not in kept]
    return known


def _fresh_blocks(version: bytes, seen: set[bytes]) -> list[bytes] | None:
    """The blocks of a version that are not `seen` yet, which they are then.

    None where the version is not all closed events with ids, which read the same alone as
    among others: a long history has each of them a thousand times, and they are read once.
    """
    if not version.endswith(b"\n---\n"):
        return None
    first, *others = version[:-1].split(b"\n\n" + _EVENT)
    blocks = dict.fromkeys((first, *(_EVENT + one for one in others)))
    fresh = [block for block in blocks if block not in seen]
    if not all(map(_is_closed_event, fresh)):
        return None
    seen.update(fresh)
    return fresh


def _is_closed_event(block: bytes) -> bool:
    parsed = parse_thread(block + b"\n")
    is_one = len(parsed.spans) == 1 and parsed.spans[0][0] == 0
    is_sound = block.endswith(b"\n---") and not (parsed.torn or has_stray_text(parsed))
    return is_one and is_sound and parsed.thread.events[0].id is not None


def _by_header(blocks: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for block in blocks:
        found.setdefault(_header(block), []).append(block)
    return found


def _blocks(data: bytes, parsed: ParsedThread) -> dict[bytes, list[bytes]]:
    return _by_header(data[start:end].rstrip() for start, end in parsed.spans)


def _header(block: bytes) -> bytes:
    return block.partition(b"\n")[0].rstrip()


def _named(header: bytes) -> str:
    return _id_of(header) or _pairs(header).get("at", "")


def _closed(block: bytes, newline: str) -> bytes:
    line_end = newline.encode()
    return block.rstrip() + line_end * 2 + b"---"


def _loose_lines(before: bytes, after: bytes) -> int:
    """How many lines that are not blank `before` has and `after` lacks."""
    kept = {line.strip() for line in after.split(b"\n")}
    lines = (line.strip() for line in before.split(b"\n"))
    return sum(bool(line) and line not in kept and not is_marker(line) for line in lines)
