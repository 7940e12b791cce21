"""The workspace as a whole: what waits for a person, objectives, claims, settings, health."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli import __version__
from yoi_cli.api import claims as claiming
from yoi_cli.api import doctor as doctors
from yoi_cli.api import objectives as goals
from yoi_cli.api.inbox import inbox
from yoi_cli.api.runtimes import WorkerFilter
from yoi_cli.api.workers import list_profiles
from yoi_cli.errors import YoiError
from yoi_cli.model.states import OPEN_STATES
from yoi_cli.server.http.errors import refusal
from yoi_cli.server.pages.board import NAMES, card
from yoi_cli.server.pages.screen import TICKETS, WORKERS, Screen

if TYPE_CHECKING:
    from yoi_cli.server.pages.screen import Visit

_SHOWN = 8
_MOST_FINDINGS = 500
_RUNTIME_SECONDS = 0.7


def overview(visit: Visit) -> Screen:
    facts = visit.context.board.facts()
    try:
        waiting, problem = inbox(visit.session).waiting, ""
    except YoiError as error:
        waiting, problem = (), error.code
    found = visit.context.registry.workers(WorkerFilter(), seconds=_RUNTIME_SECONDS)
    live = [row for row in found.rows if not row.worker.has_ended]
    ready = [row for row in facts.rows if row.state == "ready" and row.gate == "open"]
    active = [row for row in facts.rows if row.state in ("inprogress", "queued")]
    known = {one.ticket for one in waiting}
    asking = [row for row in facts.rows if row.needs_person and row.ticket not in known]
    values: dict[str, object] = {
        "facts": facts,
        "counts": [(state, NAMES[state], facts.counts.get(state, 0)) for state in NAMES],
        "open_total": sum(facts.counts.get(state, 0) for state in OPEN_STATES),
        "waiting": waiting[:_SHOWN],
        "waiting_total": len(waiting) + len(asking),
        "asking": asking[:_SHOWN],
        "problem": problem,
        "live": live[::-1][:_SHOWN],
        "live_total": len(live),
        "missing": found.missing,
        "ready": [card(row, facts) for row in ready[:_SHOWN]],
        "ready_total": len(ready),
        "active": [card(row, facts) for row in active[:_SHOWN]],
        "active_total": len(active),
        "titles": {row.ticket: row.title for row in facts.rows},
        "names": NAMES,
    }
    return Screen("overview.html", "Overview", values, "overview", (TICKETS, WORKERS))


def objectives(visit: Visit) -> Screen:
    finished = visit.query.get("finished") == "1"
    rows = goals.list_objectives(visit.session, finished_too=finished)
    values: dict[str, object] = {"rows": rows, "finished": finished}
    return Screen("objectives.html", "Objectives", values, "objectives")


def objective(visit: Visit) -> Screen:
    found = goals.show(visit.session, visit.path["objective_id"])
    title = found.objective.item.title
    values: dict[str, object] = {"found": found, "names": NAMES}
    return Screen("objective.html", title or found.objective.id, values, "objectives")


def claims(visit: Visit) -> Screen:
    every = visit.query.get("every") == "1"
    found = claiming.list_claims(visit.session, every=every)
    titles = {row.ticket: row.title for row in visit.context.board.facts().rows}
    values: dict[str, object] = {"found": found, "every": every, "titles": titles}
    return Screen("claims.html", "Claims", values, "claims")


def settings(visit: Visit) -> Screen:
    context, problem = visit.context, ""
    try:
        profiles = [*list_profiles(visit.session).rows]
    except YoiError as error:
        profiles, problem = [], error.code
    broken = context.registry.problem
    values: dict[str, object] = {
        "facts": context.board.facts(),
        "config": visit.session.config,
        "name": context.name,
        "version": __version__,
        "runtimes": context.registry.rows(),
        "registry_problem": "" if broken is None else broken.code,
        "profiles": profiles,
        "problem": problem,
        "has_repository": visit.session.checkout is not None,
    }
    return Screen("settings.html", "Settings", values, "settings", ())


def doctor(visit: Visit) -> Screen:
    found = doctors.examine_store(visit.session)
    values: dict[str, object] = {
        "found": found,
        "findings": found.diagnostics[:_MOST_FINDINGS],
    }
    return Screen("doctor.html", "Doctor", values, "doctor", ())


def nowhere(visit: Visit) -> Screen:
    """There is no such page. Raises `route_not_found`."""
    raise refusal("route_not_found")
