"""`yoi completion`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from yoi_cli.cli.completion.candidates import complete_words
from yoi_cli.cli.completion.scripts import SCRIPTS, install
from yoi_cli.cli.completion.text import say_installed, say_script
from yoi_cli.cli.options import JsonOption
from yoi_cli.errors import UsageError


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
        say_installed(chosen, SCRIPTS[chosen], written, as_json=as_json)
    else:
        say_script(chosen, SCRIPTS[chosen], as_json=as_json)
