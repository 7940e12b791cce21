"""Recording and removing relations (docs/format.md and docs/routing.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, UsageError
from yoi_cli.model import events, relations
from yoi_cli.model.events import NewEvent, new_event
from yoi_cli.model.ids import TicketId
from yoi_cli.model.missing_links import (
    MISSING_LINKS,
    MissingLink,
    is_name_elsewhere,
    missing_links,
)
from yoi_cli.model.plan import TEXT_LIMIT
from yoi_cli.model.relations import Relation, closing_cycle, find_path
from yoi_cli.model.time import stamp
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.values import Change, Committed
from yoi_cli.tickets.blocking import store_graph, surroundings
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.events import Author
    from yoi_cli.store.ports import TicketReader, TicketStore, TicketWriter


#: How a cycle names a ticket that has no id yet.
_NEW = "the new ticket"


class Link(NamedTuple):
    """A relation as a person types it: two tickets, a kind, and perhaps why."""

    ticket: str
    kind: str
    target: str
    note: str | None = None


class RelationChange(NamedTuple):
    """A relation's outcome; `changed` is False where it stood already, as asked for."""

    relation: Relation
    changed: bool
    committed: Committed


def add_relation(store: TicketStore, link: Link, by: Author) -> RelationChange:
    """Record a relation. One that stands already is a success that writes nothing, but for a note
    that it does not have: that becomes a comment.

    Raises `UsageError` for an unknown kind, an over-long note or a ticket related to itself,
    and `ConflictError` (`cycle`) where it would make tickets wait for each other.
    """
    _check(link)
    with store.write() as writer:
        ticket, target = _endpoints(writer, link)
        existing = writer.relations(ticket)
        at = stamp(writer.now_ms)
        new = Relation(ticket, link.kind, target, by.author, at, link.note)
        for relation in existing:
            if relation.key == new.key:
                writer.affirm(relation)
                done = Committed(ticket, relation.at)
                if link.note != relation.note:
                    done = _keep_note(writer, ticket, new, by) or done
                return RelationChange(relation, False, done)
        check_addition(writer, new, existing)
        done = writer.commit(ticket, Change(relations=(*existing, new)))
        return RelationChange(new, True, done)


def _keep_note(
    writer: TicketWriter, ticket: TicketId, asked: Relation, by: Author
) -> Committed | None:
    from yoi_cli.tickets.said_anyway import keep_what_was_said

    why = f"The relation `{asked.kind}` to {asked.target} stood already."
    return keep_what_was_said(writer, ticket, by, why, (asked.note,))


def remove_relation(store: TicketStore, link: Link, by: Author) -> RelationChange:
    """Take a relation away; an event keeps that it stood, since when, and why it went. One that an
    import knows by name alone goes by that name.

    Raises `NotFoundError` (`relation_not_found`).
    """
    _check(link)
    with store.write() as writer:
        ticket = identify(writer, link.ticket)
        if is_name_elsewhere(link.target):
            return _remove_missing(writer, ticket, link, by)
        existing = writer.relations(ticket)
        target = _target_of(writer, link, existing)
        for relation in existing:
            if relation.key == (link.kind, target):
                rest = tuple(other for other in existing if other is not relation)
                event = removal_event(relation, link.note, by)
                change = Change(events=(event,), relations=rest, loses_relations=True)
                done = writer.commit(ticket, change)
                return RelationChange(relation, True, done)
    raise _no_relation(ticket, link.kind, target)


def _remove_missing(
    writer: TicketWriter, ticket: TicketId, link: Link, by: Author
) -> RelationChange:
    """Take away a link whose other end never came in."""
    known = missing_links(writer.item(ticket).fields)
    gone = MissingLink(link.kind, link.target)
    if gone not in known:
        raise _no_relation(ticket, link.kind, link.target)
    rest = tuple(str(one) for one in known if one != gone)
    relation = Relation(ticket, link.kind, link.target, by.author, stamp(writer.now_ms))
    said = f"The link `{link.kind}` to {link.target}, which never came in, was removed."
    change = Change(
        events=(_removed(relation, [said, link.note or ""], by),),
        fields={MISSING_LINKS: rest} if rest else {},
        removed_fields=() if rest else (MISSING_LINKS,),
    )
    return RelationChange(relation, True, writer.commit(ticket, change))


def _no_relation(ticket: str, kind: str, target: str) -> NotFoundError:
    return NotFoundError(
        "relation_not_found",
        f"{ticket} has no relation {kind} {target}.",
        hint=f"`yoi ticket relation list {ticket}` shows the relations that it has.",
        details={"ticket": ticket, "kind": kind, "target": target},
    )


class RelationList(NamedTuple):
    """Relations around `ticket`, in both directions, or every forward one of a store (None).

    `unreadable` are the tickets whose relations cannot be read.
    """

    ticket: TicketId | None
    outgoing: tuple[Relation, ...]
    incoming: tuple[Relation, ...]
    unreadable: tuple[str, ...]


def list_relations(
    reader: TicketReader, word: str | None = None, kind: str | None = None
) -> RelationList:
    """The relations around the ticket that `word` means, or all, perhaps of one `kind` only.

    Raises `UsageError` for an unknown kind.
    """
    if kind is not None:
        check_kind(kind)
    found = _all_relations(reader) if word is None else _relations_around(reader, word)
    return found._replace(
        outgoing=tuple(one for one in found.outgoing if kind in (None, one.kind)),
        incoming=tuple(one for one in found.incoming if kind in (None, one.kind)),
    )


def _relations_around(reader: TicketReader, word: str) -> RelationList:
    ticket = identify(reader, word)
    return RelationList(ticket, *surroundings(reader, ticket))


def _all_relations(reader: TicketReader) -> RelationList:
    found: list[Relation] = []
    unreadable: list[str] = []
    for row in reader.all_relations():
        found += row.relations
        if row.error is not None:
            unreadable.append(row.id)
    return RelationList(None, tuple(found), (), tuple(unreadable))


def check_kind(kind: str) -> None:
    """Raise `UsageError` for a word that is no forward kind of relation."""
    if kind in relations.KINDS:
        return
    from yoi_cli.model.nearest import did_you_mean

    forward = relations.kind_of_inverse(kind)
    near = "" if forward else did_you_mean(kind, relations.KINDS)
    turned = f" For {kind}, swap the tickets and use {forward}." if forward else ""
    raise UsageError(
        "relation_kind_unknown",
        f"{kind[:40]!r} is not a kind of relation.",
        hint=f"{near}The kinds are {', '.join(relations.KINDS)}.{turned}",
        details={"kinds": list(relations.KINDS)},
    )


def _check(link: Link) -> None:
    check_kind(link.kind)
    if link.note is not None and len(link.note.encode("utf-8", "surrogatepass")) > TEXT_LIMIT:
        raise UsageError(
            "note_too_long",
            "The note is longer than 16 KiB.",
            hint="Keep the note short; put the story into a comment.",
        )


def _endpoints(writer: TicketWriter, link: Link) -> tuple[TicketId, TicketId]:
    ticket, target = identify(writer, link.ticket), identify(writer, link.target)
    if ticket == target:
        raise UsageError(
            "relation_to_itself",
            f"{ticket} cannot be related to itself.",
            hint="Name two different tickets.",
        )
    return ticket, target


def _target_of(writer: TicketWriter, link: Link, existing: tuple[Relation, ...]) -> str:
    """The target that is meant, which may be a ticket that is not there any more."""
    word = link.target.upper()
    dangling = [r.target for r in existing if word in (r.target, r.target.upper())]
    return dangling[0] if dangling else identify(writer, link.target)


def check_addition(reader: TicketReader, new: Relation, existing: Iterable[Relation]) -> None:
    """Raise `ConflictError` (`cycle`, `parent_exists`) for a relation that may not be added to the
    `existing` ones of its ticket."""
    _check_cycle(reader, new)
    _check_parent(reader, new, existing)


def _check_cycle(reader: TicketReader, new: Relation) -> None:
    edge = new.edge
    if edge is None:
        return
    cycle = closing_cycle(store_graph(reader), *edge)
    if cycle:
        raise _cycle(f"{new.ticket_id} {new.kind} {new.target}", cycle)


def _check_parent(reader: TicketReader, new: Relation, existing: Iterable[Relation]) -> None:
    """Raise `ConflictError` (`parent_exists`, `cycle`) for a second parent, and for one that stands
    below the ticket itself."""
    if new.kind != relations.PARENT:
        return
    for one in existing:
        if one.kind == relations.PARENT:
            parts = f"yoi ticket relation remove {new.ticket_id} parent {one.target}"
            raise ConflictError(
                "parent_exists",
                f"{new.ticket_id} has a parent: {one.target}.",
                hint=f"`{parts}` parts them.",
                details={"ticket": new.ticket_id, "parent": one.target},
            )
    way = [new.ticket_id, new.target]
    while (above := _parent_of(reader, way[-1])) is not None and above not in way[1:]:
        way.append(above)
        if above == new.ticket_id:
            said = f"{new.ticket_id} parent {new.target}"
            raise ConflictError(
                "cycle",
                f"{said} would make tickets each other's parents: {' → '.join(way)}.",
                hint="Decide which of these relations is wrong.",
                details={"cycle": way},
            )


def _parent_of(reader: TicketReader, ticket: str) -> str | None:
    if not reader.exists(ticket):
        return None
    found = reader.relations(TicketId(ticket))
    return next((one.target for one in found if one.kind == relations.PARENT), None)


def check_no_cycle_through_new(writer: TicketWriter, links: Iterable[tuple[str, TicketId]]) -> None:
    """Raise `ConflictError` (`cycle`) where a ticket that is to be made, with the (kind, target)
    pairs `links`, would wait for one that waits for it."""
    targets: dict[str | None, list[TicketId]] = {}
    for kind, target in links:
        targets.setdefault(relations.waiting_end(kind), []).append(target)
    graph = store_graph(writer)
    for blocker in targets.get(relations.TICKET, ()):
        for waiting in targets.get(relations.TARGET, ()):
            path = find_path(graph, blocker, waiting)
            if path:
                said = f"A ticket that waits for {blocker} and blocks {waiting}"
                raise _cycle(said, (_NEW, *path, _NEW))


def _cycle(what: str, cycle: tuple[str, ...]) -> ConflictError:
    return ConflictError(
        "cycle",
        f"{what} would make tickets wait for each other: {' → '.join(cycle)}.",
        hint="Each waits for the next. Decide which of these relations is wrong.",
        details={"cycle": list(cycle)},
    )


def removal_event(relation: Relation, note: str | None, by: Author) -> NewEvent:
    """The event that keeps a relation which is taken away, and why."""
    said = f"The relation `{relation.kind}` to {relation.target} was removed."
    since = f"It was recorded by {relation.author} at {relation.at}."
    parts = [said, since]
    if relation.note:
        parts.append(f"Its note was: {relation.note}")
    return _removed(relation, [*parts, note or ""], by)


def _removed(relation: Relation, parts: Iterable[str], by: Author) -> NewEvent:
    attributes = (("relation", relation.kind), ("target", relation.target))
    text = "\n\n".join(filter(None, parts))
    return new_event(events.RELATION_REMOVED, by, text, attributes)
