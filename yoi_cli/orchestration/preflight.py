"""What could go wrong once a ticket is accepted, looked at before it is (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import YoiError
from yoi_cli.model.naming import branch_name, worktree_path
from yoi_cli.model.profile import BY_WORKER, CODER, REVIEWER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.model.ids import TicketId
    from yoi_cli.orchestration.ports import OrchestrationPorts

#: Less room than this on the disk, and nothing is begun.
LEAST_FREE_BYTES = 100 * 1024 * 1024


class PreflightObstacle(NamedTuple):
    """Something that keeps a ticket from being begun: a code and a sentence."""

    code: str
    text: str


class WorkPlace(NamedTuple):
    """Where a ticket's work is done: a short branch name, and a path relative to the
    repository. `is_there` says that the branch stands from an earlier time."""

    branch: str
    worktree: str
    is_there: bool


def place_of(tools: OrchestrationPorts, ticket: TicketId, title: str) -> WorkPlace:
    """The worktree that the ticket has, or the one to be made."""
    folder = tools.settings.orchestration.worktree_dir
    standing = tools.yard.of(ticket, tools.target)
    if standing is not None and standing.branch is not None:
        return WorkPlace(standing.branch, _relative(tools, standing.path), is_there=True)
    branch = branch_name(ticket, title)
    known = tools.repository.commit_of(f"refs/heads/{branch}") is not None
    return WorkPlace(branch, worktree_path(ticket, title, folder), is_there=known)


def _relative(tools: OrchestrationPorts, path: str) -> str:
    """A worktree's path as the log has it: nothing of the machine's own folders."""
    return path.removeprefix(tools.desk.path_of("").rstrip("/") + "/")


def obstacles(
    tools: OrchestrationPorts, ticket: TicketId, title: str
) -> tuple[PreflightObstacle, ...]:
    """All that would stop the work on `ticket` after it was accepted."""
    return (*_of_machine(tools), *_of_ticket(tools, ticket, place_of(tools, ticket, title)))


def _of_machine(tools: OrchestrationPorts) -> Iterator[PreflightObstacle]:
    """What is in the way of every ticket."""
    settings = tools.settings
    roles = [CODER, *([REVIEWER] if settings.orchestration.review == BY_WORKER else [])]
    for role in roles:
        try:
            profile = settings.of_role(role)
        except YoiError as error:
            yield PreflightObstacle(error.code, error.message)
            continue
        if tools.machine.program(profile.command[0]) is None:
            program = profile.command[0]
            yield PreflightObstacle(
                "program_missing", f"The {role}'s program {program!r} is not on this machine."
            )
        for name in profile.requires:
            if not tools.machine.is_set(name):
                yield PreflightObstacle(
                    "variable_missing", f"The {role} needs the variable {name}."
                )
    target = tools.repository.commit_of(f"refs/heads/{tools.target}")
    if target is None:
        yield PreflightObstacle(
            "target_missing", f"There is no branch {tools.target!r} to merge into."
        )
    for command in settings.orchestration.validate:
        if not _can_run(tools, command[0], target):
            yield PreflightObstacle(
                "program_missing",
                f"The validation program {command[0]!r} is not on this machine.",
            )
    if tools.desk.free_bytes() < LEAST_FREE_BYTES:
        yield PreflightObstacle("disk_full", "The disk has less than 100 MB of room.")


def _can_run(tools: OrchestrationPorts, program: str, target: str | None) -> bool:
    """Whether a program is there now, or comes with the branch that work begins at."""
    if tools.machine.program(program) is not None:
        return True
    is_relative = "/" in program and not program.startswith("/")
    return is_relative and target is not None and tools.history.has_file(target, program)


def _of_ticket(
    tools: OrchestrationPorts, ticket: TicketId, place: WorkPlace
) -> Iterator[PreflightObstacle]:
    standing = tools.yard.of(ticket, tools.target)
    if place.worktree.startswith("/"):
        text = f"The worktree of {place.branch} stands outside of the repository."
        yield PreflightObstacle("worktree_elsewhere", text)
    if standing is None and tools.desk.is_taken(place.worktree):
        yield PreflightObstacle("path_taken", f"Something else stands at {place.worktree}.")
    if standing is not None and standing.is_missing:
        yield PreflightObstacle("worktree_missing", f"The folder of {place.branch} is gone.")
    if place.is_there and not (_was_ours(tools, ticket, place.branch) or _is_empty(tools, place)):
        yield PreflightObstacle(
            "branch_exists", f"The branch {place.branch} was made by somebody else."
        )
    if any(view.ticket == ticket and not view.has_ended for view in tools.runtime.all()):
        yield PreflightObstacle("worker_alive", "A worker of an earlier time still runs for it.")


def _was_ours(tools: OrchestrationPorts, ticket: TicketId, branch: str) -> bool:
    """Whether the log says that an orchestrator made the branch for this ticket."""
    return any(
        event.attributes.get("step") == "worktree" and event.attributes.get("branch") == branch
        for event in tools.store.thread(ticket).events
    )


def _is_empty(tools: OrchestrationPorts, place: WorkPlace) -> bool:
    """Whether a branch holds nothing that the target branch has not."""
    return tools.repository.is_ancestor(f"refs/heads/{place.branch}", f"refs/heads/{tools.target}")
