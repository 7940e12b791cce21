"""Running a program on a terminal of its own."""

from __future__ import annotations

import os
import subprocess
import termios
from collections.abc import Mapping
from pathlib import Path

from support.process import TIMEOUT_SECONDS, Program

_LINES = 50
_TERMINAL = {"TERM": "xterm", "NO_COLOR": "1"}


def on_terminal(
    program: Program,
    *arguments: str,
    cwd: Path,
    columns: int = 100,
    env: Mapping[str, str | None] | None = None,
    code: int = 0,
) -> str:
    """What the program shows on a terminal, without colours, lines ending in `\\n`.

    Raises AssertionError where it does not exit with `code`.
    """
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (_LINES, columns))
    process = subprocess.Popen(
        [*program.argv, *arguments],
        cwd=cwd,
        env=program.environment({**_TERMINAL, **(env or {})}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = _read_to_end(ours).decode().replace("\r\n", "\n")
    ended = process.wait(TIMEOUT_SECONDS)
    assert ended == code, f"exited {ended}, not {code}\n{shown}"
    return shown


def _read_to_end(descriptor: int) -> bytes:
    chunks = []
    try:
        while chunk := os.read(descriptor, 65536):
            chunks.append(chunk)
    except OSError:  # Linux's way of saying that the other side is closed
        pass
    finally:
        os.close(descriptor)
    return b"".join(chunks)
