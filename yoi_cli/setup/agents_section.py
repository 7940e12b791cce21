"""The lines of AGENTS.md that tell a coding agent of the tickets (docs/agents.md).

They stand between two markers. All other bytes of the file are its owner's and stay.
"""

from __future__ import annotations

import re

from yoi_cli.errors import ConflictError

AGENTS_FILE = "AGENTS.md"
BEGIN = b"<!-- yoi: begin -->"
END = b"<!-- yoi: end -->"
_LINES = (
    BEGIN,
    b"## Tickets",
    b"",
    b"Work on this repository is kept as tickets below `.yoi/`. Run `yoi prime` when a session",
    b"begins: it says how to work with them, and what may start now. Change tickets with `yoi`",
    b"alone, and end the message of every commit for one with the line `Ticket: ID`.",
    END,
)
_BEGINS = re.compile(rb"^[ \t]*" + re.escape(BEGIN) + rb"[ \t]*\r?$", re.MULTILINE)
_ENDS = re.compile(rb"^[ \t]*" + re.escape(END) + rb"[ \t]*(?=\r?$)", re.MULTILINE)


def with_section(content: bytes | None) -> bytes:
    """`content` of AGENTS.md with the lines in it; None where there is no such file.

    They take the place of what stands between the markers, or come after the end, with the
    line ends of the file's first line. Raises `ConflictError` (`agents_file_unclear`) where
    the markers are not one pair, or the file is no text.
    """
    if not content:
        return b"\n".join(_LINES) + b"\n"
    if b"\0" in content:
        raise _unclear("holds NUL bytes, as a file that is not UTF-8 text does")
    newline = b"\r\n" if content.partition(b"\n")[0].endswith(b"\r") else b"\n"
    section = newline.join(_LINES)
    begins, ends = list(_BEGINS.finditer(content)), list(_ENDS.finditer(content))
    if not begins and not ends:
        gap = newline if content.endswith(b"\n") else newline * 2
        return content + gap + section + newline
    if len(begins) != 1 or len(ends) != 1 or ends[0].start() < begins[0].end():
        raise _unclear(f"has {len(begins)} lines {_shown(BEGIN)} and {len(ends)} {_shown(END)}")
    return content[: begins[0].start()] + section + content[ends[0].end() :]


def _shown(marker: bytes) -> str:
    return f"`{marker.decode()}`"


def _unclear(what: str) -> ConflictError:
    return ConflictError(
        "agents_file_unclear",
        f"{AGENTS_FILE} {what}; it was not changed.",
        hint=f"Leave one line {_shown(BEGIN)} and below it one {_shown(END)}, or neither.",
        details={"path": AGENTS_FILE},
    )
