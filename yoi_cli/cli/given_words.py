"""What words given to options mean; nothing here loads Typer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


def chosen_words(given: Iterable[str] | None) -> frozenset[str]:
    """The words of an option that may be repeated, each perhaps several with commas between."""
    return frozenset(word.strip() for one in given or () for word in one.split(",") if word.strip())


def chosen_states(given: Iterable[str] | None) -> frozenset[str]:
    """The states that `--state` names. Raises `UsageError` for an unknown one."""
    from yoi_cli.model.states import check_state

    words = frozenset(word.lower() for word in chosen_words(given))
    for word in words:
        check_state(word)
    return words


def instant(since: str | None) -> str | None:
    """The time that `--since` names. Raises `UsageError` for anything else."""
    import time

    from yoi_cli.model.time import parse_since

    return None if since is None else parse_since(since, time.time_ns() // 1_000_000)


def today() -> date:
    """The day that it is where the person is."""
    from datetime import datetime

    return datetime.now().astimezone().date()


def due_date(text: str | None) -> str | None:
    """The date that `--due` names; None and the empty text stay as they are."""
    from yoi_cli.model.time import parse_due

    return parse_due(text, today()) if text else text


def due_by(day: str | None) -> str | None:
    """The last date that `--due` names. Raises `UsageError` for what is no day."""
    from yoi_cli.model.time import last_due

    return None if day is None else last_due(day, today())
