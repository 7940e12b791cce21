"""`yoi schema`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api.documents.kinds import KINDS
from yoi_cli.cli.completion.candidates import complete_words
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.schema_text import say_schema
from yoi_cli.errors import NotFoundError


def schema(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="[KIND]",
            help="The kind of document, such as ticket or error; every kind without it.",
            autocompletion=complete_words(KINDS),
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the JSON Schema of what --json prints.

    Every document names its `schema` and its `kind`. Schemas change only by adding.
    """
    if kind is not None and kind not in KINDS:
        raise NotFoundError(
            "kind_unknown",
            f"There is no kind of document {kind[:40]!r}.",
            hint=f"The kinds are {', '.join(sorted(KINDS))}.",
        )
    say_schema(kind, as_json=as_json)
