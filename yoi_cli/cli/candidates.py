"""What the shell completes: ids with what they name, and words."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

import typer

from yoi_cli.cli.context import Invocation, session_of
from yoi_cli.errors import YoiError
from yoi_cli.model.states import STATES

if TYPE_CHECKING:
    from yoi_cli.api.session import Session

Candidates: TypeAlias = list[tuple[str, str]]

_MOST = 500


def _completer(
    find: Callable[[Session, str], Candidates],
) -> Callable[[typer.Context, str], Candidates]:
    """What completes with `find`, and with nothing where the workspace cannot be read."""

    def complete(ctx: typer.Context, incomplete: str) -> Candidates:
        try:
            return find(_session(ctx), incomplete)
        except (YoiError, OSError):
            return []

    return complete


def _session(ctx: typer.Context) -> Session:
    """The workspace that the line so far names; while completing, no callback has run."""
    given = ctx.find_root().params
    folder = given.get("folder")
    ctx.obj = Invocation(os.path.expanduser(folder) if folder else None, bool(given.get("here")))
    return session_of(ctx)


@_completer
def complete_tickets(session: Session, incomplete: str) -> Candidates:
    """Ids that begin with what is typed, with their titles and states; open ones first."""
    from yoi_cli.api.queries import ticket_fields
    from yoi_cli.model.text import visible

    found: list[tuple[bool, str, str]] = []
    for row in ticket_fields(session):
        if row.id.startswith(incomplete):
            title, state = row.fields.get("title"), row.fields.get("state")
            shown = f"{title or ''} [{state or '?'}]" if row.error is None else "unreadable"
            found.append((state == "closed", row.id, visible(shown)))
    found.sort()
    return [(id_, text) for _, id_, text in found[:_MOST]]


@_completer
def complete_tags(session: Session, incomplete: str) -> Candidates:
    """Tags of the store's tickets, the last of several with commas, with how many have each."""
    from collections import Counter

    from yoi_cli.api.queries import ticket_fields
    from yoi_cli.model.item import field_texts
    from yoi_cli.model.text import visible

    before, comma, last = incomplete.rpartition(",")
    rows = (row.fields for row in ticket_fields(session) if row.error is None)
    counted = Counter(tag for fields in rows for tag in field_texts(fields, "tags"))
    found = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return [
        (before + comma + visible(tag), f"{number} tickets" if number > 1 else "1 ticket")
        for tag, number in found
        if tag.startswith(last)
    ][:_MOST]


@_completer
def complete_objectives(session: Session, incomplete: str) -> Candidates:
    """Ids that begin with what is typed, with their titles."""
    from yoi_cli.api.objectives import titles
    from yoi_cli.model.text import visible

    return [(id_, visible(title)) for id_, title in titles(session, incomplete)]


@_completer
def complete_workers(session: Session, incomplete: str) -> Candidates:
    """Ids that begin with what is typed, with states and tickets; the newest first."""
    from yoi_cli.api.workers import list_workers

    views = reversed(list_workers(session).workers)
    found = [(view.worker_id, f"{view.state} {view.ticket or ''}".strip()) for view in views]
    return [row for row in found if row[0].startswith(incomplete)]


@_completer
def complete_profiles(session: Session, incomplete: str) -> Candidates:
    """Names that begin with what is typed, with their descriptions."""
    from yoi_cli.api.workers import profiles

    found = [(one.name, one.description) for one in profiles(session)]
    return [row for row in found if row[0].startswith(incomplete)]


def complete_words(words: Iterable[str]) -> Callable[[str], list[str]]:
    """What completes an argument or option that is one of `words`."""

    known = tuple(words)

    def complete(incomplete: str) -> list[str]:
        return [word for word in known if word.startswith(incomplete)]

    return complete


complete_states = complete_words(STATES)
#: Those that a move may lead to; closing has its own command.
complete_targets = complete_words(state for state in STATES if state != "closed")
