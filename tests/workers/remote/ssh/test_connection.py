"""One connection for all, whose death is nothing: workers go on, what is asked is asked again, and
nothing is done twice (docs/machines.md, "Over SSH")."""

from __future__ import annotations

import os
import random
import signal
import stat
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from support.runtimes import await_until
from support.sshd import PATIENCE, Sshd, running_sshd

from yoi_cli.errors import OperationError, UsageError
from yoi_cli.model.workers.spec import WorkerRequest, WorkerSpec
from yoi_cli.workers.remote.ssh.channel import Channel
from yoi_cli.workers.remote.ssh.control import ControlConnection
from yoi_cli.workers.remote.ssh.workers import SshWorkers

pytestmark = pytest.mark.process
COUNTING = "i=0; while [ $i -lt 300 ]; do echo $i; i=$((i+1)); sleep 0.01; done; exit 7"


@contextmanager
def workers_at(host: Sshd, folder: Path) -> Iterator[SshWorkers]:
    """The workers in a folder of the host; those that run are ended when this is left."""
    control = ControlConnection("far", host.environment, "big")
    channel = Channel(control, "big", folder=str(folder), python="", timeout=PATIENCE)
    with closing(SshWorkers(channel)) as workers:
        yield workers
        for view in workers.all():
            if not view.has_ended:
                workers.stop(view.worker_id, 0)


@pytest.fixture
def workers(far_host: Sshd, repo: Path) -> Iterator[SshWorkers]:
    with workers_at(far_host, repo) as made:
        yield made


def request(folder: Path, *command: str, key: str | None = None, **others: object) -> WorkerRequest:
    spec = WorkerSpec(command=command, cwd=str(folder), key=key, confine="off")
    return WorkerRequest(spec)._replace(**others)  # type: ignore[arg-type]


def output(workers: SshWorkers, worker_id: str) -> bytes:
    return b"".join(part.data for part in workers.read(worker_id, 0))


def end_to_end(workers: SshWorkers, asked: WorkerRequest) -> bytes:
    worker_id = workers.spawn(asked).worker_id
    assert workers.wait(worker_id, PATIENCE).exit_code == 0
    return output(workers, worker_id)


def test_many_at_once_share_one_connection_and_one_session(
    _hermetic: dict[str, str], repo: Path
) -> None:
    with running_sshd(_hermetic) as host, workers_at(host, repo) as workers:
        workers.all()
        with ThreadPoolExecutor(12) as threads:
            asked = [request(repo, "sh", "-c", f"echo {n}", key=f"{n}") for n in range(12)]
            said = list(threads.map(lambda one: end_to_end(workers, one), asked))
        assert said == [f"{n}\n".encode() for n in range(12)]
        assert len(host.masters()) == 1
        assert len(host.connections()) == 1


def test_the_connection_is_made_once_however_many_come_at_the_same_time(
    _hermetic: dict[str, str], repo: Path
) -> None:
    with (
        running_sshd(_hermetic) as host,
        workers_at(host, repo) as one,
        workers_at(host, repo) as two,
    ):
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda which: which.all(), (one, two)))
        assert len(host.masters()) == 1
        assert len(host.connections()) == 1


def test_its_sockets_are_the_users_alone(far_host: Sshd, workers: SshWorkers) -> None:
    workers.all()
    folder = far_host.folder / "run/yoi-ssh"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert any(stat.S_ISSOCK(one.lstat().st_mode) for one in folder.iterdir())


def test_words_of_a_command_arrive_as_they_are_whatever_a_shell_would_make_of_them(
    workers: SshWorkers, repo: Path
) -> None:
    words = ["$(touch /tmp/x)", "a b", "'\"`;&|", "*", "", "--help", "\n", "é\udcff", "$HOME"]
    code = "import os, sys; os.write(1, b'\\0'.join(map(os.fsencode, sys.argv[1:])))"
    asked = request(repo, "python3", "-c", code, *words, key="k $(x) '\n")
    assert end_to_end(workers, asked) == b"\0".join(map(os.fsencode, words))
    assert workers.find("k $(x) '\n") is not None


def test_what_a_worker_reads_first_and_later_arrives_byte_for_byte(
    workers: SshWorkers, repo: Path
) -> None:
    first = bytes(range(256)) * 300
    assert end_to_end(workers, request(repo, "cat", stdin=first)) == first
    worker_id = workers.spawn(request(repo, "cat", stdin=None)).worker_id
    workers.input(worker_id, b"\0one\xff\n")
    workers.input(worker_id, b"two", close=True)
    workers.wait(worker_id, PATIENCE)
    assert output(workers, worker_id) == b"\0one\xff\ntwo"


def test_variables_have_the_values_of_the_host_and_secrets_of_it_are_redacted(
    _hermetic: dict[str, str], repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOKEN", "of this machine")
    with (
        running_sshd(_hermetic, MY_TOKEN="of the host", PLAIN="there") as host,
        workers_at(host, repo) as workers,
    ):
        script = 'echo "$PLAIN $MY_TOKEN ${OTHER-unset}"'
        asked = request(repo, "sh", "-c", script, passed=("PLAIN", "MY_TOKEN", "OTHER"))
        assert end_to_end(workers, asked) == b"there [redacted] unset\n"
        everything = [one for one in (repo / ".git/yoi").rglob("*") if one.is_file()]
        assert not any(b"of the host" in one.read_bytes() for one in everything)
        assert not any(b"of this machine" in one.read_bytes() for one in everything)


def test_a_program_that_cannot_be_started_there_is_told_with_its_reason(
    workers: SshWorkers, repo: Path
) -> None:
    with pytest.raises(UsageError) as refused:
        workers.spawn(request(repo, "no-such-program", key="again"))
    assert refused.value.code == "worker_invalid"
    assert "no-such-program" in refused.value.message
    assert workers.find("again") is None


@pytest.mark.parametrize("victim", ["connection", "program", "sshd"])
def test_who_follows_a_worker_sees_every_byte_once_through_the_death_of(
    victim: str, _hermetic: dict[str, str], repo: Path
) -> None:
    with running_sshd(_hermetic) as host, workers_at(host, repo) as workers:
        worker_id = workers.spawn(request(repo, "sh", "-c", COUNTING)).worker_id
        kills = 0
        seen = b""
        for part in workers.read(worker_id, 0, follow=True):
            assert part.start == len(seen)
            seen += part.data
            if kills < 3 and seen.count(b"\n") > 60 * (kills + 1):
                kills += 1
                kill(host, victim)
        assert kills == 3
        assert seen == b"".join(b"%d\n" % n for n in range(300))
        assert workers.wait(worker_id, PATIENCE).exit_code == 7


def kill(host: Sshd, victim: str) -> None:
    if victim == "connection":
        host.kill_masters()
    elif victim == "program":
        for pid in host.programs():
            os.kill(pid, signal.SIGKILL)
    else:
        host.kill()
        threading.Timer(0.3, host.start).start()


def test_a_worker_is_waited_for_while_its_host_is_away(
    _hermetic: dict[str, str], repo: Path
) -> None:
    with running_sshd(_hermetic) as host, workers_at(host, repo) as workers:
        worker_id = workers.spawn(request(repo, "sh", "-c", "sleep 1; exit 4")).worker_id
        host.kill()
        with pytest.raises(OperationError) as away:
            workers.show(worker_id)
        assert away.value.code == "runtime_unreachable"
        threading.Timer(1.5, host.start).start()
        assert workers.wait(worker_id, PATIENCE).exit_code == 4


def test_the_same_key_is_the_same_worker_however_often_the_connection_ends(
    _hermetic: dict[str, str], repo: Path
) -> None:
    with running_sshd(_hermetic) as host, workers_at(host, repo) as workers:
        script = "echo run >>runs; sleep 30"
        over = threading.Event()

        def kill_now_and_then() -> None:
            while not over.wait(random.uniform(0, 1)):
                host.kill_masters()

        killer = threading.Thread(target=kill_now_and_then)
        killer.start()
        ids = set()
        try:
            end = time.monotonic() + 6
            while time.monotonic() < end:
                try:
                    ids.add(workers.spawn(request(repo, "sh", "-c", script, key="one")).worker_id)
                except OperationError as error:
                    assert error.code in ("runtime_unreachable", "runtime_timeout")
        finally:
            over.set()
            killer.join()
        ids.add(workers.spawn(request(repo, "sh", "-c", script, key="one")).worker_id)
        assert len(ids) == 1
        await_until((repo / "runs").exists)
        assert (repo / "runs").read_text() == "run\n"


def test_input_whose_arrival_nobody_knows_is_not_given_twice(
    _hermetic: dict[str, str], repo: Path
) -> None:
    with running_sshd(_hermetic) as host, workers_at(host, repo) as workers:
        worker_id = workers.spawn(request(repo, "cat", stdin=None)).worker_id
        unknown = 0
        for number in range(30):
            if number % 3 == 0:
                threading.Timer(0.002 * number, host.kill_masters).start()
            try:
                workers.input(worker_id, b"%d\n" % number)
            except OperationError as error:
                assert error.code in ("runtime_unreachable", "runtime_timeout")
                unknown += 1
        workers.input(worker_id, b"", close=True)
        workers.wait(worker_id, PATIENCE)
        lines = output(workers, worker_id).split()
        assert len(lines) == len(set(lines)) >= 30 - unknown
