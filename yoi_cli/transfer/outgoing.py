"""Tickets on their way to another tool: what it can hold of them, and a count of what it cannot."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yoi_cli.model import events, states
from yoi_cli.model.fields import FIELDS
from yoi_cli.model.item import field_text
from yoi_cli.model.missing_links import MISSING_LINKS, missing_links
from yoi_cli.model.relations import DEPENDS_ON
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.transfer.marks import SOURCE, SOURCE_MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set

    from yoi_cli.model.events import Event
    from yoi_cli.model.relations import Relation
    from yoi_cli.store.values import FieldsRow
    from yoi_cli.tickets.show import TicketView

#: The kinds of event that are texts of people or agents; other tools have them as comments.
TEXTS = frozenset(
    {
        events.COMMENT,
        events.PLAN,
        events.DECISION,
        events.IMPLEMENTATION_REPORT,
        events.REVIEW,
        events.INTAKE_SUMMARY,
        events.QUESTION,
        events.ANSWER,
    }
)
#: What a heading or a time tells already, or is of our way of writing.
_TOLD = frozenset({"status", "noted_at", "reason", "from", "to", "field", "escaping", "lines"})
#: The kind of relation whose own end waits, which is how other tools say it.
WAITS_FOR = DEPENDS_ON
#: The kind of loss that a link by name is.
MISSING = "link to what never came in"
#: The fields that every tool has in words of its own, what an import keeps for itself, and what the
#: events say of a ticket that was queued.
_ALWAYS = frozenset(
    {
        *("title", "state", "created_at", "updated_at", "queued_by", "queued_at"),
        *(SOURCE, SOURCE_MARK, MISSING_LINKS),
    }
)
#: The artifacts that are counted as what stands in them.
_RECORDS = frozenset({"relations.json", "orchestration-plan.jsonl"})


@dataclass(frozen=True, slots=True)
class NotHeld:
    """So many things of one kind, of so many tickets, that a format has no place for."""

    kind: str
    count: int
    tickets: int


class Losses:
    """A count, while tickets go out, of what their format has no place for."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._tickets: dict[str, set[str]] = {}

    def add(self, ticket: str, kind: str, count: int = 1) -> None:
        """`count` things of `kind` of `ticket` stay behind."""
        if count > 0:
            self._counts[kind] += count
            self._tickets.setdefault(kind, set()).add(ticket)

    def found(self) -> tuple[NotHeld, ...]:
        """All that stayed behind, by its kind."""
        return tuple(
            NotHeld(kind, count, len(self._tickets[kind]))
            for kind, count in sorted(self._counts.items())
        )


class Text(NamedTuple):
    """A text of a thread as a comment: by whom, when, and what it says."""

    author: str
    at: str
    body: str


class Link(NamedTuple):
    """A link of a ticket: its kind, what the other end goes by, and who made it when."""

    kind: str
    target: str
    author: str
    at: str


class Outgoing:
    """What goes to `tool`: by which `names` the tickets of a store go there, which of them were
    `chosen`, and what it has no place for (`losses`)."""

    def __init__(self, tool: str, names: Mapping[str, str], chosen: Collection[str]) -> None:
        self.tool = tool
        self.names = names
        self.losses = Losses()
        self._chosen = frozenset(chosen)

    def texts(self, view: TicketView) -> Iterator[Text]:
        """The texts of the thread of `view` as comments, each under its heading unless it is one;
        other events stay behind."""
        for event in view.thread.events:
            heading = "" if event.kind == events.COMMENT else event.heading or event.kind
            body = "\n\n".join(
                part for part in (heading and f"**{heading}**", event.body.strip()) if part
            )
            if event.kind in TEXTS and body:
                yield Text(event.author, event.attributes.get("noted_at", event.at), body)
        self.count_events(view, TEXTS)

    def count_events(self, view: TicketView, held: Set[str]) -> None:
        """Count the events that are not of the kinds `held`, and what headers say of those that
        are. Where a ticket was made and closed is told by its fields."""
        closing = closing_event(view)
        for event in view.thread.events:
            if event.kind in held:
                self._count_attributes(view.id, event)
            elif event.kind == events.CREATE:
                lines = [line for line in event.body.split("\n") if line.strip()]
                self.losses.add(view.id, "text of a create event", len(lines) > 1)
            elif event is not closing:
                self.losses.add(view.id, f"{event.kind} event")

    def count_attributes(self, view: TicketView) -> None:
        """Count what the headers of events say beside what their headings tell."""
        for event in view.thread.events:
            self._count_attributes(view.id, event)

    def _count_attributes(self, ticket: str, event: Event) -> None:
        for name in event.attributes.keys() - _TOLD:
            self.losses.add(ticket, f"{name} of an event")

    def count_fields(self, view: TicketView, held: Collection[str]) -> None:
        """Count the fields with a value that are not `held`, obsolete ones aside."""
        for name, value in view.item.fields.items():
            known = FIELDS.get(name)
            is_obsolete = known is not None and known.is_obsolete
            if value and name not in held and name not in _ALWAYS and not is_obsolete:
                self.losses.add(view.id, f"field {name}")

    def count_records(self, view: TicketView) -> None:
        """Count the plan records and the artifacts."""
        self.losses.add(view.id, "plan record", len(view.plan))
        others = [path for path in view.artifacts if path not in _RECORDS]
        self.losses.add(view.id, "artifact", len(others))

    def links(self, view: TicketView, held: Set[str]) -> Iterator[Link]:
        """The links of the kinds `held`, each once: whom the ticket waits for first, whichever of
        the two says so, under the kind in which the one that waits does."""
        once: dict[tuple[str, str], Link] = {}
        for relation in view.around.outgoing:
            edge = relation.edge
            if edge is not None and edge[1] == view.id and edge[0] not in self._chosen:
                self.losses.add(view.id, f"{relation.kind} relation")
        for kind, other, relation in _ends(view):
            if kind not in held:
                self.losses.add(view.id, f"{kind} relation")
                continue
            if other not in self.names:
                self.losses.add(view.id, "link to a ticket that is not there")
                continue
            self.losses.add(view.id, "note of a relation", relation.note is not None)
            self.losses.add(
                view.id, "linked ticket that is not exported", other not in self._chosen
            )
            link = Link(kind, self.names[other], relation.author, relation.at)
            once.setdefault(link[:2], link)
        yield from once.values()
        for missing in missing_links(view.item.fields):
            tool, _, name = missing.source.partition(":")
            if tool != self.tool or missing.kind not in held:
                self.losses.add(view.id, MISSING)
            elif (missing.kind, name) not in once:
                yield Link(missing.kind, name, "", "")


def _ends(view: TicketView) -> Iterator[tuple[str, str, Relation]]:
    """The relations around a ticket that another tool has with it: kind, other end, relation."""
    for relation in (*view.around.outgoing, *view.around.incoming):
        edge = relation.edge
        if edge is not None:
            if edge[0] == view.id:
                yield WAITS_FOR, edge[1], relation
        elif relation.ticket_id == view.id:
            yield relation.kind, relation.target, relation


def closing_event(view: TicketView) -> Event | None:
    """The event that brought a closed ticket, or one that is done, to where it is."""
    if view.folded.state not in states.RESOLVED_STATES:
        return None
    for event in reversed(view.thread.events):
        if event.kind == events.CLOSE:
            return event
        if event.kind == events.STATE_CHANGED and event.attributes.get("to") == view.folded.state:
            return event
    return None


def creator(view: TicketView) -> str:
    """Who made a ticket."""
    first = next((one for one in view.thread.events if one.kind == events.CREATE), None)
    return "" if first is None else first.author


def names_brought(rows: Iterable[FieldsRow], tool: str) -> dict[str, str]:
    """What those tickets go by that came from `tool`, by id; no two by the same."""
    ids: dict[str, str] = {}
    for row in rows:
        origin, _, name = field_text(row.fields, SOURCE).partition(":")
        if origin == tool and name:
            ids.setdefault(name, row.id)
    return {id_: name for name, id_ in ids.items()}


def names_there(rows: Iterable[FieldsRow], tool: str, made: Callable[[str], str]) -> dict[str, str]:
    """What the tickets of a store go by in `tool`, by id, no two by the same: the name that a
    ticket came with, or the one `made` of its id."""
    known = list(rows)
    names = names_brought(known, tool)
    taken = set(names.values())
    for row in known:
        if row.id not in names:
            name = made(row.id)
            while name in taken:
                name += "x"
            taken.add(name)
            names[row.id] = name
    return names
