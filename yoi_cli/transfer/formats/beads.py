"""Reads beads (bd): `.beads/issues.jsonl`, or what `bd export` prints, an issue a line.

Of an issue `id`, `title`, `description`, `design`, `acceptance_criteria`, `notes`, `status`,
`priority` (0 to 4), `issue_type`, `assignee`, `labels`, `dependencies`, `comments`, `close_reason`
and the times have a place here; the rest is kept in the ticket's first event. Types and states
are those of bd 1.x (internal/types/types.go).
"""

from __future__ import annotations

import re

from yoi_cli.model.fields import FIELDS
from yoi_cli.model.relations import DEPENDS_ON, DUPLICATE_OF, RELATED, SUPERSEDES
from yoi_cli.transfer.formats.collecting import (
    Skip,
    collect,
    due,
    mappings,
    sections,
    text_of,
)
from yoi_cli.transfer.formats.common import Frontmatter, utc
from yoi_cli.transfer.model import (
    PARENT,
    ForeignNote,
    ForeignTicket,
    ForeignTickets,
    UnreadableTicketError,
)

BEADS = "beads"
STATES = {
    "open": "planning",
    "in_progress": "inprogress",
    "hooked": "inprogress",
    "blocked": "planning",
    "deferred": "planning",
    "pinned": "planning",
    "closed": "closed",
}
#: What bd's kinds of dependency are here; another kind is kept as `related`, under its name.
KINDS = {
    "blocks": DEPENDS_ON,
    "conditional-blocks": DEPENDS_ON,
    "waits-for": DEPENDS_ON,
    "related": RELATED,
    "duplicates": DUPLICATE_OF,
    "supersedes": SUPERSEDES,
    "parent-child": PARENT,
}
#: Those that say nothing more than the kind here does.
PLAIN = frozenset({"blocks", "related", "duplicates", "supersedes", "parent-child"})
_MINUTES = re.compile(r"[1-9][0-9]{0,5}")
_PRIORITY = re.compile(r"[Pp]?([0-4])")
#: Headings of the parts of a description, in bd's order.
SECTIONS = (
    ("Design", "design"),
    ("Acceptance criteria", "acceptance_criteria"),
    ("Notes", "notes"),
)


def read_beads(data: bytes, path: str) -> ForeignTickets:
    """Read the issues of `data`."""
    return collect(data, path, _read).of(BEADS)


def _read(path: str, front: Frontmatter) -> ForeignTicket | Skip:
    source_id = front.text("id")
    if front.text("_type") == "memory" or (not source_id and front.text("key")):
        return Skip(
            "remembered note", "what `bd remember` keeps is no issue", front.text("key")[:80]
        )
    if not source_id:
        raise UnreadableTicketError("there is no `id`: not an issue of beads")
    status = front.text("status") or "open"
    if status == "tombstone":
        return Skip("tombstone", "deleted in beads", source_id)
    if front.text("is_template") == "true":
        return Skip("template", "a template of beads, no work of its own", source_id)
    links, link_notes = _links(front)
    created_at = front.time("created_at")
    return ForeignTicket(
        source_id=source_id,
        source_path=path,
        source_status=status,
        title=front.text("title") or source_id,
        description=sections(
            front.text("description"), [(name, front.text(key)) for name, key in SECTIONS]
        ),
        state=_state(front, status),
        created_at=created_at,
        updated_at=front.time("updated_at") or created_at,
        fields={
            "priority": _priority(front),
            "assignee": front.text("assignee") or None,
            "tags": _tags(front),
            "due": due(front, "due_at"),
            "estimate": _estimate(front),
        },
        links=links,
        notes=_comments(front),
        resolution=front.text("close_reason") or None,
        extra=front.rest(),
        warnings=tuple(front.warnings),
        link_notes=link_notes,
    )


def _state(front: Frontmatter, status: str) -> str:
    if status not in STATES:
        front.warnings.append(f"the status {status!r} is the project's own; taken as open")
    return STATES.get(status, "planning")


def _priority(front: Frontmatter) -> str | None:
    text = front.text("priority")
    if match := _PRIORITY.fullmatch(text):
        return f"P{match[1]}"
    if text:
        front.keep("priority", f"the priority {text!r} is not a number from 0 to 4")
    return None


def _estimate(front: Frontmatter) -> str | None:
    minutes = front.text("estimated_minutes")
    if minutes and not (_MINUTES.fullmatch(minutes) and "estimate" in FIELDS):
        front.keep("estimated_minutes")
        return None
    return f"{minutes}m" if minutes else None


def _tags(front: Frontmatter) -> tuple[str, ...]:
    """The labels and, as the last of them, the type."""
    kind = front.text("issue_type")
    labels = (label for label in front.texts("labels") if label != kind)
    return (*labels, *([kind] if kind else []))


def _links(
    front: Frontmatter,
) -> tuple[tuple[tuple[str, str], ...], dict[tuple[str, str], str]]:
    links: dict[tuple[str, str], None] = {}
    notes: dict[tuple[str, str], str] = {}
    for entry in mappings(front.value("dependencies")):
        name, kind = text_of(entry, "depends_on_id", "id"), text_of(entry, "type") or "blocks"
        if not name:
            continue
        ours = KINDS.get(kind, RELATED)
        links[ours, name] = None
        if kind not in PLAIN or (kind == "parent-child" and ours == RELATED):
            notes[ours, name] = f"{kind} in {BEADS}"
    return tuple(links), notes


def _comments(front: Frontmatter) -> tuple[ForeignNote, ...]:
    notes = []
    for entry in mappings(front.value("comments")):
        written = text_of(entry, "created_at")
        at = utc(written)
        if at is None:
            front.warnings.append(f"the time of a comment cannot be read: {written[:40]!r}")
        notes.append(ForeignNote(text_of(entry, "author"), at or "", text_of(entry, "text")))
    return tuple(note for note in notes if note.body)
