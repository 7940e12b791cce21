"""The files of tickets that both sides of a merge changed, asked of git all at once."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING

from yoi_cli.git.command import look_up, run_git
from yoi_cli.git.object_stream import ObjectStream
from yoi_cli.merge.git.operation import merged_heads, operation
from yoi_cli.merge.ports import Sides
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: A regular file on both sides, changed or new: `:mode mode object object status`.
_RAW = re.compile(r":(?:100644|100755|000000) (?:100644|100755) ([0-9a-f]+) ([0-9a-f]+) [AM]")


class BothChanged(NamedTuple):
    """A file with git's names of what the ancestor (none where it has none) and both sides have."""

    path: str
    base: str | None
    ours: str
    theirs: str


def changed_on_both(
    cwd: str, git_dir: str, environment: Mapping[str, str], names: Iterable[str]
) -> list[BothChanged]:
    """The files called one of `names` that both sides of the `git merge` at work in `cwd` changed.

    None where it is another command than `git merge`, or has not one ancestor and one other head.
    Raises `OperationError`.
    """
    heads = merged_heads(environment)
    if len(heads) != 1 or operation(git_dir) is not None:
        return []
    bases = look_up(["merge-base", "--all", "HEAD", heads[0]], cwd=cwd).split()
    if len(bases) != 1:
        return []
    patterns = [f":(top,glob)**/{name}" for name in names]
    ours, theirs = (_changed(cwd, bases[0], head, patterns) for head in ("HEAD", heads[0]))
    return [
        BothChanged(path, base if base.strip("0") else None, left, theirs[path][1])
        for path, (base, left) in ours.items()
        if path in theirs and theirs[path][1] != left
    ]


def read_sides(cwd: str, files: Iterable[BothChanged]) -> Iterator[tuple[BothChanged, Sides]]:
    """Each of `files` with its bytes, by one git process. Raises `OperationError`."""
    with closing(ObjectStream(cwd)) as objects:
        for file in files:
            # Git hands an ancestor that has no such file over as an empty one.
            base = b"" if file.base is None else objects.read(file.base).data
            yield file, Sides(base, *(objects.read(one).data for one in file[2:]))


def _changed(cwd: str, base: str, head: str, patterns: list[str]) -> dict[str, tuple[str, str]]:
    """The object before and after of the files that are otherwise in `head` than in `base`."""
    options = ["-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=AM"]
    words = run_git(["diff-tree", *options, base, head, "--", *patterns], cwd=cwd).split("\0")
    found: dict[str, tuple[str, str]] = {}
    for facts, path in zip(words[::2], words[1::2], strict=False):
        if match := _RAW.fullmatch(facts):
            found[path] = (match[1], match[2])
    return found
