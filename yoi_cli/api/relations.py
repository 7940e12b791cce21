"""Relations between tickets (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.held import store_of

if TYPE_CHECKING:
    from yoi_cli.api.held import Held
    from yoi_cli.tickets.relations import RelationChange as RelationChange
    from yoi_cli.tickets.relations import RelationList as RelationList
    from yoi_cli.workspace.session import Session


def add(
    session: Session,
    ticket: str,
    kind: str,
    target: str,
    *,
    note: str | None = None,
    author: str | None = None,
    commit: bool = False,
    held: Held | None = None,
) -> RelationChange:
    """Record that `ticket` stands in a relation to `target`; once more is a success.

    Raises `UsageError` for an unknown kind and a ticket related to itself, `NotFoundError`,
    and `ConflictError` (`cycle`) where tickets would wait for each other.
    """
    from yoi_cli.tickets.relations import Link, add_relation

    link = Link(ticket, kind, target, note)
    change = add_relation(store_of(session, held), link, session.author(author))
    return _committed(session, change, "add", asked=commit)


def remove(
    session: Session,
    ticket: str,
    kind: str,
    target: str,
    *,
    note: str | None = None,
    author: str | None = None,
    commit: bool = False,
    held: Held | None = None,
) -> RelationChange:
    """Take a relation away; an event keeps that it stood, and `note` why it went.

    Raises `UsageError`, and `NotFoundError` (`relation_not_found`, `ticket_not_found`).
    """
    from yoi_cli.tickets.relations import Link, remove_relation

    link = Link(ticket, kind, target, note)
    change = remove_relation(store_of(session, held), link, session.author(author))
    return _committed(session, change, "remove", asked=commit)


def list_relations(
    session: Session, ticket: str | None = None, *, kind: str | None = None
) -> RelationList:
    """The relations around a ticket in both directions, or all of the store.

    Raises `UsageError` for an unknown kind.
    """
    from yoi_cli.tickets.relations import list_relations

    return list_relations(session.store, ticket, kind)


def _committed(
    session: Session, change: RelationChange, verb: str, *, asked: bool
) -> RelationChange:
    from yoi_cli.api.autocommit import with_commit

    what = f"{verb} {change.relation.kind} {change.relation.target}"
    return change._replace(committed=with_commit(session, change.committed, what, asked=asked))
