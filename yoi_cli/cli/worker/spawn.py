"""`yoi worker spawn`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api import workers
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import AuthorOption, JsonOption, ticket_option
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.text_input import given_text
from yoi_cli.cli.worker.text import print_started
from yoi_cli.errors import UsageError
from yoi_cli.model.workers.spec import looks_secret


def spawn(
    ctx: typer.Context,
    words: CommandArgument = None,
    ticket: TicketOption = None,
    profile: ProfileOption = None,
    role: RoleOption = None,
    prompt: PromptOption = None,
    prompt_file: PromptFileOption = None,
    cwd: FolderOption = None,
    variables: VariablesOption = None,
    timeout: TimeoutOption = None,
    grace: GraceOption = None,
    group: GroupOption = "",
    key: KeyOption = None,
    takes_input: InputOption = False,
    redact: RedactOption = True,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start a worker that outlives this terminal, and print its id.

    It returns as soon as the program runs, or is queued in its group. The worker gets a
    small, listed part of the environment.

    \b
    Examples:
      yoi worker spawn --ticket 00001M7WFCY38 --timeout 3600 -- make test
      yoi worker spawn --ticket 00001M7WFCY38 --profile claude
    """
    from yoi_cli.model.workers.spec import WorkerSpec, milliseconds

    asked = WorkerSpec(
        command=tuple(words or ()),
        cwd="" if cwd is None else cwd or ".",
        ticket=ticket,
        profile=profile,
        role=role,
        key=key,
        timeout_ms=milliseconds(timeout),
        grace_ms=milliseconds(grace),
        group=group,
    )
    started = workers.spawn(
        session_of(ctx),
        asked,
        prompt=given_text(None if prompt is None else [prompt], prompt_file),
        variables=[_variable(word) for word in variables or ()],
        takes_input=takes_input,
        redact=redact,
        author=author,
    )
    warn(started.warnings)
    print_started(started.worker, as_json=as_json)


def _variable(word: str) -> tuple[str, str | None]:
    name, equals, value = word.partition("=")
    if not equals:
        return name, None
    if looks_secret(name):
        raise UsageError(
            "secret_on_command_line",
            f"The value of {name[:60]} would stand on a command line, where others can read it.",
            hint=f"Set the variable, and pass it on with --env {name[:60]}.",
        )
    return name, value


def _complete_profiles(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    from yoi_cli.cli.worker.profile import complete_profiles

    return complete_profiles(ctx, incomplete)


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
        autocompletion=_complete_profiles,
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
