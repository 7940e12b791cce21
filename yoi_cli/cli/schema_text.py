"""The JSON Schema (draft 2020-12) of what `--json` prints, from the types of the documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from yoi_cli.api.documents.kinds import KINDS
from yoi_cli.api.schema import json_schema
from yoi_cli.cli.text.console import write_stdout
from yoi_cli.cli.text.report import report_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.api.documents.workspace import SchemaDocument

    Schema = Mapping[str, object]


def say_schema(kind: str | None, *, as_json: bool) -> None:
    """Print the schema of `kind`, or of every kind where there is none."""
    schema = json_schema(kind)
    if as_json:
        document: SchemaDocument = {"kinds": sorted(KINDS), "json_schema": dict(schema)}
        report_json("schema", document)
    else:
        write_stdout(json.dumps(schema, indent=2, ensure_ascii=False) + "\n")
