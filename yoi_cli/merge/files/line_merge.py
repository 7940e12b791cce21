"""What a merge by lines leaves in a file: conflict markers and doubled keys."""

from __future__ import annotations

import re

from yoi_cli.merge.files.texts import MergedText, merge_items
from yoi_cli.store.formats.thread import parse_thread

#: A line that git puts before or behind a conflict.
MARKER = re.compile(rb"^(?:<{7}|>{7})(?: |\r?$)", re.MULTILINE)
_CONFLICT = re.compile(
    rb"^<{7}[^\n]*\n(?P<ours>.*?)(?:^\|{7}[^\n]*\n.*?)?^={7}\r?\n(?P<theirs>.*?)^>{7}[^\n]*(?:\n|\Z)",
    re.MULTILINE | re.DOTALL,
)
_KEY_LINE = re.compile(rb"([A-Za-z_][A-Za-z0-9_-]*):(?: |\r?\n)")
_KEY_AT_LINE = re.compile(rb"\n([A-Za-z_][A-Za-z0-9_-]*):(?=[ \n])")
#: A closing line of the plain form; another may stand before it, never one behind it alone.
_CLOSING = b"\n---\n"


def is_marker(line: bytes) -> bool:
    """Whether `line` looks like one that git puts around a conflict."""
    return line[:7] in (b"<" * 7, b"=" * 7, b">" * 7, b"|" * 7)


def may_have_markers(data: bytes) -> bool:
    """Whether `MARKER` is worth looking for, which takes fifty times longer."""
    return b"<" * 7 in data or b">" * 7 in data


def has_markers(data: bytes) -> bool:
    """Whether a file has git's conflict markers, outside of what its events quote."""
    if not may_have_markers(data):
        return False
    parsed = parse_thread(data)
    return any(
        not any(start <= match.start() < end for start, end in parsed.spans)
        for match in MARKER.finditer(data)
    )


def item_is_marked(data: bytes) -> bool:
    """Whether an item has git's conflict markers, outside of a code fence."""
    if not (may_have_markers(data) and MARKER.search(data)):
        return False
    return sides_of_markers(data)[0] != data


def repair_item(data: bytes, base: bytes | None, *, path: str) -> MergedText:
    """An item without doubled keys and conflict markers.

    What is there twice is taken for what two sides had, and merged as such, with the ancestor
    `base` where it is known. Raises `StoreInvalidError` for an item that cannot be read for
    another reason too.
    """
    ours, theirs = sides_of_markers(data)
    first, last = _one_of_each(ours, last=False), _one_of_each(theirs, last=True)
    return merge_items(base, first, last, path=path)


def doubled_keys(data: bytes) -> tuple[str, ...]:
    """The keys that occur more than once in an item's frontmatter."""
    end = data.find(_CLOSING)
    if end >= 0 and b"\r" not in data[:end]:
        keys = _KEY_AT_LINE.findall(data, 0, end + 1)
        if len(keys) == len({*keys}):  # of nearly every item, for a tenth of the work
            return ()
    seen: dict[bytes, int] = {}
    for key, _ in _entries(data)[1]:
        seen[key] = seen.get(key, 0) + bool(key)
    return tuple(key.decode() for key, number in seen.items() if number > 1)


def sides_of_markers(data: bytes) -> tuple[bytes, bytes]:
    """What either side of the conflicts that git marked in `data` says.

    What a code fence quotes is no conflict.
    """
    from yoi_cli.transfer.formats.common import outside_fences

    outside = list(outside_fences(data.decode("latin-1").split("\n")))

    def side(name: str) -> bytes:
        def chosen(match: re.Match[bytes]) -> bytes:
            is_outside = outside[data.count(b"\n", 0, match.start())]
            return match[name] if is_outside else match[0]

        return _CONFLICT.sub(chosen, data)

    return side("ours"), side("theirs")


def _entries(data: bytes) -> tuple[bytes, list[tuple[bytes, bytes]], bytes]:
    """An item's opening line, its frontmatter by keys (with the lines below each), the rest."""
    opening, _, below = data.partition(b"\n")
    lines = below.splitlines(keepends=True)
    entries: list[tuple[bytes, bytes]] = []
    for number, line in enumerate(lines):
        if line.rstrip() == b"---":
            return opening + b"\n", entries, b"".join(lines[number:])
        match = _KEY_LINE.match(line)
        if match is not None:
            entries.append((match.group(1), line))
        elif entries:
            key, text = entries[-1]
            entries[-1] = (key, text + line)
        else:
            entries.append((b"", line))
    return opening + b"\n", [], below


def _one_of_each(data: bytes, *, last: bool) -> bytes:
    """`data` with each key once: its first entry, or its last."""
    opening, entries, rest = _entries(data)
    kept: dict[bytes, bytes] = {}
    for key, text in entries:
        if last or key not in kept:
            kept[key] = text
    return opening + b"".join(kept.values()) + rest
