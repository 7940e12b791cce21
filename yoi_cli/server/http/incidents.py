"""The server's own log: one JSON line for each thing that went wrong, by which it is found again.

A line names the error's type and code and the functions that it came through, and never a
message, since that may hold paths or secrets. Whatever came from outside is escaped, so that
nobody writes a line of his own.
"""

from __future__ import annotations

import secrets
import sys
import time
import traceback
from pathlib import PurePath
from typing import TYPE_CHECKING

from yoi_cli.api.documents.envelope import json_line
from yoi_cli.errors import YoiError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

_PACKAGE = "yoi_cli"
_MOST_FRAMES = 12


class ServerLog:
    """Writes to `stream`, which is standard error unless a test says otherwise."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def incident(self, route: str, error: BaseException) -> str:
        """Write down `error`, which `route` met with; the incident by which it is found."""
        incident = secrets.token_hex(6)
        self.write(
            "incident",
            {
                "incident": incident,
                "route": route,
                "type": type(error).__name__,
                "code": error.code if isinstance(error, YoiError) else "",
                "at": _places(error),
            },
        )
        return incident

    def write(self, event: str, facts: Mapping[str, object]) -> None:
        """One line; where nobody reads it any more, it is lost."""
        stream = self._stream if self._stream is not None else sys.stderr
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        try:
            stream.write(json_line({"at": at, "event": event, **facts}))
            stream.flush()
        except (OSError, ValueError):
            return


def _places(error: BaseException) -> list[str]:
    """The functions of yoi that the error came through, without the paths of their files."""
    found = []
    for frame in traceback.extract_tb(error.__traceback__):
        parts = PurePath(frame.filename).with_suffix("").parts
        if _PACKAGE in parts:
            module = ".".join(parts[len(parts) - 1 - parts[::-1].index(_PACKAGE) :])
            found.append(f"{module}:{frame.lineno}")
    return found[-_MOST_FRAMES:]
