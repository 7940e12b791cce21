"""Reads git-bug: `git bug bug --format json`, and `git bug bug show ID --format json`.

The list has no texts, only the number of comments of each bug: the description and the comments
come from `show`, whose documents may follow one another in one file, and may follow the list. A
comment has no time there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from yoi_cli.transfer.formats.collecting import Skip, collect_records, mappings, text_of
from yoi_cli.transfer.formats.common import Frontmatter, utc
from yoi_cli.transfer.formats.records import Record, read_records
from yoi_cli.transfer.model import (
    ForeignNote,
    ForeignTicket,
    ForeignTickets,
    ImportProblem,
    UnreadableTicketError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GIT_BUG = "git-bug"
_STATES = {"open": "planning", "closed": "closed"}
#: Who took part, which the comments tell, and other names for what is known already.
_TOLD_ELSEWHERE = ("human_id", "actors", "participants")


def read_git_bug(data: bytes, path: str) -> ForeignTickets:
    """Read the bugs of `data`."""
    records = list(read_records(data, path))
    return collect_records(_fullest(records), path, _read).of(GIT_BUG)


def _fullest(records: Sequence[Record | ImportProblem]) -> Iterator[Record | ImportProblem]:
    """The records without those of the list whose bug stands there with its texts, too."""
    whole = {
        text_of(one.values, "id")
        for one in records
        if isinstance(one, Record) and not _is_listed(one)
    }
    for one in records:
        if isinstance(one, Record) and _is_listed(one) and text_of(one.values, "id") in whole:
            continue
        yield one


def _is_listed(record: Record) -> bool:
    """Whether it is of the list, which has no texts."""
    return not isinstance(record.values.get("comments"), list)


def _read(path: str, front: Frontmatter) -> ForeignTicket | Skip:
    source_id = front.text("id")
    if not source_id or not front.text("human_id"):
        raise UnreadableTicketError("there is no `human_id`: not a bug of git-bug")
    for key in _TOLD_ELSEWHERE:
        front.text(key)
    status = front.text("status")
    if status not in _STATES:
        front.warnings.append(f"the status {status!r} is not one of git-bug's; taken as open")
    description, notes = _texts(front)
    created_at = _time(front, "create_time")
    return replace(
        ForeignTicket(
            source_id=source_id,
            source_path=path,
            source_status=status,
            title=front.text("title") or source_id,
            description=description,
            state=_STATES.get(status, "planning"),
            created_at=created_at,
            updated_at=_time(front, "edit_time") or created_at,
            fields={"tags": front.texts("labels")},
            notes=notes,
        ),
        extra=(*_author(front), *front.rest()),
        warnings=tuple(front.warnings),
    )


def _texts(front: Frontmatter) -> tuple[str, tuple[ForeignNote, ...]]:
    """The first comment is the description; the list has none, but says how many there are."""
    value = front.value("comments")
    if not isinstance(value, list):
        if value not in ("", "0"):
            said = f"its {value} comments are not in a list: `git bug bug show ID --format json`"
            front.warnings.append(f"{said} has them, and a second import takes them in")
        return "", ()
    notes = [
        ForeignNote(_name(entry.get("author", "")), "", text_of(entry, "message"))
        for entry in mappings(value)
    ]
    description = notes[0].body if notes else ""
    return description, tuple(note for note in notes[1:] if note.body)


def _author(front: Frontmatter) -> tuple[tuple[str, str], ...]:
    name = _name(front.value("author"))
    return (("author", name),) if name else ()


def _name(value: object) -> str:
    return text_of(value, "name", "login", "human_id") if isinstance(value, dict) else ""


def _time(front: Frontmatter, key: str) -> str:
    value = front.value(key)
    written = text_of(value, "time") if isinstance(value, dict) else ""
    at = utc(written)
    if at is None:
        front.warnings.append(f"the time in `{key}` cannot be read: {written[:40]!r}")
    return at or ""
