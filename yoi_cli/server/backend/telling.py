"""What of an outcome is told to a page: nothing that names a place of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from yoi_cli.server.http.routes import Reply

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from msgspec import Struct

#: How warnings begin that say what went wrong at the machine, in the words of git or the system.
_OF_THE_MACHINE = ("Recorded", "The move is recorded, but", "The start is not in", "Git is")
_RECORDED = (
    "It is recorded. Something about it failed at the machine; `yoi doctor` there says what."
)


def told(warnings: Iterable[str]) -> tuple[str, ...]:
    """Warnings as they may be told: those about tickets as they are."""
    shown = (_RECORDED if one.startswith(_OF_THE_MACHINE) else one for one in warnings)
    return tuple(dict.fromkeys(shown))


def outcome(
    status: int, kind: str, document: Struct, headers: Mapping[str, str] | None = None
) -> Reply:
    """An answer with what came of a change, its warnings as they may be told."""
    warnings = getattr(document, "warnings", ())
    return Reply(status, kind, replace(document, warnings=told(warnings)), headers or {})
