"""Which tickets the lines are about that git gives to a pre-push hook."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.git.command import look_up, run_git
from yoi_cli.git.commits import commits_of
from yoi_cli.model.naming import ticket_of_branch
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class PushedTickets(NamedTuple):
    """The tickets of pushed branches by their names, and the values of `Ticket:` trailers."""

    branches: tuple[str, ...] = ()
    trailers: tuple[str, ...] = ()


class _Ref(NamedTuple):
    local_sha: str
    remote_ref: str
    remote_sha: str


def pushed(cwd: str, remote: str, stdin: bytes) -> PushedTickets:
    """What git's lines to a pre-push hook tell. A ref that is taken away brings nothing.

    Raises `OperationError` and `NotFoundError` where git cannot tell what is new.
    """
    refs = list(_refs(stdin.decode("utf-8", "surrogateescape")))
    branches = [ticket_of_branch(ref.remote_ref) for ref in refs]
    trailers = [value for ref in refs for value in _new_trailers(cwd, remote, ref)]
    return PushedTickets(
        tuple(dict.fromkeys(ticket for ticket in branches if ticket)),
        tuple(dict.fromkeys(trailers)),
    )


def _refs(lines: str) -> Iterator[_Ref]:
    for line in lines.splitlines():
        words = line.split(" ")
        if len(words) == 4 and _SHA.fullmatch(words[1]) and words[1].strip("0"):
            yield _Ref(words[1], words[2], words[3])


def _new_trailers(cwd: str, remote: str, ref: _Ref) -> Iterator[str]:
    """The trailers of what the remote does not have yet; of a first push, of nothing."""
    base = ref.remote_sha
    if not base.strip("0") or not _is_here(cwd, base):
        patterns = [f"refs/remotes/{remote}"] if remote and "/" not in remote else []
        known = ["for-each-ref", "--format=%(objectname)", *patterns]
        heads = run_git(known, cwd=cwd).split() if patterns else []
        if not heads:
            return
        base = look_up(["merge-base", ref.local_sha, *heads], cwd=cwd)
    if not _SHA.fullmatch(base):
        return
    for commit in commits_of(cwd, f"{base}..{ref.local_sha}").commits:
        yield from commit.trailers


def _is_here(cwd: str, sha: str) -> bool:
    return bool(look_up(["rev-parse", "--verify", "--quiet", f"{sha}^{{commit}}"], cwd=cwd))
