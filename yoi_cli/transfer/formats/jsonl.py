"""One line of an export, as the files of a ticket (docs/commands.md, `export` and `import`).

A line that `yoi` wrote carries the files themselves. A line of another program may carry the
ticket's document alone; its files are then made from that. msgspec holds each line against
the types below, and its messages name the place that is wrong.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec.structs import asdict

from yoi_cli.errors import UsageError, YoiError
from yoi_cli.model.events import NewEvent, heading_for
from yoi_cli.model.fields import FIELDS, TIME
from yoi_cli.model.fold import fold
from yoi_cli.model.ids import TicketId, is_ticket_id
from yoi_cli.model.plan import AcceptedPlan, PlanRecord
from yoi_cli.model.relations import Relation
from yoi_cli.model.ticket import DatedEvent, Ticket
from yoi_cli.store.files import layout
from yoi_cli.store.files.ticket_files import encode_ticket
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.transfer.formats.common import utc
from yoi_cli.transfer.import_lines import StoredTicket
from yoi_cli.transfer.model import ImportProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from yoi_cli.model.item import FieldValue

_SCHEMA = "yoi/1"
_LONGEST_NAME = 255
_LONGEST_PATH = 1024
_DEEPEST = 32
_TIMES = frozenset(name for name, field in FIELDS.items() if field.type == TIME)


class _File(msgspec.Struct):
    encoding: Literal["utf-8", "base64"]
    content: str


class _Line(msgspec.Struct):
    """What every line has."""

    id: str
    schema: str = _SCHEMA
    title: str = ""
    files: dict[str, _File] | None = None


class _Item(msgspec.Struct):
    frontmatter: dict[str, str | list[str] | None]
    body: str = ""


class _Event(msgspec.Struct):
    kind: str
    at: str
    author: str
    body: str = ""
    heading: str | None = None
    id: str | None = None
    attributes: dict[str, str] = {}


class _Relation(msgspec.Struct):
    kind: str
    target: str
    author: str
    at: str
    note: str | None = None


class _Relations(msgspec.Struct):
    outgoing: list[_Relation] = []


class _AcceptedPlan(msgspec.Struct):
    summary: str
    branch: str | None = None
    worktree: str | None = None
    role_plan: str | None = None


class _Plan(msgspec.Struct):
    id: str
    kind: str
    author: str
    at: str
    related_ticket: str | None = None
    note: str | None = None
    accepted_plan: _AcceptedPlan | None = None
    removes: str | None = None


class _Document(msgspec.Struct):
    """What a line without files must say."""

    id: str
    item: _Item
    events: list[_Event]
    title: str = ""
    state: str | None = None
    relations: _Relations = msgspec.field(default_factory=_Relations)
    plan: list[_Plan] = []
    artifacts: list[str] = []
    resolution: str | None = None


def read_lines(lines: Iterable[bytes], *, path: str) -> Iterator[StoredTicket | ImportProblem]:
    """Each line that is not blank as a ticket, or as the problem that it has."""
    for number, line in enumerate(lines, start=1):
        data = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if not data.strip():
            continue
        try:
            yield _ticket(data, path, number)
        except (ValueError, RecursionError) as error:
            yield ImportProblem(path, number, _said(error))
        except YoiError as error:
            yield ImportProblem(path, number, error.message)


def _said(error: Exception) -> str:
    if isinstance(error, msgspec.ValidationError):
        return f"The line is not a ticket: {error}."
    if isinstance(error, UnicodeDecodeError):
        return "The line is not UTF-8."
    if isinstance(error, json.JSONDecodeError):
        return f"The line is not JSON: {error.msg} at column {error.colno}."
    return "The line is JSON that cannot be read."


def _ticket(data: bytes, path: str, number: int) -> StoredTicket:
    parsed: object = json.loads(data.decode())
    line = msgspec.convert(parsed, _Line)
    if line.schema != _SCHEMA:
        raise UsageError("schema_unknown", f"The line follows {line.schema[:40]!r}, not {_SCHEMA}.")
    if not is_ticket_id(line.id):
        raise UsageError("ticket_id_invalid", f"{line.id[:40]!r} is not a ticket id.")
    if line.files is not None:
        return StoredTicket(TicketId(line.id), line.title, _files(line.files), path, number)
    document = msgspec.convert(parsed, _Document)
    ticket = _ticket_of(document)
    notices = tuple(_notices(document, ticket))
    return StoredTicket(ticket.id, line.title, encode_ticket(ticket), path, number, notices)


def _notices(document: _Document, ticket: Ticket) -> Iterator[str]:
    for name in document.artifacts:
        if name not in (layout.RELATIONS, layout.PLAN):
            yield f"The artifact {name[:200]!r} is named without its content, and was left out."
    state = ticket.fields["state"]
    if document.state not in (None, state):
        yield f"The line says {document.state!r}, its events say {state!r}; the events hold."


def _files(entries: Mapping[str, _File]) -> dict[str, bytes]:
    if not entries:
        raise UsageError("files_missing", "The line holds none of the ticket's files.")
    for path in entries:
        _check_path(path, entries)
    return {path: _content(path, file) for path, file in entries.items()}


def _content(path: str, file: _File) -> bytes:
    try:
        if file.encoding == "base64":
            return base64.b64decode(file.content, validate=True)
        return file.content.encode()
    except ValueError as error:
        raise UsageError(
            "file_invalid", f"The content of {path[:200]!r} is not {file.encoding}."
        ) from error


def _check_path(path: str, entries: Mapping[str, _File]) -> None:
    """Refuse a path that could lead out of the ticket's folder, or that no folder can hold."""
    parts = path.split("/")
    folders = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
    if (
        "\0" in path
        or any(part in ("", ".", "..") or part.casefold() == ".git" for part in parts)
        or any(len(os.fsencode(part)) > _LONGEST_NAME for part in parts)
        or len(os.fsencode(path)) > _LONGEST_PATH
        or len(parts) > _DEEPEST
        or any(folder in entries for folder in folders)
    ):
        raise UsageError("path_unsafe", f"{path[:200]!r} is not the path of a ticket's file.")


def _ticket_of(document: _Document) -> Ticket:
    """The ticket that a document describes; its state is what its own events say."""
    if not document.events:
        raise UsageError("events_missing", "The line has neither files nor events.")
    given: dict[str, FieldValue] = {
        key: tuple(value) if isinstance(value, list) else _timed(key, value)
        for key, value in document.item.frontmatter.items()
    }
    times = [_utc(event.at) for event in document.events]
    ticket = Ticket(
        id=TicketId(document.id),
        fields={"title": document.title, "created_at": times[0], "updated_at": max(times)} | given,
        description=document.item.body,
        events=tuple(_dated(event) for event in document.events),
        relations=tuple(
            Relation(document.id, **{**asdict(relation), "at": _utc(relation.at)})
            for relation in document.relations.outgoing
        ),
        plan=tuple(_record(document.id, record) for record in document.plan),
        resolution=document.resolution,
    )
    thread = parse_thread(encode_ticket(ticket)[layout.THREAD]).thread
    return replace(ticket, fields={**ticket.fields, "state": fold(thread.events).state})


def _dated(event: _Event) -> DatedEvent:
    attributes = tuple(event.attributes.items())
    heading = event.heading
    if heading is None:
        heading = heading_for(event.kind, status=event.attributes.get("status", ""))
    new = NewEvent(event.kind, event.author, heading, event.body, attributes)
    return DatedEvent(_utc(event.at), new, event.id)


def _utc(at: str) -> str:
    """A time that another program wrote (`+01:00`) as ours; what is no time stays, and is refused
    where it is written."""
    return utc(at) or at


def _timed(key: str, value: str | None) -> str | None:
    return _utc(value) if value and key in _TIMES else value


def _record(ticket: str, record: _Plan) -> PlanRecord:
    plan = record.accepted_plan
    accepted = AcceptedPlan(**asdict(plan)) if plan else None
    given = {**asdict(record), "accepted_plan": accepted, "at": _utc(record.at)}
    return PlanRecord(ticket_id=ticket, **given)
