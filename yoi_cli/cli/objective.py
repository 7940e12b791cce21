"""`yoi objective create`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api.autocommit import commit_folders_if_asked
from yoi_cli.cli.context import session_of
from yoi_cli.cli.objective_options import ObjectiveCommitOption
from yoi_cli.cli.objectives_text import say_objective_created
from yoi_cli.cli.options import (
    FileOption,
    JsonOption,
    MessageOption,
    SourceArgument,
    ticket_option,
)
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.text_input import given_text
from yoi_cli.objectives.service import create_objective, template
from yoi_cli.store.files.layout import OBJECTIVES_FOLDER


def create(
    ctx: typer.Context,
    title: Annotated[
        str, typer.Option("--title", "-t", metavar="TEXT", help="The goal, in one line.")
    ],
    source: SourceArgument = None,
    link: Annotated[
        list[str] | None,
        ticket_option("--link", "A ticket that serves it; may be repeated."),
    ] = None,
    message: MessageOption = None,
    file: FileOption = None,
    edit: Annotated[bool, typer.Option("--edit", "-e", help="Write the text in $EDITOR.")] = False,
    as_json: JsonOption = False,
    commit: ObjectiveCommitOption = False,
) -> None:
    """Make an active objective, and link the tickets that serve it.

    Without a text, it starts from a template. An objective never holds a ticket up.
    """
    session = session_of(ctx)
    body = given_text(message, file, source)
    text = template(japanese=session.config.is_japanese) if body is None else body
    if edit:
        from yoi_cli.cli.editor import edit_text

        text = edit_text(text)
    made = create_objective(session.store, session.objectives, title, text, link or ())
    say_objective_created(made, as_json=as_json)
    folder = f"{OBJECTIVES_FOLDER}/{made.id}"
    warn(commit_folders_if_asked(session, [folder], f"objective {made.id}: create", asked=commit))
