"""Changing what a ticket's item says (docs/format.md)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.model.intent import with_acceptance
from yoi_cli.model.time import stamp
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.values import NO_FIELDS, Change, Committed
from yoi_cli.tickets.create import as_written, check_choices, check_title
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.item import FieldValue, Item
    from yoi_cli.store.ports import TicketReader, TicketStore


class ItemEdit(NamedTuple):
    """What is to be different. `added` and `removed` are texts, by the name of their list, that
    are put into it or taken out; what stands in it besides stays.

    `expected_body`, where given, is the description that the new one was written from.
    `acceptance` are criteria that take the place of those in the description.
    `expected_revision`, where given, is that of the item that the edit was made from.
    """

    fields: Mapping[str, FieldValue] = NO_FIELDS
    added: Mapping[str, tuple[str, ...]] = {}
    removed: Mapping[str, tuple[str, ...]] = {}
    body: str | None = None
    expected_body: str | None = None
    acceptance: tuple[str, ...] = ()
    japanese: bool = False
    expected_revision: str | None = None


class Edited(NamedTuple):
    """An edit's outcome: the keys that changed (`body` for the description), maybe none."""

    committed: Committed
    changed: tuple[str, ...]


def read_item(reader: TicketReader, word: str) -> tuple[TicketId, Item]:
    """The ticket that `word` means, and its item."""
    ticket = identify(reader, word)
    return ticket, reader.item(ticket)


def edit_ticket(store: TicketStore, word: str, edit: ItemEdit) -> Edited:
    """Change a ticket's item. What is the same already is not written again.

    Raises `UsageError` for a bad value, `ConflictError` (`item_changed`) where somebody
    else changed the description in the meantime.
    """
    check_choices(edit.fields)
    given = as_written(edit.fields)
    if "title" in given:
        given["title"] = check_title(str(given["title"] or ""))
    with store.write() as writer:
        ticket = identify(writer, word)
        item = writer.item(ticket)
        _check_unchanged(ticket, item, edit)
        wanted = given | _lists(item, edit)
        fields = {key: value for key, value in wanted.items() if item.fields.get(key) != value}
        described = item.body if edit.body is None else edit.body
        if edit.acceptance:
            described = with_acceptance(described, edit.acceptance, japanese=edit.japanese)
        body = described if described != item.body else None
        changed = (*fields, *(("body",) if body is not None else ()))
        if not changed:
            return Edited(Committed(ticket, stamp(writer.now_ms)), ())
        change = Change(fields=fields, description=body)
        return Edited(writer.commit(ticket, change), changed)


#: What of an item its log says: moves change it, and nobody edits it.
_OF_THE_LOG = frozenset({"state", "updated_at", "queued_by", "queued_at"})


def revision_of(item: Item) -> str:
    """What tells an item from itself before or after an edit, whatever became of it otherwise."""
    known = sorted((k, v) for k, v in item.fields.items() if k not in _OF_THE_LOG)
    return hashlib.sha256(repr((known, item.body)).encode("utf-8", "replace")).hexdigest()


def _check_unchanged(ticket: str, item: Item, edit: ItemEdit) -> None:
    if edit.expected_body is not None and edit.expected_body != item.body:
        raise ConflictError(
            "item_changed",
            f"The description of {ticket} was changed while you edited it.",
            hint="Your text is kept; look at the ticket again and put the two together.",
            details={"ticket": ticket},
        )
    if edit.expected_revision is not None and edit.expected_revision != revision_of(item):
        raise ConflictError(
            "item_changed",
            f"{ticket} was changed while you edited it.",
            hint="Nothing was written; look at the ticket again and put the two together.",
            details={"ticket": ticket, "revision": revision_of(item)},
        )


def _lists(item: Item, edit: ItemEdit) -> dict[str, FieldValue]:
    """The lists of `item` with what is added and without what is removed."""
    lists: dict[str, FieldValue] = {}
    for name in dict.fromkeys((*edit.added, *edit.removed)):
        added, removed = edit.added.get(name, ()), edit.removed.get(name, ())
        if added or removed:
            kept = [text for text in item.texts(name) if text not in removed]
            lists[name] = (*kept, *(text for text in added if text not in kept))
    return lists
