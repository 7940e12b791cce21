"""Where a viewer is in a worker's output and events.

A cursor names bytes of a file, so that it is worth the same at every server that serves the
worker, before and after any restart. It is opaque to clients, and signed by nothing: whoever makes
one up sees no more than whoever asks for all there is.
"""

from __future__ import annotations

import struct
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

from yoi_cli.named_tuple import NamedTuple

_PREFIX = "c1_"
#: Incarnation, offset, event, then the worker's id as it is written.
_FIELDS = struct.Struct(">IQI")
_CHECK = struct.Struct(">I")
_LONGEST = 200


class MalformedCursorError(ValueError):
    """It is no cursor of this version."""


class Cursor(NamedTuple):
    """Bytes up to `offset` and events up to number `event` of the worker were seen.

    `incarnation` tells its record from another under the same id.
    """

    worker_id: str
    offset: int
    event: int
    incarnation: int


def encode(cursor: Cursor) -> str:
    """The cursor as clients get it."""
    fields = _FIELDS.pack(cursor.incarnation, cursor.offset, cursor.event)
    body = fields + cursor.worker_id.encode("ascii")
    return _PREFIX + urlsafe_b64encode(_CHECK.pack(zlib.crc32(body)) + body).decode().rstrip("=")


def decode(word: str) -> Cursor:
    """The cursor that `encode` made `word` of. Raises `MalformedCursorError`."""
    if len(word) > _LONGEST or not word.startswith(_PREFIX):
        raise MalformedCursorError(word[:20])
    digits = word.removeprefix(_PREFIX)
    try:
        whole = urlsafe_b64decode(digits.encode("ascii") + b"=" * (-len(digits) % 4))
        (check,) = _CHECK.unpack_from(whole)
        body = whole[_CHECK.size :]
        incarnation, offset, event = _FIELDS.unpack_from(body)
        worker_id = body[_FIELDS.size :].decode("ascii")
    except (ValueError, struct.error) as error:
        raise MalformedCursorError(word[:20]) from error
    if zlib.crc32(body) != check:
        raise MalformedCursorError(word[:20])
    found = Cursor(worker_id, offset, event, incarnation)
    if encode(found) != word:  # base64 has several words for the same bytes
        raise MalformedCursorError(word[:20])
    return found
