"""The agents of a ticket: which profile is next, and what is done about one that could not run
(docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.spending import spending_of
from yoi_cli.model.time import stamp
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.context import PERSON, WAITS
from yoi_cli.orchestration.evidence import worker_sentence
from yoi_cli.orchestration.outcome import inability_of
from yoi_cli.orchestration.pauses import LONGEST_WAIT_MS
from yoi_cli.orchestration.run_budget import RUN_SPENT
from yoi_cli.orchestration.staffing import PAUSED, choose, pause_name, rest
from yoi_cli.orchestration.texts import printed

if TYPE_CHECKING:
    from yoi_cli.orchestration.context import RunOutcome, TicketContext
    from yoi_cli.orchestration.outcome import Inability
    from yoi_cli.orchestration.position import Position
    from yoi_cli.workers.model import WorkerView

#: How often agents of one ticket may fail to run before a person is asked for.
UNABLE_TRIES = 5
#: The reason for which a person is called once the ticket's budget is spent.
SPENT = "budget_spent"


def next_profile(context: TicketContext, at: Position, role: str) -> str | bool | RunOutcome:
    """The name of the profile that works as `role` next.

    Else what the step comes to: False while a short rest is waited out, an outcome where the
    profile is paused, True where a person was called, since it failed too often.
    """
    spent = over_budget(context, at)
    if spent is not None:
        return spent
    if at.unable >= UNABLE_TRIES:
        text = f"Agents could not run {at.unable} times. {_newest_reason(context)}"
        return context.call_person(at, stages.COULD_NOT_RUN, text)
    choice = choose(context.ports, role)
    if choice.pause is None:
        return choice.profile.name
    if choice.waits_long(context.ports.now()):
        return context.outcome(WAITS, PAUSED, choice.text)
    return False


def _newest_reason(context: TicketContext) -> str:
    """What the log says of the agent that could not run last."""
    events = context.ports.store.thread(context.ticket).events
    told = (one.body for one in events if one.attributes.get("step") == stages.COULD_NOT_RUN)
    return next(reversed([*told]), "").partition("\n")[0]


def over_budget(context: TicketContext, at: Position) -> bool | RunOutcome | None:
    """Call a person where the ticket's budget is spent, since one last said so; end the ticket's
    part in a run that spent its own. None where there is something left."""
    limits = context.ports.settings.orchestration
    if context.ports.run_budget.is_spent:
        return context.outcome(PERSON, RUN_SPENT, context.ports.run_budget.text)
    if not limits.max_cost:
        return None
    events = context.ports.store.thread(context.ticket).events
    asked = [n for n, event in enumerate(events) if event.attributes.get("reason") == SPENT]
    spent = spending_of(events[asked[-1] + 1 if asked else 0 :]).cost or 0.0
    if spent < limits.max_cost:
        return None
    text = f"Agents spent ${spent:.2f} of ${limits.max_cost:.2f}; --retry allows as much again."
    return context.call_person(at, SPENT, text)


def usage(context: TicketContext, view: WorkerView | None) -> dict[str, str]:
    """What an agent that has ended spent, as attributes of an event that names it; it counts for
    this run too."""
    if view is None:
        return {}
    told = context.workers.report(view)
    tokens = (told.input_tokens or 0) + (told.output_tokens or 0)
    used = {"tokens": str(tokens)} if tokens else {}
    if told.cost is None:
        return used
    context.ports.run_budget.add(view.worker_id, told.cost)
    return {**used, "cost": f"{max(told.cost, 0.0):.6f}"}


def could_not_run(
    context: TicketContext, at: Position, role: str, view: WorkerView, *, has_work: bool
) -> bool:
    """Record that the agent which ended did not run at all, if so, and have its profile rest.

    One that failed for no known reason counts as a round, and towards a pause.
    """
    found = inability(context, view, has_work=has_work)
    if found is None:
        return False
    said = f" It said: {found.why.said}" if found.why.said else ""
    until = f" (paused until {found.until})" if found.until else ""
    return context.record(
        at,
        stages.COULD_NOT_RUN,
        inability_report(context, role, view, found),
        line=f"{_head(role, view, found)}{said}{until}",
        role=role,
        round=str(at.round),
        worker=view.worker_id,
        profile=view.profile or "",
        status=found.why.kind,
        until=found.until,
        **usage(context, view),
    )


class Unable(NamedTuple):
    """Why an agent could not run, and until when its profile is paused, empty for not at all."""

    why: Inability
    until: str


def inability(
    context: TicketContext, view: WorkerView, *, has_work: bool, rests_once: bool = False
) -> Unable | None:
    """Why the agent that ended did not run at all, and have its profile rest; None where it ran, or
    where that is not certain. With `rests_once` a profile that rests already does so no longer."""
    ports, profile = context.ports, pause_of_worker(context, view)
    error = ports.redaction.text(context.workers.report(view).error)
    tail = context.workers.tail(view)
    found = inability_of(view, tail, error=error, has_work=has_work, now=ports.now())
    known = ports.local_state.pause_of(profile)
    if found is None:
        if known is not None:
            ports.local_state.keep_pause(profile, None)
        return None
    rests = rests_once and known is not None and known.until > ports.now()
    pause = known if rests and known is not None else rest(ports, profile, found)
    if not found.is_certain:
        return None
    return Unable(found, stamp(pause.until) if pause.until - ports.now() > LONGEST_WAIT_MS else "")


def pause_of_worker(context: TicketContext, view: WorkerView) -> str:
    """By what the pause of a worker's profile is known."""
    is_here = view.runtime_id == context.ports.runtime.runtime_id
    return pause_name(view.profile or "", "" if is_here else view.runtime_id)


def inability_report(context: TicketContext, role: str, view: WorkerView, found: Unable) -> str:
    """What is told of an agent that could not run."""
    waits = f" The profile is paused until {found.until}." if found.until else ""
    blocks = [
        f"{_head(role, view, found)}{waits} It did nothing, so this is no round.",
        worker_sentence(role, view),
        *printed(role, context.workers.tail(view)),
    ]
    return "\n\n".join(blocks)


def _head(role: str, view: WorkerView, found: Unable) -> str:
    return f"The {role} ({view.profile or ''}) could not run: {found.why.because}."
