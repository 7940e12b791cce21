"""The one JSON document that a command prints under `--json` (docs/commands.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.model.text import replace_unsafe

if TYPE_CHECKING:
    from yoi_cli.errors import YoiError

SCHEMA = "yoi/1"


def document(kind: str, data: object, *, pretty: bool = False) -> str:
    """The document of a command that worked, ending in its only newline unless `pretty`.

    Raises ValueError for NaN and infinities, which JSON cannot say.
    """
    return _print({"schema": SCHEMA, "kind": kind, "data": data}, pretty=pretty)


def error_document(error: YoiError, *, pretty: bool = False) -> str:
    """The document of a command that failed with `error`."""
    from yoi_cli.api.documents.common import from_value
    from yoi_cli.api.documents.workspace import ErrorDocument

    return _print({"schema": SCHEMA, "error": from_value(ErrorDocument, error)}, pretty=pretty)


def json_line(data: object) -> str:
    """`data` alone as one line of JSON Lines, with its newline."""
    return _print(data, pretty=False)


def _print(value: object, *, pretty: bool) -> str:
    from msgspec import to_builtins

    # Not msgspec's encoder: it makes null of NaN, refuses lone surrogates (as undecodable file
    # names have) and writes large and small numbers otherwise.
    printed = json.dumps(
        to_builtins(value, enc_hook=_builtin),
        ensure_ascii=False,
        allow_nan=False,
        indent=2 if pretty else None,
        separators=None if pretty else (",", ":"),
    )
    # Only newlines between tokens are left in it, and unsafe characters only inside strings,
    # where an escape means the same; so a terminal may read the document too.
    return "".join(replace_unsafe(line, _escape) + "\n" for line in printed.split("\n"))


def _escape(char: str) -> str:
    return json.dumps(char, ensure_ascii=True)[1:-1]


def _builtin(value: object) -> object:
    # The one that values hold comes first, since asking the abstract class takes longer.
    if isinstance(value, (MappingProxyType, Mapping)):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no place in a JSON document")
