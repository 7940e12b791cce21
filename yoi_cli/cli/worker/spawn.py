"""`yoi worker spawn`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.candidates import complete_profiles, complete_words
from yoi_cli.cli.options import AuthorOption, JsonOption, RuntimeOption, ticket_option
from yoi_cli.cli.plain.spawn import start_worker
from yoi_cli.model.workers.profiles import CONFINE_MODES


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
    idle_timeout: IdleTimeoutOption = None,
    grace: GraceOption = None,
    group: GroupOption = "",
    key: KeyOption = None,
    takes_input: InputOption = False,
    terminal: TerminalOption = False,
    confine: ConfineOption = None,
    redact: RedactOption = True,
    runtime: RuntimeOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> int:
    """Start a worker that outlives this terminal, and print its id.

    It returns once the program runs, or is queued in its group. The worker gets only a
    small, listed part of the environment.

    \b
    Examples:
      yoi worker spawn --ticket 00001M7WFCY38 --timeout 3600 -- make test
      yoi worker spawn --ticket 00001M7WFCY38 --profile claude
    """
    from yoi_cli.cli.trust import ask_for_trust

    return start_worker(
        ctx,
        words,
        ticket=ticket,
        profile=profile,
        role=role,
        prompt=prompt,
        prompt_file=prompt_file,
        cwd=cwd,
        variables=variables,
        timeout=timeout,
        idle_timeout=idle_timeout,
        grace=grace,
        group=group,
        key=key,
        takes_input=takes_input,
        terminal=terminal,
        confine=confine,
        redact=redact,
        runtime=runtime,
        author=author,
        as_json=as_json,
        ask_for_trust=ask_for_trust,
    )


CommandArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[-- COMMAND…]", help="What to run.", show_default=False),
]
TicketOption = Annotated[
    str | None,
    ticket_option("--ticket", "Its ticket; it runs in the ticket's worktree, if there is one."),
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
RoleOption = Annotated[
    str | None, typer.Option("--role", metavar="ROLE", help="The role it works as.")
]
PromptOption = Annotated[
    str | None, typer.Option("--prompt", metavar="TEXT", help="The prompt for the profile.")
]
PromptFileOption = Annotated[
    str | None,
    typer.Option("--prompt-file", metavar="FILE", help="The same from FILE; - for stdin."),
]
FolderOption = Annotated[
    str | None,
    typer.Option("--cwd", metavar="DIR", help="Where it runs; default this folder."),
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
        help="Stop it after SECONDS; default as configured, or never.",
    ),
]
IdleTimeoutOption = Annotated[
    float | None,
    typer.Option(
        "--idle-timeout",
        min=0.001,
        metavar="SECONDS",
        help="Stop it once it wrote nothing for SECONDS; default as configured, or never.",
    ),
]
GraceOption = Annotated[
    float | None,
    typer.Option(
        "--grace",
        min=0,
        metavar="SECONDS",
        help="How long it may take to end; default as configured, or 10.",
    ),
]
GroupOption = Annotated[
    str, typer.Option("--group", metavar="NAME", help="Its group, which limits how many run.")
]
KeyOption = Annotated[
    str | None,
    typer.Option("--key", metavar="WORD", help="Start only one worker for WORD."),
]
InputOption = Annotated[
    bool, typer.Option("--input", help="Keep its input open for `yoi worker input`.")
]
TerminalOption = Annotated[
    bool,
    typer.Option("--terminal", help="Give it a terminal of its own, for `yoi worker attach`."),
]
ConfineOption = Annotated[
    str | None,
    typer.Option(
        "--confine",
        metavar="MODE",
        help="off, protect or strict; default as configured, or protect.",
        autocompletion=complete_words(CONFINE_MODES),
    ),
]
RedactOption = Annotated[
    bool, typer.Option("--redact/--no-redact", help="Redact secrets in its output.")
]
