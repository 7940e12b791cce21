"""The options that the routing commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.model.time import parse_duration

HolderOption = Annotated[
    str | None,
    typer.Option("--holder", metavar="NAME", help="Who holds it; the author where not given."),
]
LeaseOption = Annotated[
    str | None,
    typer.Option(
        "--lease", metavar="TIME", help="How long it lasts, such as 30m or 1d; 1h where not given."
    ),
]
WorktreeOption = Annotated[
    str | None, typer.Option("--worktree", metavar="DIR", help="Where the work is done.")
]
WorkerOption = Annotated[
    str | None, typer.Option("--worker", metavar="ID", help="The worker that does it.")
]
AtOption = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="TIME|REV",
        help="The store as of a time (2026-06-25, a full time, 3d ago) or a commit; "
        "time: or rev: in front says which.",
    ),
]
MergeOption = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--merge",
        metavar="A B",
        help="The store as merging two revisions would make it; nothing is written.",
    ),
]


def lease_of(text: str | None) -> int | None:
    """The lease that was asked for, in milliseconds. Raises `UsageError` where it is none."""
    return None if text is None else parse_duration(text)
