"""`yoi hook run`."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from yoi_cli.cli.completion.candidates import complete_words
from yoi_cli.cli.context import Invocation, start_of
from yoi_cli.cli.hooks_text import say_outcome
from yoi_cli.cli.options import JsonOption
from yoi_cli.hooks.model import ALL_HOOKS
from yoi_cli.hooks.run import HookCall, run_hook
from yoi_cli.workspace.session import starting_folder


def run(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="The hook.",
            autocompletion=complete_words(ALL_HOOKS),
            show_default=False,
        ),
    ],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ARGS]...", help="What git gave the hook.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Do what a hook is for; the installed hooks call this.

    Exits with 3, 4, 5 or 6 where the hook refuses. It records what happened even while the
    store is busy or absent: a later command that writes picks that up.
    """
    given = ctx.obj if isinstance(ctx.obj, Invocation) else Invocation()
    folder = starting_folder(start_of(ctx)) if given.folder else os.path.realpath(".")
    call = HookCall(name, tuple(arguments or ()), os.environ, folder, sys.stdin.buffer.read)
    return say_outcome(run_hook(call), as_json=as_json)
