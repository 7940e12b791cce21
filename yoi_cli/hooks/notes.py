"""What git's hooks have to say on tickets (docs/hooks.md).

A hook makes notes of what git did, at `now` in Unix milliseconds; whoever spools them adds the
author. `settle` writes them, under the store's lock, as events; each is written once, however
often its hook ran or its note was found.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.model import commits
from yoi_cli.model.commits import Note, RewrittenCommit, cleaned
from yoi_cli.model.naming import BRANCH_PREFIX, ticket_of_branch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yoi_cli.hooks.ports import CommitSource
    from yoi_cli.model.commits import CommitFact

_QUOTED = re.compile(r"'([^']+)'")
_SHA = re.compile(r"[0-9a-f]{7,64}|FETCH_HEAD")


def report_commit(source: CommitSource, now: int) -> list[Note]:
    """After a commit. What a rebase makes is left to `report_rewrite` at its end."""
    fact = None if source.rebase() is not None else source.head()
    if fact is None or fact.is_bookkeeping:
        return []
    branch = source.branch() or ""
    if fact.replaces is not None:
        pairs = [RewrittenCommit(fact.replaces, fact.sha, fact.subject)]
        return _rewritten(source, pairs, commits.AMEND, branch, now)
    found = _merged(source, fact, fact.parents[1:], _QUOTED.findall(fact.subject), now)
    return [*found, *_committed(fact, branch, now, without={note.ticket for note in found})]


def report_merge(source: CommitSource, action: str, now: int) -> list[Note]:
    """After a merge that made no conflict; `action` is what git calls it (`merge work/…`)."""
    fact = None if source.rebase() is not None else source.head()
    if fact is None:
        return []
    is_new = fact.is_merge and fact.parents[0] == source.before_merge()
    heads = fact.parents[1:] if is_new else (fact.sha,)
    named = [word for word in action.split()[1:] if not word.startswith("-")]
    named += _QUOTED.findall(fact.subject) if is_new else []
    found = _merged(source, fact, heads, named, now)
    if not is_new:
        return found
    without = {note.ticket for note in found}
    return [*found, *_committed(fact, source.branch() or "", now, without=without)]


def report_rewrite(
    source: CommitSource, how: str, pairs: Sequence[tuple[str, str]], now: int
) -> list[Note]:
    """After an amend or a rebase; `pairs` are old and new commits, as git gives them."""
    rebase = source.rebase()
    if how == commits.AMEND and rebase is not None:
        return []  # a step of the rebase, which reports all of them at its end
    branch = (rebase.branch if rebase is not None else source.branch()) or ""
    facts = {fact.sha: fact for fact in source.facts(new for _, new in pairs)}
    rewritten = [
        RewrittenCommit(old, new, facts[new].subject)
        for old, new in pairs
        if old != new and new in facts and not facts[new].is_bookkeeping
    ]
    head = source.head()
    dropped: tuple[str, ...] = ()
    added: list[Note] = []
    if rebase is not None and head is not None:
        after = source.between(rebase.onto, head.sha)
        before = source.between(rebase.onto, rebase.before)
        kept = {*after, *(old for old, _ in pairs)}
        dropped = tuple(sha for sha in before if sha not in kept)
        for fact in source.facts(sha for sha in after if sha not in facts):
            if not fact.is_bookkeeping:
                added += _committed(fact, branch, now)
    return [*_rewritten(source, rewritten, how, branch, now, dropped=dropped), *added]


def _committed(
    fact: CommitFact, branch: str, now: int, *, without: Iterable[str] = ()
) -> list[Note]:
    """One note for each ticket that the branch or a trailer names."""
    files, more = commits.listed_files(fact.files)
    return [
        Note(
            commits.COMMIT,
            ticket,
            fact.sha,
            "",
            now,
            branch=cleaned(branch),
            subject=cleaned(fact.subject),
            files=files,
            more_files=more,
        )
        for ticket in tickets_of(branch, fact.trailers)
        if ticket not in set(without)
    ]


def tickets_of(branch: str, trailers: Iterable[str]) -> tuple[str, ...]:
    """The tickets that a branch's name and the values of `Ticket:` trailers name, each once."""
    own = ticket_of_branch(branch)
    return tuple(dict.fromkeys([*([own] if own else []), *commits.ticket_words(trailers)]))


def _rewritten(
    source: CommitSource,
    pairs: Sequence[RewrittenCommit],
    how: str,
    branch: str,
    now: int,
    *,
    dropped: tuple[str, ...] = (),
) -> list[Note]:
    """One note for each ticket: the branch's has all pairs, a trailer's those that name it."""
    own = ticket_of_branch(branch)
    named: dict[str, list[RewrittenCommit]] = {own: list(pairs)} if own else {}
    shas = {sha for pair in pairs for sha in (pair.old, pair.new)}
    trailers = {fact.sha: fact.trailers for fact in source.facts(sorted(shas))}
    for pair in pairs:
        values = (*trailers.get(pair.old, ()), *trailers.get(pair.new, ()))
        for word in commits.ticket_words(values):
            if word != own:
                named.setdefault(word, []).append(pair)
    return [
        Note(
            commits.REWRITE,
            ticket,
            of_ticket[-1].new,
            "",
            now,
            branch=cleaned(branch),
            how=how,
            pairs=tuple(pair._replace(subject=cleaned(pair.subject)) for pair in of_ticket),
            dropped=dropped if ticket == own else (),
        )
        for ticket, of_ticket in named.items()
        if of_ticket
    ]


def _merged(
    source: CommitSource,
    fact: CommitFact,
    heads: Sequence[str],
    named: Sequence[str],
    now: int,
) -> list[Note]:
    """One note for each other ticket whose branch was merged, by the names git gave it."""
    into = source.branch() or "HEAD"
    by_commit = not named or any(_SHA.fullmatch(word) for word in named)
    found: dict[str, tuple[str, str]] = {}
    for head in heads:
        at_head = source.branches_at(head)
        found |= {name: (name, head) for name in at_head if by_commit or name in named}
    if len(heads) == 1:
        found |= {name: (name, heads[0]) for name in named if name not in found}
    notes: dict[str, Note] = {}
    for name, head in found.values():
        ticket = ticket_of_branch(name[name.find(BRANCH_PREFIX) :] if "/" in name else name)
        if ticket is None or ticket == ticket_of_branch(into):
            continue
        notes[ticket] = Note(
            commits.MERGE,
            ticket,
            fact.sha,
            "",
            now,
            branch=cleaned(name),
            subject=cleaned(fact.subject),
            merged=head,
            into=cleaned(into),
        )
    return list(notes.values())
