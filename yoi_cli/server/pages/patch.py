"""A patch as git prints it, taken apart into files and lines with their numbers."""

from __future__ import annotations

import re

from yoi_cli.named_tuple import NamedTuple

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)")
#: A page shows so many lines of a patch, and says that there are more.
MOST_LINES = 4000
_LONGEST_LINE = 2000
_KINDS = {"+": "add", "-": "del", " ": "same", "\\": "note"}


class PatchLine(NamedTuple):
    """A line of a file: `kind` is add, del, same, note or hunk; numbers where there are any."""

    kind: str
    old: int | None
    new: int | None
    text: str


class PatchFile(NamedTuple):
    """A file of a patch. `notes` are what git says of it besides its lines."""

    name: str
    notes: tuple[str, ...]
    lines: tuple[PatchLine, ...]
    added: int
    removed: int


class Patch(NamedTuple):
    """The files; `is_whole` says that all lines are there."""

    files: tuple[PatchFile, ...]
    is_whole: bool


class _Reading:
    """A file of which some lines were read."""

    def __init__(self, header: str) -> None:
        self.name = header.removeprefix("diff --git a/").partition(" b/")[0]
        self.notes: list[str] = []
        self.lines: list[PatchLine] = []
        self.old = self.new = 0
        self.is_inside = False

    def read(self, line: str) -> None:
        hunk = _HUNK.match(line)
        if hunk is not None:
            self.is_inside = True
            self.old, self.new = int(hunk[1]), int(hunk[2])
            self.lines.append(PatchLine("hunk", None, None, line))
        elif not self.is_inside:
            self._note(line)
        else:
            self._line(line)

    def _note(self, line: str) -> None:
        if line.startswith("+++ ") and line[4:] != "/dev/null":
            self.name = line[4:].removeprefix("b/").rstrip("\t")
        elif not line.startswith(("--- ", "+++ ", "index ")) and line:
            self.notes.append(line)

    def _line(self, line: str) -> None:
        kind = _KINDS.get(line[:1], "note")
        old = self.old if kind in ("del", "same") else None
        new = self.new if kind in ("add", "same") else None
        self.old += old is not None
        self.new += new is not None
        text = line[1:]
        if len(text) > _LONGEST_LINE:
            text = text[:_LONGEST_LINE] + " …"
        self.lines.append(PatchLine(kind, old, new, text))

    def done(self) -> PatchFile:
        count = [one.kind for one in self.lines].count
        return PatchFile(self.name, (*self.notes,), (*self.lines,), count("add"), count("del"))


def parse_patch(data: bytes, most: int = MOST_LINES) -> Patch:
    """The first `most` lines of a patch."""
    lines = data.decode("utf-8", "replace").split("\n")
    files: list[_Reading] = []
    for line in lines[:most]:
        if line.startswith("diff --git "):
            files.append(_Reading(line))
        elif files and (line or files[-1].is_inside):
            files[-1].read(line)
    if files and files[-1].lines and not files[-1].lines[-1].text and len(lines) <= most:
        files[-1].lines.pop()  # behind the last end of a line
    return Patch(tuple(one.done() for one in files), len(lines) <= most)
