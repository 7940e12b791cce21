"""Named tuples of ours are those of `typing`, but for what they cost."""

from __future__ import annotations

import copy
import importlib
import inspect
import pickle
import subprocess
import sys
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import msgspec
import pytest

import yoi_cli
from yoi_cli.named_tuple import NamedTuple

T = TypeVar("T")


class Pair(NamedTuple):
    one: int
    two: str | None = "2"

    @property
    def both(self) -> str:
        return f"{self.one}{self.two}"


class Named(Pair):
    """Another kind of the same fields."""


class Held(NamedTuple, Generic[T]):
    value: T


class TypingPair(typing.NamedTuple):
    one: int
    two: str | None = "2"


def test_values_are_named_counted_and_compared_as_tuples() -> None:
    pair = Pair(1)
    assert tuple(pair) == (1, "2")
    assert pair == Pair(1, "2")
    assert hash(pair) == hash((1, "2"))
    assert (pair.one, pair.two, pair.both, pair[1], len(pair)) == (1, "2", "12", "2", 2)
    assert repr(pair) == "Pair(one=1, two='2')"
    assert Pair(two=None, one=0) == (0, None)


def test_the_classes_tell_what_those_of_typing_tell() -> None:
    for name in ("_fields", "_field_defaults", "__match_args__", "__slots__"):
        assert getattr(Pair, name) == getattr(TypingPair, name), name
    assert typing.get_type_hints(Pair) == typing.get_type_hints(TypingPair)
    for _ in "before", "after":
        assert str(inspect.signature(Named)) == "(one, two='2')"
        assert Named(1) == (1, "2")
    assert type(Pair) is type


def test_the_first_values_of_a_class_are_made_as_all_others_are() -> None:
    class Few(NamedTuple):
        one: int
        two: str = "2"

    assert [Few(n) for n in range(3)] == [Few(one=n) for n in range(3)]
    assert "__new__" not in vars(Few)  # to make that takes as long as some dozen values
    made = [(Few(n, "x"), Few(n, two="x"), Few(two="x", one=n)) for n in range(20)]
    assert made == [((n, "x"),) * 3 for n in range(20)]
    assert "__new__" in vars(Few)


def test_a_value_is_made_from_another() -> None:
    pair = Pair(1)
    assert pair._replace(two="x") == Pair(1, "x")
    assert pair._asdict() == {"one": 1, "two": "2"}
    assert Pair._make([3, "y"]) == Pair(3, "y")
    for copied in (copy.copy(pair), copy.deepcopy(pair), pickle.loads(pickle.dumps(pair))):
        assert copied == pair
        assert type(copied) is Pair


def test_a_value_is_not_changed_and_takes_no_other_name() -> None:
    with pytest.raises(AttributeError):
        Pair(1).one = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Pair(1).three = 2  # type: ignore[attr-defined]


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda pair: pair(), TypeError),
        (lambda pair: pair(1, "2", 3), TypeError),
        (lambda pair: pair(1, one=1), TypeError),
        (lambda pair: pair(1, three=3), TypeError),
        (lambda pair: pair(two="2"), TypeError),
        (lambda pair: pair._make([1]), TypeError),
        (lambda pair: pair(1)._replace(three=3), ValueError),
    ],
)
def test_what_typing_refuses_is_refused_the_first_time_and_later(
    wrong: Callable[[type], object], error: type[Exception], fresh: bool
) -> None:
    """A class makes its `__new__` when it is first called."""

    class Fresh(NamedTuple):
        one: int
        two: str | None = "2"

    for pair in (Fresh if fresh else Pair, TypingPair):
        with pytest.raises(error):
            wrong(pair)


def test_classes_below_and_those_of_a_type_are_of_their_own_kind() -> None:
    assert type(Named(1)) is Named
    assert type(Named(1)._replace(one=2)) is Named
    assert isinstance(Named(1), Pair)
    assert type(Pair(1)) is Pair
    assert Held[int](3) == Held(3) == (3,)
    assert Held(3).value == 3


def test_a_class_below_may_be_made_before_the_one_above() -> None:
    class Above(NamedTuple):
        one: int

    class Below(Above):
        pass

    assert type(Below(1)) is Below
    assert type(Above(1)) is Above
    assert (Above(1).one, Below(2).one) == (1, 2)


def test_values_are_matched_by_place() -> None:
    match Pair(1, "x"):
        case Pair(one, two):
            assert (one, two) == (1, "x")


def test_msgspec_writes_and_reads_them_as_those_of_typing() -> None:
    assert msgspec.json.encode(Pair(1)) == msgspec.json.encode(TypingPair(1)) == b'[1,"2"]'
    assert msgspec.json.decode(b"[1]", type=Pair) == Pair(1)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'["x"]', type=Pair)


def test_where_the_interpreter_has_no_getters_in_c_values_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "_collections", None)
    spec = importlib.util.find_spec("yoi_cli.named_tuple")
    assert spec is not None
    assert spec.loader is not None
    plain = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(plain)

    class Plain(plain.NamedTuple):  # type: ignore[name-defined, misc]
        one: int
        two: str = "2"

    assert Plain(1) == (1, "2")
    assert (Plain(1).one, Plain(1).two) == (1, "2")


@pytest.mark.process
def test_it_loads_no_module() -> None:
    root = Path(yoi_cli.__file__).parents[1]
    code = (
        f"import sys; sys.path.append({str(root)!r}); before = set(sys.modules)\n"
        "import yoi_cli.named_tuple\nprint(*sorted(set(sys.modules) - before - {'__future__'}))"
    )
    command = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["_collections", "yoi_cli", "yoi_cli.named_tuple"]
