"""Records as named tuples, held against the types of their fields.

By the standard library alone: what reads them runs on machines that have nothing else
(docs/machines.md).
"""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from yoi_cli.model.workers.spec import WorkerSpec
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.shim.state import WorkerState
from yoi_cli.workers.model import WorkerExit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Record = TypeVar("Record", WorkerSpec, WorkerState, WorkerExit)
#: So many shapes of records are known at once; others are looked at as if they were new.
_MOST_SHAPES = 1000


class MistypedError(ValueError):
    """The value of `key` is missing, or of another type."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class _Kind(NamedTuple):
    """What is known of a kind of record: its fields and what is there of each where nothing is, the
    types of a value that are taken as they are, and what looks at any other value."""

    names: tuple[str, ...]
    defaults: tuple[object, ...]
    as_they_are: tuple[frozenset[object], ...]
    checks: tuple[Callable[[object], object], ...]
    #: By the types of all values, the fields at which more has to be looked. Records are alike.
    doubtful: dict[tuple[type, ...], tuple[int, ...]]


def typed(kind: type[Record], entry: Mapping[str, object]) -> Record:
    """`entry`, as JSON has it, as a `kind`. What it lacks has its default, or is None, and what is
    not known is left out. Raises `MistypedError`."""
    known: _Kind = _kinds()[kind]
    made: list[object] = [*map(entry.get, known.names, known.defaults)]
    types = (*map(type, made),)
    doubtful = known.doubtful.get(types)
    if doubtful is None:
        doubtful = _doubtful(known, types)
    for at in doubtful:
        name = known.names[at]
        if name in entry or name not in kind._field_defaults:
            try:
                made[at] = known.checks[at](made[at])
            except ValueError:
                raise MistypedError(name) from None
    return kind._make(made)


def _doubtful(known: _Kind, types: tuple[type, ...]) -> tuple[int, ...]:
    found = tuple(
        at
        for at, (one, fine) in enumerate(zip(types, known.as_they_are, strict=True))
        if one not in fine
    )
    if len(known.doubtful) < _MOST_SHAPES:
        known.doubtful[types] = found
    return found


@cache
def _kinds() -> Mapping[type, _Kind]:
    """What is known of every record, worked out once."""
    return {kind: _kind_of(kind) for kind in (WorkerSpec, WorkerState, WorkerExit)}


def _kind_of(kind: type[WorkerSpec | WorkerState | WorkerExit]) -> _Kind:
    hints = get_type_hints(kind, localns={"Literal": Literal})  # which a shim does not load
    return _Kind(
        tuple(hints),
        tuple(map(kind._field_defaults.get, hints)),
        tuple(map(_plain, hints.values())),
        tuple(map(_checker, hints.values())),
        {},
    )


def _plain(hint: object) -> frozenset[object]:
    """The types whose values `hint` takes, whatever they are."""
    if get_origin(hint) in (Union, UnionType):
        return frozenset[object]().union(*map(_plain, get_args(hint)))
    return frozenset() if get_origin(hint) in (Literal, tuple) else frozenset({hint})


def _checker(hint: object) -> Callable[[object], object]:
    """What gives a value as `hint` says, and raises ValueError for one that is none of it."""
    origin, parts = get_origin(hint), get_args(hint)
    plain = _plain(hint)
    if origin is Literal:
        words = frozenset(parts)
        return lambda value: value if isinstance(value, str) and value in words else _wrong(value)
    if origin is tuple:
        return _list_checker(_plain(parts[0]))
    if origin in (Union, UnionType):
        others = [_checker(one) for one in parts if not _plain(one)]
        return lambda value: value if type(value) in plain else _first(value, others)
    return lambda value: value if type(value) in plain else _wrong(value)


def _list_checker(items: frozenset[object]) -> Callable[[object], object]:
    def check(value: object) -> object:
        if not isinstance(value, list) or not items.issuperset(map(type, value)):
            raise ValueError(value)
        return tuple(value)

    return check


def _first(value: object, checks: Sequence[Callable[[object], object]]) -> object:
    for check in checks:
        try:
            return check(value)
        except ValueError:
            continue
    raise ValueError(value)


def _wrong(value: object) -> object:
    raise ValueError(value)
