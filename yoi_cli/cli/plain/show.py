"""`yoi ticket show`, and how a ticket is written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

from yoi_cli.api import queries
from yoi_cli.api.restore import missing_writes
from yoi_cli.cli.context import session_of
from yoi_cli.cli.given_words import instant
from yoi_cli.cli.text.console import is_terminal
from yoi_cli.cli.text.page import Page
from yoi_cli.cli.text.report import report_json, warn_of_missing
from yoi_cli.cli.text.table import Cell, state_style
from yoi_cli.model.event_views import EventWindow
from yoi_cli.model.fields import shown_fields
from yoi_cli.model.findings import ERROR
from yoi_cli.model.plan import standing
from yoi_cli.model.relations import PARENT
from yoi_cli.model.spending import spending_of
from yoi_cli.model.states import PLANNING, READY, RESOLVED_STATES

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from yoi_cli.api.doctor import Diagnostic
    from yoi_cli.api.queries import Neighbour, Readable, TicketView
    from yoi_cli.cli.context import Context
    from yoi_cli.errors import Json, YoiError
    from yoi_cli.model.events import Event
    from yoi_cli.model.plan import PlanRecord


def show_ticket(
    ctx: Context,
    ticket: str,
    *,
    events: int | None = None,
    since: str | None = None,
    as_json: bool = False,
) -> int:
    """Show a ticket; the exit code. Raises the first error of one that is broken, of which the
    rest was shown."""
    window = EventWindow(events, instant(since))
    if window.is_whole and not as_json and is_terminal(sys.stdout):
        window = EventWindow(_UNFOLDED_EVENTS)
    session = session_of(ctx)
    readable = queries.show(session, ticket, window)
    warn_of_missing(missing_writes(session), readable.view.id)
    around = {} if as_json else queries.neighbours(session, readable.view)
    if not readable.errors:
        print_ticket(readable.view, around, as_json=as_json)
        return 0
    from yoi_cli.api.doctor import examine_ticket

    found = examine_ticket(session, readable.view.id).diagnostics
    raise print_what_can_be_read(readable, found, around, as_json=as_json)


_UNFOLDED_EVENTS = 5
_FACTS = tuple(field.name for field in shown_fields())
_QUIET = "dim"
_LOUD = "bold red"
_NOT_OURS = "not written by this clone: it drives nothing here"
#: Moves stand before them, and a signature is no text for people.
_NOT_SHOWN = ("from", "to", "nonce", "signature")


def print_ticket(
    view: TicketView,
    neighbours: Mapping[str, Neighbour],
    *,
    as_json: bool,
    unread: Container[str] = (),
    broken: Sequence[Diagnostic] = (),
) -> None:
    """One ticket: its card, and those events of its thread that `view` has.

    `unread` are the parts that are missing in `view`, `broken` is why.
    """
    if as_json:
        from yoi_cli.api.documents.ticket import shown_document

        report_json("ticket", shown_document(view))
        return
    page = Page()
    _print_head(page, view)
    _print_broken(page, broken)
    _print_description(page, view)
    if "relations" in unread:
        page.heading("Blocked by")
        page.line(Cell("  unknown", _LOUD), ", for its own relations cannot be read")
    _print_relations(page, view, neighbours)
    _print_plan(page, standing(view.plan))
    _print_files(page, view)
    if "thread" not in unread:
        _print_thread(page, view)
    page.show()


def _print_head(page: Page, view: TicketView) -> None:
    item, state = view.item, view.folded.state
    page.line(Cell(item.title or "(no title)", "bold"))
    facts: list[tuple[str, Cell | str]] = [
        ("id", view.id),
        ("state", Cell(state, state_style(state) or "bold") if state else Cell("unknown", _LOUD)),
    ]
    facts += [(key, ", ".join(item.texts(key))) for key in _FACTS]
    facts += [
        ("queued", _queued(state, item.text("queued_by"), item.text("queued_at"))),
        ("created", item.text("created_at")),
        ("updated", item.text("updated_at")),
        ("spent", spending_of(view.telling).text),
    ]
    shown = {*_FACTS, "title", "state", "queued_by", "queued_at", "created_at", "updated_at"}
    shown |= {"source_mark"}
    facts += [(key, ", ".join(item.texts(key))) for key in item.fields if key not in shown]
    page.facts(facts)
    for divergence in view.folded.diverged:
        where = f" (thread.md:{divergence.line}, {divergence.at})"
        page.line(Cell("Diverged: ", _LOUD), divergence.message, Cell(where, _QUIET))
    if state and item.fields and item.state != state:
        mismatch = f"item.md says {item.state or 'nothing'}; `yoi ticket doctor` tells more."
        page.line(Cell("The log says ", _LOUD), Cell(state, _LOUD), Cell(f", {mismatch}", _LOUD))


def _print_broken(page: Page, broken: Sequence[Diagnostic]) -> None:
    if broken:
        page.heading("Broken")
    for one in broken:
        page.line("  ", Cell(one.place, _LOUD), " ", one.message, Cell(f" [{one.code}]", _QUIET))


def _print_description(page: Page, view: TicketView) -> None:
    if view.item.body.strip():
        page.heading("Description")
        page.prose(view.item.body.strip("\n"))


def _queued(state: str, by: str, at: str) -> str:
    """Who queued it; of a ticket that went back before that, nobody did."""
    return "" if state in (PLANNING, READY) else _by_at(by, at)


def _by_at(author: str, at: str) -> str:
    return " ".join(part for part in (f"by {author}" if author else "", at) if part)


def _print_relations(page: Page, view: TicketView, neighbours: Mapping[str, Neighbour]) -> None:
    if view.blockers:
        page.heading("Blocked by")
    for blocker in view.blockers:
        state = blocker.state or ""
        problem = f" ({blocker.problem})" if blocker.problem else ""
        title = _title(neighbours.get(blocker.ticket))
        page.line("  ", blocker.ticket, " ", Cell(state, state_style(state)), problem, title)
    around = view.around
    ends = [(relation.kind, relation.target, relation.note) for relation in around.outgoing]
    ends += [(relation.inverse, relation.ticket_id, relation.note) for relation in around.incoming]
    if ends:
        page.heading("Relations")
    for kind, other, note in ends:
        known = neighbours[other]
        shown = Cell(known.problem or known.state, state_style(known.state) or _LOUD)
        note_cell = Cell(f" ({note})" if note else "", _QUIET)
        page.line("  ", Cell(kind, "bold"), " ", other, " ", shown, _title(known), note_cell)
    children = [neighbours[one.ticket_id] for one in around.incoming if one.kind == PARENT]
    if children:
        resolved = sum(child.state in RESOLVED_STATES for child in children)
        page.line("  ", Cell(f"{resolved} of {len(children)} children resolved", _QUIET))
    if view.notices:
        page.heading("Notices")
    for notice in view.notices:
        page.line("  ", notice)


def _title(neighbour: Neighbour | None) -> str:
    return f"  {neighbour.title}" if neighbour and neighbour.title else ""


def _print_plan(page: Page, plan: Sequence[PlanRecord]) -> None:
    if plan:
        page.heading("Plan")
    for record in plan:
        related = f" {record.related_ticket}" if record.related_ticket else ""
        who = Cell(f"  {record.author}, {record.at}", _QUIET)
        page.line("  ", Cell(record.kind, "bold"), related, who)
        if record.note:
            page.prose(_deeper(record.note))
        accepted = record.accepted_plan
        if accepted is not None:
            page.prose(_deeper(accepted.summary))
            named = (
                ("branch", accepted.branch),
                ("worktree", accepted.worktree),
                ("roles", accepted.role_plan),
            )
            for name, value in named:
                if value:
                    page.prose(_deeper(f"{name}: {value}"))


def _deeper(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))


def _print_files(page: Page, view: TicketView) -> None:
    if view.artifacts:
        page.heading("Artifacts")
    for path in view.artifacts:
        page.line("  ", path)
    if view.resolution is not None:
        page.heading("Resolution")
        page.prose(view.resolution.strip("\n"))


def _print_thread(page: Page, view: TicketView) -> None:
    from yoi_cli.model.text import counted

    events, total = view.thread.events, view.events_total
    page.heading(f"Thread ({counted(total, 'event')})")
    if len(events) < total:
        hidden = f"{counted(total - len(events), 'event')} not shown; "
        page.line(Cell(f"… {hidden}--events {total} shows all.", _QUIET))
    for event in events:
        page.blank()
        known = view.approvals.get(event.identity, "")
        is_elsewhere = not known and event.identity in view.elsewhere
        _print_event(page, event, _NOT_OURS if is_elsewhere else known)
    if view.thread.faults:
        page.heading("Passed over in the thread")
    for fault in view.thread.faults:
        page.line("  ", Cell(f"thread.md:{fault.line} ", _LOUD), fault.message)


def _print_event(page: Page, event: Event, remark: str) -> None:
    attributes = event.attributes
    moved = "from" in attributes and "to" in attributes
    change = f" {attributes['from']} → {attributes['to']}" if moved else ""
    rest = [f"{key}: {value}" for key, value in attributes.items() if key not in _NOT_SHOWN]
    page.line(
        Cell(event.kind, "bold cyan"),
        Cell(change, "bold"),
        f"  {event.author}",
        Cell(f"  {event.at}", _QUIET),
        Cell(f"  ({', '.join(rest)})" if rest else "", _QUIET),
        Cell(f"  {remark}" if remark else "", _LOUD),
    )
    if event.heading:
        page.prose(f"## {event.heading}")
    if event.body:
        page.prose(event.body)


def print_what_can_be_read(
    readable: Readable,
    found: Sequence[Diagnostic],
    neighbours: Mapping[str, Neighbour],
    *,
    as_json: bool,
) -> YoiError:
    """The first error, for the caller to raise; `found` is what doctor says of the ticket.

    A page has the rest of the ticket, and names the broken files. In JSON it stands in the details
    of the error: nobody who takes the document for a ticket may believe that nothing blocks it.
    """
    view, errors = readable
    first = next(iter(errors.values()))
    broken = [one for one in found if one.severity == ERROR]
    if not as_json:
        print_ticket(view, neighbours, as_json=False, unread=errors, broken=broken)
        return first
    from yoi_cli.api.documents.doctor import diagnostic_document
    from yoi_cli.api.documents.ticket import shown_document

    more = {
        "broken": [diagnostic_document(one) for one in broken],
        "unread": list(errors),
        "readable": shown_document(view),
    }
    first.details = {**first.details, **cast("Mapping[str, Json]", more)}
    return first
