"""Creating tickets, and adding events that change no state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError
from yoi_cli.model import events
from yoi_cli.model.events import new_event
from yoi_cli.model.fields import CHOICE, FIELDS
from yoi_cli.model.relations import TARGET, TICKET, waiting_end
from yoi_cli.model.run_choices import RUN_CHOICES, fault
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.values import NO_FIELDS, Committed, NewTicket
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.model.events import Author
    from yoi_cli.model.fields import Field
    from yoi_cli.model.item import FieldValue
    from yoi_cli.store.ports import TicketStore

_TEMPLATE = """## Background

TBD

## Requirements

TBD

## Acceptance criteria

TBD
"""
_TEMPLATE_JAPANESE = """## 背景

未定

## 要件

未定

## 受け入れ条件

未定
"""


class Draft(NamedTuple):
    """A ticket as a person describes it; `description` is None for the template.

    `relations` are (kind, id as typed) pairs; `acceptance` are criteria that the description has,
    or that take the template's place in it.
    """

    title: str
    description: str | None = None
    fields: Mapping[str, FieldValue] = NO_FIELDS
    relations: tuple[tuple[str, str], ...] = ()
    acceptance: tuple[str, ...] = ()


def template(*, japanese: bool) -> str:
    """The description that a new ticket starts from."""
    return _TEMPLATE_JAPANESE if japanese else _TEMPLATE


def create_ticket(store: TicketStore, draft: Draft, by: Author) -> Committed:
    """Make a ticket in `planning`.

    Raises `UsageError`, `NotFoundError` for a relation's target, and `ConflictError` (`cycle`)
    where the new ticket would wait for one that would wait for it.
    """
    title = check_title(draft.title)
    check_choices(draft.fields)
    description = draft.description
    if description is None:
        description = "" if draft.acceptance else template(japanese=by.japanese)
    if draft.acceptance:
        from yoi_cli.model.intent import with_acceptance

        description = with_acceptance(description, draft.acceptance, japanese=by.japanese)
    body = "チケットを作成しました。" if by.japanese else "Created by `yoi ticket create`."
    with store.write() as writer:
        links = dict.fromkeys((kind, identify(writer, word)) for kind, word in draft.relations)
        if {TICKET, TARGET} <= {waiting_end(kind) for kind, _ in links}:
            from yoi_cli.tickets.relations import check_no_cycle_through_new

            check_no_cycle_through_new(writer, links)
        return writer.create(
            NewTicket(
                fields={"title": title, **as_written(draft.fields)},
                description=description,
                events=(new_event(events.CREATE, by, body),),
                relations=tuple((kind, target, None) for kind, target in links),
            )
        )


def check_title(title: str, *, of: str = "A ticket") -> str:
    """`title`, `of` what a message names, without white space around it.

    Raises `UsageError` where nothing is left, or where it is more than one line.
    """
    stripped = title.strip()
    if not stripped:
        raise UsageError("title_empty", f"{of} needs a title.", hint="Give one with --title.")
    if len(stripped.splitlines()) > 1:
        raise UsageError(
            "title_not_one_line",
            "A title is one line.",
            hint="Nothing was written. Put the rest into the text, with --message or --file.",
        )
    return stripped


def check_choices(fields: Mapping[str, FieldValue]) -> None:
    """Raise `UsageError` (`priority_invalid`, `due_invalid` …) for a value that is none of its
    field's choices or has not its form, and (`choice_invalid`) for what no ticket can say of how it
    is worked on."""
    for name, value in fields.items():
        if name in RUN_CHOICES and isinstance(value, str):
            wrong = fault(name, value)
            if wrong:
                raise UsageError("choice_invalid", wrong, hint="Nothing was written.")
        field = FIELDS.get(name)
        if field is not None and field.form and value is not None:
            _check_form(field, str(value))
        if field is None or field.type != CHOICE or value is None:
            continue
        if str(value).upper() in field.choices or value in field.choices:
            continue
        from yoi_cli.model.nearest import did_you_mean

        advice = f"; {field.advice}" if field.advice else ""
        raise UsageError(
            f"{name}_invalid",
            f"{str(value)[:20]!r} is not a {name}.",
            hint=f"{did_you_mean(str(value), field.choices)}"
            f"Use one of {', '.join(field.choices)}{advice}.",
        )


def _check_form(field: Field, value: str) -> None:
    import re

    if not re.fullmatch(field.form, value):
        raise UsageError(
            f"{field.name}_invalid",
            f"{value[:40]!r} is no {field.name}.",
            hint=f"{field.advice}; nothing was written.",
        )


def as_written(fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    """`fields` with every choice as it is written: a person may type it in lower case."""
    return {
        name: next((choice for choice in field.choices if choice == str(value).upper()), value)
        if (field := FIELDS.get(name)) is not None and field.type == CHOICE
        else value
        for name, value in fields.items()
    }
