"""What yoi answers about a store, by every question that may be answered from an index."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from support.api import session_at

from yoi_cli.api import claims, queries, routing
from yoi_cli.api.session import Session
from yoi_cli.errors import YoiError
from yoi_cli.model.event_views import EventFilter
from yoi_cli.model.states import STATES
from yoi_cli.store.values import FieldsRow

Question = Callable[[Session], object]

QUESTIONS: Mapping[str, Question] = {
    "list": lambda s: queries.list_tickets(s, closed_too=True),
    "list --blocked": lambda s: queries.list_tickets(s, only_blocked=True, sort="priority"),
    "list --tree": lambda s: queries.list_tickets(s, closed_too=True, as_tree=True),
    "next": lambda s: claims.next_tickets(s, limit=None),
    "route": lambda s: routing.summarise(s, states=frozenset(STATES)),
    "route --json": lambda s: routing.route(s, states=frozenset(STATES)),
    "show": lambda s: [_shown(s, ticket) for ticket in s.store.ids()],
    "stats": queries.measure,
    "stats --since": lambda s: queries.measure(s, since="2026-06-01T00:00:02Z"),
    "log": lambda s: queries.newest_events(s, EventFilter(limit=5)),
    "graph": lambda s: queries.draw_graph(s, closed_too=True),
    "search": lambda s: queries.search(s, "ticket"),
}


def answers(
    workspace: Path, index: str, questions: Sequence[str] = tuple(QUESTIONS)
) -> dict[str, object]:
    """The answers to `questions`, with YOI_INDEX as `index` says."""
    session = session_at(workspace, YOI_INDEX=index)
    return {name: plain(_asked(QUESTIONS[name], session)) for name in questions}


def _asked(question: Question, session: Session) -> object:
    try:
        return question(session)
    except YoiError as error:
        return error


def _shown(session: Session, ticket: str) -> object:
    try:
        return queries.show(session, ticket)
    except YoiError as error:
        return error


def plain(value: object) -> object:
    """A value that is equal to another where they say the same."""
    if isinstance(value, YoiError):
        return (value.code, value.message, value.hint, plain(value.details))
    if isinstance(value, FieldsRow):
        return (value.id, plain(value.fields), plain(value.error), value.changed_ns)
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return "a function" if callable(value) else value


def differing(workspace: Path, questions: Sequence[str] = tuple(QUESTIONS)) -> list[str]:
    """The questions to which the index gives another answer than the files."""
    found = answers(workspace, "1", questions)
    expected = answers(workspace, "0", questions)
    return [name for name in questions if found[name] != expected[name]]
