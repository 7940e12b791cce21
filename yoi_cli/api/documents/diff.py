"""The JSON types of what a ticket's branch changes (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from yoi_cli.api.documents.common import from_value

if TYPE_CHECKING:
    from yoi_cli.orchestration.git.ticket_diff import TicketDiff
    from yoi_cli.orchestration.ports import Changes


class DiffCommitDocument(Struct, frozen=True, kw_only=True):
    """A commit of the range."""

    commit: str
    subject: str


class DiffFileDocument(Struct, frozen=True, kw_only=True):
    """A file that differs; `added` and `removed` count lines, null for a binary file."""

    path: str
    added: int | None
    removed: int | None


class DiffDocument(Struct, frozen=True, kw_only=True):
    """What a ticket's branch changes. Of commits and files the first are given, newest first;
    `commit_count` and `file_count` are how many there are. `merged` says that `head` is the
    merge of the branch, and `base` the target before it."""

    ticket: str
    branch: str
    target: str
    base: str
    head: str
    is_merged: bool = field(name="merged")
    uncommitted: tuple[str, ...]
    commits: tuple[DiffCommitDocument, ...]
    commit_count: int
    files: tuple[DiffFileDocument, ...]
    file_count: int


def diff_document(found: TicketDiff, changes: Changes) -> DiffDocument:
    return from_value(
        DiffDocument,
        found,
        commits=tuple(
            DiffCommitDocument(commit=commit, subject=subject)
            for commit, subject in changes.commits
        ),
        commit_count=changes.commit_count,
        files=tuple(
            DiffFileDocument(path=path, added=added, removed=removed)
            for path, added, removed in changes.files
        ),
        file_count=changes.file_count,
    )
