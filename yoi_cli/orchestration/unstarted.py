"""Why a run did nothing for tickets that were asked for by name, for queued ones about which the
store cannot be trusted, and for those that lack what their work is measured by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model import states
from yoi_cli.model.ids import TicketId
from yoi_cli.orchestration.context import WAITS, RunOutcome
from yoi_cli.orchestration.run_values import REFUSED
from yoi_cli.routing.claims import doubted_tickets
from yoi_cli.routing.router import DecisionSummary, Router
from yoi_cli.routing.rules import ACCEPTANCE_MISSING
from yoi_cli.tickets.doubts import untrusted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.routing.router import Decision


def outcomes_of_the_rest(
    ports: OrchestrationPorts, named: Sequence[TicketId], told: set[str]
) -> Iterator[RunOutcome]:
    """One outcome for each such ticket, of those that are `named` where any are; `told` are those
    that have one already."""
    router = Router(ports.store, ports.routing())

    def is_wanted(ticket: str) -> bool:
        return ticket not in told and (not named or ticket in named)

    for word, doubts in doubted_tickets(router):
        if is_wanted(word):
            told.add(word)
            error = untrusted(word, doubts)
            text = f"{error.message} {error.hint}"
            yield RunOutcome(TicketId(word), _title(ports, word), WAITS, error.code, text)
    for row in router.summarise((states.QUEUED,)):
        lacks = isinstance(row, DecisionSummary) and row.causes[0].code == ACCEPTANCE_MISSING
        if lacks and is_wanted(row.ticket):
            told.add(row.ticket)
            yield _unacceptable(router.route(TicketId(row.ticket)))
    for ticket in filter(is_wanted, named):
        told.add(ticket)
        decision = router.route(ticket)
        text = " ".join(reason.text for reason in decision.classified.reasons)
        yield RunOutcome(ticket, decision.title, WAITS, decision.classified.classification, text)


def _unacceptable(decision: Decision) -> RunOutcome:
    """A queued ticket lacks what whoever works on it is measured by: that is a failure of the
    run, since waiting does not help."""
    classified = decision.classified
    text = " ".join((*(one.text for one in classified.reasons), classified.next_action))
    return RunOutcome(decision.ticket, decision.title, REFUSED, ACCEPTANCE_MISSING, text)


def _title(ports: OrchestrationPorts, ticket: str) -> str:
    try:
        return ports.store.item(TicketId(ticket)).title
    except YoiError:
        return ""
