"""`yoi comment`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api import tickets
from yoi_cli.cli.context import Context, session_of, ticket_or_own
from yoi_cli.cli.text.report import print_written
from yoi_cli.cli.text_input import required_text
from yoi_cli.model.events import COMMENT, check_role

if TYPE_CHECKING:
    from collections.abc import Sequence


def add_comment(
    ctx: Context,
    ticket: str | None = None,
    source: str | None = None,
    *,
    role: str = COMMENT,
    message: Sequence[str] | None = None,
    file: str | None = None,
    sha: str | None = None,
    author: str | None = None,
    as_json: bool = False,
    commit: bool = False,
) -> int:
    """Add a comment, plan, decision or report to a ticket; the exit code."""
    check_role(role)
    session = session_of(ctx)
    author = session.author(author).author  # known before anybody writes a text
    ticket, source = ticket_or_own(ctx, session, ticket, source)
    text = required_text(message, file, source)
    done = tickets.comment(session, ticket, text, role=role, sha=sha, author=author, commit=commit)
    sentence = f"Added to {done.ticket}: {role.replace('_', ' ')}"
    print_written("appended", role, done, sentence, as_json=as_json, session=session)
    return 0
