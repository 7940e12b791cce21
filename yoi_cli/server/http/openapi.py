"""A table of routes as an OpenAPI 3.1 document, from the types that `yoi schema` publishes."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias

from msgspec import json

from yoi_cli import __version__
from yoi_cli.api.documents.envelope import SCHEMA
from yoi_cli.api.documents.kinds import KINDS
from yoi_cli.api.documents.workspace import ErrorDocument
from yoi_cli.server.http.error_kinds import CODES, STATUSES
from yoi_cli.server.http.permissions import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from msgspec import Struct

    from yoi_cli.server.http.routes import Answer, Context, Route, Socket

Schema: TypeAlias = "dict[str, object]"
_JSON = "application/json"
_REF = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"\{(\w+)\}")


def describe(
    title: str, routes: Sequence[Route[Context]], sockets: Sequence[Socket[Context]]
) -> Schema:
    """The document. Every route has every status that an error may have, since each may meet
    with each; `x-errors` names the codes that are its own."""
    types = _types_of(routes, sockets)
    found, components = json.schema_components(types, schema_hook=_anything, ref_template=_REF)
    schemas = dict(zip(types, found, strict=True))
    paths: dict[str, dict[str, object]] = {}
    for route in routes:
        operation = _operation(route, schemas, components)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    for socket in sockets:
        paths.setdefault(socket.path, {})["get"] = _upgrade(socket, schemas, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": __version__},
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {f"error{status}": _error(status, schemas) for status in STATUSES},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _types_of(
    routes: Sequence[Route[Context]], sockets: Sequence[Socket[Context]]
) -> list[type[Struct]]:
    """Every type that a request or an answer has, each once."""
    found: list[type[Struct]] = [ErrorDocument]
    for route in routes:
        found += [KINDS[answer.kind] for answer in route.answers if answer.kind]
        found += [one for one in (route.query, route.body) if one is not None]
    found += [socket.query for socket in sockets if socket.query is not None]
    return [*dict.fromkeys(found)]


def _operation(
    route: Route[Context], schemas: Mapping[type[Struct], Schema], components: Mapping[str, Schema]
) -> Schema:
    made: Schema = {
        "operationId": _name_of(route),
        "summary": route.summary,
        "parameters": _parameters(route.path, route.query, schemas, components),
        "responses": {
            **{str(s): {"$ref": f"#/components/responses/error{s}"} for s in STATUSES},
            **{str(answer.status): _answer(answer, schemas) for answer in route.answers},
        },
        "x-permission": route.permission.name,
        "x-errors": [*route.errors],
    }
    if route.permission is PUBLIC:
        made["security"] = []
    if route.body is not None:
        made["requestBody"] = {
            "required": not route.body_is_optional,
            "content": {_JSON: {"schema": schemas[route.body]}},
        }
    ready = next((one for one in route.answers if one.status in STATUSES), None)
    if ready is not None:
        made["responses"] = {**_responses(made), str(ready.status): _either(ready, schemas)}
    return made


def _responses(operation: Schema) -> dict[str, object]:
    found = operation["responses"]
    return found if isinstance(found, dict) else {}


def _upgrade(
    socket: Socket[Context],
    schemas: Mapping[type[Struct], Schema],
    components: Mapping[str, Schema],
) -> Schema:
    """A WebSocket, which OpenAPI has no words for: a GET that asks for an upgrade."""
    return {
        "operationId": "get" + re.sub(r"\W+", "_", socket.path),
        "summary": f"WebSocket: {socket.summary}",
        "parameters": _parameters(socket.path, socket.query, schemas, components),
        "responses": {
            "101": {"description": "The connection is a WebSocket."},
            **{str(s): {"$ref": f"#/components/responses/error{s}"} for s in STATUSES},
        },
        "x-permission": socket.permission.name,
        "x-errors": [*socket.errors],
        "x-websocket": True,
    }


def _name_of(route: Route[Context]) -> str:
    return route.method.lower() + re.sub(r"\W+", "_", route.path).rstrip("_")


def _parameters(
    path: str,
    query: type[Struct] | None,
    schemas: Mapping[type[Struct], Schema],
    components: Mapping[str, Schema],
) -> list[Schema]:
    found: list[Schema] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _PARAMETER.findall(path)
    ]
    if query is None:
        return found
    of_query = components[str(schemas[query]["$ref"]).rpartition("/")[2]]
    properties, required = of_query.get("properties"), of_query.get("required")
    if isinstance(properties, dict):
        needed = required if isinstance(required, list) else []
        found += [
            {"name": name, "in": "query", "required": name in needed, "schema": schema}
            for name, schema in properties.items()
        ]
    return found


def _answer(answer: Answer, schemas: Mapping[type[Struct], Schema]) -> Schema:
    content: Schema = {}
    if answer.kind is not None:
        content[_JSON] = {"schema": _envelope(answer.kind, schemas[KINDS[answer.kind]])}
    if answer.media_type:
        content[answer.media_type] = {}
    made: Schema = {"description": answer.description}
    return {**made, "content": content} if content else made


def _either(answer: Answer, schemas: Mapping[type[Struct], Schema]) -> Schema:
    """An answer whose status errors have as well."""
    kinds = [_error_schema(schemas)]
    if answer.kind is not None:
        kinds.append(_envelope(answer.kind, schemas[KINDS[answer.kind]]))
    return {"description": answer.description, "content": {_JSON: {"schema": {"oneOf": kinds}}}}


def _error(status: int, schemas: Mapping[type[Struct], Schema]) -> Schema:
    codes = sorted(code for code, kind in CODES.items() if kind.status == status)
    words = ", ".join(f"`{code}`" for code in codes)
    return {
        "description": f"{HTTPStatus(status).phrase}: {words}",
        "content": {_JSON: {"schema": _error_schema(schemas)}},
    }


def _error_schema(schemas: Mapping[type[Struct], Schema]) -> Schema:
    return _object(schema={"const": SCHEMA}, error=schemas[ErrorDocument])


def _envelope(kind: str, data: Schema) -> Schema:
    return _object(schema={"const": SCHEMA}, kind={"const": kind}, data=data)


def _object(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def _anything(kind: type) -> Schema:
    if kind is object:
        return {"description": "Any JSON value."}
    raise NotImplementedError
