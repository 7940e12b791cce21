"""What a viewer asks for, from the query of its request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from yoi_cli.server.observe import closing
from yoi_cli.server.observe.closing import ObservationClosed
from yoi_cli.server.observe.cursor import MalformedCursorError, decode
from yoi_cli.server.observe.opening import Asked

if TYPE_CHECKING:
    from collections.abc import Iterable

_BYTE = re.compile(r"-?[0-9]{1,15}")


class ObserveQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From where on a worker is observed, and how.

    `cursor` is that of a frame. `from` is `start`, `now`, a byte, or a negative number of bytes
    before the end; without either it is now. `follow=0` ends when everything that is there was
    told, `events_only=1` leaves the output out, `all_events=1` begins with the first event,
    `strict=1` refuses a cursor that points at what is gone.
    """

    cursor: str | None = None
    start: str | None = msgspec.field(default=None, name="from")
    follow: bool = True
    events_only: bool = False
    strict: bool = False
    all_events: bool = False


def asked_of(pairs: Iterable[tuple[str, str]]) -> Asked:
    """What a query asks for. Raises `ObservationClosed` (`invalid_request`, `cursor_malformed`)."""
    given = dict(pairs)
    try:
        query = msgspec.convert(given, ObserveQuery, strict=False)
    except msgspec.ValidationError as error:
        raise ObservationClosed(closing.INVALID_REQUEST) from error
    if query.cursor is not None and query.start is not None:
        raise ObservationClosed(closing.INVALID_REQUEST)
    try:
        cursor = decode(query.cursor) if query.cursor is not None else None
    except MalformedCursorError as error:
        raise ObservationClosed(closing.CURSOR_MALFORMED) from error
    return Asked(
        cursor,
        _start(query.start),
        query.follow,
        query.events_only,
        query.strict,
        query.all_events,
    )


def _start(word: str | None) -> int | None:
    if word in (None, "now", "-0"):
        return None
    if word == "start":
        return 0
    if not _BYTE.fullmatch(word):
        raise ObservationClosed(closing.INVALID_REQUEST)
    return int(word)
