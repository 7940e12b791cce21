"""The options of `yoi worker spawn`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.options import ticket_option
from yoi_cli.cli.worker.profile_options import complete_profiles

CommandArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[-- COMMAND…]", help="What to run.", show_default=False),
]
TicketOption = Annotated[
    str | None,
    ticket_option(
        "--ticket", "What it is for; it runs in the ticket's worktree, where there is one."
    ),
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="Run this profile's command.",
        autocompletion=complete_profiles,
    ),
]
RoleOption = Annotated[str | None, typer.Option("--role", metavar="ROLE", help="As what it works.")]
PromptOption = Annotated[
    str | None, typer.Option("--prompt", metavar="TEXT", help="What the profile is told.")
]
PromptFileOption = Annotated[
    str | None,
    typer.Option("--prompt-file", metavar="FILE", help="The same from FILE; - for stdin."),
]
FolderOption = Annotated[
    str | None,
    typer.Option("--cwd", metavar="DIR", help="Where it runs; this folder where nothing says."),
]
VariablesOption = Annotated[
    list[str] | None,
    typer.Option("--env", metavar="NAME[=VALUE]", help="Pass a variable on, or set it."),
]
TimeoutOption = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        min=0.001,
        metavar="SECONDS",
        help="End it after SECONDS; else as configured, or never.",
    ),
]
GraceOption = Annotated[
    float | None,
    typer.Option(
        "--grace",
        min=0,
        metavar="SECONDS",
        help="How long it may take to end; else as configured, or 10.",
    ),
]
GroupOption = Annotated[
    str, typer.Option("--group", metavar="NAME", help="Wait for room among its like.")
]
KeyOption = Annotated[
    str | None,
    typer.Option("--key", metavar="WORD", help="Start one worker for WORD, however often."),
]
InputOption = Annotated[
    bool, typer.Option("--input", help="Keep its input open for `yoi worker input`.")
]
RedactOption = Annotated[
    bool, typer.Option("--redact/--no-redact", help="Take secrets out of its output.")
]
