"""Reads taskwarrior: what `task export` prints, tasks as JSON (versions 2.5 to 3).

`description` is a task's title, its annotations are notes, the day of `due` its due date. A task
that was started is in progress; `scheduled`, `wait`, `until`, `recur` and attributes of the user's
own are kept in the first event. `urgency` and the working number `id` are computed anew by every
export, and left out.
"""

from __future__ import annotations

from yoi_cli.model.relations import DEPENDS_ON
from yoi_cli.transfer.formats.collecting import Skip, collect, due, mappings, text_of
from yoi_cli.transfer.formats.common import Frontmatter, utc
from yoi_cli.transfer.model import (
    ForeignNote,
    ForeignTicket,
    ForeignTickets,
    UnreadableTicketError,
)

TASKWARRIOR = "taskwarrior"
_STATES = {"pending": "planning", "waiting": "planning", "completed": "closed"}
_PRIORITIES = {"H": "P1", "M": "P2", "L": "P3"}
_COMPUTED = ("urgency", "id", "imask", "mask")


def read_taskwarrior(data: bytes, path: str) -> ForeignTickets:
    """Read the tasks of `data`."""
    return collect(data, path, _read).of(TASKWARRIOR)


def _read(path: str, front: Frontmatter) -> ForeignTicket | Skip:
    source_id, title = front.text("uuid"), front.text("description")
    if not source_id:
        raise UnreadableTicketError("there is no `uuid`: not a task of taskwarrior")
    status = front.text("status") or "pending"
    if status == "deleted":
        return Skip("deleted task", "deleted in taskwarrior", source_id)
    if status == "recurring":
        reason = "the pattern of a recurring task; the tasks that it made come in"
        return Skip("recurring task", reason, source_id)
    for key in _COMPUTED:
        front.text(key)
    created_at = front.time("entry")
    front.keep("project")
    return ForeignTicket(
        source_id=source_id,
        source_path=path,
        source_status=status,
        title=title or source_id,
        description="",
        state=_state(front, status),
        created_at=created_at,
        updated_at=front.time("modified") or created_at,
        fields={"priority": _priority(front), "tags": _tags(front), "due": due(front, "due")},
        links=tuple((DEPENDS_ON, name) for name in front.texts("depends")),
        notes=_annotations(front),
        extra=front.rest(),
        warnings=tuple(front.warnings),
    )


def _state(front: Frontmatter, status: str) -> str:
    started = front.text("start")
    front.keep("start")
    if status not in _STATES:
        front.warnings.append(
            f"the status {status!r} is not one of taskwarrior's; taken as pending"
        )
    state = _STATES.get(status, "planning")
    return "inprogress" if started and state == "planning" else state


def _priority(front: Frontmatter) -> str | None:
    text = front.text("priority")
    if text and text not in _PRIORITIES:
        front.keep("priority", f"the priority {text!r} is none of H, M and L")
    return _PRIORITIES.get(text)


def _tags(front: Frontmatter) -> tuple[str, ...]:
    """The tags and, as one of them, the project."""
    project = front.text("project")
    front.keep("project")
    return (*front.texts("tags"), *([f"project:{project}"] if project else []))


def _annotations(front: Frontmatter) -> tuple[ForeignNote, ...]:
    notes = []
    for entry in mappings(front.value("annotations")):
        written = text_of(entry, "entry")
        at = utc(written)
        if at is None:
            front.warnings.append(f"the time of an annotation cannot be read: {written[:40]!r}")
        notes.append(ForeignNote("", at or "", text_of(entry, "description")))
    return tuple(note for note in notes if note.body)
