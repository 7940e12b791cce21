"""Tickets out of the records of a JSON source; every record becomes one, or is named."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from yoi_cli.model.fields import FIELDS
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.transfer.formats.common import Frontmatter, settle_links, utc
from yoi_cli.transfer.formats.records import Record, read_records
from yoi_cli.transfer.model import (
    ForeignTicket,
    ForeignTickets,
    ImportProblem,
    LeftOut,
    UnreadableTicketError,
    as_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from yoi_cli.transfer.model import Value

    ReadOne = Callable[[str, Frontmatter], "ForeignTicket | Skip"]


class Skip(NamedTuple):
    """This record is not to be a ticket: its kind, why, and what it goes by."""

    kind: str
    reason: str
    name: str


@dataclass(slots=True)
class Collected:
    """What was read of a source so far."""

    tickets: list[ForeignTicket] = field(default_factory=list)
    problems: list[ImportProblem] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def of(self, tool: str) -> ForeignTickets:
        """All of it, with links settled."""
        tickets = settle_links(self.tickets, lambda name: name)
        return ForeignTickets(tool, tickets, self.problems, self.left_out)


def collect(data: bytes, path: str, read_one: ReadOne) -> Collected:
    """Read every record with `read_one(path, its keys)`; one that fails is a problem, as is one
    with an id that stood before."""
    return collect_records(read_records(data, path), path, read_one)


def collect_records(
    records: Iterator[Record | ImportProblem], path: str, read_one: ReadOne
) -> Collected:
    """As `collect`, of records that were read already."""
    found = Collected()
    lines: dict[str, int] = {}
    for record in records:
        if isinstance(record, ImportProblem):
            found.problems.append(record)
            continue
        try:
            ticket = read_one(path, Frontmatter(record.values))
        except UnreadableTicketError as error:
            message = f"record {record.number}: {error}"
            found.problems.append(ImportProblem(path, record.line, message))
            continue
        if isinstance(ticket, Skip):
            place = f"{path}, line {record.line}: {ticket.name}"
            found.left_out.append(LeftOut(ticket.kind, ticket.reason, place))
        elif ticket.source_id in lines:
            message = (
                f"record {record.number}: the id {ticket.source_id[:80]!r} a second time, after "
                f"line {lines[ticket.source_id]}; left out"
            )
            found.problems.append(ImportProblem(path, record.line, message))
        else:
            lines[ticket.source_id] = record.line
            found.tickets.append(replace(ticket, line=record.line))
    return found


def due(front: Frontmatter, key: str) -> str | None:
    """The day of the time in `key`; the time itself is kept in `rest` where it says more."""
    time = utc(front.text(key))
    is_field = "due" in FIELDS
    if not is_field or time is None or (time and not time.endswith("T00:00:00Z")):
        front.keep(key)
    return time[:10] if time and is_field else None


def mappings(value: Value) -> list[dict[str, Value]]:
    """The objects of a list, those alone; of GitHub's connections their `nodes`."""
    if isinstance(value, dict):
        value = value.get("nodes", "")
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def text_of(values: dict[str, Value], *keys: str) -> str:
    """The first of `keys` that has a text, as text."""
    texts = (as_text(values.get(key, "")).strip() for key in keys)
    return next((text for text in texts if text), "")


def sections(description: str, rest: Sequence[tuple[str, str]]) -> str:
    """A description with what belongs to it under headings of its own."""
    parts = [description.strip("\n")]
    parts += [f"## {heading}\n\n{text.strip()}" for heading, text in rest if text.strip()]
    return "\n\n".join(part for part in parts if part)
