"""The workers of a ticket: what each is started with, and how it is known again.

Every request has a key made of the ticket, the claim's generation, the role and a number that
the log counted, so that asking for a worker a second time never starts a second one.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from yoi_cli.model.profile import CODER, REVIEWER
from yoi_cli.model.worker_spec import WorkerSpec, milliseconds, request_of
from yoi_cli.orchestration.texts import CommandResult, plain_text
from yoi_cli.workers.model import EXITED, QUEUED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yoi_cli.model.worker_spec import WorkerRequest
    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.orchestration.position import Position
    from yoi_cli.workers.model import WorkerView


VALIDATOR = "validator"
_MASK = "[redacted]"
_TAIL_BYTES = 4_000


class TicketWorkers:
    """Makes the requests of one ticket's workers, and reads what they wrote."""

    def __init__(self, tools: OrchestrationPorts, ticket: str) -> None:
        self._tools = tools
        self._ticket = ticket

    def key(self, at: Position, role: str, number: str) -> str:
        return f"{self._ticket}:{at.generation}:{role}:{number}"

    def coder(self, at: Position, folder: str, prompt: str) -> WorkerRequest:
        """The coder of the round that is recorded."""
        return self._agent(at, CODER, str(at.round), folder, prompt)

    def reviewer(self, at: Position, folder: str, prompt: str) -> WorkerRequest:
        """The reviewer that is recorded."""
        return self._agent(at, REVIEWER, str(at.reviews), folder, prompt)

    def validator(
        self, at: Position, number: str, command: Sequence[str], folder: str
    ) -> WorkerRequest:
        """One validation command, in the folder where what it judges is checked out."""
        spec = WorkerSpec(
            command=tuple(command),
            cwd=folder,
            key=self.key(at, VALIDATOR, number),
            ticket=self._ticket,
            role=VALIDATOR,
            timeout_ms=milliseconds(self._tools.settings.orchestration.validate_timeout),
        )
        return request_of(
            spec,
            self._tools.settings,
            self._tools.environment,
            variables=self._facts(at).items(),
            passes_secrets=False,
        )

    def _agent(
        self, at: Position, role: str, number: str, folder: str, prompt: str
    ) -> WorkerRequest:
        profile = self._tools.settings.of_role(role)
        facts = self._facts(at)
        facts |= {"YOI_ROUND": str(at.round), "YOI_AUTHOR": f"{role} ({profile.name})"}
        spec = WorkerSpec(
            command=(),
            cwd=folder,
            key=self.key(at, role, number),
            ticket=self._ticket,
            role=role,
            profile=profile.name,
        )
        return request_of(
            spec,
            self._tools.settings,
            self._tools.environment,
            prompt=prompt,
            prompt_file=self._tools.desk.keep_prompt(self._ticket, f"{role}-{number}.md", prompt),
            variables=facts.items(),
        )

    def _facts(self, at: Position) -> dict[str, str]:
        """What a worker is told of the run that it is part of."""
        return {
            "YOI_GENERATION": str(at.generation),
            "YOI_BRANCH": at.branch,
            "YOI_TARGET": at.target,
        }

    def output(self, view: WorkerView, limit: int) -> bytes:
        """The end of what a worker wrote, at most `limit` bytes."""
        return self._tools.runtime.output(view.worker_id, -limit, limit).data

    def redacted(self, text: str) -> str:
        """`text` without the values of secrets, for what goes into the log."""
        settings = self._tools.settings
        if not settings.worker.redact:
            return text
        named = [*settings.worker.secrets]
        for name in set(settings.roles.values()):
            named += settings.named(name).secrets
        values = {self._tools.environment.get(name, "") for name in named} - {""}
        for value in sorted(values, key=len, reverse=True):
            text = text.replace(value, _MASK)
        return text

    def result(self, command: Sequence[str], view: WorkerView) -> CommandResult:
        """How a validation command ended; of one that failed, the end of its output too."""
        is_good = view.state == EXITED and view.exit_code == 0 and not view.cause
        tail = ""
        if not is_good:
            tail = self.redacted(plain_text(self.output(view, _TAIL_BYTES))).strip("\n")
        return CommandResult(words(command), how_it_ended(view), is_good, tail)


def words(command: Sequence[str]) -> str:
    """A command as one line."""
    return " ".join(f"'{word}'" if " " in word or not word else word for word in command)


def how_it_ended(view: WorkerView) -> str:
    """A worker's end in a few words."""
    because = f" ({view.cause})" if view.cause else ""
    if view.exit_code is not None:
        return f"exit code {view.exit_code}{because}"
    if view.signal is not None:
        return f"{view.state} by signal {view.signal}{because}"
    return f"{view.state}{because}"


class WorkerWatch:
    """The workers of one ticket that this process has seen, by their keys."""

    def __init__(self, tools: OrchestrationPorts) -> None:
        self._tools = tools
        self._ids: dict[str, str] = {}
        self.worker = ""

    def follow(self, key: str, request: Callable[[], WorkerRequest]) -> WorkerView:
        """The worker with that key as it is now; started if nobody ever started it."""
        known = self._ids.get(key)
        runtime = self._tools.runtime
        if known is not None:
            view = runtime.show(known)
        else:
            view = runtime.spawn(request())
            self._ids[key] = view.worker_id
        if view.state == QUEUED:
            runtime.recover()
        self.worker = "" if view.has_ended else view.worker_id
        return view

    def started(self, view: WorkerView) -> bool:
        """Whether this process waited for the worker."""
        return view.worker_id in self._ids.values()

    def validate(
        self, jobs: TicketWorkers, at: Position, number: str, folder: str
    ) -> tuple[CommandResult, ...] | None:
        """What the validation commands said, one after the other up to the first that failed;
        None while one runs."""
        results: list[CommandResult] = []
        for index, command in enumerate(self._tools.settings.orchestration.validate):
            # With its words: a command that was configured meanwhile has not run yet.
            name = f"{number}.{index}:{words(command)}"
            make = partial(jobs.validator, at, name, command, folder)
            view = self.follow(jobs.key(at, VALIDATOR, name), make)
            if not view.has_ended:
                return None
            results.append(jobs.result(command, view))
            if not results[-1].is_good:
                break
        return tuple(results)
