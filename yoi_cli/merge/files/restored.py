"""A thread's events put back as git's history has them, by their ids (docs/doctor.md)."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.merge.files.fused_events import known_blocks
from yoi_cli.merge.files.originals import cut_thread, places_in
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.formats.thread import BYTE_ORDER_MARK, parse_thread

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

_ID = re.compile(rb" id: ([0-7][0-9A-HJKMNP-TV-Z]{25}) -->")


class RestoredThread(NamedTuple):
    """A thread with its events as they were written; `restored` are the ids of those that were
    otherwise, not to be read, or not there (for older events, their header lines)."""

    data: bytes
    restored: tuple[str, ...] = ()


def restored_thread(
    data: bytes, versions: Iterable[bytes], lost: Collection[str] = ()
) -> RestoredThread:
    """`data` with each event as the first sound of `versions` (oldest first) has it.

    An event that cannot be read, by what is left of its header, and those of `lost`, which stand
    nowhere, come back at the places that their ids give them. Text and torn stretches that history
    does not explain stay where they are. A thread of which every event is as it was comes back byte
    for byte; one that an editor saved as UTF-16 is UTF-8 again.
    """
    recoded = _recoded(data)
    found = _Restoring(data if recoded is None else recoded, known_blocks(versions)).run(lost)
    if recoded is None:
        return found
    return RestoredThread(found.data, tuple(e.identity for e in cut_thread(found.data).entries))


def _recoded(data: bytes) -> bytes | None:
    """A thread in UTF-16 as UTF-8, or None where it is none, or holds no event even so."""
    if b"\0" not in data[:4]:
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        with suppress(UnicodeError):
            text = data.decode(encoding).removeprefix("\ufeff").encode()
            if parse_thread(text).thread.events:
                return text
    return None


class _Restoring:
    def __init__(self, data: bytes, known: Mapping[bytes, list[bytes]]) -> None:
        self._data = data
        self._known = known
        self._by_id: dict[bytes, bytes] = {}
        for header, blocks in known.items():  # the oldest first
            if (found := _ID.search(header)) and blocks:
                self._by_id.setdefault(found.group(1), blocks[0])
        self._is_crlf = parse_thread(data).newline == "\r\n"
        self._restored: dict[str, None] = {}

    def run(self, lost: Collection[str]) -> RestoredThread:
        text = self._data
        while parse_thread(text).newline == "\r\n":
            text = text.replace(b"\r\n", b"\n")
        whole = {entry.identity.encode() for entry in cut_thread(text).entries}
        pieces: list[tuple[bytes, bytes]] = []
        absent: dict[bytes, None] = {}
        was_restored = False
        for name, piece in places_in(text):
            if name is not None:
                block = self._as_written(piece)
                was_restored = block != piece
                pieces.append((name.encode(), block))
                continue
            ids = [one for one in dict.fromkeys(_ID.findall(piece)) if one in self._by_id]
            missing = [one for one in ids if one not in whole]
            absent.update(dict.fromkeys(missing))
            if not missing and not was_restored:
                pieces.append((b"", piece))
        absent.update(dict.fromkeys(name.encode() for name in lost))
        for one in sorted(absent.keys() - whole):
            if one in self._by_id:
                pieces.insert(_place_of(one, pieces), (one, self._put_back(one)))
        if not self._restored:
            return RestoredThread(self._data)
        mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else b""
        joined = mark + b"\n".join(piece.rstrip(b"\r\n") + b"\n" for _, piece in pieces)
        if self._is_crlf:
            joined = joined.replace(b"\n", b"\r\n")
        return RestoredThread(joined, tuple(self._restored))

    def _as_written(self, block: bytes) -> bytes:
        """The event `block` as history has it, or as it is."""
        header = block.partition(b"\n")[0].rstrip()
        named = _ID.search(header)
        original = self._by_id.get(named.group(1)) if named else None
        if named is None and header in self._known and block not in self._known[header]:
            earlier = self._known[header]
            original = earlier[0] if len(earlier) == 1 else None
        if original is None or original == block:
            return block
        about = named.group(1) if named else header
        self._restored[about.decode("utf-8", "replace")] = None
        return original

    def _put_back(self, event_id: bytes) -> bytes:
        self._restored[event_id.decode()] = None
        return self._by_id[event_id]


def _place_of(event_id: bytes, pieces: Sequence[tuple[bytes, bytes]]) -> int:
    """Where an event goes: before the first that is later, else behind the last."""
    later = (n for n, (name, _) in enumerate(pieces) if _is_id(name) and name > event_id)
    events = (n + 1 for n, (name, _) in enumerate(pieces) if name)
    return next(later, max(events, default=0))


def _is_id(name: bytes) -> bool:
    return _ID.fullmatch(b" id: " + name + b" -->") is not None
