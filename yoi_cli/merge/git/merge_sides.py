"""What git's merges had on their sides, file by file, and what HEAD has (docs/merging.md).

The newest merges are asked for the files that each has otherwise than one of its parents.
"""

from __future__ import annotations

import hashlib
import re
from itertools import islice
from typing import TYPE_CHECKING

from yoi_cli.git.command import ask_git, look_up, run_git
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files import layout

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from yoi_cli.merge.git.committed_store import CommittedStore

#: How many versions of files in merges are looked at.
VERSIONS = 2000
_NONE = frozenset("0")


class MergeSide(NamedTuple):
    """A file of a ticket as a parent of `merge` had it (the blob `before`), and as the merge has
    it (`after`); without a merge, as HEAD has it.

    `part` is its path below the folder of `ticket`.
    """

    ticket: str
    part: str
    before: str
    after: str = "0"
    merge: str = ""

    @property
    def is_gone(self) -> bool:
        """Whether the merge has no such file."""
        return set(self.after) == _NONE


def file_patterns(folder: str, tickets: Collection[str] | None, parts: Sequence[str]) -> list[str]:
    """What names the files `parts` of `tickets`, or of all, to git."""
    magic = ":(glob)" if tickets is None else ":(literal)"
    names = ["*"] if tickets is None else tickets
    return [f"{magic}{_escaped(folder, magic)}/{name}/{part}" for name in names for part in parts]


def merge_sides(
    store: CommittedStore, tickets: Collection[str] | None, parts: Sequence[str]
) -> Iterator[MergeSide]:
    """What sides of HEAD's merges had otherwise than the merge, of the files `parts` of `tickets`
    or of all; each pair once, those of the newest merges first."""
    patterns = file_patterns(store.folder, tickets, parts)
    merges = store.with_changes(store.newest_merges())
    found, _ = sides_of(store.workspace, merges, patterns)
    return each_once(side for sides in found.values() for side in sides)


def sides_of(
    workspace: str, merges: Sequence[str], patterns: Sequence[str]
) -> tuple[Mapping[str, Sequence[MergeSide]], bool]:
    """What sides of `merges` had otherwise than each of them, of the files that `patterns` name,
    by merge; and whether git could read all of it."""
    found: dict[str, list[MergeSide]] = {merge: [] for merge in merges}
    if not merges:
        return found, True
    options = ["-m", "--stdin", "-r", "--raw", "--no-abbrev", "--no-renames"]
    given = "".join(f"{merge}\n" for merge in merges)
    answer = ask_git(["diff-tree", *options, "--", *patterns], cwd=workspace, stdin=given.encode())
    merge = ""
    for line in answer.text.splitlines():
        facts, _, path = line.partition("\t")
        words = facts.split(" ")
        if line.startswith(":") and len(words) == 5 and set(words[2]) != _NONE:
            side = MergeSide(*placed(path.strip('"')), words[2], words[3], merge)
            found.setdefault(merge, []).append(side)
        elif not line.startswith(":"):
            merge = words[0]
    return found, answer.code == 0


def each_once(sides: Iterable[MergeSide]) -> Iterator[MergeSide]:
    """Those of `sides` that have not the same files, `VERSIONS` at the most."""
    found: dict[tuple[str, str, str, str], MergeSide] = {}
    for side in sides:
        found.setdefault((side.ticket, side.part, side.before, side.after), side)
    return islice(iter(found.values()), VERSIONS)


def placed(path: str) -> tuple[str, str]:
    """The ticket whose file stands at `path`, and the path below its folder."""
    *above, name = path.split("/")
    if above[-1] == layout.ARTIFACTS:
        return above[-2], f"{layout.ARTIFACTS}/{name}"
    return above[-1], name


def ancestor_blobs(workspace: str, folder: str, side: MergeSide) -> Iterator[str]:
    """The blobs that the ancestors of a merge had in place of a side's file."""
    parents = parents_of(workspace, side.merge)
    for base in look_up(["merge-base", "--all", *parents], cwd=workspace).split():
        name = blob_at(workspace, base, f"{folder}/{side.ticket}/{side.part}")
        if name:
            yield name


def parents_of(workspace: str, merge: str) -> list[str]:
    """The parents of a commit."""
    return run_git(["rev-parse", f"{merge}^@"], cwd=workspace).split()


def blob_at(workspace: str, commit: str, path: str) -> str:
    """The blob at `path` below the workspace, as `commit` has it; "" for none."""
    answer = ask_git(["rev-parse", "--verify", "--quiet", f"{commit}:./{path}"], cwd=workspace)
    return answer.text.strip() if answer.code == 0 else ""


def is_blob(data: bytes, name: str) -> bool:
    """Whether git calls a file of these bytes by that full name."""
    kind = "sha1" if len(name) == 40 else "sha256"
    return hashlib.new(kind, b"blob %d\0" % len(data) + data).hexdigest() == name


def _escaped(folder: str, magic: str) -> str:
    """`folder` as a pattern that means it alone."""
    return re.sub(r"([*?\[\\])", r"\\\1", folder) if magic == ":(glob)" else folder
