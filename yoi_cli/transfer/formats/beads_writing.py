"""Tickets as beads (bd) imports them: `issues.jsonl`, an issue a line (docs/import.md).

Keys and their limits are those of bd 1.x (internal/types/types.go). What this writes
`read_beads` reads back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.model import states
from yoi_cli.model.item import field_text, field_texts
from yoi_cli.model.relations import DEPENDS_ON, DUPLICATE_OF, PARENT, RELATED, SUPERSEDES
from yoi_cli.transfer.formats.beads import SECTIONS
from yoi_cli.transfer.formats.collecting import sections
from yoi_cli.transfer.formats.common import outside_fences
from yoi_cli.transfer.formats.json_writing import json_text
from yoi_cli.transfer.outgoing import closing_event, creator

if TYPE_CHECKING:
    from yoi_cli.tickets.show import TicketView
    from yoi_cli.transfer.outgoing import Outgoing

_STATUS = {
    states.INPROGRESS: "in_progress",
    states.DONE: "closed",
    states.CLOSED: "closed",
}
#: The states that bd has, too.
_HELD_STATES = frozenset({states.PLANNING, states.INPROGRESS, states.CLOSED})
_KINDS = {
    DEPENDS_ON: "blocks",
    RELATED: "related",
    DUPLICATE_OF: "duplicates",
    SUPERSEDES: "supersedes",
    PARENT: "parent-child",
}
#: bd's types of issue; a tag of such a name is the type.
_TYPES = frozenset({"bug", "feature", "task", "epic", "chore", "decision", "story", "spike"})
_FIELDS = ("priority", "assignee", "tags", "due", "estimate")
_MINUTES = {"m": 1, "h": 60}
_ESTIMATE = re.compile(r"([0-9]{1,5})([mh])")
#: What bd gives an issue that nobody gave a priority; it has none without one.
_PRIORITY = 2
_TITLE_LIMIT = 500


def beads_name(ticket: str) -> str:
    """What `ticket` goes by in bd, which wants a prefix, if it did not come from there."""
    return f"yoi-{ticket.lower()}"


def beads_line(view: TicketView, out: Outgoing) -> str:
    """The issue of one ticket, with its newline."""
    lost = out.losses
    fields, state = view.item.fields, view.folded.state
    name, kind = out.names[view.id], _type(view)
    lost.add(view.id, f"state {state}", state not in _HELD_STATES)
    title = view.item.title
    lost.add(view.id, f"title beyond {_TITLE_LIMIT} characters", len(title) > _TITLE_LIMIT)
    priority = field_text(fields, "priority")
    lost.add(view.id, f"no priority ({_PRIORITY} in bd)", not priority)
    closing = closing_event(view)
    issue: dict[str, object] = {
        "id": name,
        "title": title[:_TITLE_LIMIT],
        **_parts(view.item.body),
        "status": _STATUS.get(state, "open"),
        "priority": int(priority[1:]) if re.fullmatch("[Pp][0-4]", priority) else _PRIORITY,
        "issue_type": kind,
        "assignee": field_text(fields, "assignee"),
        "estimated_minutes": _minutes(view, out),
        "created_at": field_text(fields, "created_at"),
        "created_by": creator(view),
        "updated_at": field_text(fields, "updated_at"),
        "closed_at": _closed_at(view),
        "close_reason": _reason(view) if closing else "",
        "due_at": _due(view),
        "labels": [tag for tag in field_texts(fields, "tags") if tag != kind],
        "dependencies": _dependencies(view, out, name),
        "comments": [
            {
                "id": f"{name}-{number}",
                "issue_id": name,
                "author": text.author,
                "text": text.body,
                "created_at": text.at,
            }
            for number, text in enumerate(out.texts(view), start=1)
        ],
    }
    out.count_fields(view, _FIELDS)
    out.count_records(view)
    return json_text(issue) + "\n"


def _type(view: TicketView) -> str:
    """The last of the tags that is a type in bd, where an import puts it."""
    tags = field_texts(view.item.fields, "tags")
    return next((tag for tag in reversed(tags) if tag in _TYPES), "")


def _parts(body: str) -> dict[str, str]:
    """The description and, where they are put together again exactly as they are, the sections at
    its end that bd has keys for."""
    text = body.strip()
    lines = text.split("\n")
    starts = [
        number
        for number, outside in enumerate(outside_fences(lines))
        if outside and lines[number].startswith("## ")
    ]
    names = dict(SECTIONS)
    parts: dict[str, str] = {}
    end = len(lines)
    for start in reversed(starts):
        key = names.get(lines[start][3:])
        if key is None or key in parts:
            break
        parts[key] = "\n".join(lines[start + 1 : end]).strip()
        end = start
    description = "\n".join(lines[:end]).strip()
    again = sections(description, [(heading, parts.get(key, "")) for heading, key in SECTIONS])
    return {"description": description, **parts} if again == text else {"description": text}


def _minutes(view: TicketView, out: Outgoing) -> int | None:
    """An estimate in minutes; days, weeks and points stay behind."""
    estimate = field_text(view.item.fields, "estimate")
    found = _ESTIMATE.fullmatch(estimate)
    minutes = int(found[1]) * _MINUTES[found[2]] if found else 0
    out.losses.add(view.id, "estimate in days, weeks or points", bool(estimate) and not minutes)
    return minutes or None


def _due(view: TicketView) -> str:
    due = field_text(view.item.fields, "due")
    return f"{due}T00:00:00Z" if due else ""


def _closed_at(view: TicketView) -> str:
    """bd has one for whatever is closed, and for nothing else."""
    if _STATUS.get(view.folded.state) != "closed":
        return ""
    closing = closing_event(view)
    return field_text(view.item.fields, "updated_at") if closing is None else closing.at


def _reason(view: TicketView) -> str:
    return (view.resolution or "").strip() if view.folded.state == states.CLOSED else ""


def _dependencies(view: TicketView, out: Outgoing, name: str) -> list[dict[str, str]]:
    return [
        {
            "issue_id": name,
            "depends_on_id": link.target,
            "type": _KINDS[link.kind],
            "created_at": link.at or field_text(view.item.fields, "created_at"),
            "created_by": link.author,
        }
        for link in out.links(view, _KINDS.keys())
    ]
