"""The merge algebra: what two branches made of one ticket, put together (docs/merging.md).

Everything here is commutative and idempotent. Without an ancestor it is associative too, so
that clones that meet in any order arrive at the same. Whatever a person has to look at is
reported as a `Conflict`; what is kept meanwhile does not depend on whose side is called ours.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from yoi_cli.model.fields import BY_FOLD, FIELDS, GREATEST, QUEUING, TIME, merge_rule
from yoi_cli.model.findings import DESCRIPTION, FIELD, Conflict
from yoi_cli.model.item import field_text
from yoi_cli.model.relations import sort_key
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from yoi_cli.model.item import FieldValue
    from yoi_cli.model.relations import Relation

#: What the merge works out itself, and so never conflicts over.
_PROJECTED = frozenset({BY_FOLD, GREATEST})

#: What a move to queued records, the time first. The two belong together; the later move counts.
_QUEUED = tuple(
    field.name
    for field in sorted(FIELDS.values(), key=lambda field: field.type != TIME)
    if field.merge == QUEUING
)


class MergeEntry(NamedTuple):
    """An entry of a log: an event of a thread, or a line of plan records.

    Entries compare by `time` (Unix milliseconds), then `identity`; `block` are their bytes.
    `has_id` says that its own id, a ULID, gives the entry its place. One without (an older
    event, a plan record) has a time to the second only, and stays behind what it followed.
    """

    time: int
    has_id: bool
    identity: str
    block: bytes


class MergedLog(NamedTuple):
    """The entries of a merged log in their order, and the identities that two of them share."""

    entries: tuple[MergeEntry, ...]
    contested: tuple[str, ...] = ()


T = TypeVar("T", str, MergeEntry)


class MergedFields(NamedTuple):
    """The frontmatter of a merged item, without regard to the fold of its thread."""

    fields: Mapping[str, FieldValue]
    conflicts: tuple[Conflict, ...] = ()


class Description(NamedTuple):
    """The description of an item, with the item's `updated_at`."""

    text: str
    updated_at: str


def merge_logs(*logs: Sequence[MergeEntry]) -> MergedLog:
    """All entries of `logs`, each once, by time and id.

    A log only grows, so that an ancestor has no say. Entries with one identity and different
    bytes are all kept, side by side.
    """
    placed = [_places(log, pinned={entry for entry in log if entry.has_id}) for log in logs]
    entries = tuple(_in_order(_join(placed)))
    counts = Counter(entry.identity for entry in entries)
    return MergedLog(entries, tuple(sorted(name for name, n in counts.items() if n > 1)))


def merge_fields(
    base: Mapping[str, FieldValue] | None,
    ours: Mapping[str, FieldValue],
    theirs: Mapping[str, FieldValue],
) -> MergedFields:
    """Frontmatter, key by key; `base` is None without an ancestor.

    What one side changed counts. Lists that both changed merge as sets. Where both queued the
    ticket, the later move says when and by whom. For another key that both changed, the value
    of the item that was updated later is kept; without an ancestor the greater one, for only
    that gives three branches one outcome in any order. `updated_at` takes the greater; `state`
    is the later item's, until the fold of the thread is known.
    """
    fields: dict[str, FieldValue] = {}
    conflicts: list[Conflict] = []
    later, other = sorted(
        (ours, theirs), key=lambda side: field_text(side, "updated_at"), reverse=True
    )
    is_tied = field_text(ours, "updated_at") == field_text(theirs, "updated_at")
    queued = _last_queued(base, ours, theirs)
    for key in dict.fromkeys((*later, *other)):
        rule = merge_rule(key)
        if rule == QUEUING:
            fields.update((key, value) for value in _slot(queued, key))
            continue
        slots = _slot(ours, key), _slot(theirs, key)
        before = None if base is None else _slot(base, key)
        settled = None if rule == GREATEST else _one_changed(before, *slots)
        if settled is None and rule not in _PROJECTED:
            settled = _merged_lists(before, *slots)
        if settled is None:
            by_value = base is None or is_tied or rule == GREATEST
            settled = max(slots, key=_rank) if by_value else _slot(later, key)
            if rule not in _PROJECTED:
                conflicts.append(Conflict(FIELD, key))
        fields.update((key, value) for value in settled)
    return MergedFields(fields, tuple(sorted(conflicts)))


def merge_description(
    base: str | None, ours: Description, theirs: Description
) -> tuple[str, tuple[Conflict, ...]]:
    """The description that one side changed; where both did, a conflict.

    Then the one of the item updated later is kept, as with a field; without an ancestor the
    greater text.
    """
    if theirs.text in (ours.text, base):
        return ours.text, ()
    if ours.text == base:
        return theirs.text, ()
    by_time = max(ours, theirs, key=lambda one: (one.updated_at, one.text)).text
    kept = max(ours.text, theirs.text) if base is None else by_time
    return kept, (Conflict(DESCRIPTION, "description"),)


def merge_relations(
    base: Iterable[Relation] | None, ours: Iterable[Relation], theirs: Iterable[Relation]
) -> tuple[Relation, ...]:
    """Relations, united by kind and target, in the order of a file.

    One that a side removed and the other left alone is gone. Of two records of one relation
    the older is kept: it is the same fact, and no conflict.
    """
    before, left, right = (_by_key(side or ()) for side in (base, ours, theirs))
    merged: list[Relation] = []
    for key in {**left, **right}:
        slots = left.get(key), right.get(key)
        sides = [one for one in slots if one is not None]
        ancestor = before.get(key)
        if ancestor is not None:
            if None in slots and ancestor in slots:
                continue
            sides = [one for one in sides if one != ancestor] or sides
        merged.append(min(sides, key=_age))
    return tuple(sorted(merged, key=lambda one: (sort_key(one), one.kind, one.ticket_id)))


def _by_key(relations: Iterable[Relation]) -> dict[tuple[str, str, str], Relation]:
    """Relations by what no store has twice; of repeated ones the oldest."""
    newest_first = sorted(relations, key=_age, reverse=True)
    return {(relation.ticket_id, *relation.key): relation for relation in newest_first}


def _age(relation: Relation) -> tuple[str, str, str]:
    note = "" if relation.note is None else f"+{relation.note}"  # none comes before any
    return (relation.at, relation.author, note)


_Slot = tuple["FieldValue", ...]
"""A key's value in a tuple of one; the empty tuple where the key is not there."""


def _slot(fields: Mapping[str, FieldValue], key: str) -> _Slot:
    return (fields[key],) if key in fields else ()


def _last_queued(
    base: Mapping[str, FieldValue] | None,
    ours: Mapping[str, FieldValue],
    theirs: Mapping[str, FieldValue],
) -> Mapping[str, FieldValue]:
    """The fields that have the queuing that stands, a side's own pair and never a mixed one."""

    def queuing(fields: Mapping[str, FieldValue]) -> list[_Slot]:
        return [_slot(fields, key) for key in _QUEUED]

    if base is not None and queuing(theirs) == queuing(base):
        return ours
    if base is not None and queuing(ours) == queuing(base):
        return theirs
    return max(ours, theirs, key=lambda fields: [*map(_rank, queuing(fields))])


def _one_changed(base: _Slot | None, ours: _Slot, theirs: _Slot) -> _Slot | None:
    """The value that stands where at most one side changed it, else None."""
    if ours == theirs:
        return ours
    if base is None:
        return None if ours and theirs else ours or theirs
    if theirs == base:
        return ours
    return theirs if ours == base else None


def _merged_lists(base: _Slot | None, ours: _Slot, theirs: _Slot) -> _Slot | None:
    """The list that two lists make, None where one of them is no list."""
    left, right = (slot[0] if slot else None for slot in (ours, theirs))
    if not (isinstance(left, tuple) and isinstance(right, tuple)):
        return None
    before = base[0] if base else ()
    removed = set(before or ()) - (set(left) & set(right)) if isinstance(before, tuple) else set()
    sides = ([text for text in side if text not in removed] for side in (left, right))
    return (merge_orders(*sides),)


def _rank(slot: _Slot) -> tuple[int, str, tuple[str, ...]]:
    """An order of all values: absent, null, text, lists."""
    if not slot:
        return (0, "", ())
    value = slot[0]
    if value is None:
        return (1, "", ())
    return (2, value, ()) if isinstance(value, str) else (3, "", value)


def merge_orders(*orders: Sequence[str]) -> tuple[str, ...]:
    """The texts of `orders`, each once, as the orders have them where these agree."""
    return tuple(_in_order(_join([_places(order) for order in orders])))


# How orders unite. A sequence is a forest: an element stands below the nearest one before it
# that is greater. Read from the top, siblings rising, the forest gives the sequence back, so
# a sequence is a map from elements to the greater ones that they stand below. Such maps unite
# by taking the greater place of each element, which is commutative, associative and
# idempotent; a sequence that is sorted is a flat forest, and stays sorted.


def _places(sequence: Iterable[T], pinned: Iterable[T] = ()) -> dict[T, T | None]:
    """For each element the greater one that it stands below; a `pinned` one is at the top."""
    at_top = set(pinned)
    places: dict[T, T | None] = {}
    above: list[T] = []
    for element in sequence:
        if element not in places:
            while above and above[-1] < element:
                above.pop()
            places[element] = above[-1] if above and element not in at_top else None
            above.append(element)
    return places


def _join(forests: Iterable[Mapping[T, T | None]]) -> dict[T, T | None]:
    """All elements, each below the greatest of those that it stands below in `forests`."""
    joined: dict[T, T | None] = {}
    for forest in forests:
        for element, above in forest.items():
            known = joined.setdefault(element, above)
            if above is not None and (known is None or known < above):
                joined[element] = above
    return joined


def _in_order(forest: Mapping[T, T | None]) -> Iterator[T]:
    """The elements of a forest, each before what stands below it, siblings rising."""
    below: dict[T | None, list[T]] = {}
    for element, above in forest.items():
        below.setdefault(above, []).append(element)
    pending = sorted(below.get(None, ()), reverse=True)
    while pending:
        element = pending.pop()
        yield element
        pending.extend(sorted(below.get(element, ()), reverse=True))
