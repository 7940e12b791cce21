"""Starting workers, and reading what they write."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from support.workers import Workers, changed, kill, python, wait_until

from yoi_cli.errors import UsageError, YoiError
from yoi_cli.model.workers.spec import WorkerRequest
from yoi_cli.workers.local.create import WorkerMaker
from yoi_cli.workers.local.runtime import FileRuntime

ECHO = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"


def code_of(error: pytest.ExceptionInfo[YoiError]) -> str:
    return error.value.code


def test_a_worker_runs_and_its_exit_and_output_are_kept(workers: Workers) -> None:
    worker_id = workers.spawn("sh", "-c", "echo out; echo err >&2; exit 3")
    view = workers.runtime.wait(worker_id, 20)
    assert (view.state, view.exit_code, view.signal, view.cause) == ("exited", 3, None, "")
    assert view.evidence == "Its stub saw it end with code 3."
    assert workers.output(worker_id) == b"out\nerr\n"
    assert view.output_size == 8
    assert view.created_at <= (view.started_at or 0) <= (view.ended_at or 0)


def test_spawn_returns_once_the_program_runs(workers: Workers) -> None:
    worker_id = workers.spawn("sleep", "600")
    line = Path(f"/proc/{workers.standing(worker_id).worker.pid}/cmdline").read_bytes()
    assert line == b"sleep\x00600\x00"


def test_nothing_that_the_caller_had_open_stays_open(workers: Workers) -> None:
    """What waits for the end of a pipe that the caller gave on waits for no worker."""
    reader, writer = os.pipe()
    copies = [os.dup(writer) for _ in range(4)]
    for one in (writer, *copies):
        os.set_inheritable(one, True)
    worker_id = workers.spawn("sleep", "600")
    for one in (writer, *copies):
        os.close(one)
    assert select.select([reader], [], [], 10)[0]
    assert os.read(reader, 1) == b""
    os.close(reader)
    assert workers.runtime.show(worker_id).state == "running"


def test_more_is_told_to_a_shim_than_a_pipe_holds(workers: Workers) -> None:
    count = "import sys; print(sum(map(len, sys.argv[1:])))"
    worker_id = workers.spawn(sys.executable, "-c", count, *["x" * 100_000] * 9)
    workers.runtime.wait(worker_id, 20)
    assert workers.output(worker_id) == b"900000\n"


@pytest.mark.parametrize(
    ("command", "cwd", "missing"),
    [
        (("no-such-program",), "/", "program"),
        (("/no/such/program",), "/", "program"),
        (("true",), "/no/such/folder", "folder"),
        (("/etc/passwd",), "/", "program"),
    ],
)
def test_what_cannot_start_is_an_error_that_names_what_is_missing(
    workers: Workers, command: tuple[str, ...], cwd: str, missing: str
) -> None:
    request = changed(workers.request(*command), cwd=cwd, key="k")
    with pytest.raises(UsageError) as error:
        workers.runtime.spawn(request)
    assert (code_of(error), error.value.details["missing"]) == ("worker_invalid", missing)
    assert (workers.names(), workers.runtime.find("k")) == ([], None)


@pytest.mark.parametrize(
    "change",
    [
        lambda request: changed(request, command=()),
        lambda request: changed(request, command=("true", "a\0b")),
        lambda request: changed(request, cwd="relative"),
        lambda request: changed(request, capacity=0),
        lambda request: changed(request, timeout_ms=-1),
        lambda request: changed(request, environment={"A=B": "c"}),
        lambda request: changed(request, environment={"A": "\0"}),
    ],
)
def test_a_request_that_cannot_be_met_is_refused(
    workers: Workers, change: Callable[[WorkerRequest], WorkerRequest]
) -> None:
    with pytest.raises(UsageError) as error:
        workers.runtime.spawn(change(workers.request("true")))
    assert code_of(error) == "worker_invalid"
    assert workers.names() == []


def test_a_key_starts_one_worker_however_often_it_is_given(workers: Workers) -> None:
    request = changed(workers.request("sh", "-c", "echo run >> runs; exec sleep 600"), key="k")
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(workers.runtime.spawn(request).worker_id))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) == set(workers.names())
    assert len(workers.names()) == 1
    runs = Path(workers.cwd) / "runs"
    wait_until(lambda: runs.exists() and runs.read_text() != "")  # the shell makes it, then writes
    assert runs.read_text() == "run\n"
    view = workers.runtime.find("k")
    assert view is not None
    assert view.worker_id == found[0]
    assert workers.runtime.find("another") is None


def test_a_launcher_that_died_before_it_started_anything_is_followed_by_one(
    workers: Workers,
) -> None:
    request = changed(workers.request("true"), key="k", environment={"A": "1"})
    with WorkerMaker(str(workers.path), os.environ).prepare(request) as made:
        left = made.launch.worker_id
        assert workers.runtime.show(left).evidence == "It is being started."
    view = workers.runtime.show(left)
    assert (view.state, view.evidence) == ("lost", "Its launcher died before it was started.")
    assert workers.runtime.spawn(request).worker_id == left
    assert workers.runtime.wait(left, 20).exit_code == 0


def test_a_key_waits_for_who_is_starting_its_worker_and_starts_it_in_their_place(
    workers: Workers,
) -> None:
    request = changed(workers.request("true"), key="k")
    answers: list[str] = []
    with WorkerMaker(str(workers.path), os.environ).prepare(request) as made:
        second = threading.Thread(
            target=lambda: answers.append(workers.runtime.spawn(request).worker_id)
        )
        second.start()
        second.join(0.2)
        assert second.is_alive()
    second.join()
    assert answers == [made.launch.worker_id]
    assert workers.runtime.wait(answers[0], 20).exit_code == 0


def test_a_key_is_free_again_when_its_worker_could_not_be_started(workers: Workers) -> None:
    request = changed(workers.request("no-such-program"), key="k")
    codes: list[str] = []

    def try_it() -> None:
        try:
            workers.runtime.spawn(request)
        except UsageError as error:
            codes.append(error.code)

    threads = [threading.Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == ["worker_invalid"] * 4
    assert workers.runtime.spawn(changed(workers.request("true"), key="k")).worker_id


def test_recover_settles_what_was_never_started(workers: Workers) -> None:
    with WorkerMaker(str(workers.path), os.environ).prepare(workers.request("true")):
        pass
    (found,) = workers.runtime.recover()
    assert (found.action, found.message) == ("lost", "Its launcher died before it was started.")


def test_the_environment_is_an_allow_list(tmp_path: Path, workers: Workers) -> None:
    outside = {
        "PATH": os.environ["PATH"],
        "HOME": "/home/ada",
        "LC_TIME": "C",
        "EDITOR": "vi",
        "GIT_DIR": "/elsewhere",
        "YOI_AUTHOR": "Ada",
        "AWS_SECRET_ACCESS_KEY": "x",
    }
    workers.runtime = FileRuntime(str(workers.path), outside)
    given = {"YOI_TICKET": "T", "GIT_AUTHOR_NAME": "Ada", "GIT_WORK_TREE": "/elsewhere"}
    code = "import os; print(sorted(os.environ))"
    view = workers.runtime.spawn(changed(workers.request(*python(code)), environment=given))
    workers.runtime.wait(view.worker_id, 20)
    expected = ["GIT_AUTHOR_NAME", "HOME", "LC_TIME", "PATH", "YOI_TICKET", "YOI_WORKER_ID"]
    names = workers.output(view.worker_id).decode().strip()
    assert names in (str(expected), str(sorted([*expected, "LC_CTYPE"])))


def test_who_commits_goes_with_a_worker_though_the_environment_alone_says_it(
    workers: Workers,
) -> None:
    """Of the settings of git's in the environment, others may be passwords."""
    outside = {
        "PATH": os.environ["PATH"],
        "XDG_CONFIG_HOME": "/xdg",
        "EMAIL": "ada@example.org",
        "GIT_CONFIG_GLOBAL": "/global",
        "GIT_COMMITTER_EMAIL": "other@example.org",
        "GIT_CONFIG_COUNT": "3",
        "GIT_CONFIG_KEY_0": "http.extraHeader",
        "GIT_CONFIG_VALUE_0": "Authorization: password",
        "GIT_CONFIG_KEY_1": "user.name",
        "GIT_CONFIG_VALUE_1": "Ada",
        "GIT_CONFIG_KEY_2": "user.email",
        "GIT_CONFIG_VALUE_2": "ada@example.org",
    }
    workers.runtime = FileRuntime(str(workers.path), outside)
    code = "import os; print(*(f'{k}={os.environ[k]}' for k in sorted(os.environ)), sep='\\n')"
    worker_id = workers.spawn(*python(code))
    workers.runtime.wait(worker_id, 20)
    said = [one for one in workers.output(worker_id).decode().split("\n") if "LC_" not in one]
    assert said[:-1] == [
        "EMAIL=ada@example.org",
        "GIT_AUTHOR_EMAIL=ada@example.org",
        "GIT_AUTHOR_NAME=Ada",
        "GIT_COMMITTER_EMAIL=other@example.org",
        "GIT_COMMITTER_NAME=Ada",
        "GIT_CONFIG_GLOBAL=/global",
        f"PATH={os.environ['PATH']}",
        "XDG_CONFIG_HOME=/xdg",
        f"YOI_WORKER_ID={worker_id}",
    ]


def test_a_worker_has_three_descriptors_and_default_signals(workers: Workers) -> None:
    worker_id = workers.spawn("sh", "-c", "grep Sig /proc/self/status; ls /proc/self/fd")
    workers.runtime.wait(worker_id, 20)
    lines = workers.output(worker_id).decode().split()
    for mask in ("SigBlk:", "SigIgn:"):
        # The C library keeps 32 and 33 for itself: nobody can set them.
        assert int(lines[lines.index(mask) + 1], 16) & ~(0b11 << 31) == 0
    assert lines[-4:] == ["0", "1", "2", "3"]  # the last is the folder that `ls` lists


def test_a_runtime_leaks_no_descriptors(workers: Workers) -> None:
    def opened() -> int:
        return len(os.listdir("/proc/self/fd"))

    workers.runtime.wait(workers.spawn("true"), 20)
    before = opened()
    for _ in range(3):
        worker_id = workers.spawn("true")
        workers.runtime.wait(worker_id, 20)
        workers.output(worker_id)
        workers.runtime.recover()
    with pytest.raises(UsageError):
        workers.spawn("no-such-program")
    assert opened() == before


def test_nothing_to_read_is_given_by_default(workers: Workers) -> None:
    worker_id = workers.spawn_python(ECHO)
    assert workers.runtime.wait(worker_id, 20).exit_code == 0
    assert workers.output(worker_id) == b""


def test_what_is_given_to_read_is_read_and_written_down_nowhere(workers: Workers) -> None:
    data = bytes(range(256)) * 5000
    request = workers.request(*python(ECHO.replace("read())", "read()[:10])")))
    view = workers.runtime.spawn(changed(request, stdin=data))
    workers.runtime.wait(view.worker_id, 20)
    assert workers.output(view.worker_id) == data[:10]
    assert all(data[:64] not in text for text in workers.files(view.worker_id).values())


def test_input_reaches_a_worker_until_it_is_closed(workers: Workers) -> None:
    request = changed(workers.request(*python(ECHO)), stdin=None)
    worker_id = workers.runtime.spawn(request).worker_id
    workers.runtime.input(worker_id, b"one\n")
    workers.runtime.input(worker_id, b"two\xff\n", close=True)
    assert workers.runtime.wait(worker_id, 20).exit_code == 0
    assert workers.output(worker_id) == b"one\ntwo\xff\n"
    with pytest.raises(YoiError) as error:
        workers.runtime.input(worker_id, b"three")
    assert code_of(error) == "worker_stopped"


@pytest.mark.parametrize("role", ["shim", "stub"])
def test_input_can_be_closed_when_a_keeper_died(workers: Workers, role: str) -> None:
    request = changed(workers.request(*python(ECHO)), stdin=None)
    worker_id = workers.runtime.spawn(request).worker_id
    kill(getattr(workers.standing(worker_id), role))
    workers.runtime.input(worker_id, b"one", close=True)
    assert workers.runtime.wait(worker_id, 20).exit_code == 0
    assert workers.output(worker_id) == b"one"


def test_input_that_nobody_reads_is_refused_at_last(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yoi_cli.workers.local.commands._INPUT_SECONDS", 0.2)
    worker_id = workers.runtime.spawn(
        changed(workers.request("sleep", "600"), stdin=None)
    ).worker_id
    with pytest.raises(YoiError) as error:
        workers.runtime.input(worker_id, b"x" * 1_000_000)
    assert code_of(error) == "worker_limit"
    assert error.value.details["written"] == 65536


def test_a_worker_without_open_input_takes_none(workers: Workers) -> None:
    worker_id = workers.spawn("sleep", "600")
    with pytest.raises(YoiError) as error:
        workers.runtime.input(worker_id, b"x")
    assert code_of(error) == "worker_conflict"


def test_output_is_kept_as_it_came(workers: Workers) -> None:
    code = (
        "import sys; o = sys.stdout.buffer\n"
        "o.write(bytes(range(256)) * 10); o.write(b'x' * 20_000_000); o.write(b'\\0\\xfe end')"
    )
    worker_id = workers.spawn_python(code)
    workers.runtime.wait(worker_id, 60)
    assert workers.output(worker_id) == bytes(range(256)) * 10 + b"x" * 20_000_000 + b"\0\xfe end"


def test_a_cursor_goes_on_where_it_was_whoever_asks(workers: Workers) -> None:
    worker_id = workers.spawn("sh", "-c", "printf 0123456789")
    workers.runtime.wait(worker_id, 20)
    first = workers.runtime.output(worker_id, 0, 4)
    assert (first.data, first.cursor, first.at_end, first.resync) == (b"0123", 4, False, False)
    another = FileRuntime(str(workers.path), os.environ)
    rest = another.output(worker_id, first.cursor, 100)
    assert (rest.data, rest.start, rest.cursor, rest.at_end) == (b"456789", 4, 10, True)
    assert another.output(worker_id, -3, 100).data == b"789"
    assert another.output(worker_id, -99, 100).data == b"0123456789"
    beyond = another.output(worker_id, 11, 100)
    assert (beyond.data, beyond.start, beyond.resync, beyond.at_end) == (b"", 10, True, True)
    with pytest.raises(YoiError) as error:
        another.output(worker_id, 0, 1 << 30)
    assert code_of(error) == "worker_limit"


def test_a_worker_that_is_none_is_not_found(workers: Workers) -> None:
    for asked, code in (("w-01ARZ3NDEKTSV4RRFFQ69G5FAV", "worker_not_found"),):
        with pytest.raises(YoiError) as error:
            workers.runtime.show(asked)
        assert code_of(error) == code
    for asked in (
        "",
        "../..",
        "w-",
        "w-01arz3ndektsv4rrffq69g5fav",
        "w-01ARZ3NDEKTSV4RRFFQ69G5FA/",
    ):
        with pytest.raises(UsageError) as invalid:
            workers.runtime.show(asked)
        assert invalid.value.code == "worker_invalid"


def test_a_worker_started_by_a_worker_is_one_of_its_own(workers: Workers) -> None:
    root = str(Path(__file__).parents[3])
    code = f"""
import sys; sys.path.insert(0, {root!r})
import os, time
from yoi_cli.workers.local.runtime import FileRuntime
from yoi_cli.model.workers.spec import WorkerRequest, WorkerSpec
runtime = FileRuntime({str(workers.path)!r}, os.environ)
request = WorkerRequest(WorkerSpec(command=("sleep", "600"), cwd="/"))
print(runtime.spawn(request).worker_id, flush=True)
time.sleep(600)
"""
    outer = workers.spawn(sys.executable, "-c", code)
    workers.wait_for_output(outer, b"w-")
    wait_until(lambda: workers.output(outer).endswith(b"\n"))
    inner = workers.output(outer).decode().strip()
    assert workers.runtime.stop(outer, 5).has_ended
    assert workers.runtime.show(inner).state == "running"


def test_workers_are_listed_oldest_first_and_forgotten_when_they_ended(workers: Workers) -> None:
    ended = workers.runtime.spawn(changed(workers.request("true"), key="k")).worker_id
    workers.runtime.wait(ended, 20)
    running = workers.spawn("sleep", "600")
    assert [view.worker_id for view in workers.runtime.all()] == [ended, running]
    assert workers.runtime.prune(0) == []
    assert workers.runtime.prune(1 << 50) == [ended]
    assert workers.names() == [running]
    assert workers.runtime.find("k") is None
    assert sorted(os.listdir(workers.path)) == ["keys", "store.lock", running]


def test_a_command_line_tells_no_more_than_the_worker(workers: Workers) -> None:
    worker_id = workers.spawn("sleep", "600")
    shim = workers.standing(worker_id).shim.pid
    line = Path(f"/proc/{shim}/cmdline").read_bytes().split(b"\0")
    assert line[-2] == worker_id.encode()
    said = subprocess.run(["cat", f"/proc/{shim}/environ"], capture_output=True, check=True)
    assert [v for v in said.stdout.split(b"\0") if v and not v.startswith(b"LC_")] == [
        b"YOI_SHIM_OF=" + worker_id.encode()
    ]
