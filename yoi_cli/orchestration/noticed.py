"""What was noticed in a clone while a worker ran, without what orchestration itself did there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model.ids import TicketId
from yoi_cli.model.states import RESOLVED_STATES
from yoi_cli.workers.changes import of_open_tickets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.store.ports import RoutingReader


def not_ours(store: RoutingReader, paths: Iterable[str]) -> tuple[str, ...]:
    """Those of the paths that are not about a ticket that is over: what is left of its work is
    taken away by whoever merged it, also while workers of others run."""
    return of_open_tickets(paths, partial(_is_over, store))


def _is_over(store: RoutingReader, ticket: str) -> bool:
    try:
        return store.thread_summary(TicketId(ticket)).state in RESOLVED_STATES
    except YoiError:
        return False
