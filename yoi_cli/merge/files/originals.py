"""Events as they were first written: what one side of a merge changed is taken back.

An event is never changed once it is written. Where one is other than the ancestor has it, a
formatter, a fixer of white space or a hand was at work, and the ancestor's counts
(docs/merging.md, "Events that were changed").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.merge.algebra import MergeEntry
from yoi_cli.model.ids import event_id_ms, is_event_id
from yoi_cli.model.time import seconds_of
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.formats.thread import BYTE_ORDER_MARK, parse_header_pairs, parse_thread

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence


class Stretch(NamedTuple):
    """Bytes of a thread that are no event: `about` is the id of the torn one, or the identity of
    the event that text stands behind; empty for none."""

    about: str
    data: bytes


class ThreadCut(NamedTuple):
    """A thread cut into its events, with LF line ends, and what is between them."""

    entries: tuple[MergeEntry, ...]
    is_crlf: bool
    torn: tuple[Stretch, ...]
    stray: tuple[Stretch, ...]


def cut_thread(data: bytes) -> ThreadCut:
    """Cut a thread's bytes; of the very same event that stands there twice one."""
    parsed = parse_thread(data)
    is_crlf = parsed.newline == "\r\n"
    while parsed.newline == "\r\n":  # some tools make them twice
        data = data.replace(b"\r\n", b"\n")
        parsed = parse_thread(data)
    entries: list[MergeEntry] = []
    for event, (start, end) in zip(parsed.thread.events, parsed.spans, strict=True):
        time = event_id_ms(event.id) if event.id is not None else _time_of(event.at)
        block = data[start:end].rstrip()
        entries.append(MergeEntry(time, event.id is not None, event.identity, block))
    named = zip((entry.identity for entry in entries), parsed.spans, strict=True)
    torn = tuple(Stretch(_torn_id(data[start:end]), data[start:end]) for start, end in parsed.torn)
    places = [(*span, name) for name, span in named] + [(*span, "") for span in parsed.torn]
    repeated = any(fault.code == "event_repeated" for fault in parsed.thread.faults)
    stray: list[Stretch] = []
    position, about = 0, ""
    for start, end, name in (*sorted(places), (len(data), len(data), "")):
        text = data[position:start].removeprefix(BYTE_ORDER_MARK if not position else b"")
        for entry in entries if repeated else ():
            text = text.replace(entry.block, b"")
        if text.strip():
            stray.append(Stretch(about, text))
        position, about = end, name
    return ThreadCut(tuple(dict.fromkeys(entries)), is_crlf, torn, tuple(stray))


def places_in(data: bytes) -> Iterator[tuple[str | None, bytes]]:
    """The pieces of a thread in their order: events with their identities, and with None what is
    torn or belongs to no event. What is blank is left out."""
    parsed = parse_thread(data)
    places: list[tuple[int, int, str | None]] = [(*span, None) for span in parsed.torn]
    for event, span in zip(parsed.thread.events, parsed.spans, strict=True):
        places.append((*span, event.identity))
    position = len(BYTE_ORDER_MARK) if data.startswith(BYTE_ORDER_MARK) else 0
    places.sort(key=lambda place: place[:2])
    for start, end, name in (*places, (len(data), len(data), None)):
        text = data[position:start]
        if text.strip():
            yield None, text.strip(b"\r\n")
        if start < end:
            yield name, data[start:end].rstrip() if name is not None else data[start:end]
        position = max(position, end)


def as_they_were(
    side: ThreadCut, ancestor: ThreadCut
) -> tuple[tuple[MergeEntry, ...], frozenset[str]]:
    """The events of `side`, and the identities of those that are the ancestor's again.

    An older event, whose identity goes with its bytes, is known by its header.
    """
    here, before = set(side.entries), set(ancestor.entries)
    originals = {entry.identity: entry for entry in ancestor.entries if entry.has_id}
    older: dict[bytes, list[MergeEntry]] = {}
    for entry in reversed(ancestor.entries):
        if not entry.has_id and entry not in here:
            older.setdefault(_header(entry), []).append(entry)
    found: list[MergeEntry] = []
    taken_back: set[str] = set()
    for entry in side.entries:
        original: MergeEntry | None = None
        if entry not in before:
            if entry.has_id:
                original = originals.get(entry.identity)
            elif older.get(_header(entry)):
                original = older[_header(entry)].pop()
        found.append(entry if original is None else original)
        if original is not None:
            taken_back |= {original.identity, entry.identity}
    return tuple(dict.fromkeys(found)), frozenset(taken_back)


def without_white_space_twins(
    logs: Sequence[Sequence[MergeEntry]],
) -> tuple[list[tuple[MergeEntry, ...]], frozenset[str]]:
    """`logs` with one of the events of one id that differ in white space alone, the greater.

    It is the one from which less was taken. The identities of those that had a twin, too.
    """
    greatest: dict[tuple[str, bytes], MergeEntry] = {}
    twins: set[str] = set()
    for entry in (entry for log in logs for entry in log if entry.has_id):
        key = (entry.identity, b" ".join(entry.block.split()))
        known = greatest.setdefault(key, entry)
        if known != entry:
            twins.add(entry.identity)
            greatest[key] = max(known, entry)
    if not twins:
        return [tuple(log) for log in logs], frozenset()

    def chosen(entry: MergeEntry) -> MergeEntry:
        return greatest.get((entry.identity, b" ".join(entry.block.split())), entry)

    return [tuple(dict.fromkeys(map(chosen, log))) for log in logs], frozenset(twins)


def originals_of_torn(
    sides: Iterable[ThreadCut], ancestor: ThreadCut, known: Collection[str]
) -> tuple[MergeEntry, ...]:
    """The ancestor's events that are torn on a side, and on neither whole (`known`)."""
    wanted = {one.about for side in sides for one in side.torn} - set(known)
    return tuple(entry for entry in ancestor.entries if entry.has_id and entry.identity in wanted)


def left_out(before: bytes, after: bytes) -> bytes:
    """What `before` has and `after` lacks: events by their bytes, torn stretches, other text.

    Empty where a thread only grew; line ends do not count.
    """
    if after.startswith(before.rstrip()):
        return b""
    old, new = cut_thread(before), cut_thread(after)
    there = set(new.entries)
    missing = [entry.block for entry in old.entries if entry not in there]
    kept = {one.data.strip() for one in (*new.torn, *new.stray)}
    rest = [one.data.strip() for one in (*old.torn, *old.stray)]
    missing += [text for text in rest if text not in kept and text.strip(b"\0")]
    return b"\n\n".join(missing) + b"\n" if missing else b""


def _torn_id(stretch: bytes) -> str:
    line = stretch.partition(b"\n")[0].rstrip()
    found = parse_header_pairs(line.decode("utf-8", "surrogateescape")).get("id", "")
    return found if is_event_id(found) else ""


def _header(entry: MergeEntry) -> bytes:
    return entry.block.partition(b"\n")[0].rstrip()


def _time_of(at: str) -> int:
    """The Unix milliseconds of a file's time; one that is none leaves its entry in place."""
    seconds = seconds_of(at)
    return 0 if seconds is None else seconds * 1000
