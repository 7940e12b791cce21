"""What the reading commands share: filters and a progress bar."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.cli.completion.candidates import complete_states
from yoi_cli.model.states import check_state
from yoi_cli.model.time import parse_since

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.api.session import Session
    from yoi_cli.cli.text.console import ProgressBar

StatesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--state",
        "-s",
        metavar="STATE",
        help="Only in this state; several with commas or repeated.",
        autocompletion=complete_states,
    ),
]
LimitOption = Annotated[
    int | None, typer.Option("--limit", "-n", metavar="N", min=1, help="At most N.")
]
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="TIME", help="From TIME on: 2026-06-01, a full time, or an age: 3d."
    ),
]


def chosen_states(given: Iterable[str] | None) -> frozenset[str]:
    """The states that `--state` names. Raises `UsageError` for a word that is none."""
    words = [word.strip() for one in given or () for word in one.split(",") if word.strip()]
    for word in words:
        check_state(word)
    return frozenset(words)


def instant(since: str | None) -> str | None:
    """The time that `--since` names. Raises `UsageError` where it is none."""
    return None if since is None else parse_since(since, time.time_ns() // 1_000_000)


def reading_progress(session: Session) -> ProgressBar:
    """A progress bar for a pass over the threads of all tickets."""
    from yoi_cli.api.queries import count_tickets
    from yoi_cli.cli.text.console import progress

    return progress("Reading threads", count_tickets(session))
