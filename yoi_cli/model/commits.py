"""Commits as a ticket's log tells of them: what hooks report (docs/hooks.md).

Commit subjects, branch names and paths are whatever somebody wrote. `cleaned` makes one line
of them that a header and a body can hold.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.model import events

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.events import Event

TRAILER = "Ticket"
COMMIT = "commit"
REWRITE = "rewrite"
MERGE = "merge"
AMEND = "amend"
REBASE = "rebase"

_LONGEST = 300
_MOST_FILES = 50
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_PAIR = re.compile(r"^- ([0-9a-f]{40,64}) → (?:([0-9a-f]{40,64})(?: .*)?|dropped)$", re.MULTILINE)
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


class RecordedCommits:
    """The commits that a log tells of already."""

    def __init__(self, log: Iterable[Event] = ()) -> None:
        self.commits: set[str] = set()
        self.pairs: set[tuple[str, str]] = set()
        self.dropped: set[str] = set()
        self.merges: set[tuple[str, str, str]] = set()
        for event in log:
            if event.kind == events.COMMIT and "commit" in event.attributes:
                self._read(event)

    def _read(self, event: Event) -> None:
        said = event.attributes
        if "into" in said:
            self.merges.add((said["commit"], said.get("merged", ""), said["into"]))
            return
        self.commits.add(said["commit"])
        if REWRITE not in said:
            return
        for old, new in _PAIR.findall(event.body):
            if new:
                self.pairs.add((old, new))
                self.commits.add(new)
            else:
                self.dropped.add(old)

    def fresh(self, note: Note) -> Note | None:
        """What of `note` is not told yet, or None; what is fresh counts as told from now on."""
        if note.what == COMMIT:
            is_known = note.commit in self.commits
            self.commits.add(note.commit)
            return None if is_known else note
        if note.what == MERGE:
            key = (note.commit, note.merged, cleaned(note.into))
            is_known = key in self.merges
            self.merges.add(key)
            return None if is_known else note
        pairs = tuple(pair for pair in note.pairs if (pair.old, pair.new) not in self.pairs)
        known = self.commits - self.dropped
        dropped = tuple(sha for sha in note.dropped if sha in known)
        self.pairs.update((pair.old, pair.new) for pair in pairs)
        self.commits.update(pair.new for pair in pairs)
        self.dropped.update(dropped)
        return note._replace(pairs=pairs, dropped=dropped) if pairs or dropped else None


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
