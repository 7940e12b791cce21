"""Bodies and queries as the values that a route declares, decoded strictly.

What a type does not have is refused by name, so that a misspelt member is never ignored.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import msgspec

from yoi_cli.server.http.errors import refusal, wrong_field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from msgspec import Struct

_Document = TypeVar("_Document", bound="Struct")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>[^`]*)`")
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]*)`")
_AT = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_LONGEST_NAME = 60


def decode_body(kind: type[_Document], data: bytes) -> _Document:
    """The body as a `kind`. Raises `invalid_json` and `invalid_request`, which names the field."""
    try:
        return msgspec.json.decode(data, type=kind, strict=True)
    except msgspec.ValidationError as error:
        raise _wrong(error, "invalid_request") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise refusal("invalid_json") from None


def decode_query(
    kind: type[_Document] | None, pairs: Iterable[tuple[str, str]]
) -> _Document | None:
    """The query as a `kind`; none may be given where there is no kind. Raises `invalid_query`."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise wrong_field(
                name[:_LONGEST_NAME], "A parameter is given twice.", code="invalid_query"
            )
        found[name] = value
    if kind is None:
        for name in found:
            raise _unknown(name, "invalid_query")
        return None
    try:
        return msgspec.convert(found, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _wrong(error, "invalid_query") from None


def _wrong(error: msgspec.ValidationError, code: str) -> Exception:
    """What `error` says, in our words: msgspec's may hold what was sent."""
    text = str(error)
    at = _AT.search(text)
    path = at["path"] if at is not None else ""
    unknown, missing = _UNKNOWN.search(text), _MISSING.search(text)
    if unknown is not None:
        return _unknown(_below(path, unknown["name"]), code)
    if missing is not None:
        name = _below(path, missing["name"])
        return wrong_field(name, "A member is missing.", code=code)
    return wrong_field(path[:_LONGEST_NAME], "A value is not what is taken there.", code=code)


def _unknown(name: str, code: str) -> Exception:
    return wrong_field(name[:_LONGEST_NAME], "A name is not known there.", code=code)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}"[:_LONGEST_NAME] if path else name[:_LONGEST_NAME]
