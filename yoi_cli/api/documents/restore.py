"""The JSON types of `yoi restore` (docs/durability.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from yoi_cli.api.documents.common import from_values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.missing import MissingWrites


class MissingDocument(Struct, frozen=True, kw_only=True):
    """What of one ticket was recorded and is in no file.

    `events`, `relations` and `records` are counts, `fields` names. `is_whole` says that the
    ticket itself is missing, `is_gone` that nothing but `yoi restore` gives some of it back,
    `is_waiting` that the next command that writes puts it in its place. `places` are where it
    may be: `stash@{0}`, `autostash`, a commit.
    """

    ticket: str
    events: int
    relations: int
    records: int
    fields: tuple[str, ...]
    is_whole: bool
    is_gone: bool
    is_waiting: bool
    places: tuple[str, ...]


class RestoredDocument(Struct, frozen=True, kw_only=True):
    """What `yoi restore` brought back, what `--leave` gave up, and what is `missing` still.

    `ok` says that nothing is.
    """

    ok: bool
    restored: tuple[MissingDocument, ...]
    left: tuple[MissingDocument, ...]
    missing: tuple[MissingDocument, ...]


def restored_document(
    restored: Iterable[MissingWrites],
    missing: Iterable[MissingWrites],
    left: Iterable[MissingWrites],
) -> RestoredDocument:
    still = from_values(MissingDocument, missing)
    return RestoredDocument(
        ok=not still,
        restored=from_values(MissingDocument, restored),
        left=from_values(MissingDocument, left),
        missing=still,
    )
