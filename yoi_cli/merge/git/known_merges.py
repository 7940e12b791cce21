"""What sides of merges had otherwise than the merge, noted: a merge never changes.

A file of this clone's own, of lines `merge`, and for each side `ticket part before after` besides.
Whatever is no such line, or of another folder, is asked of git again.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from yoi_cli.merge.git.committed_store import MERGES
from yoi_cli.merge.git.merge_sides import MergeSide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Several branches have merges of their own.
_KEPT = 4 * MERGES
_OID = "[0-9a-f]{40}(?:[0-9a-f]{24})?"
_LINE = re.compile(rf"({_OID})(?: (\S+) (\S+) ({_OID}) ({_OID}))?")


class KnownMerges:
    """The notes at `path` about merges of the tickets in `folder`, for whoever may write there."""

    def __init__(self, path: str, folder: str) -> None:
        self._path = path
        self._first = f"yoi merges 1 {folder}"

    def read(self) -> Mapping[str, Sequence[MergeSide]]:
        """What is noted of each merge."""
        found: dict[str, list[MergeSide]] = {}
        try:
            with open(self._path, encoding="utf-8", errors="replace") as file:
                first, *lines = file.read().split("\n")
        except OSError:
            return found
        if first != self._first:
            return found
        for line in lines[:-1]:
            match = _LINE.fullmatch(line)
            if match is None:
                return {}
            merge, ticket, part, before, after = match.groups()
            sides = found.setdefault(merge, [])
            if ticket:
                sides.append(MergeSide(ticket, part, before, after, merge))
        return found

    def write(self, found: Mapping[str, Sequence[MergeSide]]) -> None:
        """Note it in place of what was noted, the first `_KEPT`; not where that cannot be."""
        lines = [self._first]
        for merge, sides in islice(found.items(), _KEPT):
            lines.append(merge)
            lines += [" ".join((merge, *side[:4])) for side in sides]
        temporary = f"{self._path}.{os.getpid()}"
        with suppress(OSError):
            try:
                with open(temporary, "x", encoding="utf-8") as file:
                    file.write("".join(f"{line}\n" for line in lines))
                os.replace(temporary, self._path)
            except OSError:
                with suppress(FileNotFoundError):
                    os.unlink(temporary)
