"""The one JSON document that a command prints under `--json` (docs/commands.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from yoi_cli.model.safe_text import replace_unsafe

if TYPE_CHECKING:
    from yoi_cli.errors import YoiError

SCHEMA = "yoi/1"


def document(kind: str, data: object, *, pretty: bool = False) -> str:
    """The document of a command that worked, ending in its only newline unless `pretty`.

    Raises ValueError for NaN and infinities, which JSON cannot say.
    """
    return _dump({"schema": SCHEMA, "kind": kind, "data": data}, pretty=pretty)


def error_document(error: YoiError, *, pretty: bool = False) -> str:
    """The document of a command that failed with `error`."""
    fields: dict[str, object] = {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "details": error.details,
    }
    return _dump({"schema": SCHEMA, "error": fields}, pretty=pretty)


def json_line(data: Mapping[str, object]) -> str:
    """`data` alone as one line of JSON Lines, with its newline."""
    return _dump(data, pretty=False)


def _dump(value: object, *, pretty: bool) -> str:
    dumped = json.dumps(
        value,
        ensure_ascii=False,
        allow_nan=False,
        indent=2 if pretty else None,
        separators=None if pretty else (",", ":"),
        default=_builtin,
    )
    # Only newlines between tokens are left in it, and unsafe characters only inside strings,
    # where an escape means the same; so a terminal may read the document too.
    return "".join(replace_unsafe(line, _escape) + "\n" for line in dumped.split("\n"))


def _escape(char: str) -> str:
    return json.dumps(char, ensure_ascii=True)[1:-1]


def _builtin(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no place in a JSON document")
