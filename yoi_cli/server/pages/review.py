"""The review of a ticket's branch: what it changes, by file, bound to the commit that is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api import diff as diffs
from yoi_cli.api import moves as moving
from yoi_cli.api import queries
from yoi_cli.errors import NotFoundError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.server.pages.board import NAMES
from yoi_cli.server.pages.patch import MOST_LINES, parse_patch
from yoi_cli.server.pages.screen import TICKETS, Screen

if TYPE_CHECKING:
    from yoi_cli.server.pages.screen import Visit


class Verdict(NamedTuple):
    """A verdict that may be given: `why` says why not."""

    action: str
    label: str
    is_enabled: bool
    why: str


def review(visit: Visit) -> Screen:
    view = queries.show(visit.session, visit.path["ticket_id"]).view
    offered = moving.moves(visit.session, view.id)
    verdicts = [
        Verdict(one.action, one.label, one.is_enabled, one.why)
        for one in offered.moves
        if one.action in ("approve", "request_changes")
    ]
    values: dict[str, object] = {
        "view": view,
        "title": view.item.title,
        "state": view.folded.state,
        "state_name": NAMES.get(view.folded.state, view.folded.state),
        "verdicts": verdicts,
        "reports": [
            one for one in reversed(view.thread.events) if one.kind == "implementation_report"
        ][:1],
        "found": None,
        "problem": "",
        "most": MOST_LINES,
    }
    try:
        found = diffs.find(visit.session, view.id)
    except NotFoundError as error:
        values["problem"] = error.message
    else:
        patch = parse_patch(diffs.patch(visit.session, found))
        values |= {
            "found": found,
            "changes": diffs.changes(visit.session, found),
            "patch": patch,
        }
    title = f"Review: {view.item.title or view.id}"
    return Screen("review.html", title, values, "board", (TICKETS,))
