"""What takes back what a command changed on one ticket: worked out, and not yet written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model import events, states
from yoi_cli.model.events import new_event
from yoi_cli.model.fold import fold, is_kept
from yoi_cli.model.missing import require_present
from yoi_cli.model.noted import text_sum
from yoi_cli.model.relations import Relation
from yoi_cli.model.time import stamp
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.values import Change
from yoi_cli.tickets.blocking import blockers, surroundings
from yoi_cli.tickets.claim_events import claim_event
from yoi_cli.tickets.move_rules import check_blockers
from yoi_cli.tickets.relations import check_addition, removal_event
from yoi_cli.tickets.undo import refusals
from yoi_cli.tickets.undo.claim import claim_taken_back
from yoi_cli.tickets.undo.plans import plans_taken_back

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.model.claim import Claim
    from yoi_cli.model.events import Author, Event, NewEvent
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.item import FieldValue
    from yoi_cli.model.noted import NotedWrite, Slot
    from yoi_cli.store.ports import Claims, TicketReader
    from yoi_cli.tickets.undo.claim import ClaimRequestAgain

#: What is taken back, in the words of JSON.
STATE, COMMENT, FIELD, RELATION, CLAIM = "state", "comment", "field", "relation", "claim"
PLAN = "plan"
#: What somebody said, and nobody goes by but people.
_SAYING = frozenset({events.COMMENT, events.PLAN, events.DECISION})


class UndoStep(NamedTuple):
    """One thing that is taken back: of which sort, and in a sentence."""

    what: str
    text: str


class Counter(NamedTuple):
    """What takes back what a command changed on `ticket`, which goes from the state `origin` to
    `state`: the changes in their order, and its claim as it is to be, if that becomes another."""

    ticket: TicketId
    origin: str
    state: str
    changes: tuple[Change, ...]
    claim: Claim | None
    steps: tuple[UndoStep, ...]


class Asking(NamedTuple):
    """Who takes back, at which instant (Unix milliseconds), with the claims of this clone."""

    by: Author
    claims: Claims
    again: ClaimRequestAgain
    now_ms: int


def counter_of(
    reader: TicketReader, ticket: TicketId, writes: Sequence[NotedWrite], asking: Asking
) -> Counter:
    """What takes back the `writes` on a ticket.

    Raises `ConflictError`: `undo_impossible`, `undo_overtaken`, `blocked`, `claimed`, and
    `StoreInvalidError` for what cannot be read.
    """
    return _Ticket(reader, ticket, writes, asking).counter()


def written_by(thread: Sequence[Event], writes: Sequence[NotedWrite]) -> list[Event]:
    """The events of a thread that `writes` wrote."""
    ids = {event_id for one in writes for event_id in one.event_ids}
    return [event for event in thread if event.id in ids]


class _Ticket:
    """One ticket, on which writes are taken back."""

    def __init__(
        self,
        reader: TicketReader,
        ticket: TicketId,
        writes: Sequence[NotedWrite],
        asking: Asking,
    ) -> None:
        self._reader, self._id, self._writes, self._asking = reader, ticket, writes, asking
        require_present(reader.missing_writes(), ticket)
        self._thread = reader.thread(ticket).events
        self._written = written_by(self._thread, writes)
        before = [e for e in self._thread if self._written and e.line < self._written[0].line]
        self._is_new = any(one.item is not None for one in writes)
        self._now = fold(self._thread).state
        moved = any(map(_moves, self._written))
        self._target = fold(before).state if moved else self._now
        if self._is_new:
            self._target = states.CLOSED
        self._steps: list[UndoStep] = []

    def counter(self) -> Counter:
        refusals.check_noted(self._id, self._writes, self._written)
        refusals.check_kinds(self._id, self._written)
        refusals.check_nothing_since(
            self._id,
            self._thread,
            self._writes,
            self._asking.by.author,
            only_says=all(event.kind in _SAYING for event in self._written) and not self._is_new,
        )
        self._check_move()
        claim = self._claim()
        new = [*self._withdrawal(), *self._claim_event(claim), *self._move()]
        fields, removed = self._fields()
        resolution, removes = self._resolution(new)
        change = Change(
            events=tuple(new),
            fields=fields,
            removed_fields=removed,
            description=self._description(),
            resolution=resolution,
            removes_resolution=removes,
        )
        changes = [] if change == Change() else [change]
        changes += self._relations()
        changes += self._plans()
        return Counter(self._id, self._now, self._target, tuple(changes), claim, tuple(self._steps))

    def _did(self, what: str, text: str) -> None:
        self._steps.append(UndoStep(what, text))

    def _check_move(self) -> None:
        if self._is_new and not self._is_as_made():
            raise refusals.overtaken(self._id, f"{self._id} was changed since it was made.")
        if self._target == self._now:
            return
        if self._now in states.RESOLVED_STATES and self._target not in states.RESOLVED_STATES:
            since = self._writes[0].at_ms
            refusals.check_nobody_began(self._reader, self._id, since)
        if self._target in (states.QUEUED, states.INPROGRESS):
            around = surroundings(self._reader, self._id)
            check_blockers(self._id, self._target, blockers(self._reader, self._id, around))

    def _is_as_made(self) -> bool:
        """Whether a ticket that was made says what it said then."""
        from yoi_cli.tickets.edit import revision_of

        made = next(one.item for one in self._writes if one.item is not None)
        return revision_of(made) == revision_of(self._reader.item(self._id))

    def _claim(self) -> Claim | None:
        asking = self._asking
        return claim_taken_back(
            self._id,
            self._thread,
            self._written,
            asking.claims,
            again=asking.again,
            now=asking.now_ms,
        )

    def _claim_event(self, claim: Claim | None) -> Iterator[NewEvent]:
        if claim is None:
            return
        status = "released" if claim.is_released else "taken"
        verb = "does not hold it any more" if claim.is_released else "holds it again"
        self._did(CLAIM, f"{claim.holder} {verb}.")
        yield claim_event(claim, self._asking.by, status)

    def _withdrawal(self) -> Iterator[NewEvent]:
        moved = any(map(_moves, self._written))
        said = [e for e in self._written if e.kind in _SAYING and not (moved and _is_routing(e))]
        if not said:
            return
        for event in said:
            self._did(COMMENT, f"The {event.kind} of {event.at} is withdrawn.")
        japanese = self._asking.by.japanese
        text = "\n".join(_withdrawn(event, japanese=japanese) for event in said)
        ids = " ".join(event.identity for event in said)
        yield new_event(events.WITHDRAWN, self._asking.by, text, ((events.UNDOES, ids),))

    def _move(self) -> Iterator[NewEvent]:
        if self._target == self._now:
            return
        ids = " ".join(e.identity for e in self._written if _moves(e) or self._is_new)
        self._did(STATE, f"It is {self._target} again; it was {self._now}.")
        if self._is_new:
            self._steps[-1] = UndoStep(STATE, "It is closed, as if nobody had made it.")
        if self._target == states.CLOSED:
            pairs = (("status", "closed"), (events.UNDOES, ids))
            yield new_event(events.CLOSE, self._asking.by, self._closing_text(), pairs)
            return
        attributes = (
            *(("from", self._now), ("to", self._target), ("reason", states.TAKEN_BACK)),
            *(("field", "state"), (events.UNDOES, ids)),
        )
        text = _sentence(self._now, self._target, japanese=self._asking.by.japanese)
        yield new_event(events.STATE_CHANGED, self._asking.by, text, attributes)

    def _closing_text(self) -> str:
        """What a ticket is closed with that was closed before, or should not have been made."""
        said = [event.body.strip() for event in self._thread if event.kind == events.CLOSE]
        if said and said[-1] and not self._is_new:
            return said[-1]
        japanese = self._asking.by.japanese
        return "`yoi undo` が作成を取り消しました。" if japanese else "Its creation was taken back."

    def _resolution(self, new: list[NewEvent]) -> tuple[str | None, bool]:
        """What `resolution.md` is to hold, and whether it is to go; a text that stands there alone
        goes into the last of the events `new`."""
        if self._target == self._now:
            return None, False
        if self._target == states.CLOSED:
            return self._closing_text(), False
        text = self._reader.resolution(self._id)
        if text is not None and not is_kept(text, self._thread):
            kept = f"{new[-1].body}\n\nEarlier resolution:\n\n{text}"
            new[-1] = new[-1]._replace(body=kept)
        return None, text is not None

    def _fields(self) -> tuple[dict[str, FieldValue], tuple[str, ...]]:
        """The values that fields are to have again, and those that are to go."""
        slots: dict[str, tuple[Slot, Slot]] = {}
        for name, (was, now) in ((k, v) for one in self._writes for k, v in one.fields.items()):
            slots[name] = (slots[name][0] if name in slots else was, now)
        has = self._reader.item(self._id).fields
        fields: dict[str, FieldValue] = {}
        for name, (was, now) in slots.items():
            if ((has[name],) if name in has else ()) != now:
                raise refusals.overtaken(self._id, f"{name} of {self._id} was changed since.")
            if was != now:
                self._did(FIELD, f"{name} is {_shown(was)} again; it was {_shown(now)}.")
            if was:
                fields[name] = was[0]
        return fields, tuple(name for name, (was, _) in slots.items() if not was)

    def _description(self) -> str | None:
        noted = [one.description for one in self._writes if one.description is not None]
        if not noted:
            return None
        if text_sum(self._reader.item(self._id).body) != noted[-1][1]:
            raise refusals.overtaken(self._id, f"The text of {self._id} was changed since.")
        self._did(FIELD, "The description is what it was before.")
        return noted[0][0]

    def _relations(self) -> Iterator[Change]:
        """Relations that stand again, in one change, then one for each that goes: a crash leaves
        the file of one to whoever comes next."""
        here, by = self._reader.relations(self._id), self._asking.by
        rest = here
        for one in (one for write in self._writes for one in write.unrelated):
            if any(other.key == one.key for other in rest):
                continue
            at = stamp(self._asking.now_ms)
            new = Relation(self._id, one.kind, one.target, by.author, at, one.note)
            check_addition(self._reader, new, rest)
            rest = (*rest, new)
            self._did(RELATION, f"{one.kind} {one.target} stands again.")
        if rest != here:
            yield Change(relations=rest)
        for one in (one for write in self._writes for one in write.related):
            if all(other.key != one.key for other in rest):
                raise refusals.overtaken(self._id, f"{one.kind} {one.target} is gone by now.")
            rest = tuple(other for other in rest if other.key != one.key)
            self._did(RELATION, f"{one.kind} {one.target} is gone.")
            event = removal_event(one, None, by)
            yield Change(events=(event,), relations=rest, loses_relations=True)

    def _plans(self) -> Iterator[Change]:
        at = stamp(self._asking.now_ms)
        new = tuple(plans_taken_back(self._reader, self._id, self._writes, self._asking.by, at))
        for _, sentence in new:
            self._did(PLAN, sentence)
        if new:
            yield Change(plan=tuple(record for record, _ in new))


def _moves(event: Event) -> bool:
    return event.kind in (events.STATE_CHANGED, events.CLOSE)


def _is_routing(event: Event) -> bool:
    """Whether it is the decision of an acceptance, which stays as the record of what was known."""
    return "classification" in event.attributes


def _withdrawn(event: Event, *, japanese: bool) -> str:
    if japanese:
        return f"{event.at} の {event.kind} を取り消しました。"
    return f"The {event.kind} of {event.at} is withdrawn."


def _sentence(state: str, target: str, *, japanese: bool) -> str:
    if japanese:
        return f"`yoi undo` が状態を {state} から {target} に戻しました。"
    return f"Taken back from {state} to {target} by `yoi undo`."


def _shown(slot: Slot) -> str:
    value = slot[0] if slot else None
    if value is None or value == ():
        return "empty"
    return ", ".join(value) if isinstance(value, tuple) else value
