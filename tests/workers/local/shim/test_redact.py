"""Secrets are taken out of a stream, wherever chunks cut through them."""

from __future__ import annotations

import itertools
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.workers import Workers, changed, kill, python, wait_until

from yoi_cli.errors import UsageError
from yoi_cli.model.workers.spec import looks_secret, secret_names
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.pump import Pump, make_memory
from yoi_cli.workers.local.shim.redact import MASK, Redactor

VALUE = "s3cret-värde"
few = st.sampled_from([b"a", b"b", b"ab", b"aab", b"c", b"\0"])
streams = st.lists(few, max_size=60).map(b"".join)
values = st.lists(st.lists(few, min_size=1, max_size=4).map(b"".join), min_size=1, max_size=3)


def in_pieces(redactor: Redactor, data: bytes, cuts: list[int]) -> bytes:
    clean, held = b"", b""
    edges = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    for start, end in itertools.pairwise(edges):
        held += data[start:end]
        done, used = redactor.part(held, at_end=False)
        clean, held = clean + done, held[used:]
    return clean + redactor.part(held, at_end=True)[0]


@given(streams, values, st.lists(st.integers(0, 100), max_size=8))
def test_chunks_make_no_difference(data: bytes, secrets: list[bytes], cuts: list[int]) -> None:
    redactor = Redactor(secrets)
    assert in_pieces(redactor, data, cuts) == redactor.redact(data)


@given(streams, values)
def test_no_value_is_left_but_where_the_mask_makes_one(data: bytes, secrets: list[bytes]) -> None:
    for part in Redactor(secrets).redact(data).split(MASK):
        assert not any(value in part for value in secrets)


def test_the_longer_of_two_values_is_the_one_meant() -> None:
    assert Redactor([b"abc", b"abcdef"]).redact(b"xabcdefx abc") == b"x[redacted]x [redacted]"


def close(pump: Pump) -> None:
    """What the death of whoever pumps does."""
    os.close(pump._output)
    os.close(pump._record)


@given(streams, values, st.lists(st.integers(0, 100), max_size=6), st.integers(0, 99))
def test_a_pump_that_goes_on_after_another_was_killed_writes_the_same(
    data: bytes, secrets: list[bytes], cuts: list[int], seed: int
) -> None:
    with tempfile.TemporaryDirectory() as path:
        folder = files.open_folder(path)
        memory, output = make_memory(folder)
        redactor = Redactor(secrets)
        edges = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
        for start, end in itertools.pairwise(edges):
            os.write(output, data[start:end])
            pump = Pump(folder, memory, redactor)
            pump.move_all()
            if seed % 2:  # as if it had been killed between writing and writing down where
                (Path(path) / files.POSITION).write_bytes(b"")
                (Path(path) / files.OUTPUT).write_bytes(b"")
            close(pump)
        last = Pump(folder, memory, redactor)
        last.move_all(at_end=True)
        close(last)
        assert (Path(path) / files.OUTPUT).read_bytes() == redactor.redact(data)
        for descriptor in (folder, memory, output):
            os.close(descriptor)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("API_TOKEN", True),
        ("ANTHROPIC_API_KEY", True),
        ("PGPASSWORD", True),
        ("MY_SECRET_THING", True),
        ("GITHUBTOKEN", True),
        ("KEYBOARD", False),
        ("MONKEY", False),
        ("PATH", False),
    ],
)
def test_names_tell_what_is_secret(name: str, is_one: bool) -> None:
    assert looks_secret(name) is is_one


def test_short_values_are_secrets_only_where_they_are_said_to_be() -> None:
    environment = {"A_TOKEN": "short", "PIN": "1234", "B_TOKEN": "long enough", "C_TOKEN": ""}
    assert secret_names(environment, ("PIN", "C_TOKEN")) == ("PIN", "B_TOKEN")


def secretive(workers: Workers, code: str, *, redact: bool = True) -> str:
    request = changed(
        workers.request(*python(code)),
        environment={"MY_TOKEN": VALUE, "PLAIN": "seen"},
        key=f"about {VALUE}" if redact else None,
        redact=redact,
    )
    return workers.runtime.spawn(request).worker_id


PRINTS = (
    "import os, sys, time\nv = os.environ['MY_TOKEN']\n"
    "for c in v[:4]: sys.stdout.write(c); time.sleep(.03)\n"
    "sys.stdout.write(v[4:] + ' ' + os.environ['PLAIN'] + '\\n' + v[:5])"
)


def test_a_secret_is_in_no_file_and_on_no_command_line(workers: Workers) -> None:
    worker_id = secretive(workers, PRINTS + "\ntime.sleep(600)")
    workers.wait_for_output(worker_id, b"seen")
    standing = workers.standing(worker_id)
    lines = [Path(f"/proc/{who.pid}/cmdline").read_bytes() for who in standing]
    told = [Path(f"/proc/{who.pid}/environ").read_bytes() for who in standing[:2]]
    workers.runtime.stop(worker_id)
    assert workers.output(worker_id) == b"[redacted] seen\n" + VALUE[:5].encode()
    everywhere = [path.read_bytes() for path in workers.path.rglob("*") if path.is_file()]
    assert len(everywhere) > 6
    assert not any(VALUE.encode() in text for text in (*everywhere, *lines, *told))
    assert b'"MY_TOKEN"' in workers.files(worker_id)["spec.json"]


def test_without_redaction_the_output_alone_holds_it(workers: Workers) -> None:
    worker_id = secretive(workers, PRINTS, redact=False)
    workers.runtime.wait(worker_id, 20)
    holders = {name for name, data in workers.files(worker_id).items() if VALUE.encode() in data}
    assert holders == {"output.raw"}


def test_a_secret_in_the_command_is_refused(workers: Workers) -> None:
    with pytest.raises(UsageError) as error:
        secretive(workers, f"print('{VALUE}')")
    assert error.value.code == "worker_invalid"
    assert VALUE not in error.value.message
    assert workers.names() == []


COUNTS = """
import os, time
n = 0
while not os.path.exists("enough"):
    print(n, os.environ["MY_TOKEN"]); n += 1
    if n > 50: time.sleep(0.005)
print("last")
raise SystemExit(7)
"""


@pytest.mark.parametrize("roles", [("shim",), ("stub",), ("shim", "stub")])
def test_redacted_output_is_whole_whoever_is_killed(
    workers: Workers, roles: tuple[str, ...]
) -> None:
    worker_id = secretive(workers, COUNTS)
    workers.wait_for_output(worker_id, b"\n60 ")
    standing = workers.standing(worker_id)
    kill(*(getattr(standing, role) for role in roles))
    if roles == ("shim", "stub"):
        (found,) = workers.runtime.recover()
        assert found.action == "adopted"
    workers.wait_for_output(worker_id, b"\n90 ")
    (Path(workers.cwd) / "enough").touch()
    view = workers.runtime.wait(worker_id, 20)
    assert view.exit_code == (None if len(roles) == 2 else 7)
    *lines, last = workers.output(worker_id).decode().splitlines()
    assert last == "last"
    assert lines == [f"{number} [redacted]" for number in range(len(lines))]


def test_a_worker_whose_output_is_redacted_never_waits_for_a_reader(workers: Workers) -> None:
    code = "import os\nfor _ in range(50): os.write(1, b'x' * 1_000_000)\nopen('done', 'w')"
    worker_id = secretive(workers, code)
    kill(workers.standing(worker_id).shim, workers.standing(worker_id).stub)
    wait_until((Path(workers.cwd) / "done").exists)
    assert workers.runtime.wait(worker_id, 20).state == "lost"
