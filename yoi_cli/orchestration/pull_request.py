"""Having approved work merged at a forge: the branch is pushed, a request is opened and waited for,
and the target here follows (docs/orchestrate.md, "Pull requests").

Each step gives True where one was made, and False where people at the forge are waited for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, OperationError, YoiError
from yoi_cli.model.events import DECISION, IMPLEMENTATION_REPORT, REVIEW
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.forge_port import CLOSED, MERGED, OPEN
from yoi_cli.orchestration.ports import OwnMerge
from yoi_cli.orchestration.request_texts import (
    closed_text,
    forwarded_report,
    mark_of,
    new_request,
    review_author,
    review_text,
    url_of,
    waiting_text,
)
from yoi_cli.orchestration.steps import FORGE
from yoi_cli.orchestration.texts import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.model.events import NewEvent
    from yoi_cli.orchestration.context import TicketContext
    from yoi_cli.orchestration.forge_port import ForgeReview, PullRequest
    from yoi_cli.orchestration.position import Position

REQUEST_CLOSED = "request_closed"


def begin(context: TicketContext, at: Position) -> bool:
    """Record that the approved commit is to be pushed and asked to be merged."""
    forge = context.ports.forge
    text = (
        f"Push the approved commit {short(at.reported)} to `{forge.remote}`, and have it merged "
        f"into `{at.target}` there."
    )
    return context.record(at, stages.PUSH, text, kind=DECISION, commit=at.reported)


def push(context: TicketContext, at: Position) -> bool:
    """Push the branch, and open the request, unless there is one: whoever was killed in between
    finds what it has done."""
    forge, head = context.ports.forge, context.head(at)
    if head != at.reported:
        return context.take_evidence(at, head)
    there = forge.fetch(at.target)
    if there and context.ports.repository.is_ancestor(at.reported, there):
        return _merged(context, at, "")
    if not context.journal.publish(
        at, lambda: forge.planned_push(at.branch, at.reported, at.pushed)
    ):
        forge.push(at.branch, at.reported, at.pushed)
    if not forge.program:
        return _wait_for(context, at, forge.page(at.branch, at.target), "")
    found = _standing(context, at)
    if found is None:
        found = _open(context, at)
    url = url_of(found.url) or forge.page(at.branch, at.target)
    return _wait_for(context, at, url, found.number)


def _standing(context: TicketContext, at: Position) -> PullRequest | None:
    """The request for this work that there is already: an open one, or one that was merged."""
    found = context.ports.forge.find(at.branch, at.target)
    if found is None or found.state == OPEN:
        return found
    return found if found.state == MERGED and found.head == at.reported else None


def _open(context: TicketContext, at: Position) -> PullRequest:
    """Open the request. Where that is refused, somebody may have opened it at the same moment, such
    as a program that outlived the run which started it."""
    ports = context.ports
    new = new_request(context.ticket, context.title, at, ports.redaction)
    refused: YoiError | None = None
    try:
        ports.forge.open(new._replace(is_draft=ports.settings.orchestration.draft))
    except OperationError as error:
        refused = error
    found = _standing(context, at)
    if found is not None:
        return found
    raise refused or OperationError(
        "forge_failed",
        f"{ports.forge.program} opened a request for `{at.branch}`, and does not list it.",
        hint="The next run looks for it again.",
    )


def _wait_for(context: TicketContext, at: Position, url: str, number: str) -> bool:
    """Record where the request is, or where a person opens it."""
    context.next_look, context.seen_target = 0, ""
    text = context.told_waits = waiting_text(url, is_open=bool(number))
    commit = at.reported
    return context.record(at, stages.PULL_REQUEST, text, url=url, number=number, commit=commit)


def wait(context: TicketContext, at: Position) -> bool:
    """Look at the request from time to time, and take over what was said and done there."""
    head = context.head(at)
    if head not in ("", at.reported):
        context.waits = ""
        return context.take_evidence(at, head)
    now = context.ports.now()
    if now < context.next_look:
        return False
    interval = context.ports.settings.orchestration.request_interval
    context.next_look = now + int(interval * 1000)
    trouble = ""
    try:
        moved = _look(context, at)
    except OperationError as error:
        moved, trouble = False, f" (it could not be looked at: {error.message})"
    context.waits = "" if moved else waiting_text(at.url, is_open=bool(at.number)) + trouble
    if context.waits and context.waits != context.told_waits:
        context.told_waits = context.waits
        context.tell(stages.PULL_REQUEST, context.waits, "", at.reported)
    return moved


def _look(context: TicketContext, at: Position) -> bool:
    """Whether anything has come of the request. Raises `OperationError` where nobody can say, and
    the remote's target does not say it either."""
    try:
        found = _found(context, at)
    except OperationError:
        if _is_in_target(context, at):
            return True
        raise
    if found is None:
        return _is_in_target(context, at)
    if found.number != at.number:
        url = url_of(found.url) or at.url
        return _wait_for(context, at, url, found.number)
    if found.state == MERGED:
        return _merged(context, at, found.merge)
    if found.state == CLOSED:
        return context.call_person(at, REQUEST_CLOSED, closed_text(at.url, found.last_word))
    new = [one for one in found.reviews if mark_of(one) not in at.taken]
    return _take_over(context, at, new) if new else False


def _found(context: TicketContext, at: Position) -> PullRequest | None:
    """The request as the forge tells of it, None where nobody opened one, or nobody can ask."""
    forge = context.ports.forge
    if not forge.program:
        return None
    if at.number:
        return forge.look(at.number)
    return _standing(context, at)


def _is_in_target(context: TicketContext, at: Position) -> bool:
    """Whether the remote's target has the work by now, which is all that shows without a
    program."""
    forge = context.ports.forge
    head = forge.fetch(at.target)
    if not head or head == context.seen_target:
        return False
    context.seen_target = head
    return _merged(context, at, "") if forge.holds(head, at.reported) else False


def _take_over(context: TicketContext, at: Position, reviews: Sequence[ForgeReview]) -> bool:
    """Record the reviews, all at once: the first that asks for changes sends the coder back."""
    events = [_event(context, at, one) for one in reviews]
    context.journal.record(at, *events)
    for event in events:
        line = event.body.partition("\n")[0]
        context.tell(dict(event.attributes)["status"], f"{event.author}: {line}", "", at.reported)
    return True


def _event(context: TicketContext, at: Position, review: ForgeReview) -> NewEvent:
    return context.journal.event(
        REVIEW,
        review_text(review, at.url),
        author=review_author(review, context.ports.forge.host),
        status=review.status,
        round=str(at.round),
        commit=at.reported,
        **{FORGE: mark_of(review)},
    )


def _merged(context: TicketContext, at: Position, merge: str) -> bool:
    """Record that the request was merged, by the forge's word or since the target has the work,
    before the target here follows."""
    ports, remote = context.ports, context.ports.forge.remote
    head = ports.forge.fetch(at.target)
    if not head:
        text = f"`{remote}` has no branch `{at.target}` any more, which the request was for."
        return context.call_person(at, "target_missing", text)
    known = ports.repository.commit_of(merge) if merge else None
    done = known if known is not None and ports.repository.is_ancestor(known, head) else head
    ports.local_state.note_merge(OwnMerge(at.target, at.base, at.reported, done))
    text = f"The request was merged into `{at.target}` of `{remote}` as {short(done)}."
    return context.record(
        at,
        stages.FORWARD,
        text,
        commit=at.reported,
        merge=done,
        old=context.target_head(at),
        head=head,
    )


def look_again(context: TicketContext, at: Position) -> bool:
    """Look at a request that was closed, while a person is waited for: it may be open again, or
    merged after all."""
    if not (at.number and context.ports.forge.program):
        return False
    try:
        found = context.ports.forge.look(at.number)
    except OperationError:
        return False  # it is closed as far as anybody knows
    if found.state == CLOSED:
        return False
    return _wait_for(context, at, at.url, at.number)


def forward(context: TicketContext, at: Position) -> bool:
    """Bring the target here forward, where that can be done, and say that the work is merged."""
    report = context.journal.event(
        IMPLEMENTATION_REPORT,
        forwarded_report(at, context.ports.forge.remote, _bring_forward(context, at)),
        step=stages.MERGED,
        holder=at.holder,
        generation=str(at.generation),
        merge=at.merge,
        commit=at.reported,
    )
    context.journal.finish(at, report)
    context.tell(stages.MERGED, f"in {at.target} as {short(at.merge)}", "", at.merge)
    return True


def _bring_forward(context: TicketContext, at: Position) -> str:
    """Let the target here be what the remote's was; why that is not done, empty where it is."""
    repository, head = context.ports.repository, context.target_head(at)
    if not head:
        return "there is no such branch here"
    if head != at.aim and repository.is_ancestor(at.aim, head):
        return ""
    try:
        repository.fast_forward(at.target, old=at.old, new=at.aim)
    except ConflictError as error:
        return error.message.rstrip(".")
    return ""
