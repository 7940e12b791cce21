"""Records as named tuples, held against the types of their fields.

By the standard library alone: what reads them runs on machines that have nothing else
(docs/machines.md).
"""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from yoi_cli.model.workers.spec import WorkerSpec
from yoi_cli.workers.local.shim.state import WorkerState
from yoi_cli.workers.model import WorkerExit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Record = TypeVar("Record", WorkerSpec, WorkerState, WorkerExit)


class MistypedError(ValueError):
    """The value of `key` is missing, or of another type."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class _Field(NamedTuple):
    """A field: the types that are taken as they are, and what looks at any other value."""

    name: str
    as_they_are: frozenset[object]
    check: Callable[[object], object]


def typed(kind: type[Record], entry: Mapping[str, object]) -> Record:
    """`entry`, as JSON has it, as a `kind`. What it lacks has its default, or is None, and what is
    not known is left out. Raises `MistypedError`."""
    made: list[object] = []
    defaults = kind._field_defaults
    for name, as_they_are, check in _fields()[kind]:
        value = entry.get(name)
        if value is None and name not in entry and name in defaults:
            made.append(defaults[name])
        elif type(value) in as_they_are:
            made.append(value)
        else:
            try:
                made.append(check(value))
            except ValueError:
                raise MistypedError(name) from None
    return kind._make(made)


@cache
def _fields() -> Mapping[type, tuple[_Field, ...]]:
    """What is known of the fields of every record, worked out once."""
    return {kind: _fields_of(kind) for kind in (WorkerSpec, WorkerState, WorkerExit)}


def _fields_of(kind: type) -> tuple[_Field, ...]:
    hints = get_type_hints(kind)
    return tuple(_Field(name, _plain(hint), _checker(hint)) for name, hint in hints.items())


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
