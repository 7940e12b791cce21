"""The JSON types of all that a panel shows of a workspace at once, and of what a ticket waits for
(docs/panel.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from yoi_cli.api.documents.board import TicketRowDocument
from yoi_cli.api.documents.common import UnreadableDocument
from yoi_cli.api.documents.routing import DecisionDocument, decision_document
from yoi_cli.api.documents.runtime import RuntimeDiagnosticDocument
from yoi_cli.api.documents.workers import WorkerDocument

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.api.overview import Overview, OverviewRow
    from yoi_cli.api.routing import RoutedTickets
    from yoi_cli.api.workers import WorkerView


class OverviewDocument(Struct, frozen=True, kw_only=True):
    """A workspace: its tickets and the workers of its clone, the branch that is checked out (null
    for none), whether an orchestrator is live, idle or absent, and what is wrong.

    `revision` names this state. Where it is asked for what came `since` another, and that is known,
    this is not `whole`: of `rows` and `workers` there are those that are others than then, and the
    ids of those that are not there any more are in `gone` and `gone_workers`. In no order."""

    revision: str
    whole: bool
    branch: str | None
    orchestrator: str
    counts: Mapping[str, int]
    rows: tuple[TicketRowDocument, ...]
    gone: tuple[str, ...]
    unreadable: tuple[UnreadableDocument, ...]
    workers: tuple[WorkerDocument, ...]
    gone_workers: tuple[str, ...]
    diagnostics: tuple[RuntimeDiagnosticDocument, ...]


class RunStartedDocument(Struct, frozen=True, kw_only=True):
    """A run of `yoi orchestrate` that was started, and stays."""

    said: str


class WaitDocument(Struct, frozen=True, kw_only=True):
    """A ticket that another waits for: by which relation, and how it stands."""

    ticket: str
    how: str


class WaitsDocument(Struct, frozen=True, kw_only=True):
    """What routing says of a ticket; and for it and what it waits for, the nearest first, what
    each of them waits for."""

    decision: DecisionDocument
    tree: Mapping[str, tuple[WaitDocument, ...]]


def waits_document(routed: RoutedTickets, ticket: str) -> WaitsDocument:
    """Of a ticket that could be routed, and whose tree is known."""
    return WaitsDocument(
        decision=decision_document(routed.decisions[0]),
        tree={
            one: tuple(WaitDocument(ticket=other, how=how) for other, how in others)
            for one, others in routed.tree(ticket).items()
        },
    )


def overview_of(
    found: OverviewDocument, rows: Iterable[TicketRowDocument], workers: Iterable[WorkerView]
) -> Overview:
    """The overview whose other parts `found` has."""
    from yoi_cli.api.overview import Overview
    from yoi_cli.errors import StoreInvalidError
    from yoi_cli.orchestration.overview import TicketsOverview, sorted_rows
    from yoi_cli.store.values import Unreadable

    broken = (
        Unreadable(one.ticket, StoreInvalidError(one.code, one.message)) for one in found.unreadable
    )
    tickets = TicketsOverview(tuple(sorted_rows(map(_row, rows))), tuple(broken), found.counts)
    said = tuple(one.message for one in found.diagnostics)
    branch = found.branch or ""
    return Overview("", branch, found.orchestrator, tickets, tuple(workers), said)


def _row(said: TicketRowDocument) -> OverviewRow:
    from yoi_cli.orchestration.overview import OverviewRow

    return OverviewRow(
        said.id,
        said.title,
        said.state,
        said.priority or "",
        said.updated_at,
        said.gate or "",
        said.action,
        said.why,
        said.reason,
        tuple((one.ticket, one.state) for one in said.blockers),
        said.claim.holder if said.claim else "",
        said.claim is not None and said.claim.over,
        said.workers,
        said.there or "",
    )
