"""`yoi ticket import`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import transfer as api
from yoi_cli.api.transfer import FORMATS, JSONL
from yoi_cli.cli.candidates import complete_words
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import (
    AuthorOption,
    JsonOption,
    check_format,
)
from yoi_cli.cli.text.console import progress
from yoi_cli.cli.text.report import report_json, report_lines, warn
from yoi_cli.cli.text_input import opened_source
from yoi_cli.errors import ConflictError, OperationError
from yoi_cli.model.text import counted
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.api.session import Session
    from yoi_cli.api.transfer import ImportProblem, ImportReport

#: How much of a file is looked at to tell whose it is.
_HEAD = 1 << 16
#: How many of a kind are named where they are counted.
_NAMED = 5


def import_(
    ctx: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A file (- for standard input), or a folder of tk, Backlog.md or beads.",
            show_default=False,
        ),
    ],
    format_: Annotated[
        str | None,
        typer.Option(
            "--from",
            "--format",
            metavar="NAME",
            help="Whose tickets they are: jsonl (yoi's own), tk, backlog, beads, taskwarrior, "
            "github or git-bug; default detected from SOURCE.",
            autocompletion=complete_words(FORMATS),
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be imported; write nothing.")
    ] = False,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: Annotated[
        bool, typer.Option("--commit", help="Commit the tickets' files to git afterwards.")
    ] = False,
) -> int:
    """Take in whole tickets: an export, byte for byte, or another tool's tickets.

    It may be repeated: what is here already is skipped, and what changed in the other
    tool is taken over where nobody changed it here. A ticket that was changed here, or
    is here with other content, is left as it is; the others come in, and the exit code is 4.
    What is left out is named, with the reason. docs/import.md has a table for each tool.
    """
    if format_ is not None:
        check_format(format_, FORMATS)
    session = session_of(ctx)
    with progress("Importing", None) as bar:
        options = _Options(dry_run, author, commit, bar.advance, bar.begin)
        outcome = _taken_in(session, source, format_, options)
    if as_json:
        from yoi_cli.api.documents.transfer import imported_document

        report_json("imported", imported_document(outcome, dry_run=dry_run))
    else:
        report_lines(_imported_rows(outcome), _imported_sentences(outcome, dry_run=dry_run))
    warn(_placed(one) for one in outcome.notices)
    warn(_counted_kinds(outcome))
    warn(f"Left as it is: {one.message}" for one in outcome.conflicts)
    warn(f"Left out: {_placed(one)}" for one in outcome.problems)
    warn(outcome.warnings)
    if outcome.conflicts:
        return ConflictError.exit_code
    return OperationError.exit_code if outcome.problems else 0


class _Options(NamedTuple):
    """How an import is made, whatever it reads."""

    dry_run: bool
    author: str | None
    commit: bool
    advance: Callable[[], None]
    begin: Callable[[str, int], None]


def _taken_in(
    session: Session, source: str, format_: str | None, options: _Options
) -> ImportReport:
    how = options._asdict()
    if os.path.isdir(source) or format_ in ("tk", "backlog"):
        if format_ == JSONL:
            format_ = None
        return api.import_folder(session, source, format_=format_, **how)
    # Our own lines are read one by one, so that an export of any size comes in.
    with opened_source(source, _HEAD) as stream:
        tool = format_ or api.tool_of(stream.peek(_HEAD))
        if tool == JSONL:
            del how["begin"]  # how many there are is known at the end
            return api.import_lines(session, stream, source=source, **how)
        return api.import_records(session, tool, stream, source=source, **how)


def _imported_rows(outcome: ImportReport) -> Iterator[tuple[str, str, str]]:
    yield from (("imported", one.id, one.source) for one in outcome.imported)
    yield from (("updated", one.id, one.source) for one in outcome.updated)
    yield from (("completed", one.id, one.source) for one in outcome.completed)
    yield from (("objective", one.id, one.source) for one in outcome.objectives)
    yield from (("skipped", one.id, one.source) for one in outcome.skipped)
    yield from (("conflict", one.id, one.source) for one in outcome.conflicts)


def _imported_sentences(outcome: ImportReport, *, dry_run: bool) -> Iterator[str]:
    would = "Would " if dry_run else ""
    for one in outcome.imported:
        yield f"{_begun(would, 'import')} {one.id} ({one.source}): {one.title}"
    for new in outcome.updated:
        yield f"{_begun(would, 'update')} {new.id} ({new.source}): {', '.join(new.changed)}"
    for link in outcome.completed:
        yield f"{_begun(would, 'complete')} {link.id}: {link.kind} {link.target} ({link.source})"
    for goal in outcome.objectives:
        verb = f"{would}link" if would else "Linked"
        number = counted(len(goal.linked), "ticket")
        yield f"{verb} {number} to the objective {goal.id or '(new)'}: {goal.title}"
    if outcome.skipped:
        yield f"Skipped, being here already: {counted(len(outcome.skipped), 'ticket')}"
    elif not (outcome.imported or outcome.updated or outcome.completed):
        yield "Nothing to import."


def _begun(would: str, verb: str) -> str:
    return f"{would}{verb}" if would else f"{verb.capitalize()}{'d' if verb[-1] == 'e' else 'ed'}"


def _counted_kinds(outcome: ImportReport) -> Iterator[str]:
    """How much was left out of which kind, and why; a few are named, all of them with --json."""
    for (kind, reason), paths in outcome.kinds_left_out().items():
        more = f", and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
        named = ", ".join(paths[:_NAMED])
        yield f"Left out: {counted(len(paths), kind)}, {reason}: {named}{more}"


def _placed(problem: ImportProblem) -> str:
    line = "" if problem.line is None else f", line {problem.line}"
    return f"{problem.path}{line}: {problem.message}"
