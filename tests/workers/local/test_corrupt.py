"""Files that cannot be trusted: of one worker, and of it alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.workers import Workers, changed, kill

from yoi_cli.errors import ConflictError, StoreInvalidError
from yoi_cli.workers.local.shim.files import Json, to_json

BROKEN = [b"", b"{", b"[]", b"\xff\xfe", b"null", b'{"schema_version": 2}', b"{}", b"[" * 100_000]


@pytest.mark.parametrize("data", BROKEN)
@pytest.mark.parametrize("name", ["spec.json", "state.json", "exit"])
def test_a_broken_file_spoils_its_worker_alone(workers: Workers, name: str, data: bytes) -> None:
    good, bad = workers.spawn("true"), workers.spawn("true")
    for worker_id in (good, bad):
        workers.runtime.wait(worker_id, 20)
    (workers.path / bad / name).write_bytes(data)
    with pytest.raises(StoreInvalidError) as error:
        workers.runtime.show(bad)
    assert error.value.code == "worker_store_corrupt"
    assert error.value.details == {"worker_id": bad, "file": name}
    assert [view.worker_id for view in workers.runtime.all()] == [good]
    assert [found.details["worker_id"] for found in workers.runtime.unreadable()] == [bad]
    assert workers.runtime.recover() == []
    assert workers.runtime.prune(1 << 50) == [good]
    assert workers.names() == [bad]


@pytest.mark.parametrize("name", ["spec.json", "state.json", "exit", "output.raw", "shim.lock"])
def test_a_symlink_is_never_followed(workers: Workers, name: str, tmp_path: Path) -> None:
    worker_id = workers.spawn("true")
    workers.runtime.wait(worker_id, 20)
    path = workers.path / worker_id / name
    elsewhere = tmp_path / "elsewhere"
    path.rename(elsewhere) if path.exists() else elsewhere.touch()
    path.symlink_to(elsewhere)
    with pytest.raises((StoreInvalidError, OSError)):
        workers.runtime.show(worker_id)
        workers.runtime.output(worker_id, 0, 100)


def test_a_folder_that_is_a_symlink_is_no_worker(workers: Workers, tmp_path: Path) -> None:
    worker_id = workers.spawn("true")
    workers.runtime.wait(worker_id, 20)
    (workers.path / worker_id).rename(tmp_path / "moved")
    (workers.path / worker_id).symlink_to(tmp_path / "moved")
    assert workers.runtime.all() == []


def test_what_is_no_workers_is_left_alone(workers: Workers) -> None:
    worker_id = workers.spawn("true")
    workers.runtime.wait(worker_id, 20)
    for name in ("notes", "w-x", ".tmp-x"):
        (workers.path / name).mkdir()
    assert [view.worker_id for view in workers.runtime.all()] == [worker_id]
    workers.runtime.prune(1 << 50)
    assert {"notes", "w-x", ".tmp-x"} <= set(os.listdir(workers.path))


@pytest.mark.parametrize("name", ["spec.json", "state.json", "exit"])
def test_output_is_read_though_the_rest_is_broken(workers: Workers, name: str) -> None:
    worker_id = workers.spawn("echo", "kept")
    workers.runtime.wait(worker_id, 20)
    (workers.path / worker_id / name).write_bytes(b"{")
    part = workers.runtime.output(worker_id, 0, 100)
    assert (part.data, part.at_end) == (b"kept\n", True)


def test_what_a_killed_launcher_left_half_made_goes_with_the_next_pruning(
    workers: Workers,
) -> None:
    for name in (".tmp-w-01ARZ3NDEKTSV4RRFFQ69G5FAV", ".gone-w-01ARZ3NDEKTSV4RRFFQ69G5FAV"):
        (workers.path / name).mkdir(parents=True)
    workers.runtime.prune(0)
    assert os.listdir(workers.path) == ["store.lock"]


def test_a_fifo_that_was_put_in_the_place_of_a_file_makes_nobody_wait(workers: Workers) -> None:
    worker_id = workers.spawn("true")
    workers.runtime.wait(worker_id, 20)
    (workers.path / worker_id / "exit").unlink()
    os.mkfifo(workers.path / worker_id / "exit")
    with pytest.raises(StoreInvalidError):
        workers.runtime.show(worker_id)


def test_input_is_written_to_a_pipe_or_not_at_all(workers: Workers, tmp_path: Path) -> None:
    worker_id = workers.runtime.spawn(
        changed(workers.request("sleep", "600"), stdin=None)
    ).worker_id
    path = workers.path / worker_id / "stdin.fifo"
    path.unlink()
    path.write_bytes(b"")
    with pytest.raises(ConflictError):
        workers.runtime.input(worker_id, b"x")
    assert path.read_bytes() == b""


def test_a_worker_goes_on_and_is_recovered_though_its_state_was_lost(workers: Workers) -> None:
    worker_id = workers.spawn("sleep", "600")
    standing = workers.standing(worker_id)
    (workers.path / worker_id / "state.json").unlink()
    assert workers.runtime.show(worker_id).state == "queued"
    kill(standing.shim)
    (found,) = workers.runtime.recover()
    assert (found.action, workers.left()) == ("lost", [])


texts = st.text(max_size=20)
json_values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


@given(json_values)
def test_what_a_shim_writes_is_json(value: Json) -> None:
    assert json.loads(to_json(value)) == value
