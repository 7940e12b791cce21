"""The workers of a ticket: what each is started with, and how it is known again.

Every request has a key made of the ticket, the claim's generation, the role and a number that
the log counted, so that asking for a worker a second time never starts a second one.
"""

from __future__ import annotations

import shlex
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.model.workers.presets import HIDES_IDENTITY, LEAVES_BEHIND
from yoi_cli.model.workers.profiles import CODER, REVIEWER
from yoi_cli.model.workers.run_variables import AS_COMMITTED, facts_of_run, run_variables
from yoi_cli.model.workers.spec import WorkerSpec, milliseconds, request_of
from yoi_cli.orchestration.noticed import not_ours
from yoi_cli.orchestration.texts import CommandResult, plain_text
from yoi_cli.workers.agents.base import AgentReport
from yoi_cli.workers.agents.commands import resume_command
from yoi_cli.workers.agents.transcript import report_of, text_of
from yoi_cli.workers.changes import changes_sentence, unexplained
from yoi_cli.workers.model import EXITED, QUEUED
from yoi_cli.workers.runtime import Output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from yoi_cli.model.workers.profiles import Profile
    from yoi_cli.model.workers.spec import WorkerRequest
    from yoi_cli.orchestration.elsewhere import FarEnd
    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.orchestration.position import Position
    from yoi_cli.workers.model import WorkerView


VALIDATOR = "validator"
_NONE: Mapping[str, FarEnd] = MappingProxyType({})
SETUP = "setup"
#: The roles of the workers that an orchestrator starts; each is part of its worker's key.
ROLES = frozenset({CODER, REVIEWER, VALIDATOR, SETUP})
#: So much of a transcript is read for what the agent reports, and for the end of what it shows.
_REPORT_BYTES, _AGENT_TAIL_BYTES = 1 << 26, 1 << 18
#: How many characters of a failed command's output are reported.
_TAIL = 4_000
_TAIL_LINES = 20


class TicketWorkers:
    """Makes the requests of one ticket's workers, and reads what they wrote. What those wrote that
    `ended` elsewhere is here already."""

    def __init__(
        self, ports: OrchestrationPorts, ticket: str, ended: Mapping[str, FarEnd] = _NONE
    ) -> None:
        self._ports = ports
        self._ticket = ticket
        self._ended = ended
        self._reports: dict[str, AgentReport] = {}

    def key(self, at: Position, role: str, number: str) -> str:
        return f"{self._ticket}:{at.generation}:{role}:{number}"

    def command(
        self, at: Position, role: str, number: str, command: Sequence[str], folder: str
    ) -> WorkerRequest:
        """One command of the setup or the validation, in the folder where what it is about is
        checked out."""
        settings = self._ports.settings.orchestration
        timeout = settings.validate_timeout if role == VALIDATOR else settings.setup_timeout
        spec = WorkerSpec(
            command=tuple(command),
            cwd=folder,
            key=self.key(at, role, number),
            ticket=self._ticket or None,
            role=role,
            timeout_ms=milliseconds(timeout),
        )
        return request_of(
            spec,
            self._ports.settings,
            self._ports.environment,
            variables=(self._facts(at) | AS_COMMITTED).items(),
            passes_secrets=False,
        )

    def agent(
        self, at: Position, role: str, number: int, folder: str, prompt: str
    ) -> WorkerRequest:
        """The coder or the reviewer that is recorded."""
        settings = self._ports.settings
        profile = settings.profiles.get(at.profile) or settings.of_role(role)
        if role == CODER and at.resumes:
            profile = self._resuming(at, profile)
            settings = settings._replace(profiles={**settings.profiles, profile.name: profile})
        prompt = self._ports.redaction.text(prompt)
        name = f"{role} {number}" if role == CODER and number in at.contest else role
        facts = run_variables(profile, role, at.round, self._facts(at), name=name)
        spec = WorkerSpec(
            command=(),
            cwd=folder,
            key=self.key(at, role, str(number)),
            ticket=self._ticket,
            role=role,
            profile=profile.name,
        )
        for pattern in LEAVES_BEHIND.get(profile.agent, ()):
            self._ports.worktrees.ignore(pattern)
        if profile.agent in HIDES_IDENTITY:
            asked = request_of(spec, settings, self._ports.environment)
            facts |= self._ports.machine.identity(asked)
        return request_of(
            spec,
            settings,
            self._ports.environment,
            prompt=prompt,
            prompt_file=self._ports.local_state.keep_prompt(
                self._ticket, f"{role}-{number}.md", prompt
            ),
            variables=facts.items(),
        )

    def _resuming(self, at: Position, profile: Profile) -> Profile:
        """`profile` with a command that goes on with the session of the coder before, where that
        was the same profile's and its agent can; else as it is."""
        for number in range(at.round - 1, 0, -1):
            view = self._ports.runtime.find(self.key(at, CODER, str(number)))
            session = self.report(view).session if view is not None else ""
            if view is not None and view.profile == profile.name and session:
                command = resume_command(profile.agent, profile.command, session)
                return profile if command is None else profile._replace(command=command)
        return profile

    def _facts(self, at: Position) -> dict[str, str]:
        """The variables that describe the run which a worker is part of."""
        return facts_of_run(at.branch, at.target, at.generation)

    def report(self, view: WorkerView) -> AgentReport:
        """What an agent that has ended told of itself; nothing for another command."""
        known = self._reports.get(view.worker_id)
        if known is None:
            known = AgentReport()
            if view.agent:
                known = report_of(view.agent, self._parts(view))
            self._reports[view.worker_id] = known
        return known

    def _parts(self, view: WorkerView) -> Iterator[bytes]:
        far = self._ended.get(view.worker_id)
        if far is not None:
            return iter((far.output,))
        parts = self._ports.runtime.read(view.worker_id, -_REPORT_BYTES)
        return (part.data for part in parts)

    def _end_of(self, view: WorkerView, size: int) -> Output:
        """The last `size` bytes of what a worker wrote."""
        far = self._ended.get(view.worker_id)
        if far is None:
            return self._ports.runtime.output(view.worker_id, -size, size)
        data = far.output[-size:]
        return Output(data, max(0, far.view.output_size - len(data)), far.view.output_size)

    def said(self, view: WorkerView, limit: int) -> str:
        """What an agent said last, else the end of what it printed; fit to be written down."""
        last = self._ports.redaction.text(plain_text(self.report(view).last_message.encode()))
        return last[-limit:] if last.strip() else self.printed(view, limit)

    def printed(self, view: WorkerView, limit: int) -> str:
        """The end of what a worker printed, at most `limit` characters, fit to be written down:
        of an agent what a person is shown of it.

        What is cut off is cut off afterwards: half a secret would be known by nobody.
        """
        if view.agent:
            size = max(limit, _AGENT_TAIL_BYTES)
            raw = self._end_of(view, size)
            shown = text_of(view.agent, raw.data, is_whole=raw.start == 0)
            return self._ports.redaction.text(plain_text(shown.encode()))[-limit:]
        redaction = self._ports.redaction
        limit_read = limit + 4 * redaction.longest
        output = self._end_of(view, limit_read).data
        text = redaction.text(plain_text(output))
        return text[-limit:] if len(output) == limit_read else text

    def tail(self, view: WorkerView) -> str:
        """The last lines that a worker wrote, fit to be written down."""
        text = self.printed(view, _TAIL).rstrip()
        return "\n".join(text.split("\n")[-_TAIL_LINES:]).strip("\n")

    def result(self, command: Sequence[str], view: WorkerView) -> CommandResult:
        """How a validation command ended; of one that failed, the end of its output too."""
        is_good = is_success(view)
        tail = ""
        if not is_good:
            tail = self.printed(view, _TAIL).strip("\n")
        return CommandResult(words(command), how_it_ended(view), is_good, tail)


def words(command: Sequence[str]) -> str:
    """A command as a line that a shell runs."""
    return shlex.join(command)


def is_success(view: WorkerView) -> bool:
    """Whether a worker came to its end by itself, with the exit code 0."""
    return view.state == EXITED and view.exit_code == 0 and not view.cause


def how_it_ended(view: WorkerView) -> str:
    """A worker's end in a few words."""
    because = f" ({view.cause})" if view.cause else ""
    if view.exit_code is not None:
        return f"exit code {view.exit_code}{because}"
    if view.signal is not None:
        return f"{view.state} by signal {view.signal}{because}"
    return f"{view.state}{because}"


def _in_folder(request: Callable[[str], WorkerRequest], folder: Callable[[], str]) -> WorkerRequest:
    return request(folder())


class WorkerWatch:
    """The workers of one ticket that this process has seen, by their keys."""

    def __init__(self, ports: OrchestrationPorts) -> None:
        self._ports = ports
        self._ids: dict[str, str] = {}
        self._seen: set[str] = set()
        self.worker = ""
        self.noticed: list[str] = []

    def follow(self, key: str, request: Callable[[], WorkerRequest]) -> WorkerView:
        """The worker with that key as it is now; started if nobody ever started it."""
        known = self._ids.get(key)
        runtime = self._ports.runtime
        if known is not None:
            view = runtime.show(known)
        else:
            view = runtime.spawn(request())
            self._ids[key] = view.worker_id
        if view.state == QUEUED:
            runtime.recover()
        if runtime.has_mail(view.worker_id):
            with self._ports.store.write():  # which writes what confined workers said
                pass
        if view.changes and view.worker_id not in self._seen:
            self._seen.add(view.worker_id)
            found = unexplained(view, runtime.all(), self._ports.target)
            found = not_ours(self._ports.store, found)
            if found:
                self.noticed.append(changes_sentence(view, found))
        self.worker = "" if view.has_ended else view.worker_id
        return view

    def find(self, key: str) -> WorkerView | None:
        """The worker with that key, None where nobody ever started it."""
        known = self._ids.get(key)
        runtime = self._ports.runtime
        return runtime.show(known) if known is not None else runtime.find(key)

    def started(self, view: WorkerView) -> bool:
        """Whether this process waited for the worker."""
        return view.worker_id in self._ids.values()

    def end_validation(self, workers: TicketWorkers, at: Position, number: str) -> None:
        """End the validation commands that run for `number`: nobody waits for them any more."""
        for name, _ in self._commands(number):
            view = self._ports.runtime.find(workers.key(at, VALIDATOR, name))
            if view is not None and not view.has_ended:
                self._ports.runtime.stop(view.worker_id)

    def validate(
        self, workers: TicketWorkers, at: Position, number: str, folder: Callable[[], str]
    ) -> tuple[CommandResult, ...] | None:
        """How the validation commands ended, one after the other up to the first that failed;
        None while one runs. `folder` gives where what they judge is checked out."""
        return self._run(workers, at, VALIDATOR, self._commands(number), folder)

    def set_up(
        self, workers: TicketWorkers, at: Position, mark: str, folder: str
    ) -> tuple[CommandResult, ...] | None:
        """The same for the commands of the setup in `folder`."""
        commands = self._ports.settings.orchestration.setup
        named = ((f"{mark}.{index}:{words(one)}", one) for index, one in enumerate(commands))
        return self._run(workers, at, SETUP, named, lambda: folder)

    def _run(
        self,
        workers: TicketWorkers,
        at: Position,
        role: str,
        commands: Iterable[tuple[str, Sequence[str]]],
        folder: Callable[[], str],
    ) -> tuple[CommandResult, ...] | None:
        results: list[CommandResult] = []
        for name, command in commands:
            request = partial(workers.command, at, role, name, command)
            make = partial(_in_folder, request, folder)
            view = self.follow(workers.key(at, role, name), make)
            if not view.has_ended:
                return None
            results.append(workers.result(command, view))
            if not results[-1].is_good:
                break
        return tuple(results)

    def _commands(self, number: str) -> Iterator[tuple[str, Sequence[str]]]:
        """Every validation command, and the name of its worker: with its words, since one that
        was configured meanwhile has not run yet."""
        for index, command in enumerate(self._ports.settings.orchestration.validate):
            yield f"{number}.{index}:{words(command)}", command
