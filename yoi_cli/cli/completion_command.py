"""`yoi completion`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.cli.completion.candidates import complete_words
from yoi_cli.cli.completion.scripts import SCRIPTS, install
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.text.console import write_stdout
from yoi_cli.cli.text.report import report_json, report_lines
from yoi_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


def completion(
    shell: Annotated[
        str | None,
        typer.Argument(
            metavar="[SHELL]",
            help="bash, zsh or fish; the one in SHELL where none is named.",
            autocompletion=complete_words(SCRIPTS),
            show_default=False,
        ),
    ] = None,
    installs: Annotated[
        bool, typer.Option("--install", help="Put it where your shell finds it.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print completion for your shell, or install it.

    It completes commands, options, states, and ticket ids with their titles.
    """
    chosen = shell or os.path.basename(os.environ.get("SHELL", ""))
    if chosen not in SCRIPTS:
        raise UsageError(
            "shell_unknown",
            f"There is no completion for the shell {chosen[:40]!r}."
            if chosen
            else "It cannot be told which shell you use.",
            hint=f"Name one of {', '.join(SCRIPTS)}.",
        )
    if installs:
        written = install(chosen, os.environ)
        print_installed(chosen, SCRIPTS[chosen], written, as_json=as_json)
    else:
        print_script(chosen, SCRIPTS[chosen], as_json=as_json)


def print_script(shell: str, script: str, *, as_json: bool) -> None:
    """Print a script for a shell to read."""
    if as_json:
        from yoi_cli.api.documents.workspace import CompletionDocument

        report_json("completion", CompletionDocument(shell=shell, script=script, written=()))
    else:
        write_stdout(script)


def print_installed(shell: str, script: str, written: Sequence[str], *, as_json: bool) -> None:
    """Name the files that installing a script changed."""
    if as_json:
        from yoi_cli.api.documents.workspace import CompletionDocument

        document = CompletionDocument(shell=shell, script=script, written=tuple(written))
        report_json("completion", document)
        return
    said = f"Completion for {shell} is installed; open a new {shell} to use it."
    if not written:
        said = f"Completion for {shell} is installed already."
    report_lines(
        [("installed", shell, path) for path in written],
        [said, *(f"  wrote {path}" for path in written)],
    )
