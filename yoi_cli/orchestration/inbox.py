"""What waits for a person: which ticket, why, and what answers it (docs/orchestrate.md, "The
inbox")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model import run_choices, states
from yoi_cli.model.events import IMPLEMENTATION_REPORT, QUESTION, REVIEW
from yoi_cli.model.item import field_text
from yoi_cli.model.own_events import is_own
from yoi_cli.model.routing import NEEDS_ANSWER, NEEDS_MERGE, summary_of
from yoi_cli.model.time import stamp
from yoi_cli.model.workers.profiles import BY_PERSON, CODER, REVIEWER
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.agents import SPENT
from yoi_cli.orchestration.approvals import told_of
from yoi_cli.orchestration.contest_steps import CHOICE, can_be_chosen
from yoi_cli.orchestration.elsewhere import UNREACHABLE
from yoi_cli.orchestration.outcome import BECAUSE, LOGIN, MISSING
from yoi_cli.orchestration.steps import position_of
from yoi_cli.store.values import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

    from yoi_cli.model.events import Event
    from yoi_cli.orchestration.approvals import Approvals
    from yoi_cli.orchestration.elsewhere import Away
    from yoi_cli.orchestration.pauses import Pause
    from yoi_cli.orchestration.ports import OwnEvents
    from yoi_cli.orchestration.position import Position
    from yoi_cli.store.ports import TicketReader
    from yoi_cli.store.values import FieldsRow

#: The reasons that no step of a run records.
REVIEW_WAITS = "review"
PROFILE_RESTS = "profile_paused"

_ANSWER = "yoi ticket answer {ticket} -m TEXT"
_APPROVE = "yoi ticket review {ticket} --approve -m TEXT"
_CHANGES = "yoi ticket review {ticket} --request-changes -m TEXT"
_LOOK = "yoi orchestrate {ticket}"
_RETRY = "yoi orchestrate {ticket} --retry"
_DIFF = "yoi ticket diff {ticket}"
_TEST = "yoi runtime test {runtime}"
_GIVE_UP = "yoi ticket state {ticket} planning --reason TEXT"
#: What answers a reason, the likeliest first; `_OTHERS` answer every other one.
_COMMANDS: Mapping[str, tuple[str, ...]] = {
    NEEDS_ANSWER: (_ANSWER,),
    REVIEW_WAITS: (_APPROVE, _CHANGES, _DIFF),
    "no_verdict": (_APPROVE, _CHANGES, _RETRY, _DIFF),
    "reviewer_changed": (_APPROVE, _CHANGES, _RETRY, _DIFF),
    "not_approved": (_APPROVE, _CHANGES, _DIFF),
    "rounds_spent": (_CHANGES, _APPROVE, _RETRY, _DIFF, _GIVE_UP),
    "approved_failed": (_CHANGES, _APPROVE, _RETRY, _DIFF, _GIVE_UP),
    "plan_unexpected": ("yoi route {ticket} --accept", _GIVE_UP),
    SPENT: (_RETRY, _CHANGES, _GIVE_UP),
    stages.PULL_REQUEST: (_LOOK, _CHANGES, _DIFF),
    "request_closed": (_RETRY, _CHANGES, _APPROVE, _DIFF, _GIVE_UP),
}
_OTHERS = (_RETRY, _CHANGES, _GIVE_UP)
#: What a person here can do where another clone's orchestrator asks.
_FROM_HERE = (_CHANGES,)
_CALL = "A person is needed: "


class Waiting(NamedTuple):
    """Something that waits for a person.

    `ticket` is empty where a profile waits. `reason` is a code, `why` its text, `since` when it
    began. `commands` answer it, the likeliest first. `mark` is another word for everything that
    was ever asked for. `worker` is the key of the worker whose words are the last, or its id.
    """

    ticket: str
    title: str
    reason: str
    why: str
    since: str
    commands: tuple[str, ...]
    mark: str
    worker: str = ""
    last_words: str = ""


def _nowhere(runtime: str) -> Away | None:
    del runtime
    return None


class InboxPorts(NamedTuple):
    """What the inbox is made from. `pauses` are those of profiles, `said` gives what a worker, by
    its id or its key, said last, `away` since when a runtime cannot be asked, `now` are Unix
    milliseconds."""

    store: TicketReader
    own_events: OwnEvents
    approvals: Approvals
    reviews_by_hand: bool
    pauses: Mapping[str, Pause]
    said: Callable[[str], str]
    now: int
    away: Callable[[str], Away | None] = _nowhere


class Inbox(NamedTuple):
    """All that waits for a person, longest first, and the tickets that cannot be read."""

    waiting: tuple[Waiting, ...]
    unreadable: tuple[Unreadable, ...] = ()


def find_waiting(ports: InboxPorts) -> Inbox:
    """All that waits, in one pass: the threads of tickets in progress are read, and no others."""
    waiting, unreadable = [], []
    for row in ports.store.all_fields():
        if row.error is not None:
            unreadable.append(Unreadable(row.id, row.error))
        elif row.fields.get("state") == states.INPROGRESS:
            try:
                found = _look_at(ports, row)
            except YoiError as error:
                unreadable.append(Unreadable(row.id, error))
            else:
                waiting += [] if found is None else [found]
    waiting.sort(key=lambda one: one.since)
    rests = (of_profile(name, pause, ports.now) for name, pause in ports.pauses.items())
    return Inbox((*waiting, *(one for one in rests if one is not None)), tuple(unreadable))


def _look_at(ports: InboxPorts, row: FieldsRow) -> Waiting | None:
    found = waiting_of(
        row.id,
        field_text(row.fields, "title"),
        ports.store.thread(row.id).events,
        ports.own_events.of(row.id),
        approvals=ports.approvals,
        reviews_by_hand=ports.reviews_by_hand
        or field_text(row.fields, run_choices.REVIEWER) == BY_PERSON,
        away=ports.away,
    )
    return None if found is None else found._replace(last_words=ports.said(found.worker))


def waiting_of(
    ticket: str,
    title: str,
    thread: Sequence[Event],
    marks: Container[str],
    *,
    approvals: Approvals,
    reviews_by_hand: bool,
    away: Callable[[str], Away | None] = _nowhere,
) -> Waiting | None:
    """What a ticket in progress waits for a person with, None for nothing.

    `marks` are those of the events that this clone wrote, `approvals` says which
    approvals count, `reviews_by_hand` that people review what its orchestrators reported, `away`
    since when the runtime of a worker cannot be asked.
    """
    at = position_of(thread, marks, ticket=ticket, approvals=approvals)
    if at.state != states.INPROGRESS:
        return None
    if at.is_own and at.stage != stages.ACCEPTED:
        own = [one for one in thread if is_own(one, marks)]
        found = _of_run(at, thread, own, reviews_by_hand=reviews_by_hand)
    else:
        found = _of_others(thread)
    if found is None:
        return _of_runtime(ticket, title, at, away)
    reason, event, commands = found
    why = (at.question or event.body).removeprefix(_CALL).strip()
    if not at.is_own and at.holder and reason != REVIEW_WAITS:
        why = f"{at.holder}, another clone's, asks: {why}"
    return Waiting(
        ticket,
        title,
        reason,
        _summary(at, why) if reason == REVIEW_WAITS else why,
        event.at,
        tuple(_command(one, ticket, approvals) for one in commands),
        f"{ticket}:{event.id or event.line}",
        _worker(ticket, at, thread),
    )


def _of_runtime(
    ticket: str, title: str, at: Position, away: Callable[[str], Away | None]
) -> Waiting | None:
    """A worker that is at work where nobody can ask: somebody may have to see to that runtime."""
    working = {stages.CODER: at.coder_runtime, stages.REVIEWER: at.reviewer_runtime}
    runtime = working.get(at.stage, "")
    found = away(runtime) if runtime and at.is_own else None
    if found is None:
        return None
    commands = (one.format(ticket=ticket, runtime=runtime) for one in (_TEST, _LOOK, _GIVE_UP))
    why, mark = f"{found.text} Its worker is waited for.", f"{ticket}:{runtime}:{found.since}"
    since = stamp(found.since)
    return Waiting(ticket, title, UNREACHABLE, why, since, tuple(commands), mark)


def _command(command: str, ticket: str, approvals: Approvals) -> str:
    if approvals.is_signed:
        command = command.replace("--approve", "--approve --sign")
    return command.format(ticket=ticket)


def of_profile(name: str, pause: Pause, now: int) -> Waiting | None:
    """What a profile that rests waits for a person with: a login, or its program."""
    if pause.kind not in (LOGIN, MISSING) or pause.until <= now:
        return None
    why = f"The profile {name} is paused until {stamp(pause.until)}: {BECAUSE[pause.kind]}."
    return Waiting(
        "",
        name,
        PROFILE_RESTS,
        why,
        "",
        (f"yoi profile check {name}", "yoi orchestrate --retry"),
        f"profile {name}:{pause.until}",
        last_words=pause.said,
    )


_Found = tuple[str, "Event", tuple[str, ...]]


def _of_run(
    at: Position, thread: Sequence[Event], own: Sequence[Event], *, reviews_by_hand: bool
) -> _Found | None:
    """What this clone's orchestrators wait for, by the steps that are its `own`."""
    if at.stage == stages.PERSON:
        event = _newest(own, lambda one: _step(one) == stages.PERSON)
        commands = _COMMANDS.get(at.reason, _OTHERS)
        return at.reason, event, _choices(at) if can_be_chosen(at) else commands
    if at.stage == stages.NEEDS_ANSWER or (at.stage == stages.CODER and at.question):
        if at.is_answered:
            return None
        return NEEDS_ANSWER, _newest(thread, _asks), _COMMANDS[NEEDS_ANSWER]
    if at.stage == stages.PULL_REQUEST:
        event = _newest(own, lambda one: _step(one) == stages.PULL_REQUEST)
        return at.stage, event, _COMMANDS[at.stage]
    if at.stage == stages.REPORTED and (reviews_by_hand or at.is_endorsed):
        event = _newest(own, lambda one: _step(one) == stages.EVIDENCE)
        return REVIEW_WAITS, event, _COMMANDS[REVIEW_WAITS]
    return None


def _choices(at: Position) -> tuple[str, ...]:
    """What answers where one of several candidates is to be chosen."""
    numbers = sorted(one.number for one in at.fit)
    choose = [f"yoi ticket review {{ticket}} --choose {number} -m TEXT" for number in numbers]
    shown = [f"{_DIFF} --candidate {number}" for number in numbers]
    retry = () if at.reason == CHOICE else (_RETRY,)
    return (*choose, *shown, _CHANGES, *retry, _GIVE_UP)


def _of_others(thread: Sequence[Event]) -> _Found | None:
    """What somebody else who works on a ticket asks, another clone or a person."""
    needs = summary_of(thread).review.needs
    if needs == NEEDS_ANSWER:
        return NEEDS_ANSWER, _newest(thread, _asks), _COMMANDS[NEEDS_ANSWER]
    if needs == NEEDS_MERGE:
        return needs, _newest(thread, lambda one: _step(one) == needs), _FROM_HERE
    if needs:
        event = _newest(thread, lambda one: _step(one) == stages.PERSON)
        return event.attributes.get("reason", needs), event, _FROM_HERE
    last = [one for one in thread if one.kind in (IMPLEMENTATION_REPORT, REVIEW)][-1:]
    if last and last[0].kind == IMPLEMENTATION_REPORT and not _step(last[0]):
        return REVIEW_WAITS, last[0], _COMMANDS[REVIEW_WAITS]
    return None


def _asks(event: Event) -> bool:
    return event.kind == QUESTION or _step(event) == stages.NEEDS_ANSWER


def _step(event: Event) -> str:
    return event.attributes.get("step", "")


def _newest(thread: Sequence[Event], wanted: Callable[[Event], bool]) -> Event:
    """The newest event that is `wanted`; whoever asks knows that there is one."""
    return next(one for one in reversed(thread) if wanted(one))


def _summary(at: Position, report: str) -> str:
    """A report in short: what there is to review."""
    first = report.partition("\n")[0]
    if not at.reported:
        return first
    return f"{at.reported[:12]} waits for a review.{told_of(at)} {first}"


def _worker(ticket: str, at: Position, thread: Sequence[Event]) -> str:
    """The key of the agent that had the last word: the reviewer where it is about its review."""
    if at.is_own and at.round:
        by_reviewer = at.stage == stages.PERSON and at.before in (
            stages.NO_VERDICT,
            stages.REVIEWER,
        )
        role, number = (REVIEWER, at.reviews) if by_reviewer else (CODER, at.coder)
        return f"{ticket}:{at.generation}:{role}:{number}"
    named = (one.attributes.get("worker", "") for one in reversed(thread))
    return next((word for word in named if word), "")
