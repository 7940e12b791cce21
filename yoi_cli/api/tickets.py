"""Writing tickets: making, changing and moving them, and what is read for that (docs/api.md).

What only reads is in `api/queries.py`, which a small command need not load. Every function takes
the store's lock for as long as it writes. `author` is the name of who writes, None for the one
that the session knows; `commit` asks for a commit of the ticket's files afterwards, as
`[git] autocommit` does. The commit's warnings are in the result. What is `held` is written to in
place of the session's own store: its lock is had already (`api/batch.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.held import claims_of, store_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.api.held import Held
    from yoi_cli.model.fold import Folded as Folded
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.item import FieldValue, Item
    from yoi_cli.store.values import Committed as Committed
    from yoi_cli.tickets.edit import Edited as Edited
    from yoi_cli.tickets.move import Moved as Moved
    from yoi_cli.workspace.session import Session


def template(session: Session, name: str | None = None) -> str:
    """The description that a new ticket starts from: `.yoi/templates/NAME.md`, without a name
    `ticket.md` there, or else ours.

    Raises `UsageError` (`template_invalid`) and `NotFoundError` (`template_not_found`).
    """
    import re

    from yoi_cli.errors import NotFoundError, UsageError
    from yoi_cli.tickets.create import template
    from yoi_cli.workspace.finding import template_text

    if name is not None and not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}", name):
        raise UsageError(
            "template_invalid",
            f"{name[:40]!r} is not the name of a template.",
            hint="Use letters, digits, '.', '_' and '-', without the .md at its end.",
        )
    found = template_text(session.workspace, name or "ticket")
    if found is None and name is not None:
        raise NotFoundError(
            "template_not_found",
            f"There is no template {name}.",
            hint=f"Write it as .yoi/templates/{name}.md.",
        )
    return template(japanese=session.config.is_japanese) if found is None else found


def create(
    session: Session,
    title: str,
    *,
    description: str | None = None,
    fields: Mapping[str, FieldValue] | None = None,
    relations: tuple[tuple[str, str], ...] = (),
    acceptance: tuple[str, ...] = (),
    template_name: str | None = None,
    author: str | None = None,
    commit: bool = False,
    held: Held | None = None,
) -> Committed:
    """Make a ticket in the state planning; without a `description`, from the template.

    `acceptance` are criteria that are put into it. `relations` are pairs of a kind and the ticket
    that is meant. Raises `UsageError`, `NotFoundError` for a ticket that is not there, and
    `ConflictError` (`cycle`).
    """
    from yoi_cli.api.autocommit import with_commit
    from yoi_cli.tickets.create import Draft, create_ticket

    if description is None and (template_name is not None or not acceptance):
        description = template(session, template_name)
    draft = Draft(title, description, fields or {}, relations, acceptance)
    done = create_ticket(store_of(session, held), draft, session.author(author))
    return with_commit(session, done, f"create {title.strip()}", asked=commit)


def read_item(session: Session, ticket: str) -> tuple[TicketId, Item]:
    """The full id of a ticket, and its item."""
    from yoi_cli.tickets.edit import read_item

    return read_item(session.store, ticket)


def revision(session: Session, ticket: str) -> str:
    """What tells a ticket's item from itself before or after an edit."""
    from yoi_cli.tickets.edit import read_item, revision_of

    return revision_of(read_item(session.store, ticket)[1])


def edit(
    session: Session,
    ticket: str,
    *,
    fields: Mapping[str, FieldValue] | None = None,
    added: Mapping[str, tuple[str, ...]] | None = None,
    removed: Mapping[str, tuple[str, ...]] | None = None,
    description: str | None = None,
    expected: str | None = None,
    expected_revision: str | None = None,
    acceptance: tuple[str, ...] = (),
    commit: bool = False,
    held: Held | None = None,
) -> Edited:
    """Change a ticket's fields (None takes a value away), its description or the acceptance
    criteria in it.

    `added` and `removed` are texts for lists such as `tags`, by the name of the field. Raises
    `UsageError` for a bad value, and `ConflictError` (`item_changed`) where the description is
    not the `expected` one any more, or the item not of the `expected_revision`.
    """
    from yoi_cli.api.autocommit import with_commit
    from yoi_cli.tickets.edit import ItemEdit, edit_ticket

    _check_profiles(session, fields or {})
    wanted = ItemEdit(
        fields or {},
        added or {},
        removed or {},
        description,
        expected,
        acceptance,
        session.config.is_japanese,
        expected_revision,
    )
    edited = edit_ticket(store_of(session, held), ticket, wanted)
    if not edited.changed:
        return edited
    what = "edit " + ", ".join(edited.changed)
    return edited._replace(committed=with_commit(session, edited.committed, what, asked=commit))


def _check_profiles(session: Session, fields: Mapping[str, FieldValue]) -> None:
    """Raise `UsageError` (`choice_invalid`) for a profile that the settings do not name; settings
    that cannot be read keep nobody from writing."""
    from yoi_cli.model.run_choices import RUN_CHOICES

    chosen = {name: value for name, value in fields.items() if name in RUN_CHOICES and value}
    if not chosen:
        return
    from yoi_cli.errors import StoreInvalidError, UsageError
    from yoi_cli.orchestration.choices import problem_of
    from yoi_cli.workspace.settings import settings_of

    try:
        settings = settings_of(session)
    except StoreInvalidError:
        return
    for name, value in chosen.items():
        problem = problem_of(settings, name, str(value))
        if problem:
            hint = "`yoi profile list` shows the profiles; nothing was written."
            raise UsageError("choice_invalid", problem, hint=hint)


def comment(
    session: Session,
    ticket: str,
    text: str,
    *,
    role: str = "comment",
    sha: str | None = None,
    author: str | None = None,
    commit: bool = False,
    held: Held | None = None,
) -> Committed:
    """Add a comment, plan, decision or implementation report, bound to the commit `sha`.

    Raises `UsageError` for another role (`role_unknown`) and an empty text.
    """
    from yoi_cli.api.autocommit import with_commit
    from yoi_cli.model.events import check_role
    from yoi_cli.tickets.comment import add_comment

    check_role(role)
    if session.outbox is not None:
        return _send_comment(session, ticket, role, text, sha)
    by = session.author(author)
    done = add_comment(store_of(session, held), ticket, role, text, by, commit=sha)
    what = f"{role.replace('_', ' ')} by {by.author}"
    return with_commit(session, done, what, asked=commit)


def _send_comment(
    session: Session, ticket: str, role: str, text: str, sha: str | None
) -> Committed:
    """Leave a comment in the outbox of the confined worker that makes it."""
    from yoi_cli.store.files.outbox import leave_message, new_name, sender_of
    from yoi_cli.store.files.store import worker_confined
    from yoi_cli.store.values import Committed
    from yoi_cli.tickets.comment import check_message
    from yoi_cli.tickets.lookup import identify

    full_id, outbox = identify(session.store, ticket), session.outbox or ""
    message = check_message(new_name(), full_id, role, text, sha)
    if not sender_of(outbox).may_say(role, message.ticket):
        what = f"A confined worker writes a {role.replace('_', ' ')} on its own ticket only"
        raise worker_confined(what)
    leave_message(outbox, message)
    waits = "It is written on the ticket by whoever looks after this worker."
    return Committed(full_id, "", (), (waits,))


def check_reviewer(session: Session) -> None:
    """Raise `ConflictError` (`review_not_yours`) in a worker of this clone: none approves."""
    from yoi_cli.orchestration.git.reviewed_commit import check_reviewer

    check_reviewer(session)


def review(
    session: Session,
    ticket: str,
    text: str,
    *,
    approve: bool,
    sha: str | None = None,
    folder: str | None = None,
    author: str | None = None,
    commit: bool = False,
    sign: bool = False,
    key: str | None = None,
    expect: str | None = None,
) -> Committed:
    """Record a review: it approves, or asks for changes.

    It holds for the commit `sha` alone, else for the head of the branch on which the ticket
    is in progress. `folder` is the worktree that a `sha` such as HEAD is told from, the
    workspace where it is not given. To approve raises what `check_reviewer` raises. `sign` signs it
    with the SSH key `key`, by default the one that git signs with, else that of an agent, and
    raises what `signature_on` raises. A ticket that is not in the state `expect` is a
    `ConflictError`.
    """
    from yoi_cli.api.autocommit import with_commit
    from yoi_cli.model.events import APPROVE, REQUEST_CHANGES, REVIEW
    from yoi_cli.orchestration.git.reviewed_commit import commit_under_review
    from yoi_cli.tickets.comment import add_comment

    if approve:
        check_reviewer(session)
    by = session.author(author)
    result = APPROVE if approve else REQUEST_CHANGES
    about = commit_under_review(session, ticket, sha, folder or session.workspace)
    more: tuple[tuple[str, str], ...] = ()
    if sign or key is not None:
        from yoi_cli.orchestration.git.signed_approvals import signature_on
        from yoi_cli.tickets.comment import check_text
        from yoi_cli.tickets.lookup import identify

        check_text(text)
        ticket = identify(session.store, ticket)
        more = signature_on(session, ticket, about, result, key)
    done = add_comment(
        session.store,
        ticket,
        REVIEW,
        text,
        by,
        status=result,
        commit=about,
        more=more,
        expect=expect,
    )
    return with_commit(session, done, f"review: {result}", asked=commit)


def check_choice(session: Session, ticket: str, number: int) -> None:
    """Raise what `choose` raises."""
    from yoi_cli.orchestration.git.reviewed_commit import check_reviewer, choice_of

    check_reviewer(session)
    choice_of(session, ticket, number)


def choose(
    session: Session,
    ticket: str,
    number: int,
    text: str,
    *,
    author: str | None = None,
    commit: bool = False,
) -> Committed:
    """Choose which of several coders' work on a ticket goes on.

    Raises what `check_reviewer` raises, and `ConflictError`: `nothing_to_choose`,
    `candidate_not_fit`.
    """
    from yoi_cli.api.autocommit import with_commit
    from yoi_cli.model.events import DECISION
    from yoi_cli.orchestration.git.reviewed_commit import check_reviewer, choice_of
    from yoi_cli.tickets.comment import add_comment

    check_reviewer(session)
    chosen = choice_of(session, ticket, number)
    by = session.author(author)
    done = add_comment(
        session.store, ticket, DECISION, text, by, commit=chosen.commit, more=chosen.attributes
    )
    return with_commit(session, done, f"choose candidate {number}", asked=commit)


def ask(
    session: Session,
    ticket: str,
    text: str,
    *,
    author: str | None = None,
    commit: bool = False,
    held: Held | None = None,
) -> Committed:
    """Add a question that somebody has to answer. Raises `UsageError` for an empty text."""
    from yoi_cli.api.autocommit import with_commit
    from yoi_cli.model.events import QUESTION
    from yoi_cli.tickets.comment import add_comment

    if session.outbox is not None:
        return _send_comment(session, ticket, QUESTION, text, None)
    by = session.author(author)
    done = add_comment(store_of(session, held), ticket, QUESTION, text, by)
    return with_commit(session, done, f"question by {by.author}", asked=commit)


def check_question(session: Session, ticket: str) -> None:
    """Raise `ConflictError`: `nothing_asked` where no question of the ticket is open, and
    `answer_not_yours` in a worker of this clone."""
    from yoi_cli.orchestration.git.reviewed_commit import check_answerer
    from yoi_cli.tickets.comment import check_question

    check_answerer(session)
    check_question(session.store, ticket)


def answer(
    session: Session, ticket: str, text: str, *, author: str | None = None, commit: bool = False
) -> Committed:
    """Answer the open question of a ticket. Raises what `check_question` raises, and
    `UsageError` for an empty text."""
    from yoi_cli.api.autocommit import with_commit
    from yoi_cli.orchestration.git.reviewed_commit import check_answerer
    from yoi_cli.tickets.comment import add_answer

    check_answerer(session)
    by = session.author(author)
    done = add_answer(session.store, ticket, text, by)
    return with_commit(session, done, f"answer by {by.author}", asked=commit)


def state_of(session: Session, ticket: str) -> tuple[TicketId, Folded]:
    """The full id of a ticket, and its state by its log."""
    from yoi_cli.tickets.lookup import state_of

    return state_of(session.store, ticket)


def move(
    session: Session,
    ticket: str,
    state: str,
    *,
    text: str | None = None,
    reason: str | None = None,
    expect: str | None = None,
    steal: bool = False,
    author: str | None = None,
    commit: bool = False,
    held: Held | None = None,
) -> Moved:
    """Move a ticket to another state (docs/format.md); its claim ends with its work.

    One that is there already is a success that writes nothing. Raises `UsageError` for an
    unknown state or a missing reason, `ConflictError` for an illegal move, for a ticket that
    is not in the state `expect`, for a blocker that forbids it, and (`claimed`) for work that
    another holds, unless with `steal`.
    """
    from yoi_cli.model.states import INPROGRESS
    from yoi_cli.tickets.move import FREEING_STATES, move_ticket
    from yoi_cli.tickets.move_rules import MoveRequest

    request = MoveRequest(
        state,
        text,
        reason,
        expect,
        requires_acceptance=session.config.require_acceptance,
        steals=steal,
    )
    is_claimed = state in (INPROGRESS, *FREEING_STATES)
    claims = claims_of(session, held) if is_claimed else None
    moved = move_ticket(store_of(session, held), ticket, request, session.author(author), claims)
    return _committed(session, moved, f"{moved.origin} → {moved.state}", asked=commit)


def intake(
    session: Session,
    ticket: str,
    summary: str,
    *,
    reason: str | None = None,
    expect: str | None = None,
    author: str | None = None,
    commit: bool = False,
    held: Held | None = None,
) -> Moved:
    """Mark a planned ticket ready, with a summary of what was settled. Raises as `move`."""
    from yoi_cli.model.states import READY
    from yoi_cli.tickets.move import move_ticket
    from yoi_cli.tickets.move_rules import MoveRequest

    request = MoveRequest(
        READY,
        summary,
        reason or "planning_ready",
        expect,
        by_command="yoi ticket intake",
        is_own_reason=reason is not None,
        requires_acceptance=session.config.require_acceptance,
    )
    moved = move_ticket(store_of(session, held), ticket, request, session.author(author))
    return _committed(session, moved, "intake: ready", asked=commit)


def close(
    session: Session,
    ticket: str,
    resolution: str,
    *,
    expect: str | None = None,
    force: bool = False,
    author: str | None = None,
    commit: bool = False,
    held: Held | None = None,
) -> Moved:
    """Close a ticket with what came of it, and end its claim.

    Raises `UsageError` for an empty resolution, and `ConflictError` for a ticket that is not
    in the state `expect`, or for which a worker is at work, unless with `force`.
    """
    from yoi_cli.tickets.move import close_ticket

    def live(full_id: str) -> str | None:
        if force:
            return None
        from yoi_cli.workers.open import live_worker

        return live_worker(session, full_id)

    moved = close_ticket(
        store_of(session, held),
        ticket,
        resolution,
        session.author(author),
        expect=expect,
        claims=claims_of(session, held),
        live=live,
    )
    return _committed(session, moved, "close", asked=commit)


def reopen(
    session: Session,
    ticket: str,
    reason: str,
    *,
    text: str | None = None,
    expect: str | None = None,
    author: str | None = None,
    commit: bool = False,
    held: Held | None = None,
) -> Moved:
    """Take a done or closed ticket back to planning. Raises `UsageError` without a reason,
    and `ConflictError` for a ticket that is neither, or is not in the state `expect`."""
    from yoi_cli.tickets.move import reopen_ticket

    moved = reopen_ticket(
        store_of(session, held), ticket, reason, text, session.author(author), expect=expect
    )
    return _committed(session, moved, "reopen", asked=commit)


def _committed(session: Session, moved: Moved, what: str, *, asked: bool) -> Moved:
    if not (moved.changed or moved.event_ids or asked):
        return moved
    from yoi_cli.api.autocommit import commit_if_asked

    warnings = commit_if_asked(session, moved.ticket, what, asked=asked)
    return moved._replace(warnings=(*moved.warnings, *warnings))
