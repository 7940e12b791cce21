"""What the runtime server promises beyond the contract of runtimes, on the real process:
a process of its own (docs/runtime.md)."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest
from support.process import Program
from support.runtimes import add_profiles, await_until, order
from support.servers import RunningServer, error_of, serving

from yoi_cli.model.workers.order import WorkerOrder
from yoi_cli.workers.remote.http import HttpRuntime

pytestmark = pytest.mark.process


@pytest.fixture
def workspace_with_profiles(workspace: Path) -> Path:
    add_profiles(workspace)
    return workspace


def create(server: RunningServer, asked: WorkerOrder) -> tuple[int, str]:
    answer = server.ask("POST", "/v1/workers", msgspec.to_builtins(asked))
    assert answer.is_success, answer.text
    worker_id = str(json.loads(answer.text)["data"]["worker_id"])
    assert answer.headers["location"] == f"/v1/workers/{worker_id}"
    return answer.status_code, worker_id


def test_an_order_is_answered_with_201_and_then_with_200(
    yoi: Program, workspace_with_profiles: Path
) -> None:
    asked = order()
    with serving(yoi) as server:
        first, second = create(server, asked), create(server, asked)
    assert (first[0], second[0]) == (201, 200)
    assert first[1] == second[1]


def test_a_server_killed_at_any_step_of_an_order_that_is_repeated_makes_one_worker(
    yoi: Program, workspace_with_profiles: Path
) -> None:
    asked = order("sleeper")
    for step in range(4):
        with serving(yoi) as server:
            token, body = server.token, msgspec.json.encode(asked)
            raw = socket.create_connection((server.host.split(":")[0], server.port))
            raw.sendall(
                b"POST /v1/workers HTTP/1.1\r\nHost: "
                + server.host.encode()
                + b"\r\nAuthorization: Bearer "
                + token.encode()
                + b"\r\nContent-Type: application/json\r\nContent-Length: "
                + str(len(body)).encode()
                + b"\r\n\r\n"
                + body
            )
            time.sleep(0.02 * step)
            server.end(signal.SIGKILL)
            raw.close()
    with serving(yoi) as server:
        _, worker_id = create(server, asked)
        listed = server.data("GET", "/v1/workers")["items"]
        assert [one["worker_id"] for one in listed] == [worker_id]
        server.data("POST", f"/v1/workers/{worker_id}/stop", {"grace": 0})


def test_killing_the_server_changes_no_worker_and_no_output(
    yoi: Program, workspace_with_profiles: Path
) -> None:
    with serving(yoi) as server:
        _, worker_id = create(server, order("reader", capabilities=("input",)))
        server.data("POST", f"/v1/workers/{worker_id}/input", {"data": "one\n"})
        before = server.data("GET", f"/v1/workers/{worker_id}")
        server.end(signal.SIGKILL)
    with serving(yoi) as server:
        after = server.data("GET", f"/v1/workers/{worker_id}")
        assert (after["state"], after["started_at"]) == ("running", before["started_at"])
        given = {"data": "dHdvCg==", "encoding": "base64", "close": True}
        server.data("POST", f"/v1/workers/{worker_id}/input", given)
        ended = server.data("GET", f"/v1/workers/{worker_id}?wait=20")
        assert (ended["state"], ended["exit_code"]) == ("exited", 0)
        raw = server.ask("GET", f"/v1/workers/{worker_id}/transcript?raw=1")
        assert raw.content == b"one\ntwo\n"
        assert raw.headers["yoi-cursor"] == "8"
        assert raw.headers["yoi-at-end"] == "1"


def test_after_a_restart_a_worker_without_a_live_shim_is_not_offered_for_input(
    yoi: Program, workspace_with_profiles: Path
) -> None:
    with serving(yoi) as server:
        _, worker_id = create(server, order("reader", capabilities=("input",)))
        state = workspace_with_profiles / ".git/yoi/workers" / worker_id / "state.json"
        shim = json.loads(state.read_text())["shim"]["pid"]
        os.kill(shim, signal.SIGKILL)
        await_until(lambda: not server.data("GET", f"/v1/workers/{worker_id}")["accepts_input"])
        server.end(signal.SIGKILL)
    with serving(yoi) as server:
        await_until(lambda: server.ask("GET", "/v1/ready").status_code == 200)
        found = server.data("GET", "/v1/ready")
        assert found["adopted"] == 1
        server.data("POST", f"/v1/workers/{worker_id}/cancel")


def test_bytes_are_had_by_range(yoi: Program, workspace_with_profiles: Path) -> None:
    with serving(yoi) as server:
        _, worker_id = create(server, order(prompt="0123456789"))
        server.data("GET", f"/v1/workers/{worker_id}?wait=20")
        path = f"/v1/workers/{worker_id}/transcript?raw=1"
        whole = server.ask("GET", path).content
        for asked, expected in (
            ("bytes=0-3", whole[:4]),
            ("bytes=4-", whole[4:]),
            ("bytes=-5", whole[-5:]),
        ):
            part = server.ask("GET", path, headers={"Range": asked})
            assert (part.status_code, part.content) == (206, expected)
            assert part.headers["content-range"].endswith(f"/{len(whole)}")
        beyond = server.ask("GET", path, headers={"Range": "bytes=9999-"})
        assert error_of(beyond) == (416, "range_not_satisfiable")


def test_a_wait_is_over_at_its_time_and_longer_ones_are_refused(
    yoi: Program, workspace_with_profiles: Path
) -> None:
    with serving(yoi) as server:
        _, worker_id = create(server, order("sleeper"))
        assert server.data("GET", f"/v1/workers/{worker_id}?wait=1")["state"] == "running"
        assert server.error("GET", f"/v1/workers/{worker_id}?wait=61") == (400, "limit")
        server.data("POST", f"/v1/workers/{worker_id}/stop", {"grace": 0})


def test_sigterm_lets_what_waits_have_its_answer(
    yoi: Program, workspace_with_profiles: Path
) -> None:
    with serving(yoi) as server:
        _, worker_id = create(server, order("sleeper"))
        heard: list[int] = []
        waiting = threading.Thread(
            target=lambda: heard.append(
                server.ask("GET", f"/v1/workers/{worker_id}?wait=50").status_code
            )
        )
        waiting.start()
        await_until(lambda: server.ask("GET", "/v1/ready").status_code == 200)
        time.sleep(0.2)
        assert server.end() == 0
        waiting.join(20)
        assert heard == [200]
    yoi("worker", "stop", worker_id, "--grace", "0")


def test_headers_without_end_and_half_requests_keep_nobody_else_out(
    server: RunningServer,
) -> None:
    half = [socket.create_connection((server.host.split(":")[0], server.port)) for _ in range(100)]
    try:
        for one in half:
            one.sendall(b"GET /v1/workers HTTP/1.1\r\nHost: x\r\n")
        endless = socket.create_connection((server.host.split(":")[0], server.port))
        with endless:
            try:
                for _ in range(64):
                    endless.sendall(b"X-Long: " + b"x" * (1 << 14))
                answer = endless.recv(1 << 12)
            except OSError:
                answer = b""
            assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
        assert server.ask("GET", "/v1/health", token="").status_code == 204
        large = server.client().build_request("POST", "/v1/prune", content=b"x" * (2 << 20))
        large.headers["content-type"] = "application/json"
        with server.client() as client:
            try:
                assert client.send(large).status_code == 413
            except Exception as error:  # it may close the connection before all was sent
                assert "Write" in type(error).__name__ or "Read" in type(error).__name__
        status = Path(f"/proc/{server.process.pid}/status").read_text()
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        assert int(resident.split()[1]) < 200_000
    finally:
        for one in half:
            one.close()


def test_it_listens_at_a_socket_for_its_owner_alone(
    yoi: Program, workspace: Path, tmp_path: Path
) -> None:
    path = f"/tmp/yoi-test-{os.getpid()}-{time.time_ns()}.sock"
    try:
        with serving(yoi, "--bind", f"unix:{path}") as server:
            assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
            runtime = HttpRuntime(server.address, server.token)
            assert runtime.facts().runtime_id == "local"
            runtime.close()
    finally:
        Path(path).unlink(missing_ok=True)


def test_tokens_for_viewers_and_workers_are_printed_and_do_what_they_say(
    yoi: Program, server: RunningServer
) -> None:
    ids = [yoi("worker", "spawn", "--json", "--", "true").json["worker_id"] for _ in range(2)]
    viewer = yoi("runtime", "token", "--kind", "viewer").out.strip()
    worker = yoi("runtime", "token", "--kind", "worker", "--worker", str(ids[0])).out.strip()
    owner = yoi("runtime", "token", "--json").json
    assert (owner["token"], owner["expires_at"]) == (server.token, None)
    assert server.ask("GET", f"/v1/workers/{ids[0]}", token=worker).status_code == 200
    assert error_of(server.ask("GET", f"/v1/workers/{ids[1]}", token=worker))[0] == 404
    items = json.loads(server.ask("GET", "/v1/workers", token=worker).text)["data"]["items"]
    assert [one["worker_id"] for one in items] == [ids[0]]
    assert error_of(server.ask("POST", "/v1/recover", token=viewer)) == (403, "forbidden")


_RUN = """
import contextlib, io, json, sys
from yoi_cli.cli.main import run
heavy = {"starlette", "uvicorn", "httpx2", "websockets", "anyio", "jinja2", "h11"}
for words in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        with contextlib.suppress(SystemExit):
            run(words)
    if found := sorted(heavy & set(sys.modules)):
        print(words, found)
"""
_COMMANDS = (
    *("status", "list", "create A-title", "next", "route", "prime", "stats", "where", "doctor"),
    *("worker list", "worker spawn -- true", "worker profile list", "orchestrate --dry-run"),
    *("worktree list", "objective list", "config list", "schema", "runtime list", "search x"),
    *("runtime --help", "runtime serve --help", "serve --help", "web --help", "panel --help"),
)


def test_no_other_command_loads_what_serves(env: dict[str, str], workspace: Path) -> None:
    commands = json.dumps([one.split() for one in _COMMANDS])
    done = subprocess.run(
        [sys.executable, "-P", "-c", _RUN, commands],
        cwd=workspace,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_control_the_client_of_a_runtime_loads_what_asks(env: dict[str, str]) -> None:
    code = "import yoi_cli.workers.remote.http, sys; print('httpx2' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"
