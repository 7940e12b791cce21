"""What could go wrong once a ticket is accepted, looked at before it is (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.naming import branch_name, worktree_path
from yoi_cli.model.workers.profiles import BY_WORKER, CODER, REVIEWER
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration.forge_port import BY_REQUEST
from yoi_cli.orchestration.position import WORKTREE
from yoi_cli.orchestration.run_budget import RUN_SPENT
from yoi_cli.orchestration.staffing import PreflightObstacle, role_obstacles
from yoi_cli.orchestration.texts import code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.model.ids import TicketId
    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.worktrees.model import Worktree

#: Less room than this on the disk, and nothing is begun.
LEAST_FREE_BYTES = 100 * 1024 * 1024
DISK_FULL = "It waits for room on the disk, which has less than 100 MB."


class PlannedWorktree(NamedTuple):
    """Where a ticket is worked on: `path` is relative to the repository, as the log has it,
    and `worktree` the one that is there already. `has_branch` says that the branch is."""

    branch: str
    path: str
    has_branch: bool
    worktree: Worktree | None


def planned_worktree(ports: OrchestrationPorts, ticket: TicketId, title: str) -> PlannedWorktree:
    """The worktree that the ticket has, or the one to be made."""
    worktree = ports.worktrees.of(ticket, ports.target)
    if worktree is not None and worktree.branch is not None:
        path = worktree.path.removeprefix(ports.local_state.path_of("").rstrip("/") + "/")
        return PlannedWorktree(worktree.branch, path, True, worktree)
    branch = branch_name(ticket, title)
    path = worktree_path(ticket, title, ports.settings.orchestration.worktree_dir)
    has_branch = ports.repository.commit_of(f"refs/heads/{branch}") is not None
    return PlannedWorktree(branch, path, has_branch, worktree)


def obstacles(
    ports: OrchestrationPorts, ticket: TicketId, title: str
) -> tuple[PreflightObstacle, ...]:
    """All that would stop the work on `ticket` after it was accepted."""
    return (*_of_machine(ports), *_of_ticket(ports, ticket, title))


def _of_machine(ports: OrchestrationPorts) -> Iterator[PreflightObstacle]:
    """What is in the way of every ticket."""
    settings = ports.settings
    roles = [CODER, *([REVIEWER] if settings.orchestration.review == BY_WORKER else [])]
    for role in roles:
        yield from role_obstacles(ports, role)
    if settings.orchestration.best_of > 1 and settings.runtime_of(CODER):
        text = "Several coders on one ticket begin in this clone alone, and on no other runtime."
        yield PreflightObstacle("best_of_elsewhere", text)
    if settings.orchestration.merge == BY_REQUEST:
        yield from (PreflightObstacle(*one) for one in ports.forge.obstacles())
    if ports.run_budget.is_spent:
        yield PreflightObstacle(RUN_SPENT, ports.run_budget.text)
    target = ports.repository.commit_of(f"refs/heads/{ports.target}")
    if target is None:
        yield PreflightObstacle(
            "target_missing", f"There is no branch {ports.target!r} to merge into."
        )
    for command in settings.orchestration.validate:
        if not _can_run(ports, command[0], target):
            yield PreflightObstacle(
                "program_missing",
                f"The validation program {command[0]!r} is not on this machine.",
            )
    for path in ports.setup.missing():
        text = f"{code(path)}, which is to be copied into worktrees, is not there."
        yield PreflightObstacle("copy_missing", text)
    for path in settings.orchestration.copy:
        if not ports.history.is_ignored(path):
            text = f"{code(path)} is to be copied into worktrees, and git does not ignore it."
            yield PreflightObstacle("copy_not_ignored", text)
    if ports.local_state.free_bytes() < LEAST_FREE_BYTES:
        yield PreflightObstacle("disk_full", DISK_FULL)


def _can_run(ports: OrchestrationPorts, program: str, target: str | None) -> bool:
    """Whether a program is there now, or comes with the branch that work begins at."""
    if ports.machine.program(program) is not None:
        return True
    is_relative = "/" in program and not program.startswith("/")
    return is_relative and target is not None and ports.history.has_file(target, program)


def _of_ticket(
    ports: OrchestrationPorts, ticket: TicketId, title: str
) -> Iterator[PreflightObstacle]:
    branch, path, has_branch, worktree = planned_worktree(ports, ticket, title)
    if path.startswith("/"):
        text = f"The worktree of {branch} stands outside of the repository."
        yield PreflightObstacle("worktree_elsewhere", text)
    if worktree is None and ports.local_state.is_taken(path):
        yield PreflightObstacle("path_taken", f"Something else stands at {path}.")
    if worktree is not None and worktree.is_missing and worktree.is_locked:
        text = f"The folder of {branch} is gone, and somebody locked that worktree."
        yield PreflightObstacle("worktree_missing", text)
    if has_branch and not (_was_ours(ports, ticket, branch) or _is_merged(ports, branch)):
        yield PreflightObstacle("branch_exists", f"The branch {branch} was made by somebody else.")
    obstacle = ports.repository.branch_obstacle(branch) if worktree is None else ""
    if obstacle:
        yield PreflightObstacle("branch_blocked", obstacle)
    if any(view.ticket == ticket and not view.has_ended for view in ports.runtime.all()):
        yield PreflightObstacle("worker_alive", "A worker of an earlier time still runs for it.")


def _was_ours(ports: OrchestrationPorts, ticket: TicketId, branch: str) -> bool:
    """Whether the log says that an orchestrator made the branch for this ticket."""
    return any(
        event.attributes.get("step") == WORKTREE and event.attributes.get("branch") == branch
        for event in ports.store.thread(ticket).events
    )


def _is_merged(ports: OrchestrationPorts, branch: str) -> bool:
    """Whether the target branch has everything that `branch` has."""
    return ports.repository.is_ancestor(f"refs/heads/{branch}", f"refs/heads/{ports.target}")
