"""What git's configuration says of a repository, read at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.git.command import run_git
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_REMOTE = "remote."


class GitConfiguration(NamedTuple):
    """The value that counts of every key, which is as git lists it: `branch.Name.remote`."""

    values: Mapping[str, str]

    def get(self, key: str) -> str:
        """The value of `key`, empty where there is none."""
        return self.values.get(key, "")

    @property
    def remotes(self) -> tuple[str, ...]:
        """The names of the configured remotes, sorted."""
        named = (key[len(_REMOTE) :].rpartition(".")[0] for key in self.values if _is_remote(key))
        return tuple(sorted({name for name in named if name and not name.startswith("/")}))


def read_configuration(cwd: str) -> GitConfiguration:
    """What holds in the folder `cwd`. Raises `OperationError` (`git_missing`, `git_failed`)."""
    entries = run_git(["config", "--list", "-z"], cwd=cwd).split("\0")
    pairs = (entry.partition("\n") for entry in entries if entry)
    return GitConfiguration({key: value for key, _, value in pairs})


def _is_remote(key: str) -> bool:
    return key.startswith(_REMOTE)
