"""Asking Slurm by its own programs: sbatch, squeue, scancel, sacct; no shell is between."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.remote.errors import runtime_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Variables that would change what the programs do or print, whatever they are asked.
_MISLEADING = re.compile(r"(?:SQUEUE|SCANCEL|SACCT)_\w+|SBATCH_(?:ARRAY_INX|WAIT|WAIT_ALL_NODES)")
_UNREACHABLE = re.compile(
    r"unable to contact slurm controller|connection refused|connect failure|munge|authentication"
    r"|could not establish a configuration source|socket timed out|timed out|no route to host"
    r"|zero bytes were transmitted|communication connection failure|can't find an address"
    r"|unable to establish",
    re.IGNORECASE,
)
_LONGEST_SAID = 300
_ONE_JOB = (
    *("--nodes=1", "--ntasks=1", "--parsable", "--no-requeue"),
    *("--chdir=/", "--input=/dev/null"),
)


class Said(NamedTuple):
    """What a program of Slurm's printed, and whether it exited with 0."""

    is_good: bool
    out: bytes
    error: str

    @property
    def is_unreachable(self) -> bool:
        """Whether it failed since Slurm cannot be asked now."""
        return not self.is_good and _UNREACHABLE.search(self.error) is not None

    @property
    def last_words(self) -> str:
        """Why it failed, as it says itself, on one line."""
        lines = [line.strip() for line in self.error.splitlines() if line.strip()]
        words = lines[-1] if lines else "it said nothing"
        return re.sub(r"^\w+: (?:error: )?", "", words)[:_LONGEST_SAID]


class SlurmPrograms:
    """Slurm's programs, as the runtime `runtime_id` starts them: on the `environment`'s PATH, for
    `timeout` seconds at most."""

    def __init__(self, runtime_id: str, environment: Mapping[str, str], timeout: float) -> None:
        kept = {name: one for name, one in environment.items() if not _MISLEADING.fullmatch(name)}
        self._environment = {**kept, "LC_ALL": "C"}
        self.runtime_id = runtime_id
        self.timeout = timeout

    def ask(
        self,
        program: str,
        arguments: Sequence[str],
        *,
        stdin: bytes = b"",
        descriptors: Sequence[int] = (),
    ) -> Said:
        """What `program` says. Raises `OperationError`: `runtime_unsupported` where it is not
        installed, `runtime_timeout` where it does not answer."""
        path = _found(program, self._environment.get("PATH", os.defpath))
        if path is None:
            raise OperationError(
                "runtime_unsupported",
                f"Slurm's {program} is not on the PATH, so the runtime {self.runtime_id} cannot be "
                "asked.",
                hint="Run yoi where jobs are submitted, or load Slurm's module first.",
                details={"runtime_id": self.runtime_id, "program": program},
            )
        try:
            done = subprocess.run(
                [path, *arguments],
                input=stdin,
                capture_output=True,
                timeout=self.timeout,
                env=self._environment,
                cwd="/",
                pass_fds=descriptors,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise runtime_error("runtime_timeout", self.runtime_id) from error
        return Said(done.returncode == 0, done.stdout, done.stderr.decode(errors="replace"))

    def submit(
        self, arguments: Sequence[str], script: bytes, variables: bytes, folder: str
    ) -> Said:
        """What sbatch says of a job of one machine that Slurm starts once. Its `variables` end with
        a NUL each; they are in no file, and on no command line. Raises as `ask`, and `OSError`
        where there is no room in `folder` or in memory."""
        with files.closing(files.open_folder(folder)) as here:
            memory, reader = files.memory_file(here, "yoi-variables", os.O_RDONLY)
        with files.closing(memory), files.closing(reader):
            files.write_all(memory, variables)
            own = (*_ONE_JOB, f"--export-file={reader}")
            return self.ask("sbatch", [*own, *arguments], stdin=script, descriptors=(reader,))


def _found(program: str, path: str) -> str | None:
    import shutil

    return shutil.which(program, path=path)
