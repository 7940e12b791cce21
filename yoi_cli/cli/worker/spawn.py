"""`yoi worker spawn`."""

from __future__ import annotations

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import AuthorOption, JsonOption
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.text_input import given_text
from yoi_cli.cli.worker.spawn_options import (
    CommandArgument,
    FolderOption,
    GraceOption,
    GroupOption,
    InputOption,
    KeyOption,
    ProfileOption,
    PromptFileOption,
    PromptOption,
    RedactOption,
    RoleOption,
    TicketOption,
    TimeoutOption,
    VariablesOption,
)
from yoi_cli.cli.worker.text import say_started
from yoi_cli.errors import UsageError, YoiError
from yoi_cli.workers.local.environment import looks_secret
from yoi_cli.workers.log import log_start
from yoi_cli.workers.open import keep_prompt, open_runtime, place_of
from yoi_cli.workers.request import WorkerOrder, request_of
from yoi_cli.workspace.settings import settings_of


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
    session = session_of(ctx)
    place = place_of(session, ticket, cwd)
    text = given_text(None if prompt is None else [prompt], prompt_file)
    if text is None:
        text = place.packet
    order = WorkerOrder(
        command=tuple(words or ()),
        cwd=place.cwd,
        ticket=place.ticket,
        profile=profile,
        role=role,
        key=key,
        prompt=text,
        prompt_file=keep_prompt(session, text) if text and not words else "",
        variables=tuple(_variable(word) for word in variables or ()),
        timeout=timeout,
        grace=grace,
        group=group,
        takes_input=takes_input,
        redact=redact,
    )
    by = session.recorder(author)
    request = request_of(order, settings_of(session), session.environment)
    view = open_runtime(session).spawn(request)
    try:
        log_start(session.store, view, by)
    except YoiError as error:  # it runs; a command that failed would be given again
        warn([f"The ticket's log was not told: {error.message}"])
    say_started(view, as_json=as_json)


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
