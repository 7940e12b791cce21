"""Commits as hooks report them (docs/hooks.md).

Commit subjects, branch names and paths are whatever somebody wrote. `cleaned` makes one line
of them that a header and a body can hold.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

TRAILER = "Ticket"
COMMIT = "commit"
REWRITE = "rewrite"
MERGE = "merge"
AMEND = "amend"
REBASE = "rebase"

_LONGEST = 300
_MOST_FILES = 50
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_BETWEEN_TICKETS = re.compile(r"[,\s]+")


class ChangedFile(NamedTuple):
    """A path that a commit changed; `status` is git's letter for how."""

    status: str
    path: str


class CommitFact(NamedTuple):
    """What git says of a commit. A merge lists no files.

    `trailers` are the values of its `Ticket:` trailers. `replaces` is the commit that it
    amended, where it is known to have amended one.
    """

    sha: str
    subject: str
    parents: tuple[str, ...] = ()
    trailers: tuple[str, ...] = ()
    files: tuple[ChangedFile, ...] = ()
    replaces: str | None = None

    @property
    def is_merge(self) -> bool:
        return len(self.parents) > 1

    @property
    def is_bookkeeping(self) -> bool:
        """Whether it holds nothing but tickets: to report it would change them once more."""
        return bool(self.files) and all("/.yoi/" in f"/{file.path}" for file in self.files)


class RewrittenCommit(NamedTuple):
    """A commit that another took the place of."""

    old: str
    new: str
    subject: str = ""


class Note(NamedTuple):
    """What a hook has to say on one ticket.

    `what` is `commit`, `rewrite` or `merge`, `ticket` the id or a part of one, `at` Unix
    milliseconds. A `rewrite` says `how`, its `pairs`, and the commits that a rebase may have
    `dropped`. A `merge` says which head was `merged` from `branch` and `into` which branch, by
    `commit`.
    """

    what: str
    ticket: str
    commit: str
    author: str
    at: int
    branch: str = ""
    subject: str = ""
    files: tuple[str, ...] = ()
    more_files: int = 0
    how: str = ""
    pairs: tuple[RewrittenCommit, ...] = ()
    dropped: tuple[str, ...] = ()
    merged: str = ""
    into: str = ""


def cleaned(text: str) -> str:
    """`text` as one line that a header and a body can hold.

    Control characters, line separators, what turns the direction of text and bytes that are
    no UTF-8 become backslash escapes, and `-->` loses its dangerous shape. Cut at 300.
    """
    shown = "".join(
        c.encode("unicode_escape").decode() if unicodedata.category(c) in _REFUSED else c
        for c in text[: _LONGEST + 1]
    )
    shown = shown.replace("-->", "--\\>")
    return shown if len(text) <= _LONGEST else shown[:_LONGEST] + "…"


def ticket_words(values: Iterable[str]) -> tuple[str, ...]:
    """The words in the values of `Ticket:` trailers that are to name tickets, each once."""
    words = (word for value in values for word in _BETWEEN_TICKETS.split(value) if word)
    return tuple(dict.fromkeys(words))


def listed_files(files: Iterable[ChangedFile]) -> tuple[tuple[str, ...], int]:
    """The first of `files` as lines, and how many more there are."""
    lines = [f"{cleaned(file.status)} {cleaned(file.path)}" for file in files]
    return tuple(lines[:_MOST_FILES]), max(0, len(lines) - _MOST_FILES)
