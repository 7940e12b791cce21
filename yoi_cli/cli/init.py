"""`yoi init` and `yoi where`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api import setup
from yoi_cli.cli.context import session_of, start_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.text.report import report_json, report_lines


def init(
    ctx: typer.Context,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Its name; default the folder's name."),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            metavar="NAME",
            help="The language of records, such as Japanese; default English.",
        ),
    ] = None,
    agents: Annotated[
        bool, typer.Option("--agents", help="Describe the tickets for coding agents in AGENTS.md.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a workspace in this folder, or complete an existing one.

    Existing files are not changed; --agents rewrites only its own lines of AGENTS.md.
    Nothing is committed.
    """
    made = setup.init(start_of(ctx), name=name, language=language, agents=agents)
    if as_json:
        from yoi_cli.api.documents.workspace import initialised_document

        report_json("initialised", initialised_document(made))
        return
    sentence = f"This folder is a workspace now: {made.workspace}"
    if not any(path.startswith(".yoi/") for path in made.written):
        sentence = f"This folder is a workspace already: {made.workspace}"
    report_lines(
        [("workspace", made.workspace), *(("written", path) for path in made.written)],
        [
            sentence,
            *(f"  wrote {path}" for path in made.written),
            'Next: yoi ticket create --title "What needs doing"',
        ],
    )


def where(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Show which workspace and store are used from here, and why."""
    found = setup.where(session_of(ctx))
    if as_json:
        from yoi_cli.api.documents.workspace import where_document

        report_json("where", where_document(found))
        return
    facts = found._asdict().items()
    rows = [(key, str(value)) for key, value in facts if value is not None]
    report_lines(rows, [f"{key:<10} {value}" for key, value in rows])
