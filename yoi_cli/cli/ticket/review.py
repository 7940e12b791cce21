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
    choose: Annotated[
        int | None,
        typer.Option("--choose", metavar="N", min=1, help="Choose the candidate N."),
    ] = None,
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
    """Record a review: --approve, --request-changes or --choose, with what was found.

    It holds for one commit and no other: that of --sha, else the head of the branch on
    which the ticket is in progress. Where [orchestration] approvals = "signed", an approval
    counts if it is signed, wherever it was given. Of several coders' work on a ticket --choose
    says which goes on; it is looked at and reviewed as any other, then.
    """
    if (approve, request_changes, choose is not None).count(True) != 1:
        raise UsageError(
            "review_result_needed",
            "A review has one result.",
            hint="Give either --approve, --request-changes or --choose N.",
        )
    if choose is not None and (sha is not None or sign or key is not None):
        raise UsageError(
            "choice_of_number",
            "A choice is of a candidate's number alone, and is not signed.",
            hint="Leave out --sha, --sign and --key.",
        )
    start = start_of(ctx)
    session = open_session(start)
    if choose is not None:
        tickets.check_choice(session, ticket, choose)
    elif approve:
        tickets.check_reviewer(session)
    author = session.author(author).author  # known before anybody writes a text
    if choose is not None:
        given = required_text(message, file, source)
        done = tickets.choose(session, ticket, choose, given, author=author, commit=commit)
        sentence = f"Chose candidate {choose} of {done.ticket}"
        print_written("chosen", str(choose), done, sentence, as_json=as_json, session=session)
        return
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
    print_written("reviewed", result, done, sentence, as_json=as_json, session=session)
