"""A note of the spool, read from its file (docs/format.md).

By hand, as json_values.py says why: a hook reads the notes that wait after every commit.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from yoi_cli.model.commits import COMMIT, MERGE, REWRITE, Note, RewrittenCommit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_VERSION = 1
_KINDS = frozenset({COMMIT, REWRITE, MERGE})
_SHA = re.compile(r"[0-9a-f]{40,64}")
_TICKET = re.compile(r"[0-9A-Za-z]{4,13}")
_PAIR = 3


def parse_note(data: bytes) -> Note:
    """The note in a file's bytes. A key that is not known is passed over. Raises ValueError for
    what is none, RecursionError for what is nested too deeply."""
    found = json.loads(data)
    if not isinstance(found, dict) or not _is_count(found.get("version")):
        raise ValueError("a note is an object with a version")
    if found["version"] != _VERSION:
        raise ValueError("a note of another version")
    for key, is_right in _RIGHT.items():
        if key in found and not is_right(found[key]):
            raise ValueError(f"the {key} of a note")
    missing = [key for key in _NEEDED if key not in found]
    if missing:
        raise ValueError(f"a note without its {missing[0]}")
    fields = {key: found[key] for key in _RIGHT if key in found}
    lists = {key: tuple(found[key]) for key in ("files", "dropped") if key in found}
    pairs = tuple(map(RewrittenCommit._make, found.get("pairs", ())))
    return Note(**{"at": 0, **fields, **lists, "pairs": pairs})


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_sha(value: object) -> bool:
    return isinstance(value, str) and _SHA.fullmatch(value) is not None


def _is_pair(value: object) -> bool:
    if not isinstance(value, list) or len(value) != _PAIR:
        return False
    return _is_sha(value[0]) and _is_sha(value[1]) and _is_text(value[2])


def _list_of(is_right: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(map(is_right, value))


#: What the value of each key must be.
_RIGHT: Mapping[str, Callable[[object], bool]] = {
    "what": lambda value: _is_text(value) and value in _KINDS,
    "ticket": lambda value: isinstance(value, str) and _TICKET.fullmatch(value) is not None,
    "commit": _is_sha,
    "author": lambda value: isinstance(value, str) and value != "",
    "at": _is_count,
    "branch": _is_text,
    "subject": _is_text,
    "files": _list_of(_is_text),
    "more_files": _is_count,
    "how": _is_text,
    "pairs": _list_of(_is_pair),
    "dropped": _list_of(_is_sha),
    "merged": lambda value: value == "" or _is_sha(value),
    "into": _is_text,
}
_NEEDED = ("what", "ticket", "commit", "author")
