"""What the merge driver says in the middle of git's own output: on stderr, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import write_stderr
from yoi_cli.cli.text.report import report_json
from yoi_cli.errors import YoiError
from yoi_cli.merge.algebra import needs_person
from yoi_cli.merge.messages import conflict_sentence
from yoi_cli.model.safe_text import visible

if TYPE_CHECKING:
    from yoi_cli.merge.driver import Driven


def say_driven(path: str, driven: Driven, *, as_json: bool) -> None:
    """What somebody has to decide, or should know, of a merged file."""
    if as_json:
        from yoi_cli.api.documents.resolve import merged_file_document

        report_json("merged", merged_file_document(path, driven))
        return
    for conflict in driven.conflicts:
        word = "CONFLICT" if needs_person(conflict) else "note"
        _say(path, f"{word}: {conflict_sentence(conflict)}")
    if driven.questions:
        _say(
            path,
            "both versions are in git's index: `git show :2:PATH` is ours, `git show :3:PATH` "
            "theirs. Correct the file, then `git add` it.",
        )
    if driven.diverged:
        _say(path, "note: the ticket is diverged: both sides moved it, and one move was set aside.")
    if driven.is_guessed:
        _say(
            path,
            "note: both sides moved the ticket, and git did not say yet what it merges; "
            "`yoi ticket doctor --fix` brings `state` in line with the thread, as any command does "
            "that writes to it.",
        )


def say_undriven(path: str, error: YoiError | OSError) -> None:
    """Why a file could not be merged by meaning."""
    hint = error.hint if isinstance(error, YoiError) else ""
    _say(path, f"{error} {hint}".strip())


def _say(path: str, sentence: str) -> None:
    ticket = path.rpartition("/")[0].rpartition("/")[2]
    if ticket == "artifacts":
        ticket = path.rpartition("/artifacts/")[0].rpartition("/")[2]
    name = path.rpartition("/")[2]
    write_stderr(f"yoi: {visible(ticket)} {visible(name)}: {visible(sentence)}\n")
