"""What changed in a clone while a worker ran, and what of that others account for
(docs/security.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.model.text import some_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from yoi_cli.workers.model import WorkerView

#: In place of a path: the shim died, and with it what was there before.
UNKNOWN = "*"
#: The ticket whose branch or worktree a path is about.
_OF_TICKET = re.compile(r"(?:^|/)(?:work|worktrees|\.worktree)/([0-9A-HJKMNP-TV-Z]{13})(?=[-/]|$)")
#: A worktree in which a merge is tried or a commit looked at, or that of a candidate with its
#: branch: an orchestrator's own, which come and go between workers.
_TRIAL = re.compile(
    r"(?:^|/)(?:worktrees|\.worktree)/(?:merge|check)-[^/]*(?=/|$)"
    r"|(?:^|/)(?:work|worktrees|\.worktree)/[0-9A-Z]{13}-(?:[^/]*-)?try\.[0-9]+\.[0-9]+(?=/|$)"
)


def unexplained(
    view: WorkerView, others: Iterable[WorkerView], target: str | None = None
) -> tuple[str, ...]:
    """Of the changes while the worker of `view` ran, those that nobody else accounts for: no
    worker of another ticket that ran meanwhile, no merge that was tried, no candidate. The branch
    `target` is looked after by orchestration itself."""
    busy = {one.ticket for one in others if one.ticket != view.ticket and _overlap(one, view)}
    return tuple(
        path
        for path in view.changes
        if not _TRIAL.search(path)
        and not (target is not None and path.endswith(f"/refs/heads/{target}"))
        and not ((found := _OF_TICKET.search(path)) is not None and found[1] in busy)
    )


def of_open_tickets(paths: Iterable[str], is_over: Callable[[str], bool]) -> tuple[str, ...]:
    """The paths but for those that are about a ticket of which `is_over` says that it is."""
    return tuple(
        path
        for path in paths
        if not ((found := _OF_TICKET.search(path)) is not None and is_over(found[1]))
    )


def _overlap(one: WorkerView, other: WorkerView) -> bool:
    return _begin(one) <= _end(other) and _begin(other) <= _end(one)


def _begin(view: WorkerView) -> float:
    return view.created_at


def _end(view: WorkerView) -> float:
    return view.ended_at if view.has_ended and view.ended_at is not None else float("inf")


def changes_sentence(view: WorkerView, paths: Sequence[str]) -> str:
    """What was noticed, for a person."""
    if UNKNOWN in paths:
        return (
            f"nobody can say whether worker {view.worker_id} changed the clone: it was not "
            "confined, and its shim died. Look at the git folder's configuration, hooks and refs."
        )
    shown = some_of([f"`{path}`" for path in paths])
    return (
        f"while worker {view.worker_id} ran, this changed, which is not its work: {shown}. See who "
        "did it, and put right what must be; `--retry` goes on."
    )
