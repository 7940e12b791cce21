"""How the tickets that a pass could not read are told beside those that it could."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.cli.text.report import warn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.api.queries import Unreadable


def warn_of_unreadable(broken: Iterable[Unreadable]) -> None:
    """Say on stderr which tickets are missing from the output, and why."""
    warn(f"{one.ticket}: {one.error.message}" for one in broken)
