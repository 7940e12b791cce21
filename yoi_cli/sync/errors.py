"""Why a store cannot be synced with the branch that is checked out (docs/sync.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.model.text import some_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.sync.ports import Unpushed

OWN_BRANCH = 'a branch of the store\'s own (branch = "yoi" in [sync]) never needs that'


def behind(remote: str, branch: str, paths: Sequence[str]) -> ConflictError:
    """The remote's branch has changes of other files, which a sync never brings."""
    return ConflictError(
        "sync_behind",
        f"{branch} of {remote} has changes outside the store ({some_of(paths)}), which are not "
        "here. Nothing was sent.",
        hint="A sync commits the tickets here, so that `git pull` can bring the changes in; then "
        f"sync again; {OWN_BRANCH}.",
        details={"remote": remote, "branch": branch, "paths": list(paths[:100])},
    )


def ahead(remote: str, branch: str, commits: Sequence[Unpushed]) -> ConflictError:
    """The branch has commits of other files, which a sync never sends."""
    named = some_of([f"{commit.name} {commit.subject}" for commit in commits])
    return ConflictError(
        "sync_ahead",
        f"{branch} has {len(commits)} commits of other files that {remote} lacks ({named}). "
        "Nothing was sent.",
        hint="A sync brings what others wrote here all the same. Push the commits when they are "
        f"ready, which sends the tickets too; {OWN_BRANCH}.",
        details={
            "remote": remote,
            "branch": branch,
            "commits": [{"commit": one.name, "subject": one.subject} for one in commits[:100]],
        },
    )


def unrelated(branch: str) -> ConflictError:
    """Two histories without a common commit."""
    return ConflictError(
        "sync_unrelated",
        f"{branch} here and {branch} on the remote have no commit in common.",
        hint="Check that it is the right remote; `yoi sync --branch NAME` shares the store "
        "on a branch of its own.",
        details={"branch": branch},
    )


def shallow(remote: str) -> ConflictError:
    """A clone that was cut off before the commit that both sides come from."""
    return ConflictError(
        "sync_shallow",
        "This clone is shallow, and lacks the commit that both sides come from.",
        hint=f"`git fetch --deepen 100 {remote}` gets more of the history, `git fetch "
        f"--unshallow {remote}` all of it.",
        details={"remote": remote},
    )


def moved(branch: str) -> ConflictError:
    """Another branch was checked out in the middle of a sync."""
    return ConflictError(
        "sync_branch_left",
        f"{branch} is not checked out any more.",
        hint="Nothing is lost. Sync again on the branch that the store is on.",
        details={"branch": branch},
    )
