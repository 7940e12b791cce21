"""No answer, header, log line or `repr` holds what is the server's own: a full crawl with unique
words in every place where one might come from, and a route that leaks as a control."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect
from support.asgi import App, app_of, path_of, runtime_context
from support.process import Program
from support.runtimes import add_profiles, order
from support.servers import serving

from yoi_cli.api.runtimes import EmbeddedRuntime
from yoi_cli.model.workers.order import WorkerOrder
from yoi_cli.server.http.routes import Bytes, Call, Outcome
from yoi_cli.server.http.tokens import Bearers
from yoi_cli.server.runtime.context import RuntimeContext
from yoi_cli.server.runtime.table import ROUTES, SOCKETS
from yoi_cli.workers.remote.http import HttpRuntime
from yoi_cli.workers.told import OUTSIDE
from yoi_cli.workspace.servers import ServerRecord

pytestmark = [pytest.mark.process, pytest.mark.slow]
TOKEN = "canary-token-0123456789"
CANARIES = (
    *("canary-path", "canary-token", "canary-remote", "canary-variable", "canary-file"),
    *("canary-cause", "canary-event", "canary-elsewhere"),
)


def bodies(order_: WorkerOrder) -> dict[str, object]:
    return {
        "/v1/workers": {"key": order_.key, "profile": order_.profile},
        "/v1/prune": {"ended_before": "2020-01-01T00:00:00Z"},
        "/v1/workers/{worker_id}/input": {"data": "x"},
    }


def crawl(app: App, ids: list[str]) -> str:
    """Everything that is answered to every route, by its owner, by nobody, and put wrongly."""
    heard: list[str] = []
    for client in (app.client(), app.client(None), app.client(host="evil")):
        for worker_id in [*ids, "w-01ARZ3NDEKTSV4RRFFQ69G5FAV", "..%2f"]:
            for route in ROUTES:
                for body in (None, bodies(order("missing")).get(route.path), {"wrong": "x"}):
                    answer = client.request(route.method, path_of(route, worker_id), json=body)
                    heard += [answer.text, str(answer.headers)]
        for worker_id, socket in itertools.product(ids, SOCKETS):
            heard += frames(client, socket.path.format(worker_id=worker_id))
    return "\n".join([*heard, app.log.getvalue()])


def frames(client: TestClient, path: str) -> list[str]:
    """Every frame of an observation, and how it was closed; or the refusal of its upgrade."""
    heard: list[str] = []
    try:
        with client.websocket_connect(f"{path}?from=start&follow=0") as watched:
            while True:
                heard.append(watched.receive_text())
    except WebSocketDenialResponse as refused:
        return [refused.text, str(refused.headers)]
    except WebSocketDisconnect as closed:
        return [*heard, f"{closed.code} {closed.reason}"]


def poison(folder: Path) -> None:
    """Words in every record of a worker that holds some: as one may write them that is not
    confined, or a version of yoi that is to come."""
    state = json.loads((folder / "state.json").read_text())
    (folder / "exit").unlink()
    words = {"why": "at /canary-path", "cause": "canary-cause", "phase": "ended"}
    (folder / "state.json").write_text(json.dumps({**state, **words}))
    (folder / "changes").write_bytes(b"/canary-path/.git/config\0/canary-elsewhere")
    event = {"at": 1, "event": "canary-event", "cause": "canary-cause", "why": "canary-path"}
    with (folder / "events.jsonl").open("a") as log:
        log.write(json.dumps(event) + "\n")


@pytest.fixture
def prepared(yoi: Program, git: Program, tmp_path: Path, workspace: Path) -> tuple[Path, list[str]]:
    """A workspace below a path of its own, with a worker that is well and one that is not."""
    place = tmp_path / "canary-path"
    workspace.rename(place)
    add_profiles(place)
    git(
        "remote", "add", "origin", "https://canary-remote:canary-token@example.invalid/x", cwd=place
    )
    git("remote", "add", "here", "/canary-path/canary-remote", cwd=place)
    ids = [
        str(yoi("worker", "spawn", "--json", "--", "true", cwd=place).json["worker_id"])
        for _ in range(3)
    ]
    for worker_id in ids:
        yoi("worker", "wait", worker_id, cwd=place)
    (place / ".git/yoi/workers" / ids[1] / "spec.json").write_text('{"canary-file": ')
    poison(place / ".git/yoi/workers" / ids[2])
    return place, ids


def test_no_answer_and_no_log_holds_a_canary(
    prepared: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY", "canary-variable")
    place, ids = prepared
    heard = crawl(app_of(runtime_context(place)), ids)
    assert "worker_store_corrupt" in heard
    kinds = ("snapshot", "event", "end", "diagnostic")
    assert [one for one in kinds if f'"kind":"{one}"' not in heard] == []
    assert OUTSIDE in heard  # the poisoned worker was told of, and without its words
    assert [word for word in CANARIES if word in heard] == []


def test_control_a_route_that_leaks_is_found(prepared: tuple[Path, list[str]]) -> None:
    place, ids = prepared

    def leak(_: Call[RuntimeContext]) -> Outcome:
        return Bytes(200, str(place).encode())

    routes = [replace(ROUTES[3], run=leak), *ROUTES[:3], *ROUTES[4:]]
    assert "canary-path" in crawl(app_of(runtime_context(place), routes), ids)


@pytest.mark.parametrize("name", ["told", "told_event"])
def test_control_words_of_records_that_nobody_checks_are_found_in_answers_and_frames(
    prepared: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    place, ids = prepared
    monkeypatch.setattr(f"yoi_cli.workers.told.{name}", lambda value, *_: value)
    app = app_of(runtime_context(place))
    seen = "".join(frames(app.client(), SOCKETS[0].path.format(worker_id=ids[2])))
    answers = app.client().get(f"/v1/workers/{ids[2]}").text
    answers += app.client().get(f"/v1/workers/{ids[2]}/events").text
    assert "canary-" in seen
    assert "canary-" in answers


def test_no_repr_holds_a_token_an_address_or_a_path(prepared: tuple[Path, list[str]]) -> None:
    place, _ = prepared
    values = [
        HttpRuntime("https://canary-remote:1", TOKEN),
        Bearers(TOKEN, "local"),
        ServerRecord("runtime", "local", "http://canary-remote", TOKEN),
        runtime_context(place),
        EmbeddedRuntime(runtime_context(place).runtime._session),
    ]
    assert [word for word in CANARIES if word in "".join(map(repr, values))] == []


def test_the_process_itself_says_nothing_more_than_where_it_is(
    yoi: Program, prepared: tuple[Path, list[str]]
) -> None:
    place, ids = prepared
    token = place.parent / "token"
    token.write_text(TOKEN)
    with serving(yoi, "--token-file", str(token), cwd=place) as server:
        heard = [server.ask("GET", f"/v1/workers/{ids[1]}").text]
        heard.append(server.ask("GET", "/v1/workers").text)
        assert json.loads(heard[0])["error"]["details"]["incident"]
    logged = b"".join(server.errors).decode()
    assert "worker_store_corrupt" in logged
    assert [word for word in CANARIES if word in logged + "".join(heard)] == []
