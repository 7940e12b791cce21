"""The coder's rounds: a worktree, a worker in it, and what it left behind (docs/orchestrate.md).

Each step gives True where one was made, and False where a worker is waited for.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError, YoiError
from yoi_cli.model.events import IMPLEMENTATION_REPORT
from yoi_cli.model.naming import ticket_of_branch
from yoi_cli.model.text import counted
from yoi_cli.model.workers.profiles import CODER
from yoi_cli.orchestration import agents, candidates, choosing, far_coding
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.context import LEFT
from yoi_cli.orchestration.evidence import examine, settle, tree_word, worker_sentence
from yoi_cli.orchestration.prompts import coder_prompt
from yoi_cli.orchestration.target_watch import (
    is_moved_unapproved,
    note_target,
    tell_target_moves,
    unapproved_in_target,
)
from yoi_cli.orchestration.texts import (
    evidence_line,
    evidence_report,
    question_of,
    short,
    validation_blocks,
)
from yoi_cli.orchestration.worker_requests import is_success

#: So many characters of the end of a coder's output may be its question.
_QUESTION = 20_000

if TYPE_CHECKING:
    from yoi_cli.orchestration.context import RunOutcome, TicketContext
    from yoi_cli.orchestration.position import Position
    from yoi_cli.orchestration.texts import WorkEvidence
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.worktrees.model import Worktree


def ask_for_ticket(context: TicketContext, at: Position) -> bool | RunOutcome:
    """Before anything is started: where the store is shared, the claim is brought there, and
    given back where another clone's came before it. Then plan the worktree.

    Raises `OperationError` (`claim_not_shared`) where the others cannot be asked.
    """
    try:
        is_shared = context.ports.share()
    except YoiError as error:
        text = f"Other clones cannot be asked for it, so it is not begun: {error.message}"
        raise OperationError("claim_not_shared", text, hint=error.hint) from error
    if not is_shared:
        return plan_worktree(context, at)
    now = context.journal.position()
    rival = context.journal.rival(at)
    if rival and now == at:
        context.journal.give_back(at)
        with suppress(YoiError):
            context.ports.share()  # a courtesy: they go by their own claim all the same
    if rival or now != at:
        text = f"Another clone has it: {rival or now.holder or 'it was given back'}."
        return context.outcome(LEFT, "claimed_elsewhere", text)
    return plan_worktree(context, at)


def plan_worktree(context: TicketContext, at: Position) -> bool:
    """Branch, path and base are what the accepted plan says, and the log from now on."""
    ports = context.ports
    plans = [record.accepted_plan for record in ports.store.plan(context.ticket)]
    agreed = next((plan for plan in reversed(plans) if plan is not None), None)
    if agreed is None:
        text = "the accepted plan, which names branch and worktree, is gone."
        return context.call_person(at, "plan_missing", text)
    branch, worktree, target = agreed.branch or "", agreed.worktree or "", ports.target
    if not _is_its_own(context.ticket, branch, worktree):
        text = (
            f"the accepted plan names `{branch}` in `{worktree}`, which are not this ticket's. A "
            "plan may come from anywhere; correct it with `yoi route --accept`."
        )
        return context.call_person(at, "plan_unexpected", text)
    head = ports.repository.commit_of(f"refs/heads/{target}") or ""
    if ports.repository.commit_of(f"refs/heads/{branch}") is not None:
        head = ports.history.fork_point(f"refs/heads/{branch}", head) or head
    text = f"Worktree `{worktree}` on `{branch}`, from {short(head)} of `{target}`."
    return context.record(
        at, stages.WORKTREE, text, branch=branch, worktree=worktree, target=target, base=head
    )


def _is_its_own(ticket: str, branch: str, worktree: str) -> bool:
    """Whether a branch, and a path relative to the repository, are by their names a ticket's."""
    *folders, name = worktree.split("/")
    is_within = all(folder not in ("", ".", "..") for folder in folders)
    return ticket_of_branch(branch) == ticket and is_within and name.split("-")[0] == ticket


def enter_worktree(context: TicketContext, at: Position) -> bool | RunOutcome:
    """Make the worktree where it is missing, and begin the first round."""
    if not candidates.are_wanted(context, at):
        context.make_worktree(at)
    return send_coder(context, at)


def send_coder(context: TicketContext, at: Position) -> bool | RunOutcome:
    """Record the next round, or that there were enough of them; wait for a profile that rests."""
    rounds = context.ports.settings.orchestration.rounds
    if at.approved:
        text = f"What was approved, {short(at.approved)}, did not pass. The log says why."
        return context.call_person(at, "approved_failed", text)
    if at.spent > rounds:
        return context.call_person(
            at,
            "rounds_spent",
            f"The coder was sent back {counted(rounds, 'time')}, and it is not done."
            + _newest_request(at)
            + "".join(map(context.target_check.told, context.target_check.failed)),
        )
    if candidates.are_wanted(context, at):
        return candidates.begin(context, at)
    return _send_one(context, at)


def _newest_request(at: Position) -> str:
    """What was wrong last, in one line; empty where nothing is told of it."""
    if not at.requests:
        return ""
    told = at.requests[-1].text.strip().partition("\n\n")[0]
    head, *problems = (line.strip() for line in told.split("\n"))
    return f" Last: {' '.join(one.removeprefix('- ') for one in problems) or head}"


def _send_one(context: TicketContext, at: Position) -> bool | RunOutcome:
    if at.contest and not at.chosen:  # none of them was good enough
        choosing.drop_candidates(context, at)
        context.make_worktree(at)
    runtime = context.ports.settings.runtime_of(CODER)
    is_here = not runtime or context.ports.elsewhere.is_of_this_clone(runtime)
    results = context.set_up(at) if is_here else ()
    if results is None:
        return False
    if results:
        text = "\n\n".join(["the setup of the worktree failed.", *validation_blocks(results)])
        return context.call_person(at, "setup_failed", text)
    number = at.round + 1
    profile = agents.next_profile(context, at, CODER)
    if not isinstance(profile, str):
        return profile
    worktree = context.worktree(at) if is_here else None
    context.end_leftovers()
    context.drop_checkout()
    note_target(context, at)
    where = f" on {runtime}" if runtime else ""
    return context.record(
        at,
        stages.CODER,
        f"Round {number}: the coder ({profile}{where}) begins on `{at.branch}`.",
        role=CODER,
        round=str(number),
        profile=profile,
        runtime=runtime,
        tree=tree_word(worktree.dirty) if worktree else "",
        head=context.head(at),
    )


def follow_coder(context: TicketContext, at: Position) -> bool:
    """Wait for the coder, and look at what it left."""
    context.target_check.begin()
    return (_follow_elsewhere if at.coder_runtime else _follow_here)(context, at)


def _follow_here(context: TicketContext, at: Position) -> bool:
    view = context.watch.follow(
        context.workers.key(at, CODER, str(at.round)),
        lambda: context.workers.agent(
            at, CODER, at.round, context.entered(at), coder_prompt(context.assignment(), at)
        ),
    )
    if not view.has_ended:
        return False
    if context.journal.position() != at:
        return True  # it asked a question meanwhile, or somebody had a word
    unapproved = unapproved_in_target(context, at, context.head(at))
    left = context.worktree(at)
    if left is not None and left.branch == at.target:  # it led its HEAD there
        unapproved = unapproved or unapproved_in_target(context, at, left.head or "")
    tell_target_moves(context, at)
    worktree = left or context.standing_worktree(at)
    if worktree is None:
        return context.miss_worktree(at)
    if view.cause in ("stopped", "cancelled"):
        return context.call_person(
            at, "worker_stopped", f"Somebody ended the coder: {worker_sentence(CODER, view)}"
        )
    if unapproved:
        return context.call_person(at, "not_approved", unapproved)
    return _look_at_work(context, at, worktree, view)


def _follow_elsewhere(context: TicketContext, at: Position) -> bool:
    """The same of a coder on another runtime, whose commits are brought here."""
    end = far_coding.coder_end(context, at)
    if end is None:
        return False
    if context.journal.position() != at:
        return True
    left = far_coding.take_work(context, at, end)
    return True if left is None else _look_at_work(context, at, left, end.view)


def _look_at_work(
    context: TicketContext, at: Position, worktree: Worktree, view: WorkerView
) -> bool:
    """What the coder left is validated; where it is not good enough, that is reported, or what it
    asks is."""
    if at.question:
        return _ask(context, at, at.question, view)
    has_work = (
        worktree.branch != at.branch
        or (worktree.head or "") != at.start
        or tree_word(worktree.dirty) != at.tree
    )
    if agents.could_not_run(context, at, CODER, view, has_work=has_work):
        return True
    found = examine(context.ports, at, worktree, view)
    if not found.problems:
        seen = None if at.coder_runtime else worktree
        return context.take_evidence(at, found.commit, seen)
    asked = question_of(context.workers.said(view, _QUESTION))
    if asked and is_success(view) and context.head(at) == at.start:
        return _ask(context, at, asked, view)
    return _report(context, at, found, view)


def _ask(context: TicketContext, at: Position, question: str, view: WorkerView) -> bool:
    """Record that the coder waits for an answer."""
    return context.record(
        at,
        stages.NEEDS_ANSWER,
        question,
        round=str(at.round),
        worker=view.worker_id,
        **agents.usage(context, view),
    )


def validate(context: TicketContext, at: Position) -> bool:
    """Run the validation commands on the commit, where no coder could touch it, and report."""
    is_judged = at.chosen and not at.reported
    number = f"c{at.chosen}" if is_judged else f"v{at.validations}"

    def folder() -> str:
        return context.checkout(at, at.commit, number, is_begun=True)

    results = context.preparation.run(at, folder()) if context.preparation.is_needed else ()
    if results == ():
        results = context.watch.validate(context.workers, at, number, folder)
    is_bad = results is not None and not all(one.is_good for one in results)
    if results is None or (is_bad and not context.target_check.is_known):
        return False
    context.drop_checkout()
    if is_moved_unapproved(context, at):
        return True
    results = tuple(map(context.target_check.with_note, results))
    worktree = context.standing_worktree(at)
    if worktree is None:
        return context.miss_worktree(at)
    is_known, view = _coder_of(context, at)
    if not is_known:
        return False
    return _report(context, at, settle(context.ports, at, worktree, view, results), view)


def _coder_of(context: TicketContext, at: Position) -> tuple[bool, WorkerView | None]:
    """The coder whose work is validated, None where it is not kept, and whether that is known."""
    if at.coder_runtime:
        return far_coding.coder_again(context, at)
    return True, context.ports.runtime.find(context.workers.key(at, CODER, str(at.coder)))


def _report(
    context: TicketContext, at: Position, found: WorkEvidence, view: WorkerView | None
) -> bool:
    status = stages.FAILED if found.problems else stages.PASSED
    if found.problems and view is not None:
        found = found._replace(tail=context.workers.tail(view))
    return context.record(
        at,
        stages.EVIDENCE,
        evidence_report(found),
        kind=IMPLEMENTATION_REPORT,
        told=f"report {status}",
        line=evidence_line(found),
        status=status,
        round=str(at.coder),
        worker=view.worker_id if view else "",
        commit=found.commit,
        **agents.usage(context, view),
    )
