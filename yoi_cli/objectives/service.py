"""Objectives: making, linking and reading them. They never decide what may start."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from yoi_cli.errors import YoiError
from yoi_cli.model.fold import fold
from yoi_cli.model.ids import (
    TicketId,
    clean_abbreviation,
    is_ticket_id,
    next_ticket_id,
)
from yoi_cli.model.relations import MISSING, UNREADABLE
from yoi_cli.model.states import RESOLVED_STATES
from yoi_cli.model.text import counted, some_of
from yoi_cli.model.time import stamp
from yoi_cli.objectives.model import ACHIEVED, ACTIVE, DROPPED, LINKED_TICKETS, SOURCE, Objective
from yoi_cli.tickets.create import check_choices, check_title
from yoi_cli.tickets.lookup import identify, only_match

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yoi_cli.model.item import FieldValue
    from yoi_cli.store.ports import TicketReader, TicketStore


_TEMPLATE = "## Goal\n\nTBD\n\n## Success criteria\n\nTBD\n"
_TEMPLATE_JAPANESE = "## 目標\n\n未定\n\n## 達成条件\n\n未定\n"


class ObjectiveReader(Protocol):
    """Reading, without a lock; errors as a `TicketReader` raises them."""

    def ids(self) -> Sequence[str]: ...

    def objective(self, id_: str) -> Objective: ...

    def strays(self) -> Sequence[str]:
        """The names beside the objectives that are none."""
        ...

    def path(self, name: str) -> str:
        """The path of an objective's item, or of a stray, relative to the workspace."""
        ...


class ObjectiveStore(ObjectiveReader, Protocol):
    """Writing too, which asks that the caller holds the lock of the ticket store."""

    def create(self, id_: str, fields: Mapping[str, FieldValue], body: str) -> None: ...

    def edit(self, id_: str, fields: Mapping[str, FieldValue], body: str | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """One objective of a pass over all, or why it cannot be read.

    `resolved` of the linked tickets are done or closed.
    """

    id: str
    objective: Objective | None
    resolved: int = 0
    error: YoiError | None = None


@dataclass(frozen=True, slots=True)
class LinkedTicket:
    """A linked ticket; `problem` is missing or unreadable where its state cannot be told."""

    id: str
    title: str
    state: str | None
    problem: str | None = None

    @property
    def is_resolved(self) -> bool:
        return self.state in RESOLVED_STATES


@dataclass(frozen=True, slots=True)
class ObjectiveView:
    """One objective with the tickets that it links."""

    objective: Objective
    tickets: tuple[LinkedTicket, ...]

    @property
    def resolved(self) -> int:
        return sum(ticket.is_resolved for ticket in self.tickets)


@dataclass(frozen=True, slots=True)
class ObjectiveWritten:
    """An objective that was made or changed, and the tickets it links now.

    `warnings` are what went wrong once that was written.
    """

    id: str
    title: str
    at: str
    linked: tuple[str, ...]
    changed: bool = True
    warnings: tuple[str, ...] = ()


def template(*, japanese: bool) -> str:
    """The text that a new objective starts from."""
    return _TEMPLATE_JAPANESE if japanese else _TEMPLATE


def create_objective(
    store: TicketStore, objectives: ObjectiveStore, title: str, body: str, words: Sequence[str]
) -> ObjectiveWritten:
    """Make an active objective that links the tickets that `words` mean.

    Raises what `check_title` and `identify` raise.
    """
    title = check_title(title, of="An objective")
    with store.write() as writer:
        linked = tuple(dict.fromkeys(identify(writer, word) for word in words))
        id_ = next_ticket_id(writer.now_ms, objectives.ids())
        at = stamp(writer.now_ms)
        fields: dict[str, FieldValue] = {
            "title": title,
            "state": ACTIVE,
            "created_at": at,
            "updated_at": at,
            LINKED_TICKETS: linked,
        }
        objectives.create(id_, fields, body)
    return ObjectiveWritten(id_, title, at, linked)


def link_tickets(
    store: TicketStore,
    objectives: ObjectiveStore,
    word: str,
    words: Sequence[str],
    *,
    remove: bool = False,
) -> ObjectiveWritten:
    """Link tickets to an objective, or take links away; those that are gone may be too."""
    with store.write() as writer:
        objective = objectives.objective(identify_objective(objectives, word))
        linked = objective.linked_tickets
        if remove:
            gone = {_linked_id(writer, linked, ticket) for ticket in words}
            now = tuple(id_ for id_ in linked if id_ not in gone)
        else:
            now = tuple(dict.fromkeys([*linked, *(identify(writer, ticket) for ticket in words)]))
        at = stamp(writer.now_ms)
        if now != linked:
            objectives.edit(objective.id, {LINKED_TICKETS: now, "updated_at": at})
    return ObjectiveWritten(objective.id, objective.item.title, at, now, now != linked)


@dataclass(frozen=True, slots=True)
class GoalFromElsewhere:
    """A goal of another tool, which goes by `source` here."""

    source: str
    title: str
    body: str
    due: str
    is_over: bool


def find_goal(objectives: ObjectiveReader, source: str) -> Objective | None:
    """The objective that came from `source`; what cannot be read did not."""
    for id_ in objectives.ids():
        with suppress(YoiError):
            found = objectives.objective(id_)
            if found.item.text(SOURCE) == source:
                return found
    return None


def take_in_goal(
    store: TicketStore, objectives: ObjectiveStore, goal: GoalFromElsewhere, tickets: Sequence[str]
) -> tuple[ObjectiveWritten, tuple[str, ...]]:
    """Have an objective for `goal` that links `tickets`, and say which it did not link before.

    One that came in before keeps what it says here; it is achieved once the goal is over there.
    Raises what `check_title` raises.
    """
    with store.write() as writer:
        at, known = stamp(writer.now_ms), find_goal(objectives, goal.source)
        if known is None:
            id_ = next_ticket_id(writer.now_ms, objectives.ids())
            fields: dict[str, FieldValue] = {
                "title": check_title(goal.title, of="An objective"),
                "state": ACHIEVED if goal.is_over else ACTIVE,
                "created_at": at,
                "updated_at": at,
                LINKED_TICKETS: tuple(tickets),
                SOURCE: goal.source,
                **({"due": goal.due} if goal.due else {}),
            }
            objectives.create(id_, fields, goal.body.rstrip("\n") + "\n")
            return ObjectiveWritten(id_, goal.title, at, tuple(tickets)), tuple(tickets)
        new = tuple(one for one in tickets if one not in known.linked_tickets)
        linked = (*known.linked_tickets, *new)
        changed: dict[str, FieldValue] = {LINKED_TICKETS: linked} if new else {}
        if goal.is_over and known.item.state == ACTIVE:
            changed["state"] = ACHIEVED
        if changed:
            objectives.edit(known.id, {**changed, "updated_at": at})
        return ObjectiveWritten(known.id, known.item.title, at, linked, bool(changed)), new


def edit_objective(
    store: TicketStore,
    objectives: ObjectiveStore,
    word: str,
    fields: Mapping[str, FieldValue],
    body: str | None = None,
) -> ObjectiveWritten:
    """Change what an objective says. What is the same already is not written again.

    Raises what `check_title` and `check_choices` raise.
    """
    check_choices({key: value for key, value in fields.items() if key != "state"})
    wanted = dict(fields)
    if "title" in wanted:
        wanted["title"] = check_title(str(wanted["title"] or ""), of="An objective")
    with store.write() as writer:
        objective = objectives.objective(identify_objective(objectives, word))
        item, at = objective.item, stamp(writer.now_ms)
        changed = {key: value for key, value in wanted.items() if item.fields.get(key) != value}
        given = None if body is None else body.rstrip("\n") + "\n"
        text = given if given != item.body else None
        if changed or text is not None:
            objectives.edit(objective.id, {**changed, "updated_at": at}, text)
    title = str(wanted.get("title") or item.title)
    has_changed = bool(changed) or text is not None
    return ObjectiveWritten(objective.id, title, at, objective.linked_tickets, has_changed)


def close_objective(
    store: TicketStore, objectives: ObjectiveStore, word: str, *, dropped: bool
) -> ObjectiveWritten:
    """Say that an objective is achieved, or was dropped; tickets of an achieved one that are not
    resolved are told of, and stay as they are."""
    view = show_objective(store, objectives, word)
    state = DROPPED if dropped else ACHIEVED
    done = edit_objective(store, objectives, view.objective.id, {"state": state})
    left = [one.id for one in view.tickets if not one.is_resolved]
    if dropped or not left:
        return done
    warning = f"{counted(len(left), 'ticket')} of it not resolved: {some_of(left)}."
    return replace(done, warnings=(*done.warnings, warning))


def _linked_id(reader: TicketReader, linked: Sequence[str], word: str) -> str:
    """The linked ticket that `word` means: in full, it need not exist any more."""
    return word if word in linked else identify(reader, word)


def list_objectives(
    reader: TicketReader, objectives: ObjectiveReader, *, finished_too: bool
) -> tuple[ObjectiveRow, ...]:
    """Objectives by rising id, broken ones included; states of tickets are their items'."""
    resolved = {row.id for row in reader.all_fields() if row.fields.get("state") in RESOLVED_STATES}
    return tuple(_rows(objectives, resolved, finished_too=finished_too))


def _rows(
    objectives: ObjectiveReader, resolved: set[TicketId], *, finished_too: bool
) -> Iterator[ObjectiveRow]:
    for id_ in objectives.ids():
        try:
            objective = objectives.objective(id_)
        except YoiError as error:
            yield ObjectiveRow(id_, None, error=error)
            continue
        if finished_too or not objective.is_finished:
            linked = objective.linked_tickets
            yield ObjectiveRow(id_, objective, sum(ticket in resolved for ticket in linked))


def show_objective(reader: TicketReader, objectives: ObjectiveReader, word: str) -> ObjectiveView:
    """The objective that `word` means, with its tickets; their states are folded."""
    objective = objectives.objective(identify_objective(objectives, word))
    linked = tuple(_linked(reader, id_) for id_ in objective.linked_tickets)
    return ObjectiveView(objective, linked)


def _linked(reader: TicketReader, id_: str) -> LinkedTicket:
    if not is_ticket_id(id_) or not reader.exists(id_):
        return LinkedTicket(id_, "", None, MISSING)
    ticket = TicketId(id_)
    try:
        return LinkedTicket(
            id_, reader.item(ticket).title, fold(reader.thread(ticket).events).state
        )
    except YoiError:
        return LinkedTicket(id_, "", None, UNREADABLE)


def identify_objective(objectives: ObjectiveReader, word: str) -> str:
    """The objective that `word` means: its full id, or the beginning or end of one.

    Raises `UsageError`, `NotFoundError`, and `ConflictError` with the candidates.
    """
    hint = "`yoi objective list --all` shows every objective."
    return only_match(objectives.ids(), clean_abbreviation(word), "objective", hint=hint)
