"""A worker with a terminal: what it sees, what is kept of it, and who may die."""

from __future__ import annotations

import os
import signal

import pytest
from support.workers import Workers, both_ways, changed, kill, python, wait_until

from yoi_cli.errors import UsageError, YoiError
from yoi_cli.model.workers.profiles import Profile, Settings
from yoi_cli.model.workers.spec import WorkerSpec, request_of
from yoi_cli.store.config.worker_settings import parse_settings

#: Answers every line in capitals, and ends with 7 where it says "end".
ECHO = """
import os, signal, sys
print("size", *os.get_terminal_size(), os.ttyname(0), os.isatty(1), os.getpgrp() == os.tcgetpgrp(0))
signal.signal(signal.SIGWINCH, lambda *_: print("now", *os.get_terminal_size(), flush=True))
while line := sys.stdin.readline():
    print("<" + line.strip().upper() + ">", flush=True)
    if line.strip() == "end": raise SystemExit(7)
print("end of input", flush=True)
"""


def begin(workers: Workers, *command: str) -> str:
    request = changed(workers.request(*(command or python(ECHO))), terminal=True)
    worker_id = workers.runtime.spawn(request).worker_id
    if not command:
        workers.wait_for_output(worker_id, b"size 80 24 /dev/pts/")
    return worker_id


def says(workers: Workers, worker_id: str, word: str) -> None:
    workers.runtime.input(worker_id, f"{word}\n".encode())
    workers.wait_for_output(worker_id, f"<{word.upper()}>".encode())


@both_ways
def test_it_is_its_own_and_what_is_typed_and_shown_is_in_the_transcript(workers: Workers) -> None:
    worker_id = begin(workers)
    assert b"True True\r\n" in workers.output(worker_id)
    assert workers.runtime.show(worker_id).has_terminal
    says(workers, worker_id, "one")
    assert b"one\r\n<ONE>\r\n" in workers.output(worker_id)
    workers.runtime.resize(worker_id, 33, 111)
    workers.wait_for_output(worker_id, b"now 111 33")
    workers.runtime.input(worker_id, b"end\n")
    view = workers.runtime.wait(worker_id, 20)
    assert (view.state, view.exit_code, view.cause) == ("exited", 7, "")


def test_a_closed_input_is_the_end_of_what_is_typed(workers: Workers) -> None:
    worker_id = begin(workers)
    workers.runtime.input(worker_id, b"", close=True)
    assert workers.runtime.wait(worker_id, 20).exit_code == 0
    assert b"end of input" in workers.output(worker_id)


def test_an_interrupt_that_is_typed_reaches_the_program_alone(workers: Workers) -> None:
    worker_id = begin(workers)
    workers.runtime.input(worker_id, b"\x03")
    view = workers.runtime.wait(worker_id, 20)
    assert b"KeyboardInterrupt" in workers.output(worker_id)
    assert (view.state, view.exit_code or view.signal) in (("exited", 1), ("killed", signal.SIGINT))


def test_it_ends_as_its_program_does(workers: Workers) -> None:
    worker_id = begin(workers, *python("import os; print('x' * 200_000); os.kill(os.getpid(), 9)"))
    view = workers.runtime.wait(worker_id, 20)
    assert (view.state, view.signal) == ("killed", signal.SIGKILL)
    assert workers.output(worker_id).count(b"x") == 200_000


def test_a_program_that_cannot_be_started_is_named_at_once(workers: Workers) -> None:
    with pytest.raises(YoiError, match="no-such-program"):
        begin(workers, "no-such-program")
    assert workers.names() == []


def test_it_is_stopped_though_its_program_ignores_that(workers: Workers) -> None:
    code = "import signal; signal.signal(15, signal.SIG_IGN); print('up'); signal.pause()"
    worker_id = begin(workers, *python(code))
    workers.wait_for_output(worker_id, b"up")
    view = workers.runtime.stop(worker_id, 0.2)
    assert (view.state, view.cause) == ("killed", "stopped")


@pytest.mark.parametrize("roles", [("shim",), ("stub",), ("shim", "stub")])
def test_whoever_stands_over_it_may_die(workers: Workers, roles: tuple[str, ...]) -> None:
    worker_id = begin(workers)
    standing = workers.standing(worker_id)
    kill(*(getattr(standing, role) for role in roles))
    says(workers, worker_id, "still")
    workers.runtime.recover()
    says(workers, worker_id, "there")
    workers.runtime.input(worker_id, b"end\n")
    view = workers.runtime.wait(worker_id, 20)
    ends = ("lost", None) if len(roles) == 2 else ("exited", 7)
    assert (view.state, view.exit_code) == ends
    assert workers.output(worker_id).endswith(b"<END>\r\n")


def test_with_what_holds_its_terminal_the_worker_dies(workers: Workers) -> None:
    worker_id = begin(workers)
    kill(workers.standing(worker_id).worker)
    view = workers.runtime.wait(worker_id, 20)
    assert (view.state, view.signal) == ("killed", signal.SIGKILL)
    wait_until(lambda: not workers.left(), lambda: f"left behind: {workers.left()}")


def test_secrets_are_taken_out_of_what_it_shows(workers: Workers) -> None:
    request = changed(
        workers.request(*python("import os; print('key', os.environ['A_TOKEN'], 'end')")),
        terminal=True,
        environment={"A_TOKEN": "s3cret-s3cret"},
    )
    worker_id = workers.runtime.spawn(request).worker_id
    workers.runtime.wait(worker_id, 20)
    assert workers.output(worker_id) == b"key [redacted] end\r\n"


def test_a_prompt_is_not_typed_into_it() -> None:
    read = parse_settings(b'[profiles.x]\ncommand = ["x"]\nterminal = true\n', path="p")
    settings: Settings = read.settings
    assert isinstance(settings.profiles["x"], Profile)
    asked = WorkerSpec(command=(), cwd=os.getcwd(), profile="x")
    with pytest.raises(UsageError, match="standard input"):
        request_of(asked, settings, {}, prompt="Do it.")
    named = parse_settings(
        b'[profiles.x]\ncommand = ["x", "{prompt}"]\nterminal = true\n', path="p"
    ).settings
    assert request_of(asked, named, {}, prompt="Do it.").spec.terminal
