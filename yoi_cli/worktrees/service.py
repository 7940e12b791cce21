"""Making, showing and removing the worktrees of tickets (docs/worktrees.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, YoiError
from yoi_cli.model.naming import WORKTREE_FOLDER, branch_name, worktree_path
from yoi_cli.model.states import RESOLVED_STATES
from yoi_cli.model.time import seconds_of
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.tickets.lookup import identify
from yoi_cli.worktrees.model import Risk, unsafe
from yoi_cli.worktrees.ports import NewWorktree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yoi_cli.store.ports import TicketReader
    from yoi_cli.worktrees.model import Worktree
    from yoi_cli.worktrees.ports import RemovedWorktree, TargetRepository, Worktrees

_DAY_MS = 86_400_000


class WorktreeService(NamedTuple):
    """What the commands on worktrees work with.

    `live` names the worker that is at work for a ticket, None where there is none. `folder`
    is the one for worktrees; `configured` is the target branch that the settings name, None
    where they name none.
    """

    store: TicketReader
    worktrees: Worktrees
    repository: TargetRepository
    live: Callable[[str], str | None]
    folder: str = WORKTREE_FOLDER
    configured: str | None = None

    def target(self) -> str:
        """The branch that tickets are merged into."""
        return self.configured or self.repository.default_branch()


class WorktreeView(NamedTuple):
    """A worktree with what its ticket says; `state` and `title` are None for no ticket."""

    worktree: Worktree
    state: str | None = None
    title: str | None = None
    worker: str | None = None


class WorktreeDetails(NamedTuple):
    """One worktree, what speaks against removing it, and what was rescued before."""

    shown: WorktreeView
    risks: tuple[Risk, ...]
    rescues: tuple[str, ...]


class AddedWorktree(NamedTuple):
    """A worktree that was made, and the state of its ticket."""

    worktree: Worktree
    state: str


class Pruned(NamedTuple):
    """A worktree that pruning looked at: what removing it did (None where it stays, or only
    would be removed), and why it stays (empty where it goes)."""

    shown: WorktreeView
    removed: RemovedWorktree | None
    stays: str = ""


def add_worktree(
    service: WorktreeService, word: str, *, base: str | None, branch: str | None
) -> AddedWorktree:
    """Make the worktree of a ticket; the ticket itself is not written to.

    A new branch begins at `base`, by default the target branch. `branch` may name one that
    is there, which is then checked out as it is. Raises `ConflictError` (`worktree_exists`),
    and what `Worktrees.add` raises.
    """
    ticket = identify(service.store, word)
    item = service.store.item(ticket)
    existing = service.worktrees.of(ticket, service.target())
    if existing is not None:
        raise ConflictError(
            "worktree_exists",
            f"{ticket} has a worktree already: {existing.path}.",
            hint=f"`yoi worktree show {ticket}` tells how it stands.",
            details={"ticket": ticket, "path": existing.path},
        )
    name = branch or branch_name(ticket, item.title)
    reuse = branch is not None and service.repository.commit_of(f"refs/heads/{branch}") is not None
    if reuse and base is not None:
        raise ConflictError(
            "branch_exists",
            f"The branch {name} is there already, so it cannot begin at {base[:80]}.",
            hint="Leave out --base to go on with it as it is, or name another branch.",
            details={"branch": name},
        )
    new = NewWorktree(
        ticket=ticket,
        path=worktree_path(ticket, item.title, service.folder),
        branch=name,
        base=base or service.target(),
        reuse=reuse,
    )
    return AddedWorktree(service.worktrees.add(new), item.state)


def list_worktrees(service: WorktreeService) -> Sequence[WorktreeView]:
    """Every worktree but the main one, with its ticket."""
    fields = _fields(service.store)
    return [_shown(service, one, fields) for one in service.worktrees.all(service.target())]


def show_worktree(service: WorktreeService, word: str) -> WorktreeDetails:
    """The worktree of a ticket. Raises `NotFoundError` (`worktree_not_found`)."""
    ticket = _ticket_of(service, word)
    worktree = _of(service, ticket)
    risks = () if worktree.is_unfinished else tuple(service.worktrees.risks(worktree))
    shown = _shown(service, worktree, _fields(service.store))
    if shown.worker is not None:
        risks = (_worker_risk(shown.worker), *risks)
    return WorktreeDetails(shown, risks, tuple(service.worktrees.rescues(ticket)))


def remove_worktree(service: WorktreeService, word: str, *, force: bool) -> RemovedWorktree:
    """Take the worktree of a ticket away, and its branch where nothing is lost by it.

    Raises `NotFoundError` (`worktree_not_found`) and `ConflictError` (`worktree_unsafe`):
    always while a worker is at work there, for the rest only without `force`.
    """
    ticket = _ticket_of(service, word)
    worktree = _of(service, ticket)
    worker = service.live(ticket)
    if worker is not None:
        hint = "Stop it first (`yoi worker stop`), or wait for its end."
        raise unsafe(worktree, [_worker_risk(worker)], hint)
    return service.worktrees.remove(worktree, force=force)


def prune_worktrees(
    service: WorktreeService, *, days: int, now_ms: int, dry_run: bool
) -> Sequence[Pruned]:
    """Remove the worktrees of tickets that have been done or closed for `days`, where
    nothing is lost by it; all others stay, with the reason."""
    fields = _fields(service.store)
    target = service.target()
    results: list[Pruned] = []
    for worktree in service.worktrees.all(target):
        if worktree.ticket is None:
            continue
        shown = _shown(service, worktree, fields)
        stays = _why_kept(shown, fields, now_ms - days * _DAY_MS)
        if not stays:
            stays = " ".join(risk.text for risk in service.worktrees.risks(worktree))
        removed: RemovedWorktree | None = None
        if not stays and not dry_run:
            try:
                removed = service.worktrees.remove(worktree, force=False)
            except YoiError as error:  # somebody worked there just now, or git refused
                stays = error.message
        results.append(Pruned(shown, removed, stays))
    return results


def _why_kept(
    shown: WorktreeView, fields: Mapping[str, Mapping[str, object]], before_ms: int
) -> str:
    ticket = shown.worktree.ticket
    if shown.worker is not None:
        return f"{shown.worker} is at work there."
    if shown.worktree.is_unfinished:
        return "It was never finished."
    if shown.state is None:
        return f"The ticket {ticket} is not in this store."
    if shown.state not in RESOLVED_STATES:
        return f"The ticket is {shown.state}."
    seconds = seconds_of(str(fields.get(ticket or "", {}).get("updated_at", "")))
    if seconds is None or seconds * 1000 > before_ms:
        return "The ticket has not been over for that long."
    return ""


def _shown(
    service: WorktreeService, worktree: Worktree, fields: Mapping[str, Mapping[str, object]]
) -> WorktreeView:
    own = fields.get(worktree.ticket) if worktree.ticket is not None else None
    if own is None or worktree.ticket is None:
        return WorktreeView(worktree)
    state, title = own.get("state"), own.get("title")
    return WorktreeView(
        worktree,
        state if isinstance(state, str) else None,
        title if isinstance(title, str) else None,
        service.live(worktree.ticket),
    )


def _fields(store: TicketReader) -> Mapping[str, Mapping[str, object]]:
    return {row.id: row.fields for row in store.all_fields() if row.error is None}


def _ticket_of(service: WorktreeService, word: str) -> str:
    """The ticket that `word` means; the full id of one of which only a worktree is left."""
    try:
        return identify(service.store, word)
    except NotFoundError:
        if any(one.ticket == word for one in service.worktrees.all(service.target())):
            return word
        raise


def _of(service: WorktreeService, ticket: str) -> Worktree:
    """The ticket's worktree, also one that is not finished."""
    found = [one for one in service.worktrees.all(service.target()) if one.ticket == ticket]
    if found:
        return min(found, key=lambda one: one.is_unfinished)
    rescues = service.worktrees.rescues(ticket)
    hint = f"Make one with `yoi worktree add {ticket}`."
    if rescues:
        hint += f" Of an earlier one this is kept: {', '.join(rescues[:5])}."
    raise NotFoundError(
        "worktree_not_found",
        f"{ticket} has no worktree.",
        hint=hint,
        details={"ticket": ticket, "rescued": list(rescues)},
    )


def _worker_risk(worker: str) -> Risk:
    return Risk("worker", f"{worker} is at work there.", is_fatal=True)
