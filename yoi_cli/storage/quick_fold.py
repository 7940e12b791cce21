"""The fold of a thread without reading its bodies, where the thread is as `yoi` writes it.

Routing a store folds thousands of threads, of which only the headers of moves matter. Any
doubt (an event without an id, a torn stretch, a repeated id) sends the thread the whole way.
"""

from __future__ import annotations

import re

from yoi_cli.domain.events import CLOSE, STATE_CHANGED, Event
from yoi_cli.domain.fold import Folded, fold
from yoi_cli.storage.codec import parse_header_pairs, parse_thread

_HEADER = re.compile(rb"\n(<!-- event: (\w+) [^\n]* id: ([0-7][0-9A-HJKMNP-TV-Z]{25}) -->)(?=\n)")
_MOVING = frozenset({STATE_CHANGED.encode(), CLOSE.encode()})


def fold_thread(data: bytes) -> Folded:
    """The fold of a thread's bytes; the same as that of all its events, but for line numbers."""
    headers = _plain_headers(data)
    if headers is None:
        return fold(parse_thread(data).thread.events)
    return fold(_as_event(header) for header, kind in headers if kind in _MOVING)


def _plain_headers(data: bytes) -> list[tuple[bytes, bytes]] | None:
    """The (header, kind) pairs of a thread that holds whole events with ids and nothing else."""
    if not data.endswith(b"\n---\n") or b"\0" in data or b"\r" in data:
        return None
    count = data.count(b"\n<!-- event:") + 1
    if not data.startswith(b"<!-- event: ") or data.count(b"\n---\n\n<!-- event: ") != count - 1:
        return None
    found = _HEADER.findall(b"\n" + data)
    if len(found) != count or len({event_id for _, _, event_id in found}) != count:
        return None
    return [(header, kind) for header, kind, _ in found]


def _as_event(header: bytes) -> Event:
    pairs = parse_header_pairs(header.decode("utf-8", "surrogateescape"))
    kind, author, at, id_ = (pairs.get(key, "") for key in ("event", "author", "at", "id"))
    return Event(kind, author, at, None, "", pairs, id_, id_, 0)
