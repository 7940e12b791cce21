"""What `--json` prints of relations."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.relations import Relation
    from yoi_cli.tickets.relations import RelationChange


class RelationDocument(TypedDict):
    """One forward relation, as the file has it."""

    ticket_id: str
    kind: str
    target: str
    note: str | None
    author: str
    at: str


class IncomingDocument(TypedDict):
    """A relation of another ticket to this one; `kind` is the inverse word."""

    ticket_id: str
    kind: str
    forward_kind: str
    note: str | None
    author: str
    at: str


class RelatedDocument(TypedDict):
    """A relation that was recorded or removed; `changed` is false where it stood already."""

    relation: RelationDocument
    removed: bool
    changed: bool
    warnings: list[str]


class RelationListDocument(TypedDict):
    """Relations: all forward ones of a store, or those around one ticket."""

    ticket: str | None
    outgoing: list[RelationDocument]
    incoming: list[IncomingDocument]
    unreadable: list[str]


def relation_document(relation: Relation) -> RelationDocument:
    return {
        "ticket_id": relation.ticket_id,
        "kind": relation.kind,
        "target": relation.target,
        "note": relation.note,
        "author": relation.author,
        "at": relation.at,
    }


def incoming_document(relation: Relation) -> IncomingDocument:
    return {
        "ticket_id": relation.ticket_id,
        "kind": relation.inverse,
        "forward_kind": relation.kind,
        "note": relation.note,
        "author": relation.author,
        "at": relation.at,
    }


def related_document(related: RelationChange, *, removed: bool) -> RelatedDocument:
    return {
        "relation": relation_document(related.relation),
        "removed": removed,
        "changed": related.changed,
        "warnings": list(related.committed.warnings),
    }


def relation_list_document(
    ticket: str | None,
    outgoing: Iterable[Relation],
    incoming: Iterable[Relation],
    unreadable: Iterable[str],
) -> RelationListDocument:
    return {
        "ticket": ticket,
        "outgoing": [relation_document(relation) for relation in outgoing],
        "incoming": [incoming_document(relation) for relation in incoming],
        "unreadable": list(unreadable),
    }
