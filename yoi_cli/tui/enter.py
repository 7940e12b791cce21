"""What Enter does, by what is selected, what was typed, and what it is typed for. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from yoi_cli.api.overview import OverviewRow
    from yoi_cli.tui.rows import Row

PLANNING, COMMENT, FILTER = "planning", "comment", "filter"
#: What text may be for, in the order in which Tab goes through them.
TARGETS = (PLANNING, COMMENT, FILTER)

#: Kinds of steps: a move of the ticket, a move that asks for a text first, a new ticket, a page, a
#: worker's transcript, the first line that the filter left, or nothing.
MOVE, PROMPT, CREATE, DETAIL, TRANSCRIPT, FIRST, NOTHING = (
    "move",
    "prompt",
    "create",
    "detail",
    "transcript",
    "first",
    "nothing",
)


class Step(NamedTuple):
    """What Enter does: a kind, the move where it is one, and how it is told beforehand."""

    kind: str
    label: str
    action: str = ""


def step_of(target: str, text: str, row: Row | None) -> Step:
    """What Enter does."""
    if target == FILTER:
        return Step(FIRST, "filter as you type; Enter selects the first")
    if text.strip():
        return _with_text(target, row)
    if row is None:
        what = "the title of a new ticket" if target == PLANNING else "nothing is selected"
        return Step(NOTHING, what)
    if row.worker is not None:
        return Step(TRANSCRIPT, f"Enter follows …{row.worker.worker_id[-8:]}")
    if row.broken is not None:
        return Step(NOTHING, f"{row.broken.ticket} cannot be read: {row.broken.error.message}")
    return _without_text(row)


def _without_text(row: Row) -> Step:
    ticket = row.ticket
    if ticket is None:
        return Step(NOTHING, "")
    if ticket.action is None:
        return Step(NOTHING, ticket.why)
    labels = {
        "intake": Step(PROMPT, f"Enter clarifies {ticket.ticket}", "intake"),
        "queue": Step(MOVE, f"Enter queues {ticket.ticket}", "queue"),
        "wait": Step(DETAIL, f"Enter shows {ticket.ticket}"),
        "close": Step(MOVE, f"Enter closes {ticket.ticket}", "close"),
    }
    return labels[ticket.action]


def _with_text(target: str, row: Row | None) -> Step:
    ticket = None if row is None else row.ticket
    if row is not None and ticket is None:
        return Step(NOTHING, "that is no ticket; Esc clears the selection")
    if target == COMMENT:
        if ticket is None:
            return Step(NOTHING, "select the ticket that is commented on")
        return Step(MOVE, f"Enter comments on {ticket.ticket}", "comment")
    if ticket is None:
        return Step(CREATE, "Enter makes a new ticket")
    return _for_planning(ticket)


def _for_planning(ticket: OverviewRow) -> Step:
    if ticket.there:
        return Step(NOTHING, ticket.why or f"{ticket.ticket} is worked on elsewhere")
    if ticket.state == "ready":
        return Step(MOVE, f"Enter takes {ticket.ticket} back to planning", "return_to_planning")
    if ticket.state == "planning" and ticket.action == "intake":
        return Step(MOVE, f"Enter marks {ticket.ticket} ready", "intake")
    return Step(NOTHING, f"{ticket.ticket} is {ticket.state}; F4 shows what may be done")
