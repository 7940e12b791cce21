"""What was acknowledged and is in no file: told, brought back, or left (docs/durability.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.model.missing import MissingWrites as MissingWrites
    from yoi_cli.workspace.session import Session
    from yoi_cli.workspace.upkeep import Restored as Restored


def missing_writes(session: Session) -> Mapping[str, MissingWrites]:
    """What was recorded and is neither in a file nor in a commit, by ticket, and where it may
    be."""
    return session.store.missing_writes()


def restore(session: Session, tickets: Sequence[str] = ()) -> Restored:
    """Bring back what is in no file, commit, stash or autostash, of `tickets` or of all.

    Raises `ConflictError` (`git_holds_files`) while git has files of the store in its hands.
    """
    from yoi_cli.workspace.upkeep import restore

    return restore(session.store, tickets)


def leave(session: Session, tickets: Sequence[str] = ()) -> Restored:
    """Note that what is missing of `tickets`, or of all, was taken away on purpose."""
    from yoi_cli.workspace.upkeep import leave

    return leave(session.store, tickets)
