"""Merging tickets by meaning (docs/merging.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from yoi_cli.merge.ports import MergedPart as MergedPart
    from yoi_cli.merge.resolve import Resolution as Resolution
    from yoi_cli.workspace.session import Session


def resolve(
    session: Session,
    tickets: Collection[str] = (),
    *,
    dry_run: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> Resolution:
    """Merge what git left in conflict, and repair what earlier merges spoilt.

    `tickets` are full ids (`chosen_tickets`), all where there is none. Raises `ConflictError`
    (`lock_timeout`), and `OperationError` where git does not answer.
    """
    from yoi_cli.merge.open import resolve_store

    return resolve_store(session, tickets, is_dry=dry_run, advance=advance)


def chosen_tickets(session: Session, words: Collection[str]) -> frozenset[str]:
    """The tickets that are meant; a full id may be that of a ticket only git's index has."""
    from yoi_cli.errors import NotFoundError
    from yoi_cli.model.ids import is_ticket_id
    from yoi_cli.tickets.lookup import identify

    store = session.store

    def identified(word: str) -> str:
        try:
            return identify(store, word)
        except NotFoundError:
            if is_ticket_id(word.upper()):
                return word.upper()
            raise

    return frozenset(map(identified, words))


def merge_file(
    base: str,
    ours: str,
    theirs: str,
    path: str,
    *,
    environment: Mapping[str, str],
    is_ancestor: bool = False,
) -> MergedPart:
    """Merge three files for git, and put the outcome at once where `ours` was.

    `path` is where the file belongs, from the top of the checkout; `is_ancestor` says that
    git makes one ancestor of two. Raises `YoiError` and `OSError`; `ours` is as it was then.
    """
    from yoi_cli.merge.open import drive

    return drive(base, ours, theirs, path, environment, is_ancestor=is_ancestor)
