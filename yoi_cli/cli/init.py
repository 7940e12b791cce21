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
    tools: Annotated[
        list[str] | None,
        typer.Option(
            "--mcp",
            metavar="AGENT",
            help="Configure AGENT for `yoi mcp`: claude, codex, gemini, opencode, copilot, cursor "
            "or vscode; may be repeated.",
        ),
    ] = None,
    excludes: Annotated[
        bool,
        typer.Option(
            "--exclude-formatters",
            help="Tell formatters and fixers that are configured here to leave the store alone.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a workspace in this folder, or complete an existing one.

    Existing files are not changed; --agents rewrites only its own lines of AGENTS.md, --mcp adds a
    server to an agent's configuration in the repository and keeps all that stands there, and
    --exclude-formatters adds lines to .editorconfig, .prettierignore, .markdownlintignore and
    .pre-commit-config.yaml, where these tools are in use. Nothing is committed.
    """
    made = setup.init(
        start_of(ctx),
        name=name,
        language=language,
        agents=agents,
        excludes=excludes,
        tools=tools or (),
    )
    if as_json:
        from yoi_cli.api.documents.workspace import initialised_document

        report_json("initialised", initialised_document(made))
        return
    sentence = f"This folder is a workspace now: {made.workspace}"
    if not any(path.startswith(".yoi/") for path in made.written):
        sentence = f"This folder is a workspace already: {made.workspace}"
    report_lines(
        [
            ("workspace", made.workspace),
            *(("written", path) for path in made.written),
            *(("offered", offer.path, line) for offer in made.offered for line in offer.lines),
            *(("offered", f"yoi init --mcp {name}") for name in made.agents),
        ],
        [
            sentence,
            *(f"  wrote {path}" for path in made.written),
            *_offered(made.offered),
            *_tools(made.agents),
            'Next: yoi ticket create --title "What needs doing"',
        ],
    )


def _offered(offers: tuple[setup.Offer, ...]) -> list[str]:
    """What would keep formatters away, for somebody to read."""
    lines: list[str] = []
    for offer in offers:
        how = "add" if offer.is_appended else "work in"
        lines.append(f"{offer.tool} may rewrite tickets; {how} to {offer.path}:")
        lines += [f"    {line}" for line in offer.lines]
    if any(offer.is_appended for offer in offers):
        lines.append("`yoi init --exclude-formatters` adds what can be added.")
    return lines


def _tools(agents: tuple[str, ...]) -> list[str]:
    """What would give agents that are in use here the tools, for somebody to read."""
    lines: list[str] = []
    for name in agents:
        path, text = setup.agent_configuration(name)
        lines.append(
            f"{name} can have the tickets as tools; `yoi init --mcp {name}` writes {path}:"
        )
        lines += [f"    {line}" for line in text.splitlines()]
    return lines


def where(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Show which workspace and store are used from here, and why."""
    found = setup.where(session_of(ctx), start_of(ctx))
    if as_json:
        from yoi_cli.api.documents.workspace import where_document

        report_json("where", where_document(found))
        return
    facts = found._asdict().items()
    rows = [(key, str(value)) for key, value in facts if value is not None]
    report_lines(rows, [f"{key:<10} {value}" for key, value in rows])
