"""Who is let in: Host, then Origin, then the credential, then authority, then the body's size.

Each class of attack is tried with a control: the same request where the check is absent."""

from __future__ import annotations

import hmac
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from support.asgi import HOST, TOKEN, App, app_of, path_of, protected, runtime_context

from yoi_cli.server.http.guard import Guard
from yoi_cli.server.http.permissions import OWNER, VIEWER, WORKER, Principal
from yoi_cli.server.http.routes import Route
from yoi_cli.server.http.tokens import Bearers, sign
from yoi_cli.server.runtime.context import RuntimeContext
from yoi_cli.server.runtime.table import SOCKETS

pytestmark = pytest.mark.process
A, B = "w-01ARZ3NDEKTSV4RRFFQ69G5FAV", "w-01BX5ZZKBKACTAV9WEVGEMMVRZ"
FOREIGN = [
    *(
        "http://evil.example",
        "null",
        "http://127.0.0.1:2",
        "http://127.0.0.1",
        "https://127.0.0.1:1",
    ),
    *("http://localhost:1", "http://127.0.0.1:1.evil.example", "http://127.0.0.1:1/", ""),
]


@pytest.fixture
def app(workspace: Path) -> App:
    return app_of(runtime_context(workspace))


def code_of(answer: object) -> tuple[int, str]:
    status, said = answer.status_code, answer.json()  # type: ignore[attr-defined]
    return status, said["error"]["code"]


def unguarded(app: App) -> TestClient:
    """The control: the same application without its guard, but for whom it stands."""
    guard = app.app
    assert isinstance(guard, Guard)
    open_guard = Guard(
        guard._app,
        places=guard._places,
        authenticate=lambda _: Principal(OWNER),
        public=guard._public,
        log=guard._log,
    )
    open_guard._refusal = lambda scope, headers: scope.update(  # type: ignore[method-assign]
        {"yoi.principal": Principal(OWNER)}
    )
    return TestClient(open_guard, base_url=f"http://{HOST}")


@pytest.mark.parametrize("route", protected(), ids=lambda one: f"{one.method} {one.path}")
def test_no_route_answers_without_a_credential(app: App, route: Route[RuntimeContext]) -> None:
    for token in (None, "wrong", TOKEN[:-1], TOKEN + "x", "yoi1..", "yoi1.e30.e30"):
        client = app.client(token)
        assert code_of(client.request(route.method, path_of(route))) == (401, "unauthorized")
    basic = app.client(None, authorization=f"Basic {TOKEN}")
    assert basic.request(route.method, path_of(route)).status_code == 401


def test_a_path_that_is_no_route_is_not_told_without_a_credential(app: App) -> None:
    assert app.client(None).get("/v1/nowhere").status_code == 401
    assert code_of(app.client().get("/v1/nowhere")) == (404, "route_not_found")
    assert code_of(app.client().delete("/v1/workers")) == (405, "method_not_allowed")


@pytest.mark.parametrize("socket", SOCKETS, ids=lambda one: one.path)
def test_no_websocket_is_upgraded_without_a_credential(app: App, socket: object) -> None:
    path = f"/v1/workers/{A}/observe"
    for headers in ({}, {"authorization": "Bearer wrong"}):
        client = app.client(None, **headers)
        with pytest.raises(Exception) as refused, client.websocket_connect(path):
            pass
        assert getattr(refused.value, "status_code", None) == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:2", "localhost:1", "127.0.0.1:1.evil", ""]
)
def test_another_host_is_refused_before_all_else_and_control(app: App, host: str) -> None:
    for token in (TOKEN, None):
        for path in ("/v1/workers", "/v1/health"):
            refused = app.client(token, host=host).get(path)
            assert code_of(refused) == (421, "host_refused")
    client = unguarded(app)
    assert client.get("/v1/workers", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_origin_is_refused_even_with_a_credential_and_control(
    app: App, origin: str
) -> None:
    refused = app.client(origin=origin).post("/v1/recover")
    assert code_of(refused) == (403, "origin_refused")
    with (
        pytest.raises(Exception) as closed,
        app.client(origin=origin).websocket_connect(f"/v1/workers/{A}/observe"),
    ):
        pass
    assert getattr(closed.value, "status_code", None) == 403
    client = unguarded(app)
    assert client.post("/v1/recover", headers={"origin": origin}).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "same-origin, cross-site", "x"])
def test_what_a_browser_calls_of_another_site_is_refused(app: App, site: str) -> None:
    refused = app.client(**{"sec-fetch-site": site}).get("/v1/workers")
    assert code_of(refused) == (403, "origin_refused")
    own = app.client(origin=f"http://{HOST}", **{"sec-fetch-site": "same-origin"})
    assert own.get("/v1/workers").status_code == 200


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""]
)
def test_what_a_form_can_send_changes_nothing_and_control(app: App, kind: str) -> None:
    body = b'{"ended_before":"2026-01-01T00:00:00Z"}'
    client = app.client()
    refused = client.post("/v1/prune", content=body, headers={"content-type": kind})
    assert code_of(refused) == (415, "unsupported_media_type")
    right = client.post("/v1/prune", content=body, headers={"content-type": "application/json"})
    assert right.status_code == 200


def test_a_method_is_not_overridden_by_a_header_or_a_parameter(app: App) -> None:
    client = app.client(**{"x-http-method-override": "POST"})
    assert "worker_page" in client.get("/v1/workers").text
    assert code_of(client.get("/v1/workers?_method=POST")) == (400, "invalid_query")


def token_of(principal: Principal, seconds: int = 60, runtime_id: str = "local") -> str:
    return sign(TOKEN, principal, runtime_id=runtime_id, seconds=seconds)


@pytest.mark.parametrize("route", protected(), ids=lambda one: f"{one.method} {one.path}")
def test_a_viewer_may_read_and_nothing_else(app: App, route: Route[RuntimeContext]) -> None:
    answer = app.client(token_of(Principal(VIEWER))).request(route.method, path_of(route))
    assert (answer.status_code == 403) == (route.method in ("POST", "PUT"))


@pytest.mark.parametrize("route", protected(), ids=lambda one: f"{one.method} {one.path}")
def test_a_workers_token_cannot_tell_another_worker_from_none(
    app: App, route: Route[RuntimeContext]
) -> None:
    client = app.client(token_of(Principal(WORKER, A)))
    answer = client.request(route.method, path_of(route, B))
    if "{worker_id}" in route.path:
        assert code_of(answer) == (404, "worker_not_found")
    else:
        assert answer.status_code == (
            200 if route.path == "/v1/workers" and route.method == "GET" else 403
        )


def test_a_token_of_another_runtime_or_that_is_over_or_changed_is_none(app: App) -> None:
    good = token_of(Principal(VIEWER))
    assert app.client(good).get("/v1/workers").status_code == 200
    mark, said, signature = good.split(".")
    raised = sign("another-owner-token-of-length", Principal(VIEWER), runtime_id="local", seconds=9)
    for bad in (
        token_of(Principal(VIEWER), seconds=-1),
        token_of(Principal(VIEWER), runtime_id="other"),
        raised,
        f"{mark}.{said}x.{signature}",
        f"{mark}.{said}.{signature[:-2]}",
        f"{mark}.{said}.",
    ):
        assert app.client(bad).get("/v1/workers").status_code == 401


def test_tokens_are_compared_in_constant_time_and_control(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[bytes] = []
    real = hmac.compare_digest

    def watched(a: bytes, b: bytes) -> bool:
        compared.append(a)
        return real(a, b)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    assert Bearers(TOKEN, "local")("guess") is None
    assert compared == [b"guess"]
    # What would be found out otherwise: a string that compares itself is never asked.
    assert Bearers(TOKEN, "local")(TOKEN) == Principal(OWNER)
    assert compared[-1] == TOKEN.encode()


def test_a_body_is_refused_by_its_size_said_or_not_and_control(workspace: Path) -> None:
    app = app_of(runtime_context(workspace), max_body=100)
    client = app.client(**{"content-type": "application/json"})
    large = b'{"ended_before":"2026-01-01T00:00:00Z"}' + b" " * 100
    assert code_of(client.post("/v1/prune", content=large)) == (413, "body_too_large")
    dripped = client.post("/v1/prune", content=iter([large[:60], large[60:]]))
    assert code_of(dripped) == (413, "body_too_large")
    roomy = app_of(runtime_context(workspace), max_body=1000).client(
        **{"content-type": "application/json"}
    )
    assert roomy.post("/v1/prune", content=large).status_code == 200


def test_authority_comes_before_the_body_is_read(workspace: Path) -> None:
    app = app_of(runtime_context(workspace), max_body=10)
    client = app.client(token_of(Principal(VIEWER)), **{"content-type": "application/json"})
    assert client.post("/v1/prune", content=b"x" * 100).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"key":"\\ud800","profile":"x"}',
        b"\xff\xfe",
        b"nonsense",
        b"",
    ],
    ids=["arrays", "objects", "surrogate", "not UTF-8", "nonsense", "empty"],
)
def test_what_is_no_json_or_nested_without_end_is_refused(workspace: Path, body: bytes) -> None:
    app = app_of(runtime_context(workspace), max_body=1 << 20)
    client = app.client(**{"content-type": "application/json"})
    status, code = code_of(client.post("/v1/workers", content=body))
    assert (status, code) in {(400, "invalid_json"), (400, "invalid_request")}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"key": "k", "profile": "p", "command": ["sh"]}, "command"),
        ({"key": "k", "profile": "p", "cwd": "/"}, "cwd"),
        (
            {"key": "k", "profile": "p", "base": {"ref": "m", "commit": "0" * 40, "path": "/"}},
            "base.path",
        ),
        ({"key": "k"}, "profile"),
        ({"key": "k", "profile": "../x"}, "profile"),
        ({"key": "k", "profile": "p", "author": "system"}, "author"),
    ],
)
def test_a_field_that_is_not_known_is_refused_by_its_name(
    app: App, body: object, field: str
) -> None:
    answer = app.client().post("/v1/workers", json=body)
    assert code_of(answer) == (400, "invalid_request")
    assert answer.json()["error"]["details"] == {"field": field}


@pytest.mark.parametrize(
    "word",
    [
        "..",
        "%2e%2e",
        "..%2f..%2fetc",
        "%2Fetc%2Fpasswd",
        "w-%00",
        "w-01ARZ3NDEKTSV4RRFFQ69G5FA/",
        "w-01arz3ndektsv4rrffq69g5fav",
        "keys",
        "store.lock",
    ],
)
def test_nothing_but_a_whole_id_names_a_worker(app: App, word: str) -> None:
    for path in (f"/v1/workers/{word}", f"/v1/workers/{word}/transcript"):
        answer = app.client().get(path)
        assert answer.status_code in (400, 404), answer.text
        assert answer.json()["error"]["code"] in (
            *("worker_id_invalid", "worker_not_found", "route_not_found"),
        )
    for path in (f"/v1/bundles/{word}", f"/v1/bundles/{word}/availability?digest={'0' * 64}"):
        assert app.client().get(path).status_code in (200, 400, 404)


def test_what_is_logged_is_one_line_whatever_the_request_says(workspace: Path) -> None:
    from support.asgi import raising

    error = ValueError('\n{"event":"forged"}\n\x1b[2J')
    routes = [replace(one, path="/v1/x/{word:path}") for one in raising(lambda: error)[:1]]
    app = app_of(runtime_context(workspace), routes)
    app.client().request(routes[0].method, '/v1/x/%0a{"event":"forged"}%0a%1b')
    app.client(None).get('/v1/workers%0a{"event":"forged"}')
    assert app.log.getvalue().count("\n") == len(app.log.getvalue().splitlines())
    assert "\x1b" not in app.log.getvalue()
    assert all(line.startswith('{"at":') for line in app.log.getvalue().splitlines())


def test_a_denied_upgrade_is_an_answer_and_no_websocket(app: App) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        app.client(None).websocket_connect(f"/v1/workers/{A}/observe"),
    ):
        pass
    assert refused.value.__class__.__name__ == "WebSocketDenialResponse"
