"""Choosing among several coders' work, by a worker or a person (docs/orchestrate.md, "The best of
several")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model.events import DECISION
from yoi_cli.model.naming import is_candidate
from yoi_cli.model.workers.profiles import BY_PERSON, REVIEWER
from yoi_cli.orchestration import agents
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.contest_steps import CHOICE
from yoi_cli.orchestration.evidence import changes_of_reviewer, tree_word, worker_sentence
from yoi_cli.orchestration.prompts import chooser_prompt
from yoi_cli.orchestration.review import REVIEW_TRIES
from yoi_cli.orchestration.target_watch import note_target, tell_target_moves
from yoi_cli.orchestration.texts import choice_of, printed, short, validation_blocks
from yoi_cli.orchestration.worker_requests import how_it_ended, is_success
from yoi_cli.worktrees.ports import NewWorktree

if TYPE_CHECKING:
    from yoi_cli.orchestration.context import RunOutcome, TicketContext
    from yoi_cli.orchestration.position import Candidate, Position
    from yoi_cli.workers.model import WorkerView

#: How many characters of a reviewer's output are looked at.
_REVIEW = 200_000


def send_chooser(context: TicketContext, at: Position) -> bool | RunOutcome:
    """Record that a reviewer is to choose; a person is called instead where people review."""
    numbers = ", ".join(f"{one.number} ({short(one.commit)})" for one in sorted(at.fit))
    if context.ports.settings.orchestration.review == BY_PERSON:
        return context.call_person(at, CHOICE, f"choose one of the candidates {numbers}.")
    if at.tries >= REVIEW_TRIES:
        text = f"{at.tries} reviewers ended without choosing one of the candidates {numbers}."
        return context.call_person(at, stages.NO_CHOICE, text)
    profile = agents.next_profile(context, at, REVIEWER)
    if not isinstance(profile, str):
        return profile
    folder = context.checkout(at, at.start, f"r{at.reviews + 1}")
    results = context.preparation.run(at, folder)
    if results is None:
        return False
    if results:
        text = "\n\n".join(["the setup for the reviewer failed.", *validation_blocks(results)])
        return context.call_person(at, "setup_failed", text)
    checkout = context.find_checkout(at)
    note_target(context, at)
    return context.record(
        at,
        stages.CHOOSE,
        f"The reviewer ({profile}) chooses among the candidates {numbers}.",
        role=REVIEWER,
        profile=profile,
        tree=tree_word(checkout.dirty) if checkout else "",
    )


def follow_chooser(context: TicketContext, at: Position) -> bool:
    """Wait for the reviewer, and record what it chose; False while it runs."""
    view = context.watch.follow(
        context.workers.key(at, REVIEWER, str(at.reviews)),
        lambda: context.workers.agent(
            at,
            REVIEWER,
            at.reviews,
            context.checkout(at, at.start, f"r{at.reviews}", is_begun=True),
            chooser_prompt(context.assignment(), at),
        ),
    )
    if not view.has_ended:
        return False
    if context.journal.position() != at:  # somebody chose, or had a word
        return True
    changed = changes_of_reviewer(at._replace(reported=at.start), context.find_checkout(at))
    context.drop_checkout()
    tell_target_moves(context, at)
    if changed:
        return context.call_person(at, "reviewer_changed", changed)
    return _judge(context, at, view)


def _judge(context: TicketContext, at: Position, view: WorkerView) -> bool:
    said = choice_of(context.workers.said(view, _REVIEW), tuple(one.number for one in at.fit))
    if agents.could_not_run(context, at, REVIEWER, view, has_work=said is not None):
        return True
    if said is not None and is_success(view):
        found = next(one for one in at.fit if one.number == said[0])
        text = f"Candidate {found.number} is chosen, at {short(found.commit)}."
        return record_choice(context, at, found, f"{text}\n\n{said[1]}".rstrip(), view)
    text = (
        f"No choice: the reviewer ended with {how_it_ended(view)}, and its last line named none "
        f"of the candidates.\n\n{worker_sentence(REVIEWER, view)}"
    )
    return context.record(
        at,
        stages.NO_CHOICE,
        "\n\n".join([text, *printed(REVIEWER, context.workers.tail(view))]),
        worker=view.worker_id,
        status=view.state,
        **agents.usage(context, view),
    )


def record_choice(
    context: TicketContext,
    at: Position,
    found: Candidate,
    text: str,
    view: WorkerView | None = None,
) -> bool:
    """Record which candidate goes on; by the reviewer of `view`, where one chose it."""
    return context.record(
        at,
        stages.CHOSEN,
        text,
        kind=DECISION,
        author=f"{REVIEWER} ({view.profile or 'worker'})" if view else "",
        round=str(found.number),
        commit=found.commit,
        worker=view.worker_id if view else "",
        **agents.usage(context, view),
    )


def adopt(context: TicketContext, at: Position) -> bool:
    """Make the chosen commit the ticket's branch, with its worktree, keep what the others made, and
    take evidence of it."""
    context.end_leftovers()
    context.drop_checkout()
    head = context.head(at)
    if head not in ("", at.commit):
        text = f"somebody made `{at.branch}`, at {short(head)}, which is not what was chosen."
        return context.call_person(at, "branch_exists", text)
    worktree = context.worktree(at)
    if worktree is None or worktree.is_unfinished:
        new = NewWorktree(context.ticket, at.worktree, at.branch, at.commit, bool(head))
        context.ports.worktrees.make(new)
    drop_candidates(context, at)
    return context.take_evidence(at, at.commit)


def drop_candidates(context: TicketContext, at: Position) -> None:
    """Take the candidates' worktrees and branches away, and keep what they hold under
    `refs/yoi/rescue`; one that cannot go stays, and that is told."""
    for one in context.ports.worktrees.all(at.target):
        if one.ticket != context.ticket or not is_candidate(one.path):
            continue
        try:
            context.ports.worktrees.remove(one, force=True)
        except YoiError as error:
            context.tell(stages.KEPT, error.message)
