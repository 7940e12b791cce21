"""Tickets as `gh issue list --json` prints issues (docs/import.md).

The keys are those of gh: `number`, `title`, `body`, `state`, `stateReason`, `author`, `assignees`,
`labels`, `issueType`, `milestone`, `comments`, `parent`, `blockedBy`, the times and `url`. What
this writes `read_github` reads back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.model import states
from yoi_cli.model.events import heading_for
from yoi_cli.model.item import field_text, field_texts
from yoi_cli.model.relations import DEPENDS_ON, DUPLICATE_OF, PARENT
from yoi_cli.transfer.formats.github import GITHUB
from yoi_cli.transfer.formats.json_writing import json_text
from yoi_cli.transfer.outgoing import Text, closing_event, creator, names_brought

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yoi_cli.store.values import FieldsRow
    from yoi_cli.tickets.show import TicketView
    from yoi_cli.transfer.outgoing import Link, Outgoing

_HELD_STATES = frozenset({states.PLANNING, states.CLOSED})
_FIELDS = ("assignee", "tags")
_LINKS = frozenset({DEPENDS_ON, PARENT, DUPLICATE_OF})
#: `owner/name#N`, by which an import knows an issue, or `#N` of an unknown repository.
_NAME = re.compile(r"([^/\s#]+/[^/\s#]+)?#[0-9]{1,9}")
_MILESTONE, _TYPE = "milestone:", "type:"


def github_names(rows: Iterable[FieldsRow]) -> dict[str, str]:
    """`owner/name#N` of each ticket that came from GitHub; the others get numbers after those, in
    the order of their ids."""
    known = list(rows)
    brought = names_brought(known, GITHUB).items()
    theirs = {id_: name for id_, name in brought if _NAME.fullmatch(name)}
    number = max((_number(name) for name in theirs.values()), default=0)
    for row in known:
        if row.id not in theirs:
            number += 1
            theirs[row.id] = f"#{number}"
    return theirs


def github_issue(view: TicketView, out: Outgoing) -> str:
    """The issue of one ticket."""
    fields, state = view.item.fields, view.folded.state
    out.losses.add(view.id, f"state {state}", state not in _HELD_STATES)
    links = list(out.links(view, _LINKS))
    closing = closing_event(view)
    closed_at = field_text(fields, "updated_at") if closing is None else closing.at
    is_closed = state in states.RESOLVED_STATES
    duplicates = [link for link in links if link.kind == DUPLICATE_OF] if is_closed else []
    comments = [*out.texts(view), *_last_words(view, closed_at, duplicates)]
    reason = "DUPLICATE" if duplicates else "COMPLETED"
    issue: dict[str, object] = {
        **_reference(out.names[view.id]),
        "title": view.item.title,
        "body": view.item.body.strip(),
        "state": "CLOSED" if is_closed else "OPEN",
        "stateReason": reason if is_closed else "",
        "author": _person(creator(view)),
        "assignees": [{"login": name} for name in [field_text(fields, "assignee")] if name],
        **_tags(field_texts(fields, "tags")),
        "comments": [
            {"author": _person(one.author), "body": one.body, "createdAt": one.at}
            for one in comments
        ],
        "parent": next((_reference(one.target) for one in links if one.kind == PARENT), None),
        "blockedBy": [_reference(one.target) for one in links if one.kind == DEPENDS_ON],
        "createdAt": field_text(fields, "created_at"),
        "updatedAt": field_text(fields, "updated_at"),
        "closedAt": closed_at if is_closed else "",
    }
    lost = sum(link.kind == DUPLICATE_OF for link in links) - len(duplicates)
    out.losses.add(view.id, f"{DUPLICATE_OF} relation of an open ticket", lost)
    parents = sum(link.kind == PARENT for link in links)
    out.losses.add(view.id, "second parent", parents - 1)
    out.count_fields(view, _FIELDS)
    out.count_records(view)
    return json_text(issue)


def _last_words(view: TicketView, at: str, duplicates: list[Link]) -> Iterable[Text]:
    """The resolution as a comment, as GitHub has it, and what GitHub says of a duplicate."""
    closing = closing_event(view)
    author = creator(view) if closing is None else closing.author
    resolution = (view.resolution or "").strip()
    if resolution and view.folded.state == states.CLOSED:
        yield Text(author, at, f"**{heading_for('close')}**\n\n{resolution}")
    for link in duplicates:
        yield Text(author, at, f"Duplicate of {link.target}")


def _reference(name: str) -> dict[str, object]:
    """The number and, where the repository is known, the address of an issue."""
    repository, _, number = name.rpartition("#")
    url = {"url": f"https://github.com/{repository}/issues/{number}"} if repository else {}
    return {"number": int(number), **url}


def _number(name: str) -> int:
    return int(name.rpartition("#")[2])


def _person(name: str) -> Mapping[str, str] | None:
    return {"login": name} if name else None


def _tags(tags: Iterable[str]) -> dict[str, object]:
    """Labels; the first tags that say so are the milestone and the type."""
    labels: list[str] = []
    found: dict[str, str] = {}
    for tag in tags:
        prefix = next((one for one in (_MILESTONE, _TYPE) if tag.startswith(one)), "")
        if prefix and prefix not in found and tag != prefix:
            found[prefix] = tag.removeprefix(prefix)
        else:
            labels.append(tag)
    return {
        "labels": [{"name": label} for label in labels],
        "issueType": {"name": found[_TYPE]} if _TYPE in found else None,
        "milestone": {"title": found[_MILESTONE]} if _MILESTONE in found else None,
    }
