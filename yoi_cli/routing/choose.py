"""Routing what is asked for: which tickets, and decisions or summaries of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model import states
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.routing.router import Decision, DecisionSummary, Unroutable
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from yoi_cli.model.ids import TicketId
    from yoi_cli.routing.router import Router, WaitTree
    from yoi_cli.store.ports import TicketReader


class RoutedTickets(NamedTuple):
    """Decisions about tickets, and the tickets that cannot be read.

    `notices`, by ticket, are shown besides those that routing finds; `tree` gives, for a
    ticket, what it and all behind it wait for.
    """

    decisions: tuple[Decision, ...]
    unroutable: tuple[Unroutable, ...]
    notices: Mapping[str, tuple[str, ...]]
    tree: Callable[[str], WaitTree]


class SummarisedTickets(NamedTuple):
    """What many tickets are ready for, the tickets that cannot be read, and those whose item says
    another state than their thread."""

    summaries: tuple[DecisionSummary, ...]
    unroutable: tuple[Unroutable, ...]
    notices: Mapping[str, tuple[str, ...]]
    disagreeing: tuple[str, ...] = ()


def route_tickets(
    router: Router, words: Sequence[str], wanted: Collection[str] = ()
) -> RoutedTickets:
    """Decisions about the tickets that `chosen_tickets` chooses; none hides another."""
    rows = list(router.route_all(chosen_tickets(router.reader, words, wanted)))
    return RoutedTickets(
        tuple(row for row in rows if isinstance(row, Decision)),
        tuple(row for row in rows if isinstance(row, Unroutable)),
        router.context.notices,
        router.tree,
    )


def summarise_tickets(router: Router, wanted: Collection[str] = ()) -> SummarisedTickets:
    """Summaries of the tickets in a `wanted` state, or of all open ones."""
    rows = list(router.summarise(wanted or states.OPEN_STATES))
    return SummarisedTickets(
        tuple(row for row in rows if isinstance(row, DecisionSummary)),
        tuple(row for row in rows if isinstance(row, Unroutable)),
        router.context.notices,
        tuple(router.disagreeing),
    )


def chosen_tickets(
    reader: TicketReader, words: Sequence[str], wanted: Collection[str] = ()
) -> list[TicketId]:
    """The tickets that `words` name, or all open ones; of these, those in a `wanted` state.

    Which tickets are open comes from the projection, and one that cannot be read is among
    them. Raises what `identify` raises.
    """
    named = {identify(reader, word): None for word in words}
    if named and not wanted:
        return list(named)
    shown = wanted or states.OPEN_STATES
    return [
        row.id
        for row in reader.all_fields()
        if (not named or row.id in named)
        and (row.error is not None or row.fields.get("state") in shown)
    ]
