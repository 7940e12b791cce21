"""The board: all tickets in lanes, as far as they are looked at."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from yoi_cli.errors import YoiError
from yoi_cli.model import states
from yoi_cli.model.item import field_text, field_texts
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.server.pages.screen import TICKETS, WORKERS, Screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from yoi_cli.api.overview import OverviewRow
    from yoi_cli.server.backend.board import BoardFacts
    from yoi_cli.server.pages.screen import Visit

#: As many cards as a lane has at first, and as come with each "more".
PAGE = 30
_MOST = 3000
_MOST_CHOICES = 200
NAMES: Mapping[str, str] = {
    states.PLANNING: "Planning",
    states.READY: "Ready",
    states.QUEUED: "Queued",
    states.INPROGRESS: "In progress",
    states.DONE: "Done",
    states.CLOSED: "Closed",
}
_LANES = (
    ("open", (states.READY, states.PLANNING)),
    ("work", (states.INPROGRESS, states.QUEUED)),
    ("over", (states.DONE, states.CLOSED)),
)
FILTERS = ("text", "tag", "priority", "assignee", "objective")
SWITCHES = ("unblocked", "claimed", "mine")


class Card(NamedTuple):
    """A ticket as the board shows it."""

    row: OverviewRow
    tags: tuple[str, ...]
    assignee: str


class Section(NamedTuple):
    """The tickets of one state within a lane: those that are shown, of `total`."""

    state: str
    name: str
    cards: tuple[Card, ...]
    total: int
    is_folded: bool


class Lane(NamedTuple):
    """A lane. `more` is the address with the next cards, `fold` that with closed tickets shown or
    folded away."""

    key: str
    name: str
    sections: tuple[Section, ...]
    loaded: int
    total: int
    more: str
    fold: str


def board(visit: Visit) -> Screen:
    facts = visit.context.board.facts()
    rows = [row for row in facts.rows if row.state in states.STATES]
    accepts = accepting(visit, facts)
    by_state: dict[str, list[OverviewRow]] = {state: [] for state in states.STATES}
    for row in rows:
        if accepts(row):
            by_state[row.state].append(row)
    wanted = (
        tuple((state, (state,)) for state in states.STATES)
        if visit.query.get("by") == "state"
        else _LANES
    )
    lanes = tuple(_lane(visit, facts, key, of, by_state) for key, of in wanted)
    shown = sum(lane.total for lane in lanes)
    values: dict[str, object] = {
        "lanes": lanes,
        "by_state": visit.query.get("by") == "state",
        "query": visit.query,
        "filters": {name: visit.query.get(name, "") for name in FILTERS},
        "switches": {name: visit.query.get(name) == "1" for name in SWITCHES},
        "is_filtered": any(visit.query.get(name) for name in (*FILTERS, *SWITCHES)),
        "shown": shown,
        "total": len(rows),
        "unreadable": facts.unreadable,
        "choices": choices(visit, facts),
        "names": NAMES,
        "other_view": _address(visit, by=None if visit.query.get("by") == "state" else "state"),
    }
    return Screen("board.html", "Board", values, "board", (TICKETS, WORKERS))


def _lane(
    visit: Visit,
    facts: BoardFacts,
    key: str,
    of: Sequence[str],
    by_state: Mapping[str, Sequence[OverviewRow]],
) -> Lane:
    room = most = visit.number(f"n.{key}", PAGE, _MOST)
    folds = key == "over" and visit.query.get("closed") != "1"
    sections: list[Section] = []
    for state in of:
        found = by_state[state]
        is_folded = folds and state == states.CLOSED
        shown = () if is_folded else tuple(card(row, facts) for row in found[:room])
        room -= len(shown)
        sections.append(Section(state, NAMES[state], shown, len(found), is_folded))
    loaded = sum(len(one.cards) for one in sections)
    open_total = sum(one.total for one in sections if not one.is_folded)
    return Lane(
        key,
        " + ".join(NAMES[state] for state in of),
        tuple(sections),
        loaded,
        sum(one.total for one in sections),
        _address(visit, **{f"n.{key}": str(most + PAGE)}) if loaded < open_total else "",
        _address(visit, closed="1" if folds else None) if key == "over" else "",
    )


def card(row: OverviewRow, facts: BoardFacts) -> Card:
    known = facts.fields.get(row.ticket)
    fields = {} if known is None else known.fields
    return Card(row, field_texts(fields, "tags"), field_text(fields, "assignee"))


def accepting(visit: Visit, facts: BoardFacts) -> Callable[[OverviewRow], bool]:
    """Whether a ticket is asked for by the filters of the address."""
    asked = visit.query.get
    text = asked("text", "").strip().casefold()
    tag, priority, assignee = asked("tag", ""), asked("priority", ""), asked("assignee", "")
    me = visit.session.author(None).author if asked("mine") == "1" else ""
    linked = _linked(visit, asked("objective", ""))
    if not any(asked(name) for name in (*FILTERS, *SWITCHES)):
        return lambda row: True

    def accepts(row: OverviewRow) -> bool:
        of = card(row, facts)
        return (
            (linked is None or row.ticket in linked)
            and (not tag or tag in of.tags)
            and (not priority or row.priority == priority)
            and (not assignee or of.assignee == assignee)
            and (asked("unblocked") != "1" or not row.blockers)
            and (asked("claimed") != "1" or (bool(row.claim) and not row.is_claim_over))
            and (not me or me in (of.assignee, row.claim))
            and (
                not text or any(text in one.casefold() for one in (row.title, row.ticket, *of.tags))
            )
        )

    return accepts


def _linked(visit: Visit, objective: str) -> frozenset[str] | None:
    if not objective:
        return None
    from yoi_cli.api import objectives

    return frozenset(one.id for one in objectives.show(visit.session, objective).tickets)


class Choices(NamedTuple):
    """What a filter may be set to."""

    tags: tuple[str, ...]
    assignees: tuple[str, ...]
    priorities: tuple[str, ...]
    objectives: tuple[tuple[str, str], ...]


def choices(visit: Visit, facts: BoardFacts) -> Choices:
    return Choices(*_words(facts), objective_titles(visit))


def _words(facts: BoardFacts) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Tags, assignees and priorities that there are."""
    tags: dict[str, None] = {}
    assignees: dict[str, None] = {}
    for row in facts.fields.values():
        tags.update(dict.fromkeys(field_texts(row.fields, "tags")))
        assignee = field_text(row.fields, "assignee")
        if assignee:
            assignees[assignee] = None
    priorities = {row.priority for row in facts.rows if row.priority}
    return _some(tags), _some(assignees), _some(priorities)


def objective_titles(visit: Visit) -> tuple[tuple[str, str], ...]:
    """The objectives by their ids, up to one that cannot be read."""
    from yoi_cli.api import objectives

    found: list[tuple[str, str]] = []
    with suppress(YoiError):
        found.extend(objectives.titles(visit.session))
    return tuple(found)


def _some(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(words)[:_MOST_CHOICES])


def _address(visit: Visit, **changed: str | None) -> str:
    """The address of this page with other values in its query."""
    query = {name: value for name, value in visit.query.items() if value}
    for name, value in changed.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    return f"{visit.base}/board" + (f"?{urlencode(query)}" if query else "")
