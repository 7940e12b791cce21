"""Whether somebody with a given environment can commit: who they are, and their signature."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

from yoi_cli.git.command import watch_git
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.git.command import GitAnswer

#: A program that signs and waits for a person is not waited for any longer, in seconds.
_SIGNING_SECONDS = 20.0
_WHO = ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT")


class CommitProblem(NamedTuple):
    """Why no commit can be made: `identity_missing` or `signing_failed`, and what git says."""

    code: str
    said: str


def commit_problem(cwd: str, environment: Mapping[str, str]) -> CommitProblem | None:
    """Why a commit in the folder `cwd` would fail for whoever has `environment`, else None.

    A signature is tried on a commit that is kept nowhere. Raises `OperationError`
    (`git_missing`, `folder_missing`).
    """
    for who in _WHO:
        answer = _ask(["var", who], cwd, environment)
        if answer.code:
            return CommitProblem("identity_missing", _first_line(answer.said))
    signs = _ask(["config", "--type=bool", "--get", "commit.gpgSign"], cwd, environment)
    return _signing_problem(cwd, environment) if signs.text.strip() == "true" else None


def identity_of(cwd: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that say who commits in `cwd`; empty where nobody can."""
    found: dict[str, str] = {}
    for who in _WHO:
        answer = _ask(["var", who], cwd, environment)
        name, _, rest = answer.text.partition(" <")
        email, _, _ = rest.partition("> ")
        if answer.code or not (name and email):
            return {}
        kind = who.removesuffix("_IDENT")
        found |= {f"{kind}_NAME": name, f"{kind}_EMAIL": email}
    return found


def _signing_problem(cwd: str, environment: Mapping[str, str]) -> CommitProblem | None:
    tree = _ask(["rev-parse", "--verify", "--quiet", "HEAD^{tree}"], cwd, environment)
    objects = _ask(["rev-parse", "--git-path", "objects"], cwd, environment).text.strip()
    if tree.code or not objects:
        return None  # nothing was committed yet: there is nothing to sign
    with tempfile.TemporaryDirectory(prefix="yoi-signing-") as kept:
        apart = {
            "GIT_OBJECT_DIRECTORY": kept,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.path.join(cwd, objects),
        }
        made = ["commit-tree", "-S", "-m", "A signature is tried.", tree.text.strip()]
        try:
            answer = _ask(made, cwd, {**environment, **apart})
        except TimeoutError:
            said = f"whoever signs did not answer within {_SIGNING_SECONDS:g} seconds"
            return CommitProblem("signing_failed", said)
    return CommitProblem("signing_failed", _first_line(answer.said)) if answer.code else None


def _ask(arguments: list[str], cwd: str, environment: Mapping[str, str]) -> GitAnswer:
    return watch_git(
        arguments,
        cwd=cwd,
        silence=_SIGNING_SECONDS,
        hear=lambda _: None,
        environment=environment,
    )


def _first_line(said: str) -> str:
    """What git says is wrong: its `fatal:` or `error:` line, else its first."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    marks = ("fatal: ", "error: ")
    found = next((one for one in lines if one.startswith(marks)), lines[0] if lines else "")
    for mark in marks:
        found = found.removeprefix(mark)
    return found.rstrip(".")
