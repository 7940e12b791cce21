"""Running the real `yoi` and the real git, as a person's shell would."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from support.data import Data
from support.environment import SUPPORT
from support.warm import YOI, run_warm

#: Far beyond any command here; a hang becomes a failure instead of a stuck run.
TIMEOUT_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Result:
    """What one process left: its exit code and what it wrote."""

    command: str
    code: int
    out_bytes: bytes
    err_bytes: bytes

    @property
    def out(self) -> str:
        return self.out_bytes.decode("utf-8", "backslashreplace")

    @property
    def err(self) -> str:
        return self.err_bytes.decode("utf-8", "backslashreplace")

    @property
    def json(self) -> Data:
        """The `data` of the one JSON document on stdout (docs/commands.md)."""
        envelope = self._envelope()
        assert set(envelope) == {"schema", "kind", "data"}, f"not a result: {self}"
        data: Data = envelope["data"]
        return data

    @property
    def error(self) -> Data:
        """The `error` of the one JSON document on stdout (docs/commands.md)."""
        envelope = self._envelope()
        assert set(envelope) == {"schema", "error"}, f"not an error: {self}"
        error: Data = envelope["error"]
        assert set(error) == {"code", "message", "hint", "details"}, f"odd error: {self}"
        return error

    def _envelope(self) -> dict[str, Data]:
        envelope: dict[str, Data] = json.loads(self.out_bytes)
        assert envelope["schema"] == "yoi/1", f"no yoi/1 envelope: {self}"
        return envelope

    def __str__(self) -> str:
        return f"$ {self.command}\nexit {self.code}\n-- out\n{self.out}\n-- err\n{self.err}"


@dataclass(frozen=True, slots=True)
class Program:
    """A program with its environment and home folder; call it with arguments to run it."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    base: Path

    def __call__(
        self,
        *arguments: str | Path,
        cwd: Path | None = None,
        stdin: str | bytes | None = None,
        check: bool = True,
        env: Mapping[str, str | None] | None = None,
    ) -> Result:
        """Run the program to its end.

        `cwd` is by default the test's `repo` where it has one, else its `tmp_path`. Without
        `stdin` there is nothing to read there. `env` adds variables, None takes one away.
        Raises AssertionError with command, stdout and stderr if `check` and it did not exit 0.
        """
        __tracebackhide__ = True
        command = [*self.argv, *map(str, arguments)]
        folder = cwd or self._default_folder()
        variables = self.environment(env)
        given = stdin.encode() if isinstance(stdin, str) else stdin or b""
        done = run_warm(command, folder, variables, given, TIMEOUT_SECONDS)
        if done is None:
            done = subprocess.run(
                command,
                cwd=folder,
                env=variables,
                input=given,
                capture_output=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        result = Result(_shown(command), done.returncode, done.stdout, done.stderr)
        if check and result.code != 0:
            raise AssertionError(f"exited {result.code}, not 0\n{result}")
        return result

    def together(
        self,
        commands: Sequence[Sequence[str]],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str | None] | None = None,
    ) -> list[Result]:
        """Run the program with each of `commands`, all at once; their results, in that order."""
        with ThreadPoolExecutor(len(commands)) as threads:
            started = [
                threads.submit(self, *words, cwd=cwd, env=env, check=False) for words in commands
            ]
            return [one.result() for one in started]

    def environment(self, changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
        """The variables a run gets, for tests that start the process by themselves."""
        merged = {**self.env, **(changes or {})}
        return {name: value for name, value in merged.items() if value is not None}

    def _default_folder(self) -> Path:
        repo = self.base / "repo"
        return repo if repo.is_dir() else self.base


def yoi_program(env: Mapping[str, str], base: Path) -> Program:
    return Program(YOI, env, base)


def script_program(name: str, env: Mapping[str, str], base: Path) -> Program:
    """A script of this folder that runs `yoi`, or its library, in a way of its own."""
    return Program((*YOI[:2], str(SUPPORT / name)), env, base)


def git_program(env: Mapping[str, str], base: Path) -> Program:
    return Program(("git",), env, base)


def _shown(command: Sequence[str]) -> str:
    line = shlex.join(command)
    return line.replace(shlex.join(YOI), "yoi", 1)
