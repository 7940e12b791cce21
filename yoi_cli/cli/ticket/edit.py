"""`yoi ticket edit`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import tickets
from yoi_cli.api.session import Session
from yoi_cli.cli.candidates import complete_tags
from yoi_cli.cli.context import session_of
from yoi_cli.cli.given_words import due_date
from yoi_cli.cli.options import (
    CommitOption,
    CriteriaOption,
    DueOption,
    EstimateOption,
    FileOption,
    JsonOption,
    MessageOption,
    MoreArgument,
    SourceArgument,
    TicketArgument,
)
from yoi_cli.cli.several import for_each, tickets_and_source
from yoi_cli.cli.text.report import report_json, report_lines, warn, with_next, write_next
from yoi_cli.cli.text_input import given_text
from yoi_cli.errors import UsageError
from yoi_cli.model.item import FieldValue
from yoi_cli.model.run_choices import RUN_CHOICES

if TYPE_CHECKING:
    from yoi_cli.api.tickets import Edited


def edit(
    ctx: typer.Context,
    ticket: TicketArgument,
    source: SourceArgument = None,
    more: MoreArgument = None,
    title: Annotated[
        str | None, typer.Option("--title", "-t", metavar="TEXT", help="The new title.")
    ] = None,
    priority: Annotated[
        str | None,
        typer.Option("--priority", "-p", metavar="P0..P4", help="How urgent; empty for none."),
    ] = None,
    assignee: Annotated[
        str | None,
        typer.Option("--assignee", metavar="NAME", help="Who does it; empty for nobody."),
    ] = None,
    readiness: Annotated[
        str | None,
        typer.Option("--readiness", metavar="WORD", help="How ready it is; empty for none."),
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(
            "--tag", metavar="TAG", help="Add a tag; may be repeated.", autocompletion=complete_tags
        ),
    ] = None,
    remove_tag: Annotated[
        list[str] | None,
        typer.Option(
            "--remove-tag",
            metavar="TAG",
            help="Remove a tag; may be repeated.",
            autocompletion=complete_tags,
        ),
    ] = None,
    due: DueOption = None,
    estimate: EstimateOption = None,
    choices: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="How it is worked on: coder, reviewer, model, target, rounds, best_of, "
            "runtime; empty for none.",
        ),
    ] = None,
    message: MessageOption = None,
    file: FileOption = None,
    acceptance: CriteriaOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> int:
    """Change a ticket's title, fields or description.

    Without options, on a terminal, the description opens in your editor. The text given
    with --message, --file or - replaces the description, and --acceptance its criteria.

    \b
    Example:
      yoi ticket edit 00001M7WFCY38 -p P0 --tag urgent --remove-tag later
      yoi ticket edit 00001M7WFCY38 --set coder=codex --set rounds=5
    """
    session = session_of(ctx)
    given = {"title": title, "priority": priority, "assignee": assignee, "readiness": readiness}
    given |= {"due": due_date(due), "estimate": estimate}
    fields: dict[str, FieldValue] = {
        key: value or None for key, value in given.items() if value is not None
    }
    fields.update(map(_choice, choices or ()))
    named, source = tickets_and_source(ticket, source, more)
    description = given_text(message, file, source)
    is_given = bool(fields or tag or remove_tag or acceptance) or description is not None

    def run(word: str) -> Edited:
        if not is_given:
            return _edit_by_hand(session, word, commit=commit)
        return tickets.edit(
            session,
            word,
            fields=fields,
            added={"tags": tuple(tag or ())},
            removed={"tags": tuple(remove_tag or ())},
            description=description,
            acceptance=tuple(acceptance or ()),
            commit=commit,
        )

    def show(edited: Edited, in_json: bool) -> None:
        _print_edited(session, edited, as_json=in_json)

    return for_each(named, run, show, as_json=as_json)


def _print_edited(session: Session, edited: Edited, *, as_json: bool) -> None:
    """What changed of a ticket, and what comes next."""
    done = edited.committed
    if as_json:
        from yoi_cli.api.documents.outcomes import edited_document

        document = edited_document(done, edited.changed)
        report_json("edited", with_next(session, done.ticket, document))
    else:
        what = ", ".join(edited.changed) or "nothing; it says so already"
        report_lines(
            [("edited", done.ticket, *edited.changed)],
            [f"Changed {done.ticket}: {what}"],
        )
        write_next(session, done.ticket)
    warn(done.warnings)


def _choice(given: str) -> tuple[str, str | None]:
    """The key and the value that `--set` names. Raises `UsageError` (`choice_unknown`)."""
    key, sign, value = given.partition("=")
    if not sign or key not in RUN_CHOICES:
        raise UsageError(
            "choice_unknown",
            f"--set {given[:60]!r} is not KEY=VALUE with a key that there is.",
            hint=f"The keys are {', '.join(RUN_CHOICES)}.",
        )
    return key, value or None


def _edit_by_hand(session: Session, ticket: str, *, commit: bool) -> Edited:
    """Let the person change the description in the editor."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "edit_empty",
            "Nothing to change was given.",
            hint="Give --title, --priority, --assignee, --tag, --set, --acceptance, --message, "
            "--file or -.",
        )
    from yoi_cli.cli.editor import edit_text

    full_id, item = tickets.read_item(session, ticket)
    text = edit_text(item.body)
    return tickets.edit(session, full_id, description=text, expected=item.body, commit=commit)
