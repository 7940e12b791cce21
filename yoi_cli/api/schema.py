"""The JSON Schema (draft 2020-12) of what `--json` prints, from the types of the documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.documents.envelope import SCHEMA
from yoi_cli.api.documents.kinds import ERROR, KINDS, LINES

if TYPE_CHECKING:
    from collections.abc import Mapping

    Schema = Mapping[str, object]


_DRAFT = "https://json-schema.org/draft/2020-12/schema"


#: What `yoi` reads, and does not print: a line of `yoi batch`.
OPERATION = "operation"


def json_schema(kind: str | None) -> Schema:
    """The schema of the whole document of `kind`, or of any document where there is none; of an
    `OPERATION` that of a line which `yoi batch` reads."""
    from msgspec.json import schema_components

    if kind == OPERATION:
        return _operation()
    chosen = sorted(KINDS) if kind is None else [kind]
    types = [KINDS[name] for name in chosen]
    found, components = schema_components(
        types, schema_hook=_anything, ref_template="#/$defs/{name}"
    )
    documents = [_document(name, data) for name, data in zip(chosen, found, strict=True)]
    shape: Schema = documents[0] if kind is not None else {"oneOf": documents}
    title = f"{SCHEMA} {kind}" if kind else f"What yoi prints under --json ({SCHEMA})"
    return {"$schema": _DRAFT, "title": title, **shape, "$defs": components}


def _operation() -> Schema:
    from msgspec.json import schema_components

    from yoi_cli.api.operations import AnyOperation

    (found,), components = schema_components([AnyOperation], ref_template="#/$defs/{name}")
    title = f"A line that yoi batch reads ({SCHEMA})"
    return {"$schema": _DRAFT, "title": title, **found, "$defs": components}


def _document(kind: str, data: Schema) -> Schema:
    """The envelope around `data`; a line of JSON Lines has none."""
    if kind in LINES:
        return data
    version = {"schema": {"const": SCHEMA}}
    rest = {ERROR: data} if kind == ERROR else {"kind": {"const": kind}, "data": data}
    properties: Schema = {**version, **rest}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _anything(kind: type) -> dict[str, object]:
    """The schema of a value that may be any: facts of an error, or a schema itself."""
    if kind is object:
        return {"description": "Any JSON value."}
    raise NotImplementedError
