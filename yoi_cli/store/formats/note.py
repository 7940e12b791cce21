"""A note of the spool, read from its file (docs/format.md)."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from msgspec import Meta, Struct, convert
from msgspec.structs import asdict

from yoi_cli.model.commits import Note, RewrittenCommit

_Sha = Annotated[str, Meta(pattern=r"^[0-9a-f]{40,64}\Z")]
_NoSha = Annotated[str, Meta(pattern=r"^([0-9a-f]{40,64})?\Z")]
_Count = Annotated[int, Meta(ge=0)]


class _NoteFile(Struct):
    """What a note's file must say. A key that is not listed is passed over."""

    version: Literal[1]
    what: Literal["commit", "rewrite", "merge"]
    ticket: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{4,13}\Z")]
    commit: _Sha
    author: Annotated[str, Meta(min_length=1)]
    at: _Count = 0
    branch: str = ""
    subject: str = ""
    files: tuple[str, ...] = ()
    more_files: _Count = 0
    how: str = ""
    pairs: tuple[tuple[_Sha, _Sha, str], ...] = ()
    dropped: tuple[_Sha, ...] = ()
    merged: _NoSha = ""
    into: str = ""


def parse_note(data: bytes) -> Note:
    """The note in a file's bytes. Raises ValueError for what is none, RecursionError for what
    is nested too deeply."""
    fields = asdict(convert(json.loads(data), _NoteFile))
    del fields["version"]
    return Note(**{**fields, "pairs": tuple(map(RewrittenCommit._make, fields["pairs"]))})
