"""What goes between this machine and the program on another: an object of JSON, and bytes.

The standard library alone, since both ends are made of this.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_HEAD = struct.Struct(">II")
_MOST_TEXT, _MOST_PAYLOAD = 64 << 20, 32 << 20


class Frame(NamedTuple):
    """One question or answer."""

    said: Mapping[str, object]
    payload: bytes = b""


def pack(frame: Frame) -> bytes:
    """A frame as bytes. Text that is no Unicode, as names of files may be, goes as it is."""
    text = json.dumps(frame.said).encode("ascii")
    return _HEAD.pack(len(text), len(frame.payload)) + text + frame.payload


def unpack(read: Callable[[int], bytes]) -> Frame | None:
    """The next frame, None at the end; `read` gives so many bytes, or what is left. Raises
    ValueError for what is no frame, and for one that is cut."""
    head = read(_HEAD.size)
    if not head:
        return None
    if len(head) < _HEAD.size:
        raise ValueError("cut")
    text_size, payload_size = _HEAD.unpack(head)
    if text_size > _MOST_TEXT or payload_size > _MOST_PAYLOAD:
        raise ValueError("no frame")
    text, payload = read(text_size), read(payload_size)
    if len(text) < text_size or len(payload) < payload_size:
        raise ValueError("cut")
    said: object = json.loads(text)
    if not isinstance(said, dict):
        raise ValueError("no frame")
    return Frame(said, payload)
