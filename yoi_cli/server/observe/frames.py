"""Frames as text, made once for all who get the same."""

from __future__ import annotations

from base64 import b64encode

import msgspec

from yoi_cli.api.documents.envelope import json_line
from yoi_cli.api.documents.observation import VERSION, Frame, OutputFrame
from yoi_cli.server.observe.cursor import Cursor, encode

#: As many bytes of output as one frame has.
LARGEST_OUTPUT = 1 << 16
_ENCODER = msgspec.json.Encoder()


def text_of(frame: Frame) -> str:
    """A frame as it is sent."""
    if isinstance(frame, OutputFrame):  # of which there is much, and nothing but ASCII in it
        return _ENCODER.encode(frame).decode("ascii")
    return json_line(frame).rstrip("\n")


def output_frame(runtime_id: str, at: Cursor, data: bytes) -> OutputFrame:
    """The bytes behind the cursor `at`."""
    behind = at._replace(offset=at.offset + len(data))
    return OutputFrame(
        v=VERSION,
        runtime_id=runtime_id,
        worker_id=at.worker_id,
        start=at.offset,
        cursor=encode(behind),
        data=b64encode(data).decode("ascii"),
    )


def chunk_end(start: int, size: int) -> int:
    """Where the frame ends that begins at `start`: at the same offsets for everybody, so that
    those who come from different places soon get the same frames."""
    return min((start // LARGEST_OUTPUT + 1) * LARGEST_OUTPUT, size)
