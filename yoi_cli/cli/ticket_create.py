"""`yoi ticket create`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.app.record import Draft, create_ticket, template
from yoi_cli.cli.after_write import commit_if_asked
from yoi_cli.cli.bodies import given_text
from yoi_cli.cli.complete import complete_tickets
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import (
    AuthorOption,
    CommitOption,
    FileOption,
    JsonOption,
    MessageOption,
    SourceArgument,
)
from yoi_cli.domain.item import FieldValue
from yoi_cli.domain.relations import BLOCKS, DEPENDS_ON, RELATED
from yoi_cli.render.outcomes import say_created


def command(
    ctx: typer.Context,
    title: Annotated[str, typer.Option("--title", "-t", help="What it is about, in one line.")],
    source: SourceArgument = None,
    message: MessageOption = None,
    file: FileOption = None,
    edit: Annotated[bool, typer.Option("--edit", "-e", help="Write the text in $EDITOR.")] = False,
    priority: Annotated[
        str | None, typer.Option("--priority", "-p", help="P0 (most urgent) to P4.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="A tag; may be repeated.")] = None,
    assignee: Annotated[str | None, typer.Option("--assignee", help="Who does it.")] = None,
    readiness: Annotated[
        str | None, typer.Option("--readiness", help="How ready it is, in a word.")
    ] = None,
    risk_flag: Annotated[
        list[str] | None, typer.Option("--risk-flag", help="A risk; may be repeated.")
    ] = None,
    depends_on: Annotated[
        list[str] | None,
        typer.Option(
            "--depends-on",
            metavar="TICKET",
            help="A ticket to wait for.",
            autocompletion=complete_tickets,
        ),
    ] = None,
    blocks: Annotated[
        list[str] | None,
        typer.Option(
            "--blocks",
            metavar="TICKET",
            help="A ticket that waits for this one.",
            autocompletion=complete_tickets,
        ),
    ] = None,
    related: Annotated[
        list[str] | None,
        typer.Option(
            "--related",
            metavar="TICKET",
            help="A ticket to read with it.",
            autocompletion=complete_tickets,
        ),
    ] = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Make a ticket in the state planning.

    Without a text, it starts from a template with acceptance criteria to fill in.
    """
    session = session_of(ctx)
    by = session.recorder(author)
    description = given_text(message, file, source)
    if description is None and edit:
        from yoi_cli.cli.editor import edit_text

        description = edit_text(template(japanese=by.japanese))
    given: dict[str, FieldValue] = {
        "assignee": assignee,
        "readiness": readiness,
        "risk_flags": tuple(risk_flag or ()),
        "priority": priority,
        "tags": tuple(tag or ()),
    }
    fields = {key: value for key, value in given.items() if value}
    links = ((DEPENDS_ON, depends_on), (BLOCKS, blocks), (RELATED, related))
    relations = tuple((kind, word) for kind, words in links for word in words or ())
    done = create_ticket(session.store, Draft(title, description, fields, relations), by)
    say_created(title.strip(), done, as_json=as_json)
    commit_if_asked(session, done.ticket, f"create {title.strip()}", asked=commit)
