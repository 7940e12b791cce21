"""The merge driver in a clone's configuration, and what git's attributes say of tickets."""

from __future__ import annotations

import shlex
import shutil
from typing import TYPE_CHECKING

from yoi_cli.git.command import look_up, run_git

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def configured_driver(cwd: str, name: str) -> str | None:
    """The command of the merge driver `name`, from wherever it is configured."""
    return _configured(cwd, name, "driver")


def configured_ancestor_driver(cwd: str, name: str) -> str | None:
    """The command that the driver `name` has for ancestors, by the name that it gives them.

    None too where that is one of git's own drivers.
    """
    other = _configured(cwd, name, "recursive")
    return None if other is None else configured_driver(cwd, other)


def _configured(cwd: str, name: str, key: str) -> str | None:
    return look_up(["config", "--get", f"merge.{name}.{key}"], cwd=cwd) or None


def configure_driver(
    cwd: str, name: str, command: str, sentence: str, *, ancestors: str | None = None
) -> None:
    """Give the clone the merge driver `name`, and `ancestors` as its own for ancestors.

    Its command goes first: with a name and no command git refuses to merge at all. Raises
    `OperationError`.
    """
    wanted = [("driver", command), ("name", sentence)]
    if ancestors is not None:
        wanted.append(("recursive", ancestors))
    for key, value in wanted:
        run_git(["config", "--local", "--replace-all", f"merge.{name}.{key}", value], cwd=cwd)


def missing_program(command: str | None) -> str | None:
    """The program that `command` begins with, where it cannot be started."""
    try:
        words = shlex.split(command or "")
    except ValueError:  # an open quote: the shell would not understand it either
        return command
    return words[0] if words and shutil.which(words[0]) is None else None


def merge_attributes(cwd: str, paths: Sequence[str]) -> Mapping[str, str]:
    """What the attribute `merge` is for each of `paths`, relative to `cwd`."""
    said = run_git(["check-attr", "-z", "merge", "--", *paths], cwd=cwd)
    words = said.split("\0")
    return dict(zip(words[0::3], words[2::3], strict=False))


def unmerged_paths(cwd: str, folders: Sequence[str]) -> tuple[str, ...]:
    """The paths below `folders` that a merge left in conflict, relative to `cwd`."""
    wanted = [f":(literal){folder}" for folder in folders]
    said = run_git(["ls-files", "--unmerged", "-z", "--", *wanted], cwd=cwd)
    paths = (line.partition("\t")[2] for line in said.split("\0"))
    return tuple(dict.fromkeys(path for path in paths if path))
