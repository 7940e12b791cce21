"""Whether the target branch passes validation itself, looked at once as a run begins, so that no
coder is blamed for what it found (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.orchestration.ports import Progress
from yoi_cli.orchestration.position import Position
from yoi_cli.orchestration.setting_up import Preparation
from yoi_cli.orchestration.texts import code, short
from yoi_cli.orchestration.worker_requests import TicketWorkers, WorkerWatch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.orchestration.texts import CommandResult

TARGET_FAILS = "target_fails"
#: The name of the worktree in which the target is validated, and of its workers' keys.
_NAME = "target"


class TargetCheck:
    """The validation of one commit of the target. Its workers are known by that commit, so that
    another run need not do it again."""

    def __init__(self, ports: OrchestrationPorts) -> None:
        self._ports = ports
        self._workers, self._watch = TicketWorkers(ports, ""), WorkerWatch(ports)
        self._preparation = Preparation(ports, self._workers, self._watch)
        self._at = Position("", target=ports.target)
        self._commit = ""
        self._folder = ""
        self._results: tuple[CommandResult, ...] | None = ()

    def begin(self) -> None:
        """Look at the target as it is now, unless that was begun before: before the first coder."""
        if self._commit or not self._ports.settings.orchestration.validate:
            return
        self._commit = self._ports.repository.commit_of(f"refs/heads/{self._ports.target}") or ""
        known = {merge.merge for merge in self._ports.local_state.merges()}
        if self._commit and self._commit not in known:
            self._results = None

    def step(self) -> None:
        """Go on with it. What keeps the target from being validated is told, and no more."""
        if self._results is not None:
            return
        try:
            results = self._validated()
            if results is None:
                return
            self._ports.repository.drop_try(_NAME)
        except YoiError as error:
            results = ()
            self._tell(f"`{self._at.target}` could not be validated: {error.message}")
        self._results = results
        for command, outcome in self.failed.items():
            self._tell(f"`{self._at.target}` fails {code(command)} itself: {outcome}.")

    def _validated(self) -> tuple[CommandResult, ...] | None:
        if self._preparation.is_needed:
            folder = self._checked_out()
            results = self._preparation.run(self._at, folder, is_untouched=True)
            if results != ():
                return results
        return self._watch.validate(self._workers, self._at, self._commit, self._checked_out)

    @property
    def is_known(self) -> bool:
        """Whether nothing is waited for."""
        return self._results is not None

    @property
    def failed(self) -> Mapping[str, str]:
        """The commands that the target fails as far as that is known: how each ended."""
        results = self._results or ()
        return {one.command: one.outcome for one in results if not one.is_good}

    def told(self, command: str) -> str:
        """A sentence on a command that the target fails."""
        return f" `{self._at.target}` fails {code(command)} itself, at {short(self._commit)}."

    def with_note(self, result: CommandResult) -> CommandResult:
        """The result of a command on a coder's work; where the target fails it, too, that is
        said."""
        if result.is_good or result.command not in self.failed:
            return result
        note = f"; `{self._at.target}` fails it itself, at {short(self._commit)}"
        return result._replace(outcome=result.outcome + note)

    def _checked_out(self) -> str:
        if not self._folder:
            self._folder = self._ports.repository.check_out(self._commit, _NAME)
        return self._folder

    def _tell(self, text: str) -> None:
        self._ports.tell(Progress("", TARGET_FAILS, text, "", self._commit))
