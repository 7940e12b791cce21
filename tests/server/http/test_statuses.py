"""Every error kind times every route: its status, its envelope, and nothing of what it held."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.asgi import app_of, path_of, raising, runtime_context

from yoi_cli.errors import (
    ConflictError,
    NotFoundError,
    NotReadyError,
    OperationError,
    StoreInvalidError,
    UsageError,
    YoiError,
)
from yoi_cli.server.http.error_kinds import CLASSES, CODES
from yoi_cli.server.http.routes import Route
from yoi_cli.server.runtime.context import RuntimeContext
from yoi_cli.server.runtime.table import ROUTES, SOCKETS

pytestmark = pytest.mark.process
SECRET = "/home/canary/secret-path"
BY_CLASS = {
    UsageError: 400,
    NotFoundError: 404,
    ConflictError: 409,
    NotReadyError: 409,
    StoreInvalidError: 500,
    OperationError: 500,
    YoiError: 500,
}


def told(code: str, kind: type[YoiError] = OperationError) -> YoiError:
    return kind(code, f"In {SECRET}.", hint=SECRET, details={"path": SECRET})


@pytest.mark.parametrize("route", ROUTES, ids=lambda one: f"{one.method} {one.path}")
def test_every_error_kind_has_its_status_on_every_route(
    route: Route[RuntimeContext], workspace: Path
) -> None:
    now: list[Exception] = []
    client = app_of(runtime_context(workspace), raising(lambda: now[-1])).client()
    for code, kind in CODES.items():
        now.append(told(code))
        answer = client.request(route.method, path_of(route))
        said = json.loads(answer.text)["error"]
        assert (answer.status_code, said["code"]) == (kind.status, code)
        assert kind.own_words or SECRET not in answer.text
        assert ("incident" in said["details"]) == (kind.status == 500)
    for error_class, status in BY_CLASS.items():
        now.append(told("code_without_a_row", error_class))
        answer = client.request(route.method, path_of(route))
        assert answer.status_code == status
        assert SECRET not in answer.text
    now.append(ValueError(SECRET))
    answer = client.request(route.method, path_of(route))
    assert (answer.status_code, json.loads(answer.text)["error"]["code"]) == (500, "internal")
    assert SECRET not in answer.text


def test_every_class_of_error_has_a_status() -> None:
    assert {of: kind.status for of, kind in CLASSES} == BY_CLASS


def test_a_code_that_a_route_names_is_in_the_table() -> None:
    named = {code for route in ROUTES for code in route.errors}
    assert named <= set(CODES)


def test_every_route_has_a_permission_and_one_way_to_run() -> None:
    for route in ROUTES:
        assert route.permission.name
        assert (route.run is None) != (route.wait is None)
        assert route.answers
    assert all(socket.permission.kinds for socket in SOCKETS)
    assert [r.path for r in ROUTES if not r.permission.kinds] == ["/v1/health"]


def test_an_incident_is_found_in_the_log_without_paths_or_messages(workspace: Path) -> None:
    app = app_of(runtime_context(workspace), raising(lambda: ValueError(SECRET)))
    answer = app.client().get("/v1/workers")
    incident = json.loads(answer.text)["error"]["details"]["incident"]
    (line,) = [json.loads(one) for one in app.log.getvalue().splitlines()]
    assert line["incident"] == incident
    assert (line["type"], line["route"]) == ("ValueError", "GET /v1/workers")
    assert SECRET not in app.log.getvalue()
    assert str(Path(__file__).parents[3]) not in app.log.getvalue()
