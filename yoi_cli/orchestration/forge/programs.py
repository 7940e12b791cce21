"""Starting `gh` and `glab`: nothing is asked on a terminal, and nothing runs for ever."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.git.command import clean_environment
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration.texts import plain_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: So that neither asks anything, pages, colours or looks for a newer version of itself.
_QUIET = {
    "CLICOLOR_FORCE": "0",
    "GH_NO_UPDATE_NOTIFIER": "1",
    "GH_PAGER": "cat",
    "GH_PROMPT_DISABLED": "1",
    "GH_SPINNER_DISABLED": "1",
    "GLAB_CHECK_UPDATE": "false",
    "GLAMOUR_STYLE": "notty",
    "NO_COLOR": "1",
    "NO_PROMPT": "1",
    "PAGER": "cat",
}
_SHORT = 300


class ProgramAnswer(NamedTuple):
    """The exit code of a program, what it printed, and what it said of it."""

    code: int
    out: bytes
    said: str


class ForgeProgram:
    """A program that asks a forge, run in the folder `cwd`. `seconds` is how long it has."""

    def __init__(self, name: str, cwd: str, environment: Mapping[str, str], seconds: float) -> None:
        self.name = name
        self._cwd = cwd
        self._environment = clean_environment(environment) | _QUIET
        self._seconds = seconds

    def ask(self, arguments: Sequence[str], *, stdin: str = "") -> ProgramAnswer:
        """Its answer, whatever its exit code. Raises `OperationError` (`program_missing`,
        `forge_timeout`)."""
        process = self._start(arguments)
        try:
            out, said = process.communicate(stdin.encode("utf-8", "replace"), self._seconds)
        except subprocess.TimeoutExpired as error:
            raise OperationError(
                "forge_timeout",
                f"{self.name} {' '.join(arguments[:2])} did not end within {self._seconds:g} s.",
                hint="Run it by hand to see what it waits for.",
                details={"program": self.name, "timeout": self._seconds},
            ) from error
        finally:
            _end(process)
        return ProgramAnswer(process.returncode, out, plain_text(said).strip())

    def run(self, arguments: Sequence[str], *, stdin: str = "") -> bytes:
        """What it prints. Raises as `ask`, and `OperationError` (`forge_failed`)."""
        answer = self.ask(arguments, stdin=stdin)
        if answer.code == 0:
            return answer.out
        said = " ".join(answer.said.split())[:_SHORT] or f"exit code {answer.code}"
        raise OperationError(
            "forge_failed",
            f"{self.name} {' '.join(arguments[:2])} did not succeed: {said.rstrip('.')}.",
            hint=f"Run the same {self.name} command by hand to see more.",
            details={"program": self.name, "exit_code": answer.code},
        )

    def invalid(self, what: str) -> OperationError:
        """The error for an answer that is not what was asked for."""
        return OperationError(
            "forge_failed",
            f"{self.name} answered something else than {what}.",
            hint=f"Is this {self.name} recent enough? `{self.name} --version` says.",
            details={"program": self.name},
        )

    def _start(self, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                [self.name, *arguments],
                cwd=self._cwd,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise OperationError(
                "program_missing",
                f"The program {self.name!r} cannot be started here: {error.strerror}.",
                hint='Install it, or set forge = "none" in [orchestration].',
                details={"program": self.name},
            ) from error


def _end(process: subprocess.Popen[bytes]) -> None:
    """Nothing of the program's group goes on."""
    # macOS says the latter where nothing of it lives.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
