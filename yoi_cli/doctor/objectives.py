"""What is wrong with objectives. Nothing in them can hold a ticket up, so little is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.doctor.diagnostics import Diagnostic, line_of, quote
from yoi_cli.errors import YoiError
from yoi_cli.model.findings import ERROR, INFO, WARNING
from yoi_cli.model.ids import is_ticket_id
from yoi_cli.model.time import is_stamp
from yoi_cli.objectives.model import LINKED_TICKETS, REQUIRED_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.objectives.model import Objective
    from yoi_cli.objectives.service import ObjectiveReader
    from yoi_cli.store.ports import TicketReader

_TIMES = ("created_at", "updated_at")


def examine_objectives(reader: TicketReader, objectives: ObjectiveReader) -> tuple[Diagnostic, ...]:
    """Every finding, objective by objective; one that is broken never hides the others."""
    found: list[Diagnostic] = []
    for name in objectives.strays():
        message = f"{quote(name)} is no objective's id, and nothing reads it. Move it elsewhere."
        found.append(Diagnostic(INFO, "objective_stray", message, None, objectives.path(name)))
    for id_ in objectives.ids():
        path = objectives.path(id_)
        try:
            objective = objectives.objective(id_)
        except YoiError as error:
            line = line_of(error)
            found.append(Diagnostic(ERROR, error.code, error.message, None, path, line))
            continue
        found += _keys(objective, path)
        found += _links(reader, objective, path)
    return tuple(found)


def _keys(objective: Objective, path: str) -> Iterator[Diagnostic]:
    item = objective.item
    for key in REQUIRED_KEYS:
        value, line = item.fields.get(key), item.lines.get(key)
        if key not in item.fields:
            message = f"The key {key} is missing. Add it to the frontmatter."
            yield Diagnostic(WARNING, "objective_key_missing", message, None, path)
        elif key == LINKED_TICKETS:
            if not isinstance(value, tuple):
                message = f"{key} is no list. Write it as ['ID', 'ID'], or [] for none."
                yield Diagnostic(WARNING, "objective_key_invalid", message, None, path, line)
        elif not isinstance(value, str) or not value.strip():
            message = f"{key} is not a text. Give it one."
            yield Diagnostic(WARNING, "objective_key_invalid", message, None, path, line)
        elif key in _TIMES and not is_stamp(value):
            message = f"{key} is {quote(value)}, no time. Write YYYY-MM-DDTHH:MM:SSZ."
            yield Diagnostic(WARNING, "objective_time_invalid", message, None, path, line)


def _links(reader: TicketReader, objective: Objective, path: str) -> Iterator[Diagnostic]:
    line = objective.item.lines.get(LINKED_TICKETS)
    links = objective.item.texts(LINKED_TICKETS)
    for id_ in dict.fromkeys(links):
        if not is_ticket_id(id_):
            message = f"{quote(id_)} is linked, and is no ticket's id. Correct or remove it."
            yield Diagnostic(WARNING, "objective_link_invalid", message, None, path, line)
        elif not reader.exists(id_):
            message = (
                f"The linked ticket {id_} does not exist. "
                f"`yoi objective link {objective.id} {id_} --remove` takes the link away."
            )
            yield Diagnostic(WARNING, "objective_link_dangling", message, id_, path, line)
        if links.count(id_) > 1:
            message = f"{quote(id_)} is linked more than once. One is enough."
            yield Diagnostic(INFO, "objective_link_repeated", message, None, path, line)
