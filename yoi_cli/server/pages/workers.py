"""Workers: all of them, one with its console, and the form for a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.runtimes import WorkerFilter, check_worker_id
from yoi_cli.api.workers import list_profiles
from yoi_cli.errors import YoiError
from yoi_cli.server.pages.screen import WORKERS, Screen

if TYPE_CHECKING:
    from yoi_cli.server.pages.screen import Visit

PAGE = 50
_MOST = 2000
_STATES = ("queued", "running", "exited", "killed", "lost")


def workers(visit: Visit) -> Screen:
    state = visit.query.get("state", "")
    wanted = WorkerFilter(state=state if state in _STATES else None)
    found = visit.context.registry.workers(wanted)
    rows = found.rows[::-1]
    count = visit.number("n", PAGE, _MOST)
    titles = {row.ticket: row.title for row in visit.context.board.facts().rows}
    values: dict[str, object] = {
        "rows": rows[:count],
        "total": len(rows),
        "more": count + PAGE if count < len(rows) else 0,
        "state": state,
        "states": _STATES,
        "missing": found.missing,
        "unreadable": [(runtime, error.code) for runtime, error in found.unreadable],
        "titles": titles,
    }
    return Screen("workers.html", "Workers", values, "workers", (WORKERS,))


def new_worker(visit: Visit) -> Screen:
    problem = ""
    try:
        profiles = [*list_profiles(visit.session).rows]
    except YoiError as error:
        profiles, problem = [], error.code
    values: dict[str, object] = {
        "runtimes": visit.context.registry.rows(),
        "profiles": profiles,
        "problem": problem,
        "ticket": visit.query.get("ticket", ""),
    }
    return Screen("new_worker.html", "New worker", values, "workers", ())


def console(visit: Visit) -> Screen:
    runtime_id = visit.path["runtime_id"]
    worker_id = check_worker_id(visit.path["worker_id"])
    row = visit.context.registry.worker(runtime_id, worker_id)
    view = row.worker
    titles = {one.ticket: one.title for one in visit.context.board.facts().rows}
    values: dict[str, object] = {
        "row": row,
        "worker": view,
        "ticket_title": titles.get(view.ticket or "", ""),
        "address": f"{visit.api}/runtimes/{runtime_id}/workers/{worker_id}",
    }
    return Screen("console.html", f"Worker {worker_id}", values, "workers", (WORKERS,))
