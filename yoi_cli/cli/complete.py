"""What the shell completes: ticket ids with their titles, and words."""

from __future__ import annotations

import typer

from yoi_cli.domain.states import STATES
from yoi_cli.errors import YoiError

_MOST = 500


def complete_tickets(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Ids that begin or end with what is typed, or whose titles hold it; open ones first."""
    from yoi_cli.cli.context import session_of
    from yoi_cli.render.safe import visible

    typed = incomplete.upper()
    found: list[tuple[bool, str, str]] = []
    try:
        for row in session_of(ctx).store.all_fields():
            title = row.fields.get("title")
            state = row.fields.get("state")
            shown = title if isinstance(title, str) else ""
            if row.id.startswith(typed) or row.id.endswith(typed):
                found.append((state == "closed", row.id, visible(f"{shown} [{state}]")))
    except (YoiError, OSError):
        return []
    found.sort()
    return [(id_, text) for _, id_, text in found[:_MOST]]


def complete_states(incomplete: str) -> list[str]:
    """The states that begin with what is typed."""
    return [state for state in STATES if state.startswith(incomplete)]
