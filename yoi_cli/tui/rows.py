"""What the list shows, line by line, before it is drawn: tickets, what cannot be read, workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yoi_cli.api.overview import Overview, OverviewRow, Unreadable, WorkerView

#: So many workers are shown below a ticket, so many records that cannot be read, so many workers
#: that have ended.
MOST_CHILDREN, MOST_UNREADABLE, MOST_ENDED = 3, 5, 3
TICKET, CHILD, UNREADABLE, WORKER, MORE, HEADING = (
    "ticket",
    "child",
    "unreadable",
    "worker",
    "more",
    "heading",
)


class Row(NamedTuple):
    """A line of the list, or the two of a ticket.

    `key` is by what it is known again after a refresh: its kind and its id. Of the last four one is
    given: `text` for headings and for how many more there are.
    """

    kind: str
    key: str = ""
    ticket: OverviewRow | None = None
    worker: WorkerView | None = None
    broken: Unreadable | None = None
    text: str = ""

    @property
    def height(self) -> int:
        return 2 if self.kind == TICKET else 1

    @property
    def is_selectable(self) -> bool:
        return bool(self.key)


def rows_of(overview: Overview, words: str = "") -> tuple[Row, ...]:
    """The rows of everything that has all of `words` in it: tickets, then records that cannot be
    read, then workers."""
    wanted = words.casefold().split()
    views = {view.worker_id: view for view in overview.workers}
    rows: list[Row] = []
    for ticket in overview.tickets.rows:
        if wanted and not _has(wanted, _words_of(ticket)):
            continue
        rows.append(Row(TICKET, f"{TICKET}:{ticket.ticket}", ticket=ticket))
        if ticket.workers:
            rows += _children([views[one] for one in ticket.workers if one in views])
    broken = [
        one
        for one in overview.tickets.unreadable
        if _has(wanted, f"{one.ticket} unreadable {one.error.message}")
    ]
    rows += [
        Row(UNREADABLE, f"{UNREADABLE}:{b.ticket}", broken=b) for b in broken[:MOST_UNREADABLE]
    ]
    rows += _more(len(broken) - MOST_UNREADABLE, "records that cannot be read")
    rows += _workers([view for view in reversed(overview.workers) if _has(wanted, _about(view))])
    return tuple(rows)


def _children(views: Sequence[WorkerView]) -> Iterable[Row]:
    yield from (
        Row(CHILD, f"{CHILD}:{view.worker_id}", worker=view) for view in views[:MOST_CHILDREN]
    )
    yield from _more(len(views) - MOST_CHILDREN, "workers", indent=True)


def _workers(views: Sequence[WorkerView]) -> Iterable[Row]:
    """Workers that live, then the newest that have ended."""
    if not views:
        return
    live = [view for view in views if not view.has_ended]
    ended = [view for view in views if view.has_ended]
    yield Row(HEADING, text=f"Workers  {len(live)} live, {len(ended)} ended")
    for view in (*live, *ended[:MOST_ENDED]):
        yield Row(WORKER, f"{WORKER}:{view.worker_id}", worker=view)
    yield from _more(len(ended) - MOST_ENDED, "workers that have ended")


def _more(number: int, what: str, *, indent: bool = False) -> Iterable[Row]:
    if number > 0:
        yield Row(MORE, text=f"{'    ' if indent else '  '}+{number} {what}")


def _has(wanted: Sequence[str], text: str) -> bool:
    if not wanted:
        return True
    folded = text.casefold()
    return all(word in folded for word in wanted)


def _words_of(row: OverviewRow) -> str:
    return " ".join(
        (row.ticket, row.title, row.state, row.gate, row.priority, row.claim, row.reason, row.there)
    )


def _about(view: WorkerView) -> str:
    return (
        f"{view.worker_id} {view.state} {view.ticket or ''} {view.role or ''} {view.profile or ''}"
    )
