"""The command line as Typer knows it: its options before a command, and what it refuses."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated

import typer

from yoi_cli import __version__
from yoi_cli.cli.context import Invocation
from yoi_cli.cli.lazy import LazyGroup, make_group
from yoi_cli.errors import NotFoundError, UsageError


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"yoi {__version__}")
        raise typer.Exit


def root_options(
    ctx: typer.Context,
    folder: Annotated[
        str | None, typer.Option("-C", metavar="DIR", help="Work as if started in DIR.")
    ] = None,
    here: Annotated[
        bool, typer.Option("--here", help="In a linked worktree, use its own store.")
    ] = False,
    no_pager: Annotated[
        bool, typer.Option("--no-pager", help="Show long texts on a terminal without a pager.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and exit.",
            is_eager=True,
            callback=_print_version,
        ),
    ] = False,
) -> None:
    ctx.obj = Invocation(folder, here, no_pager)


def run_typed(arguments: Sequence[str]) -> object:
    """What the command gives back, or the answer to a shell that asks for candidates. Raises
    `KeyboardInterrupt` where a person broke a question off, and what Typer refuses a command
    with (`as_usage_error`)."""
    group = make_group("", root_options)
    try:
        return _run(group, arguments)
    except typer.Abort as error:
        raise KeyboardInterrupt from error


def _run(group: LazyGroup, arguments: Sequence[str]) -> object:
    if "_YOI_COMPLETE" in os.environ:
        from yoi_cli.cli.completion.answer import answer

        return answer(group, os.environ)
    asked = _status_asked(arguments)
    if asked is not None:
        try:
            return group.main(asked, prog_name="yoi", standalone_mode=False)
        except NotFoundError as error:
            if error.code != "workspace_not_found":
                raise
    try:
        return group.main(list(arguments), prog_name="yoi", standalone_mode=False)
    except SystemExit as leaving:
        # Typer itself answers a reader that went away, with an exit code that says nothing.
        if isinstance(leaving.__context__, BrokenPipeError):
            raise BrokenPipeError from leaving
        raise


def _status_asked(arguments: Sequence[str]) -> list[str] | None:
    """The arguments for `yoi status`, where no command is named; None where one is."""
    left, front = list(arguments), list[str]()
    while left:
        word = left.pop(0)
        if word == "-C" and left:
            front += [word, left.pop(0)]
        elif word in ("--here", "--json", "--no-pager"):
            front.append(word)
        else:
            return None
    as_json = [word for word in front if word == "--json"]
    return [*(word for word in front if word != "--json"), "status", *as_json[:1]]


def as_usage_error(error: Exception) -> UsageError | None:
    """What the command line parser raises, in the house's form.

    Its exception class has moved between Typer's releases, so it is known by what it has.
    """
    words = getattr(error, "format_message", None)
    if words is None:
        return None
    context = getattr(error, "ctx", None)
    path = getattr(context, "command_path", "yoi")
    message = str(words()).strip()
    for typed in (" is not a valid int", " is not a valid float"):
        # Python's words for what anybody else calls a number.
        message = message.replace(f"{typed} range.", f"{typed}.").replace(typed, " is not a number")
    if not message or message.startswith("Usage:"):
        # A group without a command: what it offers is the best answer.
        typer.echo(context.get_help() if context else message, err=True)
        message = "A command is missing."
    hint = f"`{path} --help` shows how to use it."
    parameters = context.command.params if context else ()
    if any("-- COMMAND" in (one.metavar or "") for one in parameters):
        hint = f"What is to be run comes behind `--`: `{path} [OPTIONS] -- COMMAND`. {hint}"
    unknown = getattr(error, "option_name", "")
    general = context.find_root().command.params if context else ()
    for option in (one for one in general if unknown in one.opts):
        words = f"{unknown} {option.metavar or ''}".strip()
        hint = f"It comes before the command: `{path.replace('yoi', f'yoi {words}', 1)}`. {hint}"
    return UsageError("usage", message, hint=hint)
