"""What a shim is told, on its way through the pipe."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import yoi_cli.workers.local.shim
from yoi_cli.workers.local.shim.kernel import NO_PROCESS, Identity
from yoi_cli.workers.local.shim.launch import Bounds, Launch, Takeover, pack, unpack

numbers = st.integers(0, 1 << 60)
texts = st.text(max_size=20)
words = st.lists(st.binary(max_size=20), max_size=4).map(tuple)
identities = st.builds(Identity, numbers, numbers)
takeovers = st.builds(
    Takeover, identities, identities, numbers, numbers, texts, numbers, texts, words
)
launches = st.builds(
    Launch,
    worker_id=texts,
    folder=st.binary(),
    lock=numbers,
    bounds=st.builds(Bounds, st.none() | numbers, numbers, st.none() | numbers),
    command=words,
    cwd=st.binary(),
    environment=st.lists(st.tuples(st.binary(), st.binary()), max_size=4).map(tuple),
    stdin=st.none() | st.binary(),
    secrets=words,
    group=st.binary(),
    capacity=numbers,
    takeover=st.none() | takeovers,
)


@given(launches)
def test_a_shim_is_told_what_was_packed(launch: Launch) -> None:
    assert repr(unpack(pack(launch))) == repr(launch)


@given(launches, st.data())
def test_a_launch_that_did_not_arrive_whole_is_none(launch: Launch, data: st.DataObject) -> None:
    packed = pack(launch)
    cut = data.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(ValueError, match="launch"):
        unpack(packed[:cut])


def test_only_a_launch_is_one() -> None:
    for other in (None, 1, b"x", NO_PROCESS, (Bounds(1, 2, 3),)):
        with pytest.raises(ValueError, match="no launch"):
            unpack(pack(other))


def test_no_module_of_the_shim_has_the_name_of_one_of_the_standard_library() -> None:
    (folder,) = yoi_cli.workers.local.shim.__path__
    names = {path.stem for path in Path(folder).glob("*.py")}
    assert "supervisor" in names
    assert names.isdisjoint(sys.stdlib_module_names - {"__main__"})
