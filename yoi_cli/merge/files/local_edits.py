"""What somebody did to a file while it was in conflict, and no merge may overwrite."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.merge.files.line_merge import MARKER, is_marker
from yoi_cli.merge.files.texts import events_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.merge.ports import Sides

_LIST = re.compile(rb"^[\w-]+: *\[")
_ELEMENT = re.compile(rb"[^\s,\[\]]+")
#: What a command may have projected since the merge: no edit of a person's.
_PROJECTED = re.compile(rb"^(?:state|updated_at):[^\n]*$", re.MULTILINE)


def added_since(here: bytes, sides: Sides) -> bytes:
    """The events that were written to a thread while it was in conflict."""
    known = b"\n".join(data for data in sides if data is not None)
    return events_of(
        here,
        lambda event, block: (
            f" id: {event.id} -->".encode() not in known and not MARKER.search(block)
        ),
    )


def is_by_hand(here: bytes, sides: Sides, merged: bytes) -> bool:
    """Whether somebody edited a file in conflict: it is neither of git's versions nor the merge.

    Line ends do not count: git changes them on the way out (`core.autocrlf`).
    """
    known = (*(data for data in sides if data is not None), merged)
    return not MARKER.search(here) and _plain(here) not in map(_plain, known)


def _plain(data: bytes) -> bytes:
    return _PROJECTED.sub(b"", data.replace(b"\r\n", b"\n"))


def has_own_words(here: bytes, sides: Sides, merged: bytes) -> bool:
    """Whether a file with conflict markers has a line that none of its versions has."""
    known = {line.strip() for data in (*sides, merged) for line in _lines(data)}
    return any(line.strip() not in known for line in _lines(here) if not is_marker(line))


def has_lost_words(before: bytes, after: bytes) -> bool:
    """Whether `before` has a line that `after` lacks, but for what is projected, commas, and
    lists, of which every element must be there."""
    lines = set(map(_word, _lines(_plain(after))))
    elements = set(_ELEMENT.findall(after))
    return any(
        _word(line) not in lines
        and not (_LIST.match(line) and elements.issuperset(_ELEMENT.findall(line)))
        for line in _lines(_plain(before))
    )


def _word(line: bytes) -> bytes:
    return line.strip().rstrip(b",")


def _lines(data: bytes | None) -> Iterator[bytes]:
    yield from (data or b"").split(b"\n")
