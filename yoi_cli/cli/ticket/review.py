"""`yoi ticket review`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api import tickets
from yoi_cli.api.session import open_session, starting_folder
from yoi_cli.cli.context import start_of
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
from yoi_cli.cli.text.report import print_written
from yoi_cli.cli.text_input import required_text
from yoi_cli.errors import UsageError
from yoi_cli.model.events import APPROVE, REQUEST_CHANGES


def review(
    ctx: typer.Context,
    ticket: TicketArgument,
    source: SourceArgument = None,
    approve: Annotated[bool, typer.Option("--approve", help="Approve it.")] = False,
    request_changes: Annotated[
        bool, typer.Option("--request-changes", help="Request changes.")
    ] = False,
    message: MessageOption = None,
    file: FileOption = None,
    sha: ShaOption = None,
    sign: Annotated[bool, typer.Option("--sign", help="Sign it with your SSH key.")] = False,
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            metavar="KEY",
            help="Sign with this SSH key; default git's user.signingKey with gpg.format=ssh, else "
            "the agent's.",
        ),
    ] = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Record a review: --approve or --request-changes, with what was found.

    It holds for one commit and no other: that of --sha, else the head of the branch on
    which the ticket is in progress. Where [orchestration] approvals = "signed", an approval
    counts if it is signed, wherever it was given.
    """
    if approve == request_changes:
        raise UsageError(
            "review_result_needed",
            "A review has one result.",
            hint="Give either --approve or --request-changes.",
        )
    start = start_of(ctx)
    session = open_session(start)
    if approve:
        tickets.check_reviewer(session)
    author = session.author(author).author  # known before anybody writes a text
    done = tickets.review(
        session,
        ticket,
        required_text(message, file, source),
        approve=approve,
        sha=sha,
        folder=starting_folder(start),
        author=author,
        commit=commit,
        sign=sign,
        key=key,
    )
    result = APPROVE if approve else REQUEST_CHANGES
    sentence = f"Reviewed {done.ticket}: {result.replace('_', ' ')}"
    print_written("reviewed", result, done, sentence, as_json=as_json)
