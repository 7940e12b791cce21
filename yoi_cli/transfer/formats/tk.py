"""Reads the tickets of `tk` (wedow/ticket and its ports): `.tickets/<id>.md`.

Frontmatter keys are `id`, `status`, `deps`, `links`, `created`, `type`, `priority` (0 highest
to 4), `assignee`, `external-ref`, `parent`, `tags`; the title is the first `# ` line below.
`tk add-note` appends a `## Notes` heading once, then each note under a bold timestamp, always
at the end of the file. `tk` keeps no reason for closing and no time of the last change.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.model.relations import DEPENDS_ON, RELATED
from yoi_cli.transfer.formats.common import (
    Files,
    Frontmatter,
    Imported,
    outside_fences,
    read_tickets,
    settle_links,
    utc,
    without_last_heading,
)
from yoi_cli.transfer.model import PARENT, ForeignNote, ForeignTicket

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

#: `needs_testing` is a fork's word for finished and not yet accepted, `done` an older `closed`.
_STATES = {
    "open": "planning",
    "in_progress": "inprogress",
    "needs_testing": "done",
    "done": "closed",
    "closed": "closed",
}
_PRIORITY = re.compile(r"[Pp]?([0-4])")
#: A time alone on its line, or as one port writes it, in front of the note's first line.
_STAMP = re.compile(r"\*\*(\d{4}-\d\d-\d\d[T ]\d\d:\d\d[^*]*)\*\*(?:[ \t]*$|:[ \t]+)", re.ASCII)


def read_tk(files: Files) -> Imported:
    """Read `tk` tickets: (path, content) pairs in, tickets and unreadable files out.

    A file that does not end in `.md` is no ticket and is passed over.
    """
    markdown = [file for file in files if file[0].endswith(".md")]
    tickets, problems = read_tickets(markdown, _read)
    find = find_tk([ticket.source_id for ticket in tickets])
    return settle_links(tickets, find), problems


def find_tk(ids: Collection[str]) -> Callable[[str], str | None]:
    """A look-up of names: `tk` stored, and still takes, any part of an id that only one has."""
    known = frozenset(ids)

    def find(name: str) -> str | None:
        if name in known:
            return name
        holders = [one for one in known if name in one]
        return holders[0] if len(holders) == 1 else None

    return find


def no_ticket(path: str) -> tuple[str, str] | None:
    """Of what kind a file is that holds no ticket of tk, and why; None for one that may."""
    if not path.endswith(".md"):
        return "other file", "not markdown"
    if path.count("/") > 1:
        return "file in a subfolder", "tk reads no subfolders"
    return None


def _read(path: str, front: Frontmatter, body: str) -> ForeignTicket:
    front.require_ticket("a tk ticket")
    source_id = front.text("id") or path.rsplit("/", 1)[-1].removesuffix(".md")
    title, text = _title(body)
    if not title:
        title = front.text("title") or source_id
        front.warnings.append("there is no `# ` line with a title")
    description, notes = _notes(text)
    status = front.text("status")
    created_at = front.time("created")
    return ForeignTicket(
        source_id=source_id,
        source_path=path,
        source_status=status,
        title=title,
        description=description,
        state=_state(front, status),
        created_at=created_at,
        updated_at=max([created_at, *(note.at for note in notes)]),
        fields={
            "priority": _priority(front),
            "assignee": front.text("assignee") or None,
            "tags": front.tags("tags"),
        },
        links=_links(front),
        notes=notes,
        extra=front.rest(),
        warnings=tuple(front.warnings),
    )


def _state(front: Frontmatter, status: str) -> str:
    if status not in _STATES:
        front.warnings.append(f"the status {status!r} is not one of tk's; taken as open")
    return _STATES.get(status, "planning")


def _priority(front: Frontmatter) -> str | None:
    text = front.text("priority")
    if match := _PRIORITY.fullmatch(text):
        return f"P{match[1]}"
    if text:
        front.keep("priority", f"the priority {text!r} is not a number from 0 to 4")
    return None


def _links(front: Frontmatter) -> tuple[tuple[str, str], ...]:
    return (
        *((DEPENDS_ON, name) for name in front.texts("deps")),
        *((RELATED, name) for name in front.texts("links")),
        *((PARENT, name) for name in front.texts("parent")),
    )


def _title(body: str) -> tuple[str, str]:
    """The text of the first `# ` line, and the body without that line."""
    lines = body.split("\n")
    for number, outside in enumerate(outside_fences(lines)):
        if outside and lines[number].startswith("# "):
            return lines[number][2:].strip(), "\n".join(lines[:number] + lines[number + 1 :])
    return "", body


def _notes(text: str) -> tuple[str, tuple[ForeignNote, ...]]:
    """The text without its dated notes, and the notes.

    A note runs to the next timestamp or the end, whatever headings it holds. Undated text
    under `## Notes`, which the import from beads leaves there, stays in the description.
    """
    kept: list[str] = []
    notes: list[tuple[str, list[str]]] = []
    in_notes = False
    for line in text.split("\n"):
        stamp = _STAMP.match(line) if in_notes else None
        at = utc(stamp[1].strip()) if stamp else None
        if stamp and at:
            notes.append((at, [line[stamp.end() :]]))
        elif notes:
            notes[-1][1].append(line)
        else:
            in_notes = in_notes or line.startswith("## Notes")
            kept.append(line)
    if not notes:
        return "\n".join(kept).strip("\n"), ()
    return without_last_heading(kept, "## Notes"), tuple(
        ForeignNote(author="", at=at, body="\n".join(lines).strip("\n")) for at, lines in notes
    )
