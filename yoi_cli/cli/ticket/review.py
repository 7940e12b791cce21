"""`yoi ticket review`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api.autocommit import commit_if_asked
from yoi_cli.cli.context import session_of, start_of
from yoi_cli.cli.options import (
    AuthorOption,
    CommitOption,
    FileOption,
    JsonOption,
    MessageOption,
    ShaOption,
    SourceArgument,
    TicketArgument,
)
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.text_input import required_text
from yoi_cli.cli.ticket.outcomes import print_reviewed
from yoi_cli.errors import UsageError
from yoi_cli.model.events import APPROVE, REQUEST_CHANGES
from yoi_cli.orchestration.git.reviewed_commit import check_reviewer, commit_under_review
from yoi_cli.tickets.comment import add_review
from yoi_cli.workspace.session import starting_folder


def review(
    ctx: typer.Context,
    ticket: TicketArgument,
    source: SourceArgument = None,
    approve: Annotated[bool, typer.Option("--approve", help="It is good as it is.")] = False,
    request_changes: Annotated[
        bool, typer.Option("--request-changes", help="Something must change first.")
    ] = False,
    message: MessageOption = None,
    file: FileOption = None,
    sha: ShaOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Record a review: --approve or --request-changes, with what was found.

    It holds for one commit and no other: that of --sha, else the head of the branch on
    which the ticket is in progress.
    """
    if approve == request_changes:
        raise UsageError(
            "review_result_needed",
            "A review has one result.",
            hint="Give either --approve or --request-changes.",
        )
    session = session_of(ctx)
    check_reviewer(session)
    by = session.author(author)
    text = required_text(message, file, source)
    result = APPROVE if approve else REQUEST_CHANGES
    about = commit_under_review(session, ticket, sha, starting_folder(start_of(ctx)))
    done = add_review(session.store, ticket, result, text, by, commit=about)
    print_reviewed(result, done, as_json=as_json)
    warn(commit_if_asked(session, done.ticket, f"review: {result}", asked=commit))
