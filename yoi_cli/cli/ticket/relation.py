"""`yoi ticket relation add`."""

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
from yoi_cli.tickets.relations import add_relation


def add(
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
    """Record a relation: `A depends_on B`, or with --ticket, --kind and --target.

    One that would make tickets wait for each other is refused, and the cycle is named.

    \b
    Example:
      yoi ticket relation add 00001M7WFCYE0 depends_on 00001M7WFCY38
    """
    session = session_of(ctx)
    by = session.recorder(author)
    words, options = (ticket_word, kind_word, target_word), (ticket, kind, target)
    related = add_relation(session.store, link_of(words, options, note), by)
    say_related(related, removed=False, as_json=as_json)
    what = f"add {related.relation.kind} {related.relation.target}"
    warn(commit_if_asked(session, related.relation.ticket_id, what, asked=commit))
