"""Several coders on one ticket, each in a worktree of its own (docs/orchestrate.md, "The best of
several").

Each step gives True where one was made, and False where a worker is waited for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.events import IMPLEMENTATION_REPORT
from yoi_cli.model.naming import candidate_suffix
from yoi_cli.model.text import counted
from yoi_cli.model.workers.profiles import CODER
from yoi_cli.orchestration import agents, choosing
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.candidate_end import judge
from yoi_cli.orchestration.prompts import coder_prompt
from yoi_cli.orchestration.target_watch import note_target, tell_target_moves, unapproved_in_target
from yoi_cli.orchestration.texts import short, validation_blocks
from yoi_cli.worktrees.ports import NewWorktree

if TYPE_CHECKING:
    from yoi_cli.orchestration.context import RunOutcome, TicketContext
    from yoi_cli.orchestration.position import Position
    from yoi_cli.workers.model import WorkerView


def are_wanted(context: TicketContext, at: Position) -> bool:
    """Whether several coders begin next: as long as there is no work on the ticket's branch."""
    if context.ports.settings.runtime_of(CODER):
        return False  # several of them begin in this clone alone
    return _count(context, at) > 1 and not at.reported and not context.head(at)


def _count(context: TicketContext, at: Position) -> int:
    """How many coders begin at once; each of them is a round."""
    settings = context.ports.settings.orchestration
    return min(settings.best_of, settings.rounds + 1 - at.spent)


def begin(context: TicketContext, at: Position) -> bool | RunOutcome:
    """Record that several coders begin; wait for a profile that rests."""
    profile = agents.next_profile(context, at, CODER)
    if not isinstance(profile, str):
        return profile
    context.end_leftovers()
    context.drop_checkout()
    choosing.drop_candidates(context, at)
    note_target(context, at)
    count, wanted = _count(context, at), context.ports.settings.orchestration.best_of
    fewer = f" ({wanted} were asked for; the rounds allow no more)" if count < wanted else ""
    text = (
        f"{counted(count, 'candidate')}{fewer}: coders ({profile}) begin, each on a branch of its "
        f"own from {short(at.base)}."
    )
    return context.record(
        at,
        stages.CANDIDATES,
        text,
        role=CODER,
        round=str(at.round + 1),
        count=str(count),
        profile=profile,
        head=at.base,
    )


def candidate_position(at: Position, number: int) -> Position:
    """`at` as the coder of the round `number` has it: its branch and its worktree."""
    suffix = candidate_suffix(at.generation, number)
    return at._replace(
        branch=at.branch + suffix, worktree=at.worktree + suffix, round=number, reported=""
    )


def follow(context: TicketContext, at: Position) -> bool | RunOutcome:
    """Start the coders as there are places for them, look at what each left as it ends, and have
    one chosen once all have."""
    context.target_check.begin()
    if not at.unended:
        context.places.use(context.ticket)
        return _compare(context, at)
    running, done, ended = "", 0, []
    for number in at.unended:
        key = context.workers.key(at, CODER, str(number))
        if context.watch.find(key) is None:
            if not context.places.is_free(context.ticket, done):
                continue
            stopped = agents.over_budget(context, at)
            if stopped is not None and (stopped is True or not done):
                return stopped
            if stopped is not None:
                continue  # what the run may spend is spent; those that work come to their end
            prepared = _prepare(context, at, number)
            if prepared is not None:
                if prepared:
                    return True
                done += 1
                continue
        view = _follow_one(context, at, number, key)
        if view.has_ended:
            ended.append((number, view))
        else:
            running, done = running or view.worker_id, done + 1
    context.places.use(context.ticket, running=done, wanted=len(at.unended) - len(ended))
    moved = bool(ended) and _end(context, at, *ended[0])
    context.watch.worker = running or context.watch.worker
    return moved


def _prepare(context: TicketContext, at: Position, number: int) -> bool | None:
    """Make and set up a candidate's worktree: None once it is, False while that runs, True where a
    person was called."""
    one = candidate_position(at, number)
    worktree = context.worktree(one)
    if worktree is None or worktree.is_unfinished:
        new = NewWorktree(
            context.ticket, one.worktree, one.branch, at.start, bool(context.head(one))
        )
        context.ports.worktrees.make(new)
    if not context.preparation.is_needed:
        return None
    folder = context.ports.local_state.path_of(one.worktree)
    results = context.preparation.run(at, folder, is_untouched=True)
    if not results:
        return False if results is None else None
    text = "\n\n".join(["the setup of a worktree failed.", *validation_blocks(results)])
    return context.call_person(at, "setup_failed", text)


def _follow_one(context: TicketContext, at: Position, number: int, key: str) -> WorkerView:
    one = candidate_position(at, number)
    return context.watch.follow(
        key,
        lambda: context.workers.agent(
            one,
            CODER,
            number,
            context.ports.local_state.path_of(one.worktree),
            coder_prompt(context.assignment(), one),
        ),
    )


def _end(context: TicketContext, at: Position, number: int, view: WorkerView) -> bool:
    """Record how one candidate ended, once what it left is validated; False until then."""
    one = candidate_position(at, number)
    worktree = context.worktree(one)
    left = worktree.head if worktree is not None else None
    unapproved = unapproved_in_target(context, at, left or "")
    tell_target_moves(context, at)
    if unapproved:
        return context.call_person(at, "not_approved", unapproved)
    found = judge(context, one, worktree, view)
    if found is None:
        return False
    unapproved = unapproved_in_target(context, at, found.commit)
    if unapproved:
        tell_target_moves(context, at)
        return context.call_person(at, "not_approved", unapproved)
    return context.record(
        at,
        stages.CANDIDATE,
        found.text,
        line=f"Candidate {number}: {found.line or found.text.partition(chr(10))[0]}",
        told="" if found.status == stages.FIT else f"candidate {found.status}",
        round=str(number),
        worker=view.worker_id,
        status=found.status,
        commit=found.commit,
        **agents.usage(context, view),
    )


def _compare(context: TicketContext, at: Position) -> bool | RunOutcome:
    """All have ended: one is chosen, or what is wrong is said."""
    if len(at.fit) > 1:
        return choosing.send_chooser(context, at)
    if at.fit:
        only = at.fit[0]
        text = f"Candidate {only.number} is chosen, at {short(only.commit)}: no other can be."
        return choosing.record_choice(context, at, only, text)
    statuses = {one.status for one in at.candidates}
    if stages.ASKED in statuses:
        return context.record(at, stages.NEEDS_ANSWER, at.question, round=str(at.round))
    listed = "\n\n".join(f"Candidate {one.number}:\n\n{one.text}" for one in sorted(at.candidates))
    if statuses == {stages.UNABLE}:
        text = f"No candidate could run, so this is no round.\n\n{listed}"
        return context.record(
            at, stages.COULD_NOT_RUN, text, role=CODER, round=str(at.round), profile=at.profile
        )
    text = f"None of {counted(len(at.candidates), 'candidate')} is good enough.\n\n{listed}"
    return context.record(
        at,
        stages.EVIDENCE,
        text,
        kind=IMPLEMENTATION_REPORT,
        told=f"report {stages.FAILED}",
        status=stages.FAILED,
        round=str(at.round),
    )
