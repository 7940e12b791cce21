"""What a sync keeps of the folders of a store: what tells each, and what in them is not held.

It may be thrown away at any time. Written whole, by a rename; what is odd about it in any way is as
good as none.
"""

from __future__ import annotations

import json
import os
import sys
from array import array
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias
from zlib import crc32

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.index.stat_data import WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Signature: TypeAlias = "tuple[int, ...]"
#: The store's folder itself.
TOP = "."
_SCHEMA = 1
_OPENING = b"yoi folders "
_CHECKSUM = 4
#: No table is larger (bytes): it would hold some millions of folders.
_MOST = 1 << 30


class FolderTable(NamedTuple):
    """`places` are folders and files that say what is ignored, from the store's folder (`.`), each
    told by its part of `signatures`. `unknown` are the paths in them that an index which holds
    `tree` (empty for nothing) does not, and that are not ignored."""

    tree: str
    places: Sequence[str]
    signatures: array[int]
    unknown: frozenset[str]

    def updated(
        self,
        new: Mapping[str, Signature],
        is_gone: Callable[[str], bool] | None,
        unknown: frozenset[str],
    ) -> FolderTable:
        """The same with what tells `new` places, without those that are gone, and with another
        `unknown`."""
        if not new and is_gone is None:
            return self._replace(unknown=unknown)
        signatures, places, left = array("q"), list[str](), dict(new)
        begin = 0
        for at, place in enumerate(self.places):
            if place in left or (is_gone is not None and is_gone(place)):
                signatures += self.signatures[begin * WIDTH : at * WIDTH]
                places += self.places[begin:at]
                begin = at + 1
                if is_gone is not None and is_gone(place):
                    left.pop(place, None)
        signatures += self.signatures[begin * WIDTH :]
        places += self.places[begin:]
        signatures.extend([number for signature in left.values() for number in signature])
        return FolderTable(self.tree, [*places, *left], signatures, unknown)


EMPTY = FolderTable("", (), array("q"), frozenset())


def load_table(path: str, folder: str) -> FolderTable | None:
    """The table of `folder` that is kept at `path`; None where there is none to be had."""
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST)
    except OSError:
        return None
    view = memoryview(data)
    if crc32(view[:-_CHECKSUM]) != int.from_bytes(data[-_CHECKSUM:], "big"):
        return None
    line_end = data.find(b"\n") + 1
    if not data.startswith(_OPENING) or not line_end:
        return None
    try:
        return _decoded(data[len(_OPENING) : line_end], view[line_end:-_CHECKSUM], folder)
    except (ValueError, RecursionError, UnicodeError):
        return None


def _decoded(header: bytes, rest: memoryview, folder: str) -> FolderTable | None:
    said: object = json.loads(header)
    if not isinstance(said, dict) or said.get("about") != _about(folder):
        return None
    tree, names, unknown = (said.get(key) for key in ("tree", "names", "unknown"))
    if not (isinstance(tree, str) and isinstance(names, int) and isinstance(unknown, int)):
        return None
    if min(names, unknown) < 0 or names + unknown > len(rest):
        return None
    places = _texts(rest[:names])
    signatures = array("q")
    signatures.frombytes(rest[names + unknown :])
    if len(signatures) != WIDTH * len(places):
        return None
    return FolderTable(tree, places, signatures, frozenset(_texts(rest[names : names + unknown])))


def save_table(path: str, folder: str, table: FolderTable) -> None:
    """Keep the table of `folder` at `path`, if that can be done."""
    names, unknown = (_bytes(texts) for texts in (table.places, sorted(table.unknown)))
    header = {
        "about": _about(folder),
        "tree": table.tree,
        "names": len(names),
        "unknown": len(unknown),
    }
    head = _OPENING + json.dumps(header).encode() + b"\n"
    data = b"".join((head, names, unknown, table.signatures.tobytes()))
    if len(data) + _CHECKSUM > _MOST:
        return
    made = f"{path}.new"
    with suppress(OSError):
        with open(made, "wb") as file:
            file.write(data + crc32(data).to_bytes(_CHECKSUM, "big"))
        os.replace(made, path)


def _about(folder: str) -> dict[str, object]:
    return {"schema": _SCHEMA, "folder": folder, "byte_order": sys.byteorder}


def _bytes(texts: Sequence[str]) -> bytes:
    return "\0".join(texts).encode("utf-8", "surrogateescape")


def _texts(data: memoryview) -> list[str]:
    text = bytes(data).decode("utf-8", "surrogateescape")
    return text.split("\0") if text else []
