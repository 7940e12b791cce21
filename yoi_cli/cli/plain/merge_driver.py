"""`yoi merge-driver`, which git runs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.api import merge
from yoi_cli.cli.context import Context
from yoi_cli.cli.text.console import write_stderr
from yoi_cli.cli.text.report import report_json
from yoi_cli.errors import ConflictError, YoiError
from yoi_cli.model.findings import conflict_sentence, needs_person
from yoi_cli.model.text import visible

if TYPE_CHECKING:
    from yoi_cli.api.merge import MergedPart

#: The exit code that tells git that the driver could not merge the file.
_COULD_NOT = 129


def drive(
    ctx: Context,
    base: str,
    ours: str,
    theirs: str,
    path: str,
    *,
    is_ancestor: bool = False,
    as_json: bool = False,
) -> int:
    """Merge one file of a ticket for git; the exit code."""
    del ctx
    try:
        driven = merge.merge_file(
            base, ours, theirs, path, environment=os.environ, is_ancestor=is_ancestor
        )
    except (YoiError, OSError) as error:
        if as_json:
            raise
        if not is_ancestor:  # it counts as none then, and the merge itself says what it asks
            print_undriven(path, error)
        return _COULD_NOT
    print_driven(path, driven, as_json=as_json)
    return ConflictError.exit_code if driven.questions else 0


def print_driven(path: str, driven: MergedPart, *, as_json: bool) -> None:
    """What somebody has to decide, or should know, of a merged file."""
    if as_json:
        from yoi_cli.api.documents.merging import merged_file_document

        report_json("merged", merged_file_document(path, driven))
        return
    for conflict in driven.conflicts:
        word = "CONFLICT" if needs_person(conflict) else "note"
        _print_text(path, f"{word}: {conflict_sentence(conflict)}")
    if driven.questions:
        _print_text(
            path,
            "both versions are in git's index: `git show :2:PATH` is ours, `git show :3:PATH` "
            "theirs. Correct the file, then `git add` it.",
        )
    if driven.diverged:
        _print_text(
            path, "note: the ticket is diverged: both sides moved it, and one move was set aside."
        )
    if driven.is_guessed:
        _print_text(
            path,
            "note: both sides moved the ticket, and git did not say yet what it merges; "
            "`yoi ticket doctor --fix` brings `state` in line with the thread, as any command does "
            "that writes to it.",
        )


def print_undriven(path: str, error: YoiError | OSError) -> None:
    """Why a file could not be merged by meaning."""
    hint = error.hint if isinstance(error, YoiError) else ""
    _print_text(path, f"{error} {hint}".strip())


def _print_text(path: str, sentence: str) -> None:
    ticket = path.rpartition("/")[0].rpartition("/")[2]
    if ticket == "artifacts":
        ticket = path.rpartition("/artifacts/")[0].rpartition("/")[2]
    name = path.rpartition("/")[2]
    write_stderr(f"yoi: {visible(ticket)} {visible(name)}: {visible(sentence)}\n")
