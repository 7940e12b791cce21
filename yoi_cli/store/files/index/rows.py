"""What rows of the index hold, and how it is read back: fields, threads, their figures, relations
and plans.

Every function that makes a row has another here that gives back what went in. What a row holds is
as sound as the checksum of its table.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from sys import intern
from typing import TYPE_CHECKING, TypeVar, cast, overload

from yoi_cli.model.plan import AcceptedPlan, PlanRecord
from yoi_cli.model.relations import Relation
from yoi_cli.model.routing import Review, ThreadSummary
from yoi_cli.model.spending import Spending
from yoi_cli.model.thread_figures import ThreadFigures
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.index.table import Row
from yoi_cli.store.values import PlansRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.item import FieldValue
    from yoi_cli.store.files.index.table import Head, KeptRow

T = TypeVar("T")
_STATE = "state"
#: Made once: a row of each ticket is encoded where there is no index yet.
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
#: How many heads are remembered as what they mean; a store has some dozens.
_HEADS = 4096
#: How many items are kept decoded: those of which somebody is asking.
_DECODED = 64
_DECODER = json.JSONDecoder()


class ItemHead(NamedTuple):
    """What many items have in common: the names of their fields, the state, whether all of it is
    UTF-8, whether it has acceptance criteria, None where nobody asked, and where in a row the value
    of each field stands."""

    names: tuple[str, ...]
    state: FieldValue
    is_text: bool
    has_acceptance: bool | None
    places: Mapping[str, int] = {}


class KeptFields(Mapping[str, "FieldValue"]):
    """The fields of an item, decoded when one is asked for that the head does not tell.

    What was decoded is not held: a store has many items, and of one, fields are asked in a row.
    """

    __slots__ = ("_begin", "_bodies", "_end", "_head")

    def __init__(self, head: ItemHead, row: Row | KeptRow) -> None:
        self._head = head
        if isinstance(row, Row):
            self._bodies, self._begin, self._end = row.body, 0, len(row.body)
        else:
            _, self._bodies, self._begin, self._end = row

    @overload
    def get(self, key: str, /) -> FieldValue: ...
    @overload
    def get(self, key: str, /, default: FieldValue | T) -> FieldValue | T: ...
    def get(self, key: str, /, default: FieldValue | T | None = None) -> FieldValue | T | None:
        """The value of a field; that of `state`, and of one that is not there, at once."""
        place = self._head.places.get(key)
        if place is None:
            return default
        if key == _STATE:
            return self._head.state
        value = _values(self._bodies[self._begin : self._end])[place]
        return tuple(value) if isinstance(value, list) else value

    def __getitem__(self, key: str) -> FieldValue:
        if key not in self._head.places:
            raise KeyError(key)
        return self.get(key)

    def __contains__(self, key: object) -> bool:
        return key in self._head.places

    def __iter__(self) -> Iterator[str]:
        return iter(self._head.names)

    def __len__(self) -> int:
        return len(self._head.names)

    def __repr__(self) -> str:
        return repr(dict(self))


@lru_cache(maxsize=_DECODED)
def _values(body: bytes) -> Sequence[FieldValue | list[str]]:
    """The values of an item's fields, in turn."""
    return cast("Sequence[FieldValue | list[str]]", _loaded(body))


def item_row(
    signature: tuple[int, ...],
    fields: Mapping[str, FieldValue],
    *,
    is_text: bool,
    has_acceptance: bool | None,
) -> Row:
    """The row of an item."""
    head = (tuple(fields), fields.get(_STATE), is_text, has_acceptance)
    return Row(signature, head, _json(list(fields.values())))


@lru_cache(maxsize=_HEADS)
def item_head(head: Head) -> ItemHead:
    """The head of an item's row."""
    known = ItemHead(*cast("ItemHead", head))
    return known._replace(places={name: place for place, name in enumerate(known.names)})


def acceptance_in(row: Row) -> bool | None:
    """Whether an item has acceptance criteria, None where nobody asked."""
    return item_head(row.head).has_acceptance


def itself(row: Row) -> Row:
    """All that a row holds."""
    return row


def thread_row(
    signature: tuple[int, ...], summary: ThreadSummary | None, latest_at: str | None
) -> Row:
    """The row of a thread; None for what nobody asked."""
    told = None if summary is None else (*summary[:2], tuple(summary.review), summary.is_damaged)
    return Row(signature, ("thread", told), _json(latest_at))


def summary_in(row: Row) -> ThreadSummary | None:
    """The summary in the row of a thread."""
    return _summary(row.head)


@lru_cache(maxsize=_HEADS)
def _summary(head: Head) -> ThreadSummary | None:
    told = cast("tuple[str, bool, tuple[object, ...], bool] | None", head[1])
    if told is None:
        return None
    state, is_diverged, review, is_damaged = told
    return ThreadSummary(state, is_diverged, Review(*cast("Review", review)), is_damaged)


def latest_in(row: Row) -> str | None:
    """The time that no event is later than, in the row of a thread."""
    return cast("str | None", _loaded(row.body))


def figures_row(signature: tuple[int, ...], figures: ThreadFigures) -> Row:
    """The row of a thread's figures."""
    return Row(signature, ("figures",), _json(figures))


def figures_in(row: Row) -> ThreadFigures:
    """The figures in the row of a thread's."""
    found = ThreadFigures(*cast("ThreadFigures", _loaded(row.body)))
    kinds = tuple([(kind, count) for kind, count in found.kinds])
    return found._replace(kinds=kinds, spent=Spending(*found.spent))


def records_row(
    signature: tuple[int, ...], relations: Sequence[Relation], plans: PlansRow | None
) -> Row:
    """The row of a ticket's relations and plan records."""
    head = (bool(relations), plans is not None)
    told = None if plans is None else (plans.records, plans.is_torn)
    return Row(signature, head, _json((relations, told)) if any(head) else b"")


def relations_in(row: Row | KeptRow, naming: bytes) -> tuple[Relation, ...]:
    """The relations in a row of records; none where they do not say `naming`."""
    if not row.head[0]:
        return ()
    body = row.body
    if naming not in body:
        return ()
    found, _ = cast("tuple[list[list[str]], object]", _loaded(body))
    # Of a few kinds and authors, a large store has very many relations.
    return tuple(
        [
            Relation(ticket, intern(kind), target, intern(author), *told)
            for ticket, kind, target, author, *told in found
        ]
    )


def plans_in(ticket: TicketId, row: Row | KeptRow) -> PlansRow | None:
    """The plan records in a row of records, None for none."""
    if not row.head[1]:
        return None
    _, told = cast("tuple[object, tuple[list[list[object]], bool]]", _loaded(row.body))
    records, is_torn = told
    return PlansRow(ticket, tuple(map(_record, records)), is_torn=is_torn)


def _record(told: list[object]) -> PlanRecord:
    record = PlanRecord(*cast("PlanRecord", told))
    if record.accepted_plan is None:
        return record
    return record._replace(accepted_plan=AcceptedPlan(*record.accepted_plan))


def _json(value: object) -> bytes:
    return _ENCODER.encode(value).encode("utf-8", "surrogatepass")


def _loaded(body: bytes) -> object:
    """The value; as an object, since a checksum vouches for what it is."""
    found: object
    found, _ = _DECODER.raw_decode(body.decode("utf-8", "surrogatepass"))
    return found
