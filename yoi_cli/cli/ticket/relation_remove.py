"""`yoi ticket relation remove`."""

from __future__ import annotations

import typer

from yoi_cli.api.autocommit import commit_if_asked
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import AuthorOption, CommitOption, JsonOption, NoteOption
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.ticket.outcomes import say_related
from yoi_cli.cli.ticket.relation_link import (
    KindOption,
    KindWord,
    TargetOption,
    TargetWord,
    TicketOption,
    TicketWord,
    link_of,
)
from yoi_cli.tickets.relations import remove_relation


def remove(
    ctx: typer.Context,
    ticket_word: TicketWord = None,
    kind_word: KindWord = None,
    target_word: TargetWord = None,
    ticket: TicketOption = None,
    kind: KindOption = None,
    target: TargetOption = None,
    note: NoteOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Take a relation away: `A depends_on B`, or with --ticket, --kind and --target.

    An event in the ticket's log keeps that it stood, and --note why it went.
    """
    session = session_of(ctx)
    by = session.recorder(author)
    words, options = (ticket_word, kind_word, target_word), (ticket, kind, target)
    related = remove_relation(session.store, link_of(words, options, note), by)
    say_related(related, removed=True, as_json=as_json)
    what = f"remove {related.relation.kind} {related.relation.target}"
    warn(commit_if_asked(session, related.relation.ticket_id, what, asked=commit))
