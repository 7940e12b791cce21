"""From work by hand to a closed ticket, a step at a time (docs/start.md).

Each step that was made before is found and not made again; the first that cannot be made ends the
way, and names the command that would go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from yoi_cli.model.events import Event
    from yoi_cli.model.ids import TicketId
    from yoi_cli.workspace.session import Session
    from yoi_cli.worktrees.model import Worktree

#: The steps, in their order, and what came of one.
REPORT, REVIEW, MERGE, DONE, CLOSE, WORKTREE = (
    "report",
    "review",
    "merge",
    "done",
    "close",
    "worktree",
)
MADE, FOUND, STOPPED = "made", "found", "stopped"
#: So often a merge is tried anew while the target moves on.
_TRIES = 5


class FinishStep(NamedTuple):
    """What came of a step; one that stopped has the `command` that goes on, and an error code."""

    step: str
    outcome: str
    text: str
    command: str = ""
    code: str = ""


class Finished(NamedTuple):
    """How far a ticket was brought, and the commit that its work was merged as, if it was."""

    ticket: str
    title: str
    state: str
    steps: tuple[FinishStep, ...]
    merged: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return all(one.outcome != STOPPED for one in self.steps)


def finish(
    session: Session,
    ticket: str,
    *,
    text: str | None = None,
    author: str | None = None,
    tell: Callable[[FinishStep], None] = lambda _: None,
    busy: Callable[[str], None] = lambda _: None,
) -> Finished:
    """Report, see to the review, merge, mark done, close and tidy up what somebody works on.

    `text` is the report, else the subjects of the commits. The review is asked for where the
    configuration names somebody who gives it, and given by the reviewer that it names. The merge
    is tried apart, validated by the configured commands, and moves the target by compare-and-swap,
    as in `yoi orchestrate`. `busy` is told what is waited for.
    Raises `ConflictError` (`not_started`, `claimed`), and what reading the ticket raises.
    """
    way = _Way(session, ticket, author, busy)
    for step in way.steps(text):
        tell(step)
    return way.result()


class _StoppedError(Exception):
    """A step cannot be made."""

    def __init__(self, text: str, command: str, code: str) -> None:
        super().__init__(text)
        self.text, self.command, self.code = text, command, code


class _Way:
    """One ticket on its way; `steps` goes it."""

    def __init__(
        self, session: Session, word: str, author: str | None, busy: Callable[[str], None]
    ) -> None:
        from yoi_cli.tickets.lookup import identify

        self._session, self._author, self._busy = session, author, busy
        self.ticket: TicketId = identify(session.store, word)
        self.title = session.store.item(self.ticket).title
        self._done: list[FinishStep] = []
        self._merged, self._target = "", ""
        self._check()

    def _check(self) -> None:
        from yoi_cli.errors import ConflictError
        from yoi_cli.model import states

        state = self.state
        if state not in (states.INPROGRESS, *states.RESOLVED_STATES):
            raise ConflictError(
                "not_started",
                f"{self.ticket} is {state}; nobody works on it.",
                hint=f"`yoi start {self.ticket}` begins the work.",
                details={"ticket": self.ticket, "state": state},
            )
        from yoi_cli.api.starting import check_holder

        check_holder(self._session, self.ticket, self._session.author(self._author).author)

    @property
    def state(self) -> str:
        from yoi_cli.tickets.lookup import state_of

        return state_of(self._session.store, self.ticket)[1].state

    def result(self) -> Finished:
        """How far it came."""
        return Finished(self.ticket, self.title, self.state, tuple(self._done), self._merged)

    def steps(self, text: str | None) -> Iterator[FinishStep]:
        """Go the way; each step as it was made, up to one that cannot be."""
        from yoi_cli.errors import YoiError

        ways: tuple[tuple[str, Callable[[], tuple[str, str]]], ...] = (
            (REPORT, lambda: self._report(text)),
            (REVIEW, self._review),
            (MERGE, self._merge),
            (DONE, self._mark_done),
            (CLOSE, self._close),
            (WORKTREE, self._tidy),
        )
        for name, make in ways:
            try:
                outcome, said = make()
                step = FinishStep(name, outcome, said)
            except _StoppedError as stop:
                step = FinishStep(name, STOPPED, stop.text, stop.command, stop.code)
            except YoiError as error:
                step = FinishStep(name, STOPPED, error.message, _command_in(error), error.code)
            self._done.append(step)
            yield step
            if step.outcome == STOPPED:
                return

    def _worktree(self) -> Worktree | None:
        if self._session.checkout is None:
            return None
        from yoi_cli.workers.open import open_worktree_service

        service = open_worktree_service(self._session)
        self._target = self._target or service.target()
        return service.worktrees.of(self.ticket, self._target)

    def _head(self) -> str:
        """The commit that is to be merged; empty where nothing was committed for the ticket."""
        from yoi_cli.model.naming import branch_name
        from yoi_cli.worktrees.open import open_repository

        if self._session.checkout is None:
            return ""
        worktree = self._worktree()
        if worktree is not None:
            return (worktree.head or "") if worktree.ahead else ""
        branch = branch_name(self.ticket, self.title)
        return open_repository(self._session).commit_of(f"refs/heads/{branch}") or ""

    def _thread(self) -> Sequence[Event]:
        """The events since the work began."""
        from yoi_cli.model import states
        from yoi_cli.model.fold import fold

        events = self._session.store.thread(self.ticket).events
        begun = [m.line for m in fold(events).moves if m.target == states.INPROGRESS]
        return [event for event in events if event.line >= max(begun, default=0)]

    def _is_over(self) -> bool:
        from yoi_cli.model import states

        return self.state in states.RESOLVED_STATES

    def _report(self, text: str | None) -> tuple[str, str]:
        from yoi_cli.api import tickets
        from yoi_cli.model.events import IMPLEMENTATION_REPORT
        from yoi_cli.orchestration.position import is_same_commit
        from yoi_cli.orchestration.texts import short

        worktree, head = self._worktree(), self._head()
        if worktree is not None and worktree.dirty:
            shown = ", ".join(worktree.dirty[:3])
            raise _StoppedError(
                f"Not everything is committed: {shown}.",
                f"git -C {worktree.path} commit",
                "not_committed",
            )
        reports = [one for one in self._thread() if one.kind == IMPLEMENTATION_REPORT]
        newest = reports[-1].attributes.get("commit", "") if reports else ""
        is_known = bool(reports) and (not head or is_same_commit(newest, head))
        if text is None and (is_known or self._is_over()):
            return FOUND, "It was reported."
        if text is None and not head:
            raise _StoppedError(
                "Nothing was committed for it, so there is nothing to report.",
                f"yoi finish {self.ticket} -m TEXT",
                "nothing_committed",
            )
        said = text if text is not None else self._subjects(head)
        tickets.comment(
            self._session,
            self.ticket,
            said,
            role=IMPLEMENTATION_REPORT,
            sha=head or None,
            author=self._author,
        )
        return MADE, f"Reported {short(head)}." if head else "Reported."

    def _subjects(self, head: str) -> str:
        """What the commits of the branch say they do."""
        from yoi_cli.git.commits import subjects_of

        found = subjects_of(self._session.workspace, self._target, head)
        return "\n".join(f"- {one}" for one in found) or "Committed."

    def _review(self) -> tuple[str, str]:
        from yoi_cli.model.events import APPROVE, REQUEST_CHANGES, REVIEW
        from yoi_cli.model.reviews import CHANGES_REQUESTED
        from yoi_cli.model.workers.profiles import BY_PERSON
        from yoi_cli.orchestration.position import is_same_commit

        head = self._head()
        reviews = [one for one in self._thread() if one.kind == REVIEW and one.status]
        about = (
            [one for one in reviews if is_same_commit(one.attributes.get("commit", ""), head)]
            if head
            else reviews
        )
        if about and about[-1].status == REQUEST_CHANGES:
            raise _StoppedError(
                CHANGES_REQUESTED.text(japanese=self._session.config.is_japanese),
                f"yoi finish {self.ticket} -m TEXT",
                "changes_requested",
            )
        if self._is_over():
            return FOUND, "The work is over."
        who = self._reviewer()
        if any(one.status == APPROVE and self._counts(one) for one in about):
            return FOUND, "It is approved."
        if not who:
            return FOUND, "The configuration names nobody who reviews."
        if head and who != BY_PERSON:
            return self._review_by(who, head)
        raise _StoppedError(
            "It waits for a review by a person.",
            f"yoi ticket review {self.ticket} --approve -m TEXT",
            "review_needed",
        )

    def _review_by(self, profile: str, head: str) -> tuple[str, str]:
        """Have the configured reviewer look at the commit, and record what it says."""
        from yoi_cli.api import workers
        from yoi_cli.model.events import APPROVE, IMPLEMENTATION_REPORT, REVIEW
        from yoi_cli.orchestration.open import open_ports
        from yoi_cli.orchestration.position import Position
        from yoi_cli.orchestration.single_review import review_once
        from yoi_cli.tickets.comment import add_comment

        session = self._session
        ports = open_ports(session, self._author, lambda _: None)
        reports = [one.body for one in self._thread() if one.kind == IMPLEMENTATION_REPORT]
        worktree = self._worktree()
        at = Position(
            self.state,
            branch=(worktree and worktree.branch) or "",
            target=self._target,
            base=(worktree and worktree.base)
            or ports.repository.commit_of(f"refs/heads/{self._target}")
            or "",
            round=1,
            commit=head,
            reported=head,
            report=reports[-1] if reports else "",
            profile=profile,
        )
        done = review_once(
            ports,
            self.ticket,
            at,
            lambda worker: workers.wait(session, worker).worker,
            lambda worker: self._busy(f"{profile} reviews it: `yoi worker logs -f {worker}`"),
        )
        if not done.status:
            raise _StoppedError(
                f"{done.text} `yoi worker logs {done.worker}` has what it wrote.",
                f"yoi ticket review {self.ticket} --approve -m TEXT",
                "review_needed",
            )
        by = session.author(f"reviewer ({done.profile})")
        more = (("worker", done.worker),)
        add_comment(
            ports.store,
            self.ticket,
            REVIEW,
            done.text,
            by,
            status=done.status,
            commit=head,
            more=more,
        )
        if done.status != APPROVE:
            raise _StoppedError(
                f"{profile} asks for changes: {done.text.partition(chr(10))[0]}",
                f"yoi ticket show {self.ticket}",
                "changes_requested",
            )
        return MADE, f"{profile} approved it."

    def _counts(self, review: Event) -> bool:
        """Whether an approval is worth something, by the configuration."""
        from yoi_cli.orchestration.git.signed_approvals import open_approvals
        from yoi_cli.worktrees.open import orchestration_settings

        settings = orchestration_settings(self._session)
        if settings.approvals != "signed":
            return True
        approvals = open_approvals(self._session, settings)
        return approvals.worth(self.ticket, review, self._target, is_own=True).counts

    def _reviewer(self) -> str:
        """Whom the configuration asks for a review: `person`, a profile, or empty for nobody."""
        from yoi_cli.model.item import field_text
        from yoi_cli.model.workers.profiles import BY_PERSON, REVIEWER
        from yoi_cli.workspace.settings import settings_of

        settings = settings_of(self._session)
        chosen = field_text(self._session.store.item(self.ticket).fields, "reviewer")
        is_by_hand = BY_PERSON in (settings.orchestration.review, chosen)
        if is_by_hand or settings.orchestration.approvals == "signed":
            return BY_PERSON
        return chosen or settings.roles.get(REVIEWER, "")

    def _merge(self) -> tuple[str, str]:
        from yoi_cli.orchestration.texts import short

        head = self._head()
        if not head:
            return FOUND, "Nothing was committed for it."
        for _ in range(_TRIES):
            merged = self._try_merge(head)
            if merged is not None:
                is_new, self._merged = merged
                what = f"in `{self._target}` as {short(self._merged)}"
                return (MADE, f"Merged {what}.") if is_new else (FOUND, f"It is {what}.")
        raise _StoppedError(
            f"`{self._target}` moves on faster than the merge can be validated.",
            f"yoi finish {self.ticket}",
            "target_moved",
        )

    def _try_merge(self, head: str) -> tuple[bool, str] | None:
        """Merge apart, validate, and move the target; None where it moved on meanwhile."""
        from yoi_cli.errors import ConflictError
        from yoi_cli.model.naming import branch_name
        from yoi_cli.model.workers.spec import redaction_of
        from yoi_cli.orchestration.texts import merge_message
        from yoi_cli.routing.claims import publish_result
        from yoi_cli.routing.open import open_claims
        from yoi_cli.workspace.settings import settings_of
        from yoi_cli.worktrees.open import open_repository

        repository = open_repository(self._session)
        old = repository.commit_of(f"refs/heads/{self._target}") or ""
        if repository.is_ancestor(head, old):
            return False, old
        worktree = self._worktree()
        branch = (worktree and worktree.branch) or branch_name(self.ticket, self.title)
        redaction = redaction_of(settings_of(self._session), self._session.environment)
        message = redaction.text(merge_message(self.ticket, self.title, branch))
        try:
            tried = repository.try_merge(self._target, head, message, self.ticket)
            if tried.commit is None:
                where = worktree.path if worktree is not None else "."
                raise _StoppedError(
                    f"It conflicts with `{self._target}`: {', '.join(tried.conflicts[:5])}.",
                    f"git -C {where} merge {self._target}",
                    "merge_conflicts",
                )
            self._validate(tried.path)
            publish_result(open_claims(self._session, self._author), self.ticket)
            try:
                repository.advance(self._target, old=old, new=tried.commit, approved=head)
            except ConflictError as error:
                if error.code == "target_moved":
                    return None
                raise
            return True, tried.commit
        finally:
            repository.drop_try(self.ticket)

    def _validate(self, folder: str) -> None:
        """Run the configured commands where the merge is checked out, as workers, one by one."""
        from yoi_cli.api import workers
        from yoi_cli.model.workers.spec import WorkerSpec
        from yoi_cli.workers.model import EXITED
        from yoi_cli.workspace.settings import settings_of
        from yoi_cli.workspace.trust import require_trust

        settings = settings_of(self._session).orchestration
        commands = (*settings.setup, *settings.validate)
        if commands:
            require_trust(self._session)
        for command in commands:
            spec = WorkerSpec(command=command, cwd=folder, ticket=self.ticket, role="validator")
            begun = workers.spawn(self._session, spec, author=self._author)
            said = f"`{' '.join(command)}`: `yoi worker logs -f {begun.worker.worker_id}`"
            self._busy(f"runs {said}")
            view = workers.wait(self._session, begun.worker.worker_id).worker
            if view.state != EXITED or view.exit_code != 0:
                raise _StoppedError(
                    f"`{' '.join(command)}` fails where it is merged into `{self._target}`.",
                    f"yoi worker logs {view.worker_id}",
                    "validation_failed",
                )

    def _mark_done(self) -> tuple[str, str]:
        from yoi_cli.api import tickets
        from yoi_cli.model import states

        if self._is_over():
            return FOUND, f"It is {self.state}."
        text = None
        if self._merged:
            text = f"Merged into `{self._target}` as {self._merged}."
        tickets.move(self._session, self.ticket, states.DONE, text=text, author=self._author)
        return MADE, "It is done."

    def _close(self) -> tuple[str, str]:
        from yoi_cli.api import tickets
        from yoi_cli.model import states

        if self.state == states.CLOSED:
            return FOUND, "It is closed."
        where = f"Merged into `{self._target}` as {self._merged}." if self._merged else ""
        reports = [one.body for one in self._thread() if one.kind == "implementation_report"]
        said = "\n\n".join(filter(None, [where, *reports[-1:]])) or "Done."
        closed = tickets.close(self._session, self.ticket, said, author=self._author)
        freed = ", ".join(closed.unblocked)
        return MADE, f"It is closed; {freed} may go on." if freed else "It is closed."

    def _tidy(self) -> tuple[str, str]:
        from yoi_cli.api import worktrees

        found = self._worktree()
        if found is None:
            return FOUND, "It has no worktree."
        removed = worktrees.remove(self._session, self.ticket)
        return MADE, f"{removed.path} is gone, and its branch."


def _command_in(error: object) -> str:
    """The first command that the hint of an error names; empty where it names none."""
    hint = str(getattr(error, "hint", ""))
    parts = hint.split("`")
    return parts[1] if len(parts) > 2 else ""
