"""Running a hook: from what git says to notes, and from notes to events (docs/hooks.md).

A hook keeps nobody from working. Every note is spooled first, then the store is written if it
is free at once; else the next command that writes finds the note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, UsageError, YoiError
from yoi_cli.git.checkout import find_checkout
from yoi_cli.hooks.git.commit_facts import GitCommits
from yoi_cli.hooks.git.context import (
    clone_spool,
    is_index_locked,
    now_ms,
    redaction_at,
    session_of,
    sessions_at,
    spool_of,
)
from yoi_cli.hooks.ports import HookOutcome
from yoi_cli.model import commits
from yoi_cli.model import hooks as hook_files
from yoi_cli.model.ids import is_ticket_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.git.checkout import Checkout
    from yoi_cli.hooks.ports import HookCall
    from yoi_cli.model.commits import Note
    from yoi_cli.workspace.session import Session


def run_hook(call: HookCall) -> HookOutcome:
    """Do what the hook is for.

    Raises `UsageError` (`hook_unknown`), and the errors by which a hook refuses:
    `message_empty`, `trailer_unknown`, `generation_stale`.
    """
    if call.name not in hook_files.ALL_HOOKS:
        raise UsageError(
            "hook_unknown",
            f"{call.name[:40]!r} is not a hook of yoi's.",
            hint=f"There are {', '.join(hook_files.ALL_HOOKS)}.",
        )
    checkout = find_checkout(call.folder)
    if checkout is None:
        return HookOutcome(call.name)
    if call.name in hook_files.REFUSING:
        from yoi_cli.hooks.check import check_hook

        return check_hook(call, checkout)
    clean = redaction_at(call, checkout)
    notes = _notes(call, GitCommits(checkout, clean))
    if clean is not None:  # the names of branches had to be as git has them till now
        notes = [one._replace(branch=clean(one.branch), into=clean(one.into)) for one in notes]
    if not notes:
        return HookOutcome(call.name)
    sessions = sessions_at(call, checkout)
    by_session: dict[str, tuple[Session | None, list[Note]]] = {}
    for note in notes:
        session = session_of(sessions, note.ticket)
        key = session.workspace if session is not None else ""
        by_session.setdefault(key, (session, []))[1].append(note)
    made = [_record(call, checkout, *group) for group in by_session.values()]
    return HookOutcome(
        call.name,
        tuple(ticket for one in made for ticket in one.tickets),
        tuple(ticket for one in made for ticket in one.waiting),
        tuple(text for one in made for text in one.said),
    )


def _notes(call: HookCall, source: GitCommits) -> list[Note]:
    from yoi_cli.hooks import notes as reports

    now = now_ms()
    if call.name == hook_files.POST_COMMIT:
        return reports.report_commit(source, now)
    if call.name == hook_files.POST_MERGE:
        if call.arguments[:1] == ("1",):  # a squash: nothing is committed yet
            return []
        return reports.report_merge(source, call.environment.get("GIT_REFLOG_ACTION", ""), now)
    how = commits.AMEND if call.arguments[:1] == (commits.AMEND,) else commits.REBASE
    rows = [line.split() for line in call.stdin().decode("ascii", "replace").splitlines()]
    pairs = [(row[0], row[1]) for row in rows if len(row) >= 2]
    return reports.report_rewrite(source, how, pairs, now)


def _record(
    call: HookCall, checkout: Checkout, session: Session | None, notes: Sequence[Note]
) -> HookOutcome:
    spool = clone_spool(checkout) if session is None else spool_of(session)
    author = _author(call, session, checkout)
    said: list[str] = []
    put: list[Note] = []
    for note in notes:
        word = _ticket_word(note.ticket, session)
        if word is None:
            said.append(f"No ticket is called {note.ticket[:40]!r}; nothing was recorded there.")
            continue
        put.append(note._replace(ticket=word, author=author))
        spool.put(put[-1])
    tickets = tuple(dict.fromkeys(note.ticket for note in put))
    if not put:
        return HookOutcome(call.name, said=tuple(said))
    if session is None:
        return HookOutcome(call.name, tickets, tickets, (*said, _NO_STORE))
    if session.outbox is not None:  # whoever looks after the worker writes it
        return HookOutcome(call.name, tickets, tickets, tuple(said))
    why = _settle(session)
    left = {spooled.note.ticket for spooled in spool.pending()}
    waiting = tuple(ticket for ticket in tickets if ticket in left)
    if waiting:
        said.append(
            why or f"{', '.join(waiting)} is not in the store, or cannot be written to; {_LATER}"
        )
    return HookOutcome(call.name, tickets, waiting, tuple(said))


_LATER = "what happened is kept, and a later command that writes records it."
_NO_STORE = f"No store was found here; {_LATER}"
_HELD = f"git has yet to put back files of the store; {_LATER}"
_BUSY = f"The store is busy; {_LATER}"


def _settle(session: Session) -> str:
    """Take the store's lock, which writes what waits; why not, where that cannot be had."""
    if is_index_locked(session):
        return _BUSY  # git is at work there, and may be waiting for this very hook
    try:
        with session.store.write() as writer:
            return "" if writer.held is None else _HELD
    except ConflictError:
        return _BUSY
    except (YoiError, OSError) as error:
        return f"The store cannot be written ({error}); {_LATER}"


def _ticket_word(word: str, session: Session | None) -> str | None:
    """What a note calls the ticket: its full id where that is known; None for no ticket."""
    from yoi_cli.model.ids import clean_abbreviation
    from yoi_cli.tickets.lookup import identify

    try:
        part = clean_abbreviation(word)
        return part if session is None else identify(session.store, part)
    except NotFoundError:
        return part if is_ticket_id(part) else None  # it may be on another branch
    except (UsageError, ConflictError):
        return None
    except (YoiError, OSError):
        return part


def _author(call: HookCall, session: Session | None, checkout: Checkout) -> str:
    """Who works, as one line that a header can hold."""
    from yoi_cli.git.user_name import user_name

    name = call.environment.get("YOI_AUTHOR", "")
    if not name.strip():
        try:
            name = session.author(None).author if session is not None else ""
        except YoiError:
            name = ""
    name = name if name.strip() else user_name(checkout.root, checkout)
    return commits.cleaned(name).strip() or "unknown"
