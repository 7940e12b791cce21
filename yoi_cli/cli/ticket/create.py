"""`yoi ticket create`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from yoi_cli.api import tickets
from yoi_cli.cli.candidates import complete_tags
from yoi_cli.cli.context import forget_drafts, session_of
from yoi_cli.cli.given_words import due_date
from yoi_cli.cli.options import (
    AuthorOption,
    CommitOption,
    CriteriaOption,
    DueOption,
    EstimateOption,
    FileOption,
    JsonOption,
    MessageOption,
    SourceArgument,
    ticket_option,
)
from yoi_cli.cli.refusals import options_clash
from yoi_cli.cli.text.report import report_json, report_lines, warn, with_next, write_next
from yoi_cli.cli.text_input import given_text
from yoi_cli.errors import UsageError
from yoi_cli.model.item import FieldValue
from yoi_cli.model.relations import BLOCKS, DEPENDS_ON, PARENT, RELATED

TitleArgument = Annotated[
    str | None,
    typer.Argument(metavar="[TITLE]", help="What it is about, in one line.", show_default=False),
]
TitleOption = Annotated[
    str | None, typer.Option("--title", "-t", metavar="TEXT", help="The same as TITLE.")
]
EditOption = Annotated[bool, typer.Option("--edit", "-e", help="Write the text in $EDITOR.")]
TemplateOption = Annotated[
    str | None,
    typer.Option(
        "--template", metavar="NAME", help="Begin with the text of .yoi/templates/NAME.md."
    ),
]
PriorityOption = Annotated[
    str | None, typer.Option("--priority", "-p", metavar="P0..P4", help="How urgent; P0 is most.")
]
TagOption = Annotated[
    list[str] | None,
    typer.Option(
        "--tag", metavar="TAG", help="A tag; may be repeated.", autocompletion=complete_tags
    ),
]
AssigneeOption = Annotated[
    str | None, typer.Option("--assignee", metavar="NAME", help="Who does it.")
]
ReadinessOption = Annotated[
    str | None, typer.Option("--readiness", metavar="WORD", help="How ready it is, in a word.")
]
RiskFlagOption = Annotated[
    list[str] | None, typer.Option("--risk-flag", metavar="RISK", help="A risk; may be repeated.")
]
ParentOption = Annotated[str | None, ticket_option("--parent", "The ticket it is a part of.")]
DependsOnOption = Annotated[
    list[str] | None,
    ticket_option("--depends-on", "A ticket to wait for; may be repeated.", short="--dep"),
]
BlocksOption = Annotated[
    list[str] | None,
    ticket_option("--blocks", "A ticket that waits for this one; may be repeated."),
]
RelatedOption = Annotated[
    list[str] | None, ticket_option("--related", "A ticket to read with it; may be repeated.")
]


def create(
    ctx: typer.Context,
    title_word: TitleArgument = None,
    source: SourceArgument = None,
    title: TitleOption = None,
    message: MessageOption = None,
    file: FileOption = None,
    acceptance: CriteriaOption = None,
    edit: EditOption = False,
    template: TemplateOption = None,
    priority: PriorityOption = None,
    tag: TagOption = None,
    assignee: AssigneeOption = None,
    readiness: ReadinessOption = None,
    risk_flag: RiskFlagOption = None,
    due: DueOption = None,
    estimate: EstimateOption = None,
    parent: ParentOption = None,
    depends_on: DependsOnOption = None,
    blocks: BlocksOption = None,
    related: RelatedOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Make a ticket in the state planning.

    Without a text, it starts from a template with acceptance criteria to fill in: that of
    --template, .yoi/templates/ticket.md, or one of ours. On a terminal
    it is asked for what is missing.

    \b
    Examples:
      yoi ticket create 'Round half up' -p P1 --acceptance 'Basket and bill agree.'
      yoi ticket create 'Show the price' --depends-on 00001M7WFCY38 -F notes.md
    """
    session = session_of(ctx)
    if title is not None and title_word == "-" and source is None:
        title_word, source = None, "-"
    if title is not None and title_word is not None:
        raise UsageError(
            "title_given_twice",
            "The title is given twice.",
            hint="Give it once, as TITLE or with --title; nothing was written.",
        )
    title = title if title is not None else title_word
    has_text = bool(message or file or source or acceptance or edit)
    if title is None:
        title, criterion = _ask(asks_for_criteria=not has_text)
        acceptance = [*(acceptance or ()), *([criterion] if criterion else [])] or None
    author = session.author(author).author  # known before anybody writes a text
    description = given_text(message, file, source)
    if template is not None and description is not None:
        raise options_clash("A text was given, so that no template is needed.", "--template")
    if edit:
        from yoi_cli.cli.editor import edit_text

        draft = tickets.template(session, template) if description is None else description
        description = edit_text(draft)
        if not (message or file or source) and description.strip() == draft.strip():
            forget_drafts()
            raise UsageError(
                "text_unchanged",
                "The text is as it was, so that no ticket is made.",
                hint="Write what is wanted, or leave out --edit; nothing was written.",
            )
    given: dict[str, FieldValue] = {
        "assignee": assignee,
        "readiness": readiness,
        "risk_flags": tuple(risk_flag or ()),
        "priority": priority,
        "tags": tuple(tag or ()),
        "due": due_date(due),
        "estimate": estimate,
    }
    links = (
        (DEPENDS_ON, depends_on),
        (BLOCKS, blocks),
        (RELATED, related),
        (PARENT, [parent] if parent else None),
    )
    done = tickets.create(
        session,
        title,
        description=description,
        fields={key: value for key, value in given.items() if value},
        relations=tuple((kind, word) for kind, words in links for word in words or ()),
        acceptance=tuple(acceptance or ()),
        template_name=template,
        author=author,
        commit=commit,
    )
    title = title.strip()
    if as_json:
        from yoi_cli.api.documents.outcomes import created_document

        document = created_document(title, done)
        report_json("created", with_next(session, done.ticket, document))
    else:
        report_lines([("created", done.ticket)], [f"Created {done.ticket}: {title}"])
        write_next(session, done.ticket)
    warn(done.warnings)


def _ask(*, asks_for_criteria: bool) -> tuple[str, str]:
    """The title, and how to tell that it is done, from whoever sits at the terminal. Raises
    `UsageError` where nobody does."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "usage",
            "A ticket needs a title.",
            hint="`yoi create TITLE`; `yoi create --help` shows how to use it.",
        )
    title = str(typer.prompt("Title"))
    if not asks_for_criteria:
        return title, ""
    return title, str(typer.prompt("How can one tell that it is done?", default=""))
