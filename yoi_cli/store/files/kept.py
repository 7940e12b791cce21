"""Keeping what a command takes out of a file, before it does (docs/durability.md, promise 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.store.files import layout

if TYPE_CHECKING:
    from yoi_cli.store.files.directory import Directory


def keep_left_out(ticket: Directory, name: str, data: bytes) -> None:
    """Bring `data`, which is about to go from the file `name`, to stable storage in
    `artifacts/.torn/` of the ticket; the same bytes once, however often a command is repeated."""
    if not data:
        return
    from hashlib import sha256

    kept_as = f"{name}-{sha256(data).hexdigest()[:16]}"
    with (
        ticket.make_child(layout.ARTIFACTS) as artifacts,
        artifacts.make_child(layout.TORN) as kept,
    ):
        if not kept.has(kept_as):
            kept.replace(kept_as, data)
