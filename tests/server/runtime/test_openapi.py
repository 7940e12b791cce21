"""Nothing is answered that the OpenAPI document does not say (schemathesis), and the page of the
routes is made from the same table."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest
from support.asgi import HOST, TOKEN, App, app_of, runtime_context
from support.explored import explore
from support.process import Program

from yoi_cli.server.http.openapi import describe
from yoi_cli.server.http.routes import Call, Outcome, Reply
from yoi_cli.server.runtime.context import RuntimeContext
from yoi_cli.server.runtime.table import ROUTES, SOCKETS

pytestmark = [pytest.mark.process, pytest.mark.slow]
DOCS = Path(__file__).parents[3] / "docs"
#: Few examples of each operation; `HYPOTHESIS_PROFILE=torture` is for more.
EXAMPLES = 6


def explored(app: App, only: str = "") -> list[str]:
    headers = {"host": HOST, "authorization": f"Bearer {TOKEN}"}
    return explore(app.app, "/v1/openapi.json", headers, examples=EXAMPLES, only=only)


@pytest.fixture
def context(yoi: Program, workspace: Path) -> RuntimeContext:
    yoi("worker", "spawn", "--", "true")
    made = runtime_context(workspace)
    made.readiness = made.runtime.look_after()[1]
    made.openapi = json.dumps(describe("yoi runtime", ROUTES, SOCKETS)).encode()
    return made


def test_no_answer_is_outside_of_the_document(context: RuntimeContext) -> None:
    assert explored(app_of(context)) == []


def test_control_a_wrong_word_in_an_answer_is_found(context: RuntimeContext) -> None:
    def wrong(call: Call[RuntimeContext]) -> Outcome:
        right = workers.run(call) if workers.run is not None else None
        assert isinstance(right, Reply)
        import msgspec

        data = msgspec.to_builtins(right.data)
        for item in data["items"]:
            item["state"] = "sleeping"
        return replace(right, data=data)

    workers = next(one for one in ROUTES if one.path == "/v1/workers" and one.run)
    routes = [replace(one, run=wrong) if one is workers else one for one in ROUTES]
    assert any("sleeping" in one for one in explored(app_of(context, routes), "/v1/workers"))


def test_the_document_is_served_and_names_every_route(context: RuntimeContext) -> None:
    served = json.loads(app_of(context).client().get("/v1/openapi.json").text)
    assert served["openapi"] == "3.1.0"
    named = {(method.upper(), path) for path, one in served["paths"].items() for method in one}
    assert {(one.method, one.path) for one in ROUTES} <= named
    pointed = {
        part.split('"')[0] for part in json.dumps(served).split('"#/components/schemas/')[1:]
    }
    assert pointed <= set(served["components"]["schemas"])


def test_the_page_of_the_routes_is_what_the_table_says() -> None:
    spec = importlib.util.spec_from_file_location("make_api_http", DOCS / "make_api_http.py")
    assert spec is not None and spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    page = (DOCS / "api-http.md").read_text(encoding="utf-8")
    assert page == maker.page(), "run docs/make_api_http.py"
