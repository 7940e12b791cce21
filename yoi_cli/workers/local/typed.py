"""Records as named tuples, held against the types of their fields.

By the standard library alone: what reads them runs on machines that have nothing else
(docs/machines.md).
"""

from __future__ import annotations

from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from yoi_cli.model.workers.spec import WorkerSpec
from yoi_cli.workers.local.shim.state import WorkerState
from yoi_cli.workers.model import WorkerExit

if TYPE_CHECKING:
    from collections.abc import Mapping

Record = TypeVar("Record", WorkerSpec, WorkerState, WorkerExit)


class MistypedError(ValueError):
    """The value of `key` is missing, or of another type."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def typed(kind: type[Record], entry: Mapping[str, object]) -> Record:
    """`entry`, as JSON has it, as a `kind`. What it lacks has its default, or is None, and what is
    not known is left out. Raises `MistypedError`."""
    made = []
    for name, hint in _hints()[kind].items():
        if name not in entry and name in kind._field_defaults:
            made.append(kind._field_defaults[name])
            continue
        try:
            made.append(_value(entry.get(name), hint))
        except ValueError:
            raise MistypedError(name) from None
    return kind._make(made)


@cache
def _hints() -> Mapping[type, Mapping[str, object]]:
    return {kind: get_type_hints(kind) for kind in (WorkerSpec, WorkerState, WorkerExit)}


def _value(value: object, hint: object) -> object:
    """`value` as what `hint` says. Raises ValueError."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _one_of(value, parts)
    if origin is Literal:
        if value in parts:
            return value
    elif origin is tuple:
        if isinstance(value, list):
            return tuple(_value(one, parts[0]) for one in value)
    elif type(value) is hint or (value is None and hint is NoneType):
        return value
    raise ValueError(value)


def _one_of(value: object, hints: tuple[object, ...]) -> object:
    for hint in hints:
        try:
            return _value(value, hint)
        except ValueError:
            continue
    raise ValueError(value)
