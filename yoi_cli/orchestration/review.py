"""The review of a reported commit, by a worker or a person (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model import events
from yoi_cli.model.workers.profiles import BY_PERSON, REVIEWER
from yoi_cli.orchestration import agents, far_coding, integration, pull_request
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.approvals import told_of
from yoi_cli.orchestration.context import PERSON
from yoi_cli.orchestration.evidence import changes_of_reviewer, tree_word, worker_sentence
from yoi_cli.orchestration.forge_port import BY_REQUEST
from yoi_cli.orchestration.prompts import reviewer_prompt
from yoi_cli.orchestration.target_watch import is_moved_unapproved, note_target
from yoi_cli.orchestration.texts import printed, short, validation_blocks, verdict_of
from yoi_cli.orchestration.worker_requests import how_it_ended, is_success

if TYPE_CHECKING:
    from yoi_cli.orchestration.context import RunOutcome, TicketContext
    from yoi_cli.orchestration.position import Position
    from yoi_cli.workers.model import WorkerView

#: How many reviewers may end without a verdict on one commit before a person is asked for.
REVIEW_TRIES = 2
#: How many characters of a reviewer's output are looked at.
_REVIEW = 200_000


def send_reviewer(context: TicketContext, at: Position) -> bool | RunOutcome:
    """Record that a reviewer begins; a person is waited for instead where that is asked."""
    head = context.head(at)
    if head and head != at.reported:
        return context.take_evidence(at, head)
    if context.ports.settings.orchestration.review == BY_PERSON or at.is_endorsed:
        return _ask_person(context, at)
    if at.tries >= REVIEW_TRIES:
        text = f"{at.tries} reviewers ended without a verdict on {short(at.reported)}."
        return context.call_person(at, "no_verdict", text)
    profile = agents.next_profile(context, at, REVIEWER)
    return _begin(context, at, profile) if isinstance(profile, str) else profile


def _begin(context: TicketContext, at: Position, profile: str) -> bool:
    """Set a checkout of the commit up, which no coder could touch, and record that the reviewer
    begins; False while that is set up."""
    stands = context.ports.worktrees.stands(at.worktree)
    if not stands and context.standing_worktree(at) is None:
        return context.miss_worktree(at)
    runtime = context.ports.settings.runtime_of(REVIEWER)
    if runtime:
        note_target(context, at)
        return _record(context, at, profile, "", runtime)
    folder = context.checkout(at, at.reported, f"r{at.reviews + 1}")
    results = context.preparation.run(at, folder)
    if results is None:
        return False
    if results:
        text = "\n\n".join(["the setup for the reviewer failed.", *validation_blocks(results)])
        return context.call_person(at, "setup_failed", text)
    checkout = context.find_checkout(at)
    note_target(context, at)
    return _record(context, at, profile, tree_word(checkout.dirty) if checkout else "")


def _record(
    context: TicketContext, at: Position, profile: str, tree: str, runtime: str = ""
) -> bool:
    where = f" on {runtime}" if runtime else ""
    return context.record(
        at,
        stages.REVIEWER,
        f"The reviewer ({profile}{where}) looks at {short(at.reported)}.",
        role=REVIEWER,
        round=str(at.round),
        profile=profile,
        runtime=runtime,
        tree=tree,
        commit=at.reported,
    )


def _ask_person(context: TicketContext, at: Position) -> RunOutcome:
    """What is reported waits for a person, and why what was said so far is no approval."""
    is_signed = context.ports.approvals.is_signed
    sign = " --sign" if is_signed else ""
    how = f"yoi ticket review {context.ticket} --approve{sign}|--request-changes -m TEXT"
    text = f"{short(at.reported)} waits for a {'signed ' if is_signed else ''}review: {how}"
    told = told_of(at)
    return context.outcome(PERSON, "review", f"{text}.{told}" if told else text, at.reported)


def follow_reviewer(context: TicketContext, at: Position) -> bool:
    """Wait for the reviewer, and record its verdict; False while it runs."""
    if at.reviewer_runtime:
        return _follow_elsewhere(context, at)
    view = context.watch.follow(
        context.workers.key(at, REVIEWER, str(at.reviews)),
        lambda: context.workers.agent(
            at,
            REVIEWER,
            at.reviews,
            context.checkout(at, at.reported, f"r{at.reviews}", is_begun=True),
            reviewer_prompt(context.assignment(), at),
        ),
    )
    if not view.has_ended:
        return False
    if context.journal.position() != at:  # it gave its review itself, and the log has it
        return True
    changed = changes_of_reviewer(at, context.find_checkout(at))
    context.drop_checkout()
    if is_moved_unapproved(context, at):
        return True
    if changed:
        return context.call_person(at, "reviewer_changed", changed)
    return _judge(context, at, view)


def _follow_elsewhere(context: TicketContext, at: Position) -> bool:
    """The same of a reviewer on another runtime."""
    end = far_coding.reviewer_end(context, at)
    if end is None:
        return False
    if context.journal.position() != at:
        return True
    if is_moved_unapproved(context, at):
        return True
    problem = far_coding.reviewer_problem(at, end, context.far.left(end))
    if problem is not None:
        return context.call_person(at, *problem)
    return _judge(context, at, end.view)


def _judge(context: TicketContext, at: Position, view: WorkerView) -> bool:
    """Record the verdict of a reviewer that has ended, or that it gave none."""
    said = verdict_of(context.workers.said(view, _REVIEW))
    verdict = said if is_success(view) else None
    if agents.could_not_run(context, at, REVIEWER, view, has_work=said is not None):
        return True
    if verdict is None:
        return _miss_verdict(context, at, view)
    return context.record(
        at,
        "",
        verdict.text or "The reviewer said no more.",
        kind=events.REVIEW,
        author=f"{REVIEWER} ({view.profile or 'worker'})",
        told=verdict.status,
        status=verdict.status,
        round=str(at.round),
        worker=view.worker_id,
        **agents.usage(context, view),
        commit=at.commit,
    )


def _miss_verdict(context: TicketContext, at: Position, view: WorkerView) -> bool:
    """Record that a reviewer ended without a verdict."""
    text = (
        f"No verdict on {short(at.commit)}: the reviewer ended with {how_it_ended(view)}, "
        f"and its last line was none.\n\n{worker_sentence(REVIEWER, view)}"
    )
    text = "\n\n".join([text, *printed(REVIEWER, context.workers.tail(view))])
    return context.record(
        at,
        stages.NO_VERDICT,
        text,
        round=str(at.round),
        worker=view.worker_id,
        **agents.usage(context, view),
        commit=at.commit,
        status=view.state,
    )


def approve(context: TicketContext, at: Position) -> bool:
    """The approval holds for one commit; whoever gave it must have ended."""
    if at.reviews and not at.reviewer_runtime:
        view = context.ports.runtime.find(context.workers.key(at, REVIEWER, str(at.reviews)))
        if view is not None and not view.has_ended:
            return False
    head = context.head(at)
    if head != at.reported:
        return context.take_evidence(at, head)
    if context.ports.settings.orchestration.merge == BY_REQUEST:
        return pull_request.begin(context, at)
    return integration.begin(context, at)


def advance(context: TicketContext, at: Position) -> bool:
    """Move the target branch, unless changes were asked for before it moved."""
    target = context.ports.repository.commit_of(f"refs/heads/{at.target}") or ""
    if at.is_vetoed and target == at.old:
        text = f"Changes were asked for before `{at.target}` moved; it stays as it was."
        return integration.send_back(context, at, text)
    return integration.advance(context, at)
