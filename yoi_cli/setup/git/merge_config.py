"""The merge driver in a clone's configuration, and what git's attributes say of tickets."""

from __future__ import annotations

import shlex
import shutil
from typing import TYPE_CHECKING

from yoi_cli.git.command import ask_git, git_failed, look_up, run_git

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


def attributes_of(cwd: str, paths: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """What `merge` and `text` are for each of `paths`, relative to `cwd`, by attribute and path."""
    asked = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
    question = ["check-attr", "--stdin", "-z", "merge", "text"]
    answer = ask_git(question, cwd=cwd, stdin=asked)
    if answer.code:
        raise git_failed(question, answer)
    words = answer.text.split("\0")
    found: dict[str, dict[str, str]] = {"merge": {}, "text": {}}
    for path, attribute, value in zip(words[0::3], words[1::3], words[2::3], strict=False):
        found[attribute][path] = value
    return found


def unmerged_paths(cwd: str, folders: Sequence[str]) -> tuple[str, ...]:
    """The paths below `folders` that a merge left in conflict, relative to `cwd`."""
    wanted = [f":(literal){folder}" for folder in folders]
    said = run_git(["ls-files", "--unmerged", "-z", "--", *wanted], cwd=cwd)
    paths = (line.partition("\t")[2] for line in said.split("\0"))
    return tuple(dict.fromkeys(path for path in paths if path))
