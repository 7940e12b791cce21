"""What changed in a ticket where it came from, and what of that may be written here.

Notes, links and what has no place here are added. Title, text, state and other fields are taken
over where nobody changed them here since they came in; else that is said, and they stay.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from yoi_cli.model import events, states
from yoi_cli.model.events import NewEvent, heading_for, new_event
from yoi_cli.model.fold import fold, is_kept
from yoi_cli.model.missing_links import MISSING_LINKS, missing_links
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.values import Change
from yoi_cli.transfer.conversion import REASON, converted, extra_lines
from yoi_cli.transfer.links import merged
from yoi_cli.transfer.marks import SOURCE_MARK, content_digest, mark_of, read_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.model.events import Author, Thread
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.item import FieldValue, Item
    from yoi_cli.model.missing_links import MissingLink
    from yoi_cli.model.relations import Relation
    from yoi_cli.model.ticket import Ticket
    from yoi_cli.store.ports import TicketReader
    from yoi_cli.transfer.marks import SourceMark
    from yoi_cli.transfer.model import ForeignNote, ForeignTicket, ForeignTickets

#: The fields that another tool's ticket has or lacks.
_TAKEN = ("title", "priority", "assignee", "tags", "due", "estimate")


@dataclass(frozen=True, slots=True)
class UpdatePlan:
    """What is to be written: `change`, None for nothing. `what` names what changed; `conflict` is
    what cannot be taken over, in words."""

    change: Change | None
    what: tuple[str, ...] = ()
    conflict: str = ""
    links_changed: bool = False
    missing_before: tuple[MissingLink, ...] = ()

    def with_links(
        self,
        known: Sequence[Relation],
        new: Sequence[Relation],
        missing: Sequence[MissingLink],
    ) -> UpdatePlan:
        """The plan with links besides the `known` ones."""
        change = self.change or Change()
        what = self.what
        kept = dict.fromkeys((*self.missing_before, *missing))
        if len(kept) > len(self.missing_before):
            fields = {**change.fields, MISSING_LINKS: tuple(map(str, kept))}
            change = change._replace(fields=fields)
        if new:
            change = change._replace(relations=merged((*known, *new)))
        if new or len(kept) > len(self.missing_before):
            what = (*what, "links")
        return replace(self, change=change, what=what)


def plan_update(
    reader: TicketReader, id_: TicketId, ticket: ForeignTicket, found: ForeignTickets, by: Author
) -> UpdatePlan:
    """What of `ticket` is to be written on `id_`, but for its links.

    Raises `StoreInvalidError` where what is here cannot be read.
    """
    item = reader.item(id_)
    made = converted(id_, ticket, found, by, item.text("created_at"))
    before, now = read_mark(item.fields), mark_of(ticket, made.fields, made.description)
    if before is None or before == now:
        return UpdatePlan(None)
    thread = reader.thread(id_)
    what: list[str] = []
    change, conflict = Change(), ""
    if now.content != before.content:
        here = _Here(id_, item, thread, reader.resolution(id_))
        change, what = _content(here, made, by)
        if what and here.is_changed(before):
            conflict = f"{id_} changed in {found.tool} and here: {', '.join(what)}"
            change, what = Change(), []
    notes = _new_notes(thread, ticket, by) if now.notes != before.notes else []
    what += ["comments"] if notes else []
    what += ["other"] if now.extra != before.extra else []
    extra = extra_lines(ticket) if now.extra != before.extra else []
    said = [_saying(ticket, found, by, what, extra)] if what else []
    mark = now._replace(content=before.content) if conflict else now
    change = change._replace(
        events=(*said, *notes, *change.events),
        fields={**change.fields, SOURCE_MARK: str(mark)},
    )
    links = now.links != before.links
    return UpdatePlan(
        None if mark == before else change, tuple(what), conflict, links, missing_links(item.fields)
    )


class _Here(NamedTuple):
    """The ticket as it stands in the store."""

    id: TicketId
    item: Item
    thread: Thread
    resolution: str | None

    @property
    def state(self) -> str:
        return fold(self.thread.events).state

    def is_changed(self, before: SourceMark) -> bool:
        """Whether anybody changed it since it was last taken in, as `before` says."""
        digest = content_digest(self.item.fields, self.item.body)
        return digest != before.content or self.state != self.item.state


def _content(here: _Here, made: Ticket, by: Author) -> tuple[Change, list[str]]:
    """What makes the fields, the text and the state those of `made`, and the names of these."""
    item = here.item
    fields: dict[str, FieldValue] = {
        key: made.fields[key]
        for key in _TAKEN
        if made.fields.get(key) and made.fields[key] != item.fields.get(key)
    }
    removed = tuple(key for key in _TAKEN if item.fields.get(key) and not made.fields.get(key))
    is_told = made.description.strip("\n") != item.body.strip("\n")
    change = Change(
        fields=fields,
        removed_fields=removed,
        description=made.description if is_told else None,
    )
    names = [*fields, *removed, *(["description"] if is_told else [])]
    if made.fields["state"] != here.state:
        names.append("state")
        change = _moved(here, change, made, by)
    return change, names


def _moved(here: _Here, change: Change, made: Ticket, by: Author) -> Change:
    """`change` with the event that leads to the state of `made`."""
    target = str(made.fields["state"])
    if target == states.CLOSED:
        text = made.resolution or target
        closing = (("status", "closed"), ("reason", REASON))
        event = new_event(events.CLOSE, by, text, closing)
        return change._replace(events=(event,), resolution=text)
    text = f"取り込み元での状態: {target}" if by.japanese else f"Imported as {target}."
    if here.resolution is not None and not is_kept(here.resolution, here.thread.events):
        text = f"{text}\n\nEarlier resolution:\n\n{here.resolution}"
    attributes = (("from", here.state), ("to", target), ("reason", REASON), ("field", "state"))
    event = new_event(events.STATE_CHANGED, by, text, attributes)
    return change._replace(events=(event,), removes_resolution=here.resolution is not None)


def _new_notes(thread: Thread, ticket: ForeignTicket, by: Author) -> list[NewEvent]:
    """The notes whose text no comment of the thread has, however often it stands there."""
    here = Counter(
        event.body.strip("\n") for event in thread.events if event.kind == events.COMMENT
    )
    fresh: list[ForeignNote] = []
    for note in ticket.notes:
        body = note.body.strip("\n")
        if here[body]:
            here[body] -= 1
        else:
            fresh.append(note)
    heading = heading_for(events.COMMENT, japanese=by.japanese)
    return [
        NewEvent(
            events.COMMENT,
            note.author or by.author,
            heading,
            note.body,
            (("noted_at", note.at),) if note.at else (),
        )
        for note in fresh
    ]


def _saying(
    ticket: ForeignTicket,
    found: ForeignTickets,
    by: Author,
    what: Sequence[str],
    extra: Sequence[str],
) -> NewEvent:
    """The comment that says what came, and keeps what has no place here."""
    origin, names = f"{found.tool} ({ticket.source_id})", ", ".join(what)
    said = f"Updated from {origin}: {names}."
    if by.japanese:
        said = f"{origin} から更新しました: {names}"
    return new_event(events.COMMENT, by, "\n".join([said, "", *extra]).rstrip("\n"))
