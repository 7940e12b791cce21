"""`yoi runtime serve`: a process of its own that starts, serves, is found, and ends by draining."""

from __future__ import annotations

import json
import signal
import stat
from pathlib import Path

import pytest
from support.process import Program
from support.servers import RunningServer, error_of, serving

pytestmark = pytest.mark.process


def test_it_starts_with_one_command_and_says_where_in_one_line_of_json(
    server: RunningServer,
) -> None:
    assert server.address.startswith("http://127.0.0.1:")
    assert server.data("GET", "/v1/runtime")["runtime_id"] == "local"
    assert server.ask("GET", "/v1/health", token="").status_code == 204


def test_the_file_with_its_token_is_for_its_owner_alone(server: RunningServer) -> None:
    assert stat.S_IMODE(server.file.stat().st_mode) == 0o600
    assert server.token not in server.address


def test_a_second_server_for_the_same_clone_is_refused_and_names_the_first(
    yoi: Program, server: RunningServer
) -> None:
    refused = yoi("runtime", "serve", "--json", check=False)
    assert (refused.code, refused.error["code"]) == (4, "server_runs")
    assert server.address in str(refused.error["message"])
    assert server.token not in refused.out


def test_sigterm_ends_it_with_nothing_left_behind(server: RunningServer) -> None:
    assert server.end() == 0
    assert not server.file.exists()


def test_what_a_killed_server_left_keeps_no_other_from_starting(
    yoi: Program, server: RunningServer
) -> None:
    assert server.end(signal.SIGKILL) == -signal.SIGKILL
    assert server.file.exists()
    with serving(yoi) as second:
        assert second.token != server.token
        assert error_of(second.ask("GET", "/v1/workers", token=server.token))[0] == 401


def test_it_is_ready_once_it_has_looked_after_the_workers(
    yoi: Program, server: RunningServer
) -> None:
    found = server.ask("GET", "/v1/ready")
    assert found.status_code in (200, 503)
    assert json.loads(found.text)["kind"] == "runtime_readiness"


def test_workers_are_listed_in_pages_that_leave_none_out(
    yoi: Program, server: RunningServer
) -> None:
    ids = [yoi("worker", "spawn", "--json", "--", "true").json["worker_id"] for _ in range(3)]
    first = server.data("GET", "/v1/workers?limit=2")
    assert [one["worker_id"] for one in first["items"]] == ids[:2]
    cursor = first["page"]["next_cursor"]
    second = server.data("GET", f"/v1/workers?limit=2&cursor={cursor}")
    assert [one["worker_id"] for one in second["items"]] == ids[2:]
    assert second["page"]["next_cursor"] is None


@pytest.mark.parametrize("limit", ["0", "201", "-1"])
def test_a_limit_that_is_not_served_is_refused_and_not_clamped(
    server: RunningServer, limit: str
) -> None:
    assert server.error("GET", f"/v1/workers?limit={limit}") == (400, "limit")


@pytest.mark.parametrize(
    ("bind", "code"),
    [("0.0.0.0:0", "bind_refused"), ("[::]:0", "bind_refused"), ("nonsense", "bind_invalid")],
)
def test_beyond_this_machine_it_listens_only_with_tls_or_a_proxy_and_a_token(
    yoi: Program, workspace: Path, bind: str, code: str
) -> None:
    refused = yoi("runtime", "serve", "--bind", bind, "--json", cwd=workspace, check=False)
    assert (refused.code, refused.error["code"]) == (2, code)
