"""`yoi route` where it only reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api import routing
from yoi_cli.cli.context import start_of
from yoi_cli.cli.given_words import chosen_states
from yoi_cli.cli.plain.route_text import (
    print_explanations,
    print_route,
    print_summaries,
    warn_of_notices,
)
from yoi_cli.cli.text.report import warn_of_disagreement
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.api.session import Start
    from yoi_cli.cli.context import Context


def route_open(
    ctx: Context,
    *,
    all_open: bool = False,
    state: Sequence[str] | None = None,
    explain: bool = False,
    as_json: bool = False,
) -> int:
    """Route the open tickets, or those in a state; the exit code. `all_open` says no more."""
    asked = Reading([], chosen_states(state), None, None)
    print_routed(start_of(ctx), asked, explain=explain, as_json=as_json)
    return 0


class Reading(NamedTuple):
    """Which tickets are routed, of which store: as it is, as of `at`, or as of `merge`."""

    words: list[str]
    states: frozenset[str]
    at: str | None
    merge: tuple[str, str] | None


def print_routed(start: Start, asked: Reading, *, explain: bool, as_json: bool) -> None:
    """Route what is asked for, and print it."""
    words, states, at, merge = asked
    if not (words or explain or as_json):
        found = routing.summarise(start, states=states, at=at, merge=merge)
        print_summaries(found.summaries, found.unroutable)
        warn_of_notices(found.notices, [row.ticket for row in found.summaries])
        warn_of_disagreement(found.disagreeing)
        return
    routed = routing.route(start, words, states=states, at=at, merge=merge)
    if explain and not as_json:
        print_explanations(routed)
    else:
        print_route(routed.decisions, routed.unroutable, as_json=as_json, as_card=bool(words))
