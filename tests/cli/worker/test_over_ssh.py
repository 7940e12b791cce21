"""The commands for workers on a host that is reached by ssh, as a person types them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.data import Data
from support.process import Program, Result, git_program
from support.runtimes import add_profiles, await_until
from support.sshd import Sshd, running_sshd

pytestmark = pytest.mark.process
Yoi = Callable[..., Result]


@pytest.fixture
def host(_hermetic: dict[str, str]) -> Iterator[Sshd]:
    with running_sshd(_hermetic) as made:
        yield made


@pytest.fixture
def there(host: Sshd, workspace: Path, tmp_path: Path) -> Path:
    """The clone on the host."""
    folder = tmp_path / "there"
    git_program(dict(host.environment), tmp_path)("clone", "-q", str(workspace), str(folder))
    return folder


@pytest.fixture
def far(host: Sshd, there: Path, workspace: Path, yoi: Program) -> Yoi:
    """`yoi`, with the host in its registry as `gpu`."""
    add_profiles(workspace)
    yoi("trust", "--yes", check=False)

    def run(*words: str, **others: object) -> Result:
        return yoi(*words, env=dict(host.environment), **others)  # type: ignore[arg-type]

    run("runtime", "add", "gpu", "--kind", "ssh", "--host", "far", "--folder", str(there))
    return run


def started(far: Yoi, profile: str, *words: str) -> str:
    asked = ("worker", "spawn", "--runtime", "gpu", "--profile", profile, "--json")
    return str(far(*asked, *words).json["worker_id"])


def test_a_host_is_added_shown_tested_and_removed(far: Yoi, there: Path) -> None:
    assert "gpu\tssh" in far("runtime", "list").out
    shown = far("runtime", "show", "gpu").out
    assert {"kind\tssh", "host\tfar", f"folder\t{there}"} <= set(shown.splitlines())
    assert far("runtime", "show", "gpu", "--json").json["host"] == "far"
    tested = far("runtime", "test", "gpu", "--json").json
    assert (tested["compatible"], tested["kind"]) == (True, "ssh")
    assert all(one["is_there"] for one in tested["checks"])
    far("runtime", "remove", "gpu")
    assert "gpu" not in far("runtime", "list").out


def test_a_worker_is_started_listed_shown_read_and_waited_for(far: Yoi) -> None:
    worker = started(far, "teller", "--prompt", "hello")
    there = ("--runtime", "gpu")
    assert far("worker", "wait", worker, *there).out.startswith(f"exited\t{worker}\t0")
    assert far("worker", "logs", worker, *there).out == "told: hellodone\n"
    assert worker in far("worker", "list", *there).out
    assert "exit_code\t0" in far("worker", "show", worker[-6:], *there).out
    assert worker not in far("worker", "list").out


def test_a_worker_is_fed_followed_and_stopped(far: Yoi) -> None:
    there = ("--runtime", "gpu")
    worker = started(far, "reader", "--input")
    far("worker", "input", worker, *there, "-m", "one")
    far("worker", "input", worker, *there, "-m", "two", "--close")
    assert far("worker", "logs", "--follow", worker, *there).out.split() == ["one", "two"]
    sleeper = started(far, "sleeper")
    stopped = far("worker", "stop", sleeper, *there, "--grace", "0", "--json").json
    assert (stopped["state"], stopped["cause"]) == ("killed", "stopped")


def test_a_tickets_worker_is_told_of_it_and_its_log_is_here(far: Yoi) -> None:
    ticket = str(far("ticket", "create", "-t", "Do it", "-m", "Please.", "--json").json["id"])
    worker = started(far, "teller", "--ticket", ticket)
    far("worker", "wait", worker, "--runtime", "gpu")
    assert "Do it" in far("worker", "logs", worker, "--runtime", "gpu").out
    log = far("ticket", "show", ticket).out
    assert f"Worker {worker} was started." in log
    assert f"Worker {worker} exited with code 0." in log


def test_a_host_that_is_away_leaves_its_workers_unreachable_and_never_lost(
    far: Yoi, host: Sshd
) -> None:
    worker = started(far, "sleeper")
    host.kill()
    listed = far("worker", "list", "--runtime", "gpu")
    assert f"{worker}\trunning" in listed.out
    assert "cannot be reached. It is unreachable since" in listed.err
    document = far("worker", "list", "--runtime", "gpu", "--json").json
    assert document["unreachable_since"] is not None
    assert document["workers"][0]["state"] == "running"
    refused = far("worker", "show", worker, "--runtime", "gpu", "--json", check=False)
    assert (refused.code, error_of(refused)["code"]) == (1, "runtime_unreachable")
    assert "runtime_unreachable" in far("runtime", "list").out
    host.start()
    document = far("worker", "list", "--runtime", "gpu", "--json").json
    assert (document["unreachable_since"], document["workers"][0]["state"]) == (None, "running")
    far("worker", "stop", worker, "--runtime", "gpu", "--grace", "0")


def test_a_refusal_says_what_it_is_and_what_to_do(far: Yoi, host: Sshd) -> None:
    host.known.write_text("")
    refused = far("worker", "list", "--runtime", "gpu", check=False)
    assert refused.code == 1
    assert "[runtime_host_key_refused]" in refused.err
    assert "log in once by hand" in refused.err
    tested = far("runtime", "test", "gpu", "--json", check=False)
    assert (tested.code, tested.json["code"]) == (1, "runtime_host_key_refused")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--kind", "ssh", "--host", "-oProxyCommand=x", "--folder", "/x"), "config_invalid"),
        (("--kind", "ssh", "--host", "a b", "--folder", "/x"), "config_invalid"),
        (("--kind", "ssh", "--host", "far", "--folder", "relative"), "config_invalid"),
        (("--kind", "ssh", "--host", "far"), "runtime_key_missing"),
        (("--kind", "ssh", "--folder", "/x"), "runtime_key_missing"),
        (
            ("--kind", "ssh", "--host", "far", "--folder", "/x", "--time", "1"),
            "runtime_key_foreign",
        ),
    ],
)
def test_what_no_host_can_be_is_not_added(
    yoi: Program, workspace: Path, words: tuple[str, ...], code: str
) -> None:
    refused = yoi("runtime", "add", "gpu", *words, "--json", check=False)
    assert error_of(refused)["code"] == code
    assert "gpu" not in yoi("runtime", "list").out


def test_a_worker_outlives_the_command_and_the_connection(
    far: Yoi, host: Sshd, there: Path
) -> None:
    worker = started(far, "sleeper")
    host.kill_masters()
    host.kill()
    time.sleep(0.2)
    state = there / ".git/yoi/workers" / worker / "state.json"
    pid = json.loads(state.read_text())["worker"]["pid"]
    assert Path(f"/proc/{pid}").exists()
    host.start()
    far("worker", "stop", worker, "--runtime", "gpu", "--grace", "0")
    await_until(lambda: not Path(f"/proc/{pid}").exists())


def error_of(refused: Result) -> Data:
    found: Data = json.loads(refused.out)["error"]
    return found
