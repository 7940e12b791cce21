"""How one of several coders on a ticket ended (docs/orchestrate.md, "The best of several")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.events import QUESTION
from yoi_cli.model.workers.profiles import CODER
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration import agents
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.evidence import examine, settle, tree_word, worker_sentence
from yoi_cli.orchestration.texts import evidence_line, evidence_report, question_of
from yoi_cli.orchestration.worker_requests import is_success

if TYPE_CHECKING:
    from yoi_cli.orchestration.context import TicketContext
    from yoi_cli.orchestration.position import Position
    from yoi_cli.orchestration.texts import WorkEvidence
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.worktrees.model import Worktree

#: So many characters of the end of a coder's output may be its question.
_QUESTION = 20_000


class Ended(NamedTuple):
    """How a candidate ended, what is told of it, in one line too, and what it committed."""

    status: str
    text: str
    line: str = ""
    commit: str = ""


def judge(
    context: TicketContext, one: Position, worktree: Worktree | None, view: WorkerView
) -> Ended | None:
    """What a candidate left, whose branch and round `one` has; None while it is validated."""
    if worktree is None:
        text = f"`{one.worktree}` is gone. {worker_sentence(CODER, view)}"
        return Ended(stages.UNFIT, text)
    has_work = (worktree.branch, worktree.head) != (one.branch, one.start)
    has_work = has_work or bool(tree_word(worktree.dirty))
    unable = agents.inability(context, view, has_work=has_work, rests_once=True)
    if unable is not None:
        return Ended(stages.UNABLE, agents.inability_report(context, CODER, view, unable))
    found = examine(context.ports, one, worktree, view)
    asked = _question(context, one, view) if found.commit in ("", one.start) else ""
    if asked:
        return Ended(stages.ASKED, asked)
    if not found.problems:
        validated = _validate(context, one._replace(commit=found.commit), worktree, view)
        if validated is None:
            return None
        found = validated
    if found.problems:
        found = found._replace(tail=context.workers.tail(view))
    status = stages.UNFIT if found.problems else stages.FIT
    return Ended(status, evidence_report(found), evidence_line(found), found.commit)


def _question(context: TicketContext, one: Position, view: WorkerView) -> str:
    """What a candidate asks: on the ticket, or at the end of what it printed."""
    thread = context.ports.store.thread(context.ticket).events
    begun = [event.line for event in thread if event.attributes.get("step") == stages.CANDIDATES]
    author = f"{CODER} {one.round} ({view.profile})"
    asked = [
        event.body
        for event in thread
        if event.kind == QUESTION
        and event.line > max(begun, default=0)
        and (event.author == author or event.attributes.get("worker") == view.worker_id)
    ]
    if asked:
        return "\n\n".join(asked)
    return question_of(context.workers.said(view, _QUESTION)) if is_success(view) else ""


def _validate(
    context: TicketContext, one: Position, worktree: Worktree, view: WorkerView
) -> WorkEvidence | None:
    """What was found of a candidate's commit with the validation commands run on it; None while
    they run."""
    name = f"c{one.round}"

    def folder() -> str:
        return context.checkout(one, one.commit, name, is_begun=True)

    results = context.preparation.run(one, folder()) if context.preparation.is_needed else ()
    if results == ():
        results = context.watch.validate(context.workers, one, name, folder)
    is_bad = results is not None and not all(result.is_good for result in results)
    if results is None or (is_bad and not context.target_check.is_known):
        return None
    context.drop_checkout()
    results = tuple(map(context.target_check.with_note, results))
    return settle(context.ports, one._replace(tree=""), worktree, view, results)
