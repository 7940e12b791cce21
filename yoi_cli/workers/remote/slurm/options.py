"""How jobs are submitted: what an entry of the registry says of it, and what it cannot say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.model.workers.runtimes import RuntimeEntry

#: Options of sbatch that are this program's to give: each would make a job another one, or have
#: it run twice.
_OWN = frozenset(
    {
        *("--array", "--chdir", "--dependency", "--error", "--export", "--export-file"),
        *("--get-user-env", "--gid", "--input", "--job-name", "--no-requeue", "--open-mode"),
        *("--output", "--parsable", "--requeue", "--test-only", "--uid", "--wait", "--wrap"),
        *("-a", "-d", "-D", "-e", "-i", "-J", "-o", "-W"),
    }
)
_LONG = re.compile(r"(--[a-z][a-z0-9-]*)(?:=.*)?", re.DOTALL)
_SHORT = re.compile(r"(-[A-Za-z]).*", re.DOTALL)


class SlurmOptions(NamedTuple):
    """What is asked of Slurm besides; `arguments` are further options of sbatch. `python` starts
    the shim on the other side. Times are seconds: `interval` between two looks at the queue,
    `start_wait` for which a new worker is waited for before it counts as queued."""

    partition: str = ""
    time: str = ""
    account: str = ""
    arguments: tuple[str, ...] = ()
    python: str = ""
    interval: float = 5.0
    start_wait: float = 2.0

    def sbatch(self) -> list[str]:
        """As options of sbatch."""
        named = (("partition", self.partition), ("time", self.time), ("account", self.account))
        return [f"--{name}={value}" for name, value in named if value] + [*self.arguments]


def options_of(entry: RuntimeEntry) -> SlurmOptions:
    """What an entry of the registry says of jobs. Raises as `check_arguments`."""
    check_arguments(entry.arguments)
    return SlurmOptions(
        entry.partition or "",
        entry.time or "",
        entry.account or "",
        entry.arguments,
        entry.python or "",
        entry.poll_interval,
        entry.start_wait,
    )


def check_arguments(arguments: Sequence[str]) -> None:
    """Raise `UsageError` (`slurm_argument_refused`) for what is no option of sbatch, or is one that
    is not to be changed. An option and its value are one word (`--qos=high`)."""
    for word in arguments:
        found = _LONG.fullmatch(word) or _SHORT.fullmatch(word)
        if found is None:
            raise _refused(word, "is no option of sbatch; write an option and its value as one")
        # sbatch takes the beginning of a long option for the option.
        name = found[1]
        is_own = name in _OWN or (
            name.startswith("--") and any(own.startswith(name) for own in _OWN)
        )
        if is_own:
            raise _refused(word, "is given by yoi itself")


def _refused(word: str, why: str) -> UsageError:
    return UsageError(
        "slurm_argument_refused",
        f"{word[:60]!r} {why}.",
        hint="For instance: --sbatch=--qos=high --sbatch=--mem=4G.",
        details={"argument": word[:60]},
    )
