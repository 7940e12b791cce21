"""A file of another ticket that git took for this one's.

Where one side removed a ticket and made another that looks like it, git sees a rename
(`merge.renames`), and merges what the other side changed in the removed ticket into the new
one. No attribute keeps it from that; the files themselves tell whose they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.store.files import layout

if TYPE_CHECKING:
    from yoi_cli.merge.ports import Sides

_CREATED_AT = re.compile(rb"^created_at:[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)
_TICKET_FOLDER = re.compile(r"([^/]+)/artifacts/[^/]+$")


def home_and_stranger(path: str, sides: Sides) -> tuple[bytes, bytes] | None:
    """The file of the ticket that `path` is of, and that of another; None where both are its.

    Raises nothing: what cannot be read is no stranger.
    """
    ours, theirs = sides.ours, sides.theirs
    if ours is None or theirs is None or ours == theirs:
        return None
    is_ours_strange = _is_stranger(path, sides.base, ours, theirs)
    if is_ours_strange == _is_stranger(path, sides.base, theirs, ours):
        return None
    return (theirs, ours) if is_ours_strange else (ours, theirs)


def _is_stranger(path: str, base: bytes | None, one: bytes, other: bytes) -> bool:
    """Whether `one` continues an ancestor that `other` has nothing to do with."""
    name = path.rpartition("/")[2]
    if name in (layout.RELATIONS, layout.PLAN):
        folder = _TICKET_FOLDER.search(path)
        owners = _owners(one, is_lines=name == layout.PLAN)
        return folder is not None and bool(owners) and folder[1] not in owners
    if not base:
        return False
    if name == layout.ITEM:
        before, mine, others = (_created_at(data) for data in (base, one, other))
        return bool(mine and others) and before == mine != others
    return name == layout.THREAD and _continues(base, one, other)


def _created_at(item: bytes) -> bytes:
    found = _CREATED_AT.search(item)
    return found[1].strip(b"'\"") if found is not None else b""


def _continues(base: bytes, one: bytes, other: bytes) -> bool:
    if _first_line(one) == _first_line(other):  # the usual case, and cheap to see
        return False
    from yoi_cli.merge.files.texts import thread_identities

    before, mine, others = (thread_identities(data) for data in (base, one, other))
    is_apart = others.isdisjoint(mine) and others.isdisjoint(before)
    return bool(others) and is_apart and not before.isdisjoint(mine)


def _first_line(thread: bytes) -> bytes:
    return thread.lstrip().partition(b"\n")[0].rstrip()


def _owners(data: bytes, *, is_lines: bool) -> frozenset[str]:
    """The tickets that records speak of by their `ticket_id`."""
    import json

    try:
        if is_lines:
            entries = [json.loads(line) for line in data.splitlines() if line.strip()]
        else:
            document = json.loads(data)
            entries = document["relations"] if isinstance(document, dict) else []
        return frozenset(str(entry["ticket_id"]) for entry in entries)
    except (ValueError, KeyError, TypeError, RecursionError):
        return frozenset()
