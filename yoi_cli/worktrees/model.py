"""What is known of a ticket's worktree, and whether it may go (docs/worktrees.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Worktree(NamedTuple):
    """One worktree of the repository.

    `path` is absolute; `ticket` is what its branch names, or else its folder below
    `.worktree`, None for one that is no ticket's. `branch` is short (`work/…`), None where
    HEAD is detached. `head` and `base` are commits: what is checked out, and where the
    ticket's branch left the target branch (None where that is unknown). `ahead` counts
    the commits of HEAD that the target branch lacks. `dirty` are paths that are not
    committed, untracked ones included. `is_missing` says that git still lists a folder that
    is gone, `is_unfinished` that the making of it was cut short (`add` finishes it).
    `target` is the branch that the others were counted against.
    """

    path: str
    ticket: str | None
    branch: str | None
    head: str | None
    base: str | None = None
    ahead: int = 0
    dirty: tuple[str, ...] = ()
    is_locked: bool = False
    is_missing: bool = False
    is_unfinished: bool = False
    target: str = ""

    @property
    def is_clean(self) -> bool:
        return not self.dirty


class Risk(NamedTuple):
    """A reason why a worktree may not go as it is: a word for scripts, and a sentence.

    What `is_fatal` cannot be rescued, so that no force takes the worktree away.
    """

    code: str
    text: str
    is_fatal: bool = False


def unsafe(worktree: Worktree, risks: Sequence[Risk], hint: str = "") -> ConflictError:
    """The error (`worktree_unsafe`) for a worktree that may not go because of `risks`."""
    fatal = [risk for risk in risks if risk.is_fatal]
    name = worktree.ticket or worktree.path.rpartition("/")[2]
    usual = (
        "Settle that first: no force removes it."
        if fatal
        else "Commit and merge it, or let --force keep all of it under refs/yoi/rescue/ first."
    )
    return ConflictError(
        "worktree_unsafe",
        f"The worktree of {name} stays: " + " ".join(risk.text for risk in fatal or risks),
        hint=hint or usual,
        details={
            "path": worktree.path,
            "ticket": worktree.ticket,
            "reasons": [{"code": risk.code, "text": risk.text} for risk in risks],
        },
    )
