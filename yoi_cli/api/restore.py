"""What was recorded and is not in the store's files: told, brought back, or left
(docs/durability.md)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.lost import LostRecords
    from yoi_cli.model.missing import MissingWrites as MissingWrites
    from yoi_cli.workspace.session import Session
    from yoi_cli.workspace.upkeep import Restored as Restored


def missing_writes(session: Session) -> Mapping[str, MissingWrites]:
    """What was recorded and is neither in a file nor in a commit, by ticket, and where it may
    be."""
    return session.store.missing_writes()


def all_missing(session: Session) -> Mapping[str, MissingWrites]:
    """The same, with the relations and plan records that commits have, and a merge or a checkout
    took out of the files: what `restore` brings back. It asks git's history."""
    from yoi_cli.merge.open import lost_records_to_git

    return _with_lost(missing_writes(session), lost_records_to_git(session))


def restore(session: Session, tickets: Sequence[str] = ()) -> Restored:
    """Bring back what is in no file, commit, stash or autostash, of `tickets` or of all, and
    relations and plan records that git's history alone has.

    Raises `ConflictError` (`git_holds_files`) while git has files of the store in its hands.
    """
    from yoi_cli.merge.open import restore_records
    from yoi_cli.workspace.upkeep import restore

    done = restore(session.store, tickets)
    found = restore_records(session, _named(session, tickets))
    before = {one.ticket: one for one in done.restored}
    return done._replace(restored=tuple(_with_lost(before, found).values()))


def leave(session: Session, tickets: Sequence[str] = ()) -> Restored:
    """Note that what is missing of `tickets`, or of all, was taken away on purpose. What a commit
    has is not asked for: `remove_relation` takes a relation away."""
    from yoi_cli.workspace.upkeep import leave

    return leave(session.store, tickets)


def _named(session: Session, words: Sequence[str]) -> Sequence[TicketId] | None:
    """The tickets that are meant, None for all. One that is not there has no records either."""
    from yoi_cli.tickets.lookup import identify

    if not words:
        return None
    found: list[TicketId] = []
    for word in words:
        with suppress(NotFoundError):
            found.append(identify(session.store, word))
    return found


def _with_lost(
    missing: Mapping[str, MissingWrites], lost: Mapping[str, LostRecords]
) -> Mapping[str, MissingWrites]:
    """`missing` with what git's history alone has."""
    from yoi_cli.model.missing import IN_HISTORY, MissingWrites

    found = dict(missing)
    for ticket, one in lost.items():
        known = found.get(ticket) or MissingWrites(ticket)
        found[ticket] = known._replace(
            relations=known.relations + len(one.relations),
            records=known.records + len(one.plans),
            is_gone=True,
            places=(*known.places, IN_HISTORY),
        )
    return found
