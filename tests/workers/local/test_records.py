"""What is written down of a worker, and what versions before this one wrote."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.workers import Workers, changed

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.workers.spec import WorkerSpec
from yoi_cli.workers.local.records import RecordReader
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.kernel import NO_PROCESS, Identity
from yoi_cli.workers.local.shim.state import WorkerState
from yoi_cli.workers.local.spec import encode_spec
from yoi_cli.workers.local.typed import MistypedError, typed
from yoi_cli.workers.model import WorkerExit

#: As the first version wrote them.
OLD_SPEC = rb"""{
 "schema_version": 1,
 "created_at": 1760000000000,
 "command": [
  "cat",
  "\udcff.txt",
  "\u00e4"
 ],
 "cwd": "/tree",
 "ticket": "00001M7WFCY38",
 "role": "coder",
 "profile": null,
 "key": "[redacted]",
 "variables": [
  "MY_TOKEN",
  "PATH"
 ],
 "secrets": [
  "MY_TOKEN"
 ],
 "timeout_ms": null,
 "grace_ms": 2500,
 "output_limit": 1073741824,
 "group": "",
 "capacity": null
}
"""
OLD_STATE = (
    b'{"schema_version": 1, "phase": "running", "boot_id": "b", '
    b'"shim": {"pid": 4, "started": 5}, "stub": {"pid": 6, "started": 7}, "worker": null, '
    b'"started_at": 8, "ready_at": 9, "ended_at": 0, "cause": "", "why": "", "output_start": 0}\n'
)
SPEC = WorkerSpec(
    created_at=1_760_000_000_000,
    command=("cat", "\udcff.txt", "ä"),
    cwd="/tree",
    ticket="00001M7WFCY38",
    role="coder",
    key="[redacted]",
    variables=("MY_TOKEN", "PATH"),
    secrets=("MY_TOKEN",),
    grace_ms=2500,
)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[RecordReader]:
    descriptor = files.open_folder(str(tmp_path))
    yield RecordReader("w-x", descriptor)
    os.close(descriptor)


def test_what_an_older_version_wrote_is_read(reader: RecordReader) -> None:
    files.create(reader.descriptor, files.SPEC, OLD_SPEC)
    files.create(reader.descriptor, files.STATE, OLD_STATE)
    files.create(reader.descriptor, files.EXIT, b'{"code": 3, "signal": null, "at": 1, "by": "x"}')
    assert reader.spec() == SPEC
    assert reader.state() == WorkerState(
        "running", "b", Identity(4, 5), Identity(6, 7), NO_PROCESS, started_at=8, ready_at=9
    )
    assert reader.exit() == WorkerExit(3, None, 1, "x")


def test_a_record_is_written_as_older_versions_wrote_it(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time_ns", lambda: SPEC.created_at * 1_000_000)
    request = changed(
        workers.request(*SPEC.command),
        cwd=SPEC.cwd,
        ticket=SPEC.ticket,
        role=SPEC.role,
        key="hidden value",
        grace_ms=2500,
    )
    written = encode_spec(request, {"PATH": "/bin", "MY_TOKEN": "hidden value"})
    younger = b',\n "idle_ms": null,\n "agent": "",\n "confine": null,\n "writable": [],'
    younger += (
        b'\n "readable": null,\n "ports": null,\n "terminal": false,\n "fingerprint": "",'
        b'\n "base_ref": "",\n "base_branch": "",\n "base_commit": ""\n}\n'
    )
    assert written == OLD_SPEC.removesuffix(b"\n}\n") + younger


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        (files.SPEC, OLD_SPEC.replace(b'"grace_ms": 2500', b'"grace_ms": "2"'), "grace_ms"),
        (files.SPEC, OLD_SPEC.replace(b'"cwd"', b'"cdw"'), "cwd"),
        (files.SPEC, OLD_SPEC.replace(b'"PATH"', b"null"), "variables"),
        (files.SPEC, OLD_SPEC.replace(b'"schema_version": 1,', b""), "schema_version"),
        (files.STATE, OLD_STATE.replace(b'"running"', b'"dancing"'), "phase"),
        (files.STATE, OLD_STATE.replace(b'"started": 7', b'"started": true'), "stub"),
        (files.EXIT, b'{"at": 1.5, "by": "shim"}', "at"),
    ],
)
def test_an_error_names_the_key_that_is_wrong(
    reader: RecordReader, name: str, data: bytes, key: str
) -> None:
    files.create(reader.descriptor, name, data)
    with pytest.raises(StoreInvalidError) as error:
        {files.SPEC: reader.spec, files.STATE: reader.state, files.EXIT: reader.exit}[name]()
    assert f"its {key} is missing or of the wrong kind" in error.value.message


def test_a_command_may_hold_bytes_that_are_no_text(workers: Workers) -> None:
    name = os.fsdecode(b"\xff\n")
    worker_id = workers.spawn("echo", "-n", name)
    workers.runtime.wait(worker_id, 20)
    assert workers.output(worker_id) == b"\xff\n"
    written = json.loads(workers.files(worker_id)["spec.json"])
    assert written["command"] == ["echo", "-n", name]


def test_the_record_on_disk_has_the_keys_of_the_one_that_is_asked_for(workers: Workers) -> None:
    written = json.loads(workers.files(workers.spawn("true"))["spec.json"])
    assert list(written) == list(WorkerSpec._fields)


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        ({"command": ["cat", 1], "cwd": "/"}, "command"),
        ({"command": ["cat"], "cwd": "/", "ports": ["http"]}, "ports"),
        ({"command": ["cat"], "cwd": None}, "cwd"),
        ({"command": ["cat"], "cwd": "/", "created_at": True}, "created_at"),
    ],
)
def test_a_record_is_held_against_its_types_whatever_was_read_before_it(
    entry: dict[str, object], key: str
) -> None:
    fine = {"command": ["cat"], "cwd": "/", "ports": [443], "created_at": 1}
    assert typed(WorkerSpec, fine).command == ("cat",)
    assert typed(WorkerSpec, {name: fine[name] for name in entry}).cwd == "/"
    with pytest.raises(MistypedError) as refused:
        typed(WorkerSpec, entry)
    assert refused.value.key == key
