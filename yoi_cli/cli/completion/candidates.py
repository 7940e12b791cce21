"""What the shell completes: ticket ids with their titles, and words."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from yoi_cli.errors import YoiError
from yoi_cli.model.states import STATES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from yoi_cli.api.session import Session

_MOST = 500


def completing_session(ctx: typer.Context) -> Session:
    """The workspace that the line so far names; while completing, no callback has run.

    Raises what `open_session` raises.
    """
    from yoi_cli.cli.context import Invocation, session_of

    given = ctx.find_root().params
    folder = given.get("folder")
    ctx.obj = Invocation(os.path.expanduser(folder) if folder else None, bool(given.get("here")))
    return session_of(ctx)


def complete_tickets(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Ids that begin with what is typed, with their titles and states; open ones first."""
    from yoi_cli.api.queries import ticket_fields
    from yoi_cli.model.text import visible

    found: list[tuple[bool, str, str]] = []
    try:
        for row in ticket_fields(completing_session(ctx)):
            if row.id.startswith(incomplete):
                title, state = row.fields.get("title"), row.fields.get("state")
                shown = f"{title or ''} [{state or '?'}]" if row.error is None else "unreadable"
                found.append((state == "closed", row.id, visible(shown)))
    except (YoiError, OSError):
        return []
    found.sort()
    return [(id_, text) for _, id_, text in found[:_MOST]]


def complete_words(words: Iterable[str]) -> Callable[[str], list[str]]:
    """What completes an argument or option that is one of `words`."""

    def complete(incomplete: str) -> list[str]:
        return [word for word in words if word.startswith(incomplete)]

    return complete


complete_states = complete_words(STATES)
