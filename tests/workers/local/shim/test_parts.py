"""What the system has of Linux's parts, and what stands in their place."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from support.workers import wait_until

from yoi_cli.workers.local.shim.kernel import (
    Identity,
    environment_of,
    identity,
    is_alive,
    process,
    processes,
    send,
    watch,
)
from yoi_cli.workers.local.shim.parts import PORTABLE, Parts, parts

pytestmark = pytest.mark.process


@pytest.fixture
def without_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PORTABLE, "1")


def test_one_variable_turns_all_of_them_off(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform == "linux":
        assert parts().table
    monkeypatch.setenv(PORTABLE, "1")
    assert parts() == Parts()
    monkeypatch.setenv(PORTABLE, "0")
    assert parts() != Parts() or sys.platform != "linux"


def test_a_process_has_one_identity_whoever_tells_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    own, table = process(os.getpid()), processes()
    monkeypatch.setenv(PORTABLE, "1")
    found = process(os.getpid())
    assert own is not None
    assert found is not None
    assert (found.pid, found.parent, found.session, found.started) == (
        own.pid,
        own.parent,
        own.session,
        own.started,
    )
    assert processes()[os.getpid()].started == table[os.getpid()].started
    assert environment_of(os.getpid())[b"PATH"]


@pytest.mark.usefixtures("without_parts")
def test_a_process_is_signalled_only_as_the_one_that_it_was() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        who = identity(child.pid)
        assert not send(Identity(who.pid, who.started + 1), signal.SIGKILL)
        assert is_alive(who)
        assert send(who, signal.SIGKILL)
        wait_until(lambda: not is_alive(who))  # though nobody has reaped it yet
        assert watch(child.pid) is None
    assert process(child.pid) is None


@pytest.mark.usefixtures("without_parts")
def test_an_end_that_the_kernel_forgot_is_told_of_until_it_is_done_with() -> None:
    code = """
import os, sys, time
from yoi_cli.workers.local.shim.children import Ending, ended_child, forget, has_children
from yoi_cli.workers.local.shim.parts import Parts, parts
assert parts() == Parts()
assert not has_children() and ended_child() is None
first = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 3"], {})
while (ending := ended_child()) is None: time.sleep(0.01)
assert ending == Ending(first, 3, None) == ended_child()
second = os.posix_spawn("/bin/sh", ["sh", "-c", "kill -9 $$"], {})
assert has_children()
forget(first)
while (ending := ended_child()) is None: time.sleep(0.01)
assert ending == Ending(second, None, 9)
forget(second)
assert not has_children() and ended_child() is None
"""
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")
