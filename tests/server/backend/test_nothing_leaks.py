"""The backend answers nothing beside its OpenAPI document, and nothing that is the server's own."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import schemathesis
from starlette.testclient import TestClient
from support import faulty_runtimes as faults
from support.api import session_at
from support.explored import explore
from support.faulty_runtimes import faulty
from support.process import Program
from support.runtimes import add_profiles

from yoi_cli.api.registry import Registry, RuntimeEntry
from yoi_cli.server.backend.context import BackendContext
from yoi_cli.server.backend.logins import Logins
from yoi_cli.server.backend.serve import make_backend_app, make_context
from yoi_cli.server.backend.table import ROUTES
from yoi_cli.server.backend.telling import told
from yoi_cli.server.http.guard import Places
from yoi_cli.server.http.incidents import ServerLog
from yoi_cli.server.http.options import ServeOptions
from yoi_cli.server.http.routes import Bytes, Call, Outcome, Reply, Route

pytestmark = [pytest.mark.process]
TOKEN = "canary-token-0123456789"
HOST = "127.0.0.1:1"
PLACES = Places(frozenset({HOST}), frozenset({f"http://{HOST}"}))
CANARIES = ("canary-path", "canary-token", "canary-remote", "canary-variable", faults.SECRET)
EXAMPLES = 3


def context_of(workspace: Path) -> tuple[BackendContext, io.StringIO]:
    made = make_context(session_at(workspace), ServeOptions(), TOKEN)
    log = io.StringIO()
    made.log = ServerLog(log)
    made.logins.bind(1, is_secure=False)
    return made, log


def client_of(context: BackendContext, token: str | None = TOKEN) -> TestClient:
    app = make_backend_app(context, lambda: PLACES)
    client = TestClient(app, base_url=f"http://{HOST}", raise_server_exceptions=False)
    client.headers.update({"host": HOST})
    if token:
        client.headers.update({"authorization": f"Bearer {token}"})
    return client


@pytest.fixture
def filled(yoi: Program, workspace: Path) -> Iterator[BackendContext]:
    """A workspace with a worker and a ticket."""
    yoi("worker", "spawn", "--", "true")
    yoi("ticket", "create", "--title", "x", "--message", "y")
    context, _ = context_of(workspace)
    yield context
    context.close()


def explored(context: BackendContext, only: str = "") -> list[str]:
    def here(case: schemathesis.Case[Any]) -> None:
        if "workspace_id" in case.path_parameters:
            case.path_parameters["workspace_id"] = context.workspace_id

    app = make_backend_app(context, lambda: PLACES)
    headers = {"host": HOST, "authorization": f"Bearer {TOKEN}"}
    return explore(app, "/api/openapi.json", headers, examples=EXAMPLES, only=only, prepare=here)


@pytest.mark.slow
def test_no_answer_is_outside_of_the_document(filled: BackendContext) -> None:
    assert explored(filled) == []


def test_control_a_wrong_word_in_an_answer_is_found(
    filled: BackendContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(call: Call[BackendContext]) -> Outcome:
        right = listed.run(call) if listed.run is not None else None
        assert isinstance(right, Reply)
        data = msgspec.to_builtins(right.data)
        for item in data["items"]:
            item["state"] = 7
        return replace(right, data=data)

    path = "/api/w/{workspace_id}/tickets"
    listed = next(one for one in ROUTES if one.path == path and one.method == "GET")
    routes = [replace(one, run=wrong) if one is listed else one for one in ROUTES]
    monkeypatch.setattr("yoi_cli.server.backend.serve.ROUTES", routes)
    found = explored(filled, path)
    assert any("7 is not of type" in one for one in found), found


@pytest.fixture
def prepared(yoi: Program, git: Program, tmp_path: Path, workspace: Path) -> dict[str, str]:
    """A workspace below a path of its own: a ticket, one that is broken, and a worker."""
    place = tmp_path / "canary-path"
    workspace.rename(place)
    add_profiles(place)
    config = place / ".yoi/ticket.config.toml"
    config.write_text(config.read_text().replace("# autocommit", "autocommit"))
    git("remote", "add", "origin", "https://canary-remote:canary-token@x.invalid/x", cwd=place)
    worker = str(yoi("worker", "spawn", "--json", "--", "true", cwd=place).json["worker_id"])
    ticket = str(
        yoi("ticket", "create", "--title", "x", "--message", "y", "--json", cwd=place).json["id"]
    )
    broken = str(
        yoi("ticket", "create", "--title", "x", "--message", "y", "--json", cwd=place).json["id"]
    )
    (place / ".yoi/tickets" / broken / "thread.md").write_bytes(b"\xff\xfe canary")
    yoi("claim", ticket, "--worktree", str(place / "away"), cwd=place, check=False)
    return {"place": str(place), "ticket": ticket, "broken": broken, "worker": worker}


BODIES: dict[str, object] = {
    "events": {"text": "x"},
    "moves": {"action": "comment", "text": "x"},
    "ready": {"text": "x"},
    "queue": {},
    "state": {"state": "inprogress"},
    "review": {"verdict": "approve", "text": "x"},
    "relations": {"kind": "depends_on", "target": "x"},
    "tickets": {"title": "x"},
    "query": {},
    "workers": {"profile": "missing", "runtime_id": "local"},
    "input": {"data": "x"},
    "pin": {"pinned": True},
    "cleanup-executions": {"expected_digest": "0" * 64, "target_ids": []},
}


def crawl(client: TestClient, context: BackendContext, prepared: dict[str, str]) -> str:
    heard: list[str] = []
    for ticket in (prepared["ticket"], prepared["broken"], "NOWHERE12"):
        for runtime in ("local", "far", "lost", "nowhere"):
            for route in ROUTES:
                path = route.path.format(
                    workspace_id=context.workspace_id,
                    ticket_id=ticket,
                    runtime_id=runtime,
                    worker_id=prepared["worker"],
                    objective_id="x",
                    kind="depends_on",
                    target=prepared["broken"],
                )
                if "{runtime_id}" not in route.path and runtime != "local":
                    continue
                if "{ticket_id}" not in route.path and ticket != prepared["ticket"]:
                    continue
                bodies = (BODIES.get(route.path.rpartition("/")[2], {}), {"wrong": "x"}, None)
                for body in bodies if route.body is not None else (None,):
                    answer = client.request(route.method, path, json=body, follow_redirects=False)
                    heard += [f"{route.path} {answer.text}", str(answer.headers)]
    return "\n".join(heard)


def test_no_answer_no_log_and_no_repr_holds_what_is_the_servers_own(
    prepared: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY", "canary-variable")
    monkeypatch.setenv("YOI_CANARY_TOKEN", TOKEN)
    context, log = context_of(Path(prepared["place"]))
    with faulty(faults.fail(500, "internal")) as fault:
        entry = RuntimeEntry(url=fault.address, token_env="YOI_CANARY_TOKEN", timeout=2)
        context.registry.add("far", entry)
        context.registry.add("lost", RuntimeEntry(url=fault.address, token_env="YOI_NO_TOKEN"))
        far = context.registry.runtime("far")
        heard = crawl(client_of(context), context, prepared)
        address = fault.address.partition("://")[2]
    lines = [line[:300] for line in heard.splitlines() if any(w in line for w in CANARIES)]
    assert lines == []
    assert address not in heard
    assert [word for word in CANARIES if word in log.getvalue()] == []
    values = (
        *(context, context.registry, context.logins, far),
        *(Logins(TOKEN, "x"), Registry(context.session)),
    )
    assert [word for word in CANARIES if word in "".join(map(repr, values))] == []
    assert '"appended"' in heard and "runtime_failed" in heard, "the crawl came to nothing"


def test_what_went_wrong_at_the_machine_is_told_without_its_words() -> None:
    about = "x has no acceptance criteria, so it may not start."
    shown = told(["Recorded, but not committed (/canary-path is locked). Do it.", about])
    assert shown[1:] == (about,) and "canary" not in shown[0]


def test_control_a_route_that_leaks_is_found(
    prepared: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def leak(_: Call[BackendContext]) -> Outcome:
        return Bytes(200, json.dumps(prepared).encode())

    leaking: list[Route[BackendContext]] = [
        replace(one, run=leak) if one.path.endswith("/stats") else one for one in ROUTES
    ]
    monkeypatch.setattr("yoi_cli.server.backend.serve.ROUTES", leaking)
    context, _ = context_of(Path(prepared["place"]))
    assert "canary-path" in crawl(client_of(context), context, prepared)
