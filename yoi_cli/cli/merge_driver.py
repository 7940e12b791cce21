"""`yoi merge-driver`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from yoi_cli.cli.merging_text import say_driven, say_undriven
from yoi_cli.cli.options import JsonOption
from yoi_cli.errors import ConflictError, YoiError
from yoi_cli.merge.open import drive

_COULD_NOT = 129


def merge_driver(
    base: Annotated[str, typer.Argument(metavar="BASE", help="The ancestor's file: %O.")],
    ours: Annotated[str, typer.Argument(metavar="OURS", help="Our file, which is written: %A.")],
    theirs: Annotated[str, typer.Argument(metavar="THEIRS", help="The other side's file: %B.")],
    path: Annotated[str, typer.Argument(metavar="PATH", help="Where the file belongs: %P.")],
    is_ancestor: Annotated[
        bool, typer.Option("--ancestor", help="Git makes one ancestor of two: nobody is asked.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Merge one file of a ticket for git.

    `yoi init` configures git to run it. Exits with 0 where the file is merged, with 4 where
    it is and a person must look at it, and with 129, the file untouched, where it cannot be
    merged by meaning.
    """
    try:
        driven = drive(base, ours, theirs, path, os.environ, is_ancestor=is_ancestor)
    except (YoiError, OSError) as error:
        if as_json:
            raise
        if not is_ancestor:  # it counts as none then, and the merge itself says what it asks
            say_undriven(path, error)
        return _COULD_NOT
    say_driven(path, driven, as_json=as_json)
    return ConflictError.exit_code if driven.questions else 0
