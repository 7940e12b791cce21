"""`yoi schema`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api.documents.kinds import KINDS
from yoi_cli.api.documents.workspace import SchemaDocument
from yoi_cli.api.schema import OPERATION, json_schema
from yoi_cli.cli.candidates import complete_words
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.text.console import write_stdout
from yoi_cli.cli.text.report import report_json
from yoi_cli.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    Schema = Mapping[str, object]


def schema(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="[KIND]",
            help="The kind of document, such as ticket or error; default every kind.",
            autocompletion=complete_words((OPERATION, *KINDS)),
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the JSON Schema of what --json prints, or of what `yoi batch` reads (operation).

    Every document names its `schema` and its `kind`. Schemas change only by adding.
    """
    if kind is not None and kind not in (OPERATION, *KINDS):
        raise NotFoundError(
            "kind_unknown",
            f"Unknown kind of document {kind[:40]!r}.",
            hint=f"The kinds are {', '.join(sorted((OPERATION, *KINDS)))}.",
        )
    schema = json_schema(kind)
    if as_json:
        report_json("schema", SchemaDocument(kinds=tuple(sorted(KINDS)), json_schema=schema))
    else:
        write_stdout(json.dumps(schema, indent=2, ensure_ascii=False) + "\n")
