"""A review of one commit by the configured reviewer, outside of a run (docs/start.md).

It is begun as a run begins it: in a checkout that nobody else touches, with the same prompt,
confined by its profile, and what it says counts by the same rule. Who called it waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.intent import packet_of, rest_of
from yoi_cli.model.workers.profiles import REVIEWER
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration.evidence import changes_of_reviewer, tree_word
from yoi_cli.orchestration.prompts import Assignment, reviewer_prompt, words_of_people
from yoi_cli.orchestration.texts import verdict_of
from yoi_cli.orchestration.worker_requests import TicketWorkers, WorkerWatch, is_success, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yoi_cli.model.ids import TicketId
    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.orchestration.position import Position
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.worktrees.model import Worktree

#: How many characters of a reviewer's output are looked at.
_REVIEW = 200_000


class SingleReview(NamedTuple):
    """What a reviewer said: `status` is its verdict, empty where it gave none, and then `text` says
    why."""

    worker: str
    profile: str
    status: str
    text: str


def review_once(
    ports: OrchestrationPorts,
    ticket: TicketId,
    at: Position,
    wait: Callable[[str], WorkerView],
    started: Callable[[str], None],
) -> SingleReview:
    """Have `at.profile` review `at.reported`: once for a commit, however often it is asked.

    `wait` waits for a worker's end, and `started` is told its id. Raises what starting a worker
    does.
    """
    name = f"check-{ticket}"
    folder = ports.repository.check_out(at.reported, name)
    workers, watch = TicketWorkers(ports, ticket), WorkerWatch(ports)
    number = int(at.reported[:7], 16)
    try:
        at = at._replace(tree=tree_word(_dirty(ports, at, name)))
        prompt = reviewer_prompt(_assignment(ports, ticket), at)
        view = watch.follow(
            workers.key(at, REVIEWER, str(number)),
            lambda: workers.agent(at, REVIEWER, number, folder, prompt),
        )
        started(view.worker_id)
        view = wait(view.worker_id)
        changed = changes_of_reviewer(at, _checkout(ports, at, name))
    finally:
        ports.repository.drop_try(name)
    said = verdict_of(workers.said(view, _REVIEW))
    profile = view.profile or at.profile
    if changed or said is None or not is_success(view):
        why = changed or "The reviewer ended without a verdict."
        return SingleReview(view.worker_id, profile, "", why)
    return SingleReview(
        view.worker_id, profile, said.status, said.text or "The reviewer said no more."
    )


def _assignment(ports: OrchestrationPorts, ticket: TicketId) -> Assignment:
    item = ports.store.item(ticket)
    return Assignment(
        ticket=ticket,
        title=item.title,
        packet=packet_of(item.title, item.body),
        rest=rest_of(item.body),
        said=words_of_people(ports.store.thread(ticket).events),
        validate=tuple(words(one) for one in ports.settings.orchestration.validate),
    )


def _checkout(ports: OrchestrationPorts, at: Position, name: str) -> Worktree | None:
    found = ports.worktrees.all(at.target)
    return next((one for one in found if one.path.endswith(f"/{name}")), None)


def _dirty(ports: OrchestrationPorts, at: Position, name: str) -> Sequence[str]:
    found = _checkout(ports, at, name)
    return found.dirty if found is not None else ()
