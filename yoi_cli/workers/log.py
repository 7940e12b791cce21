"""What a ticket's log says of the workers that were started for it by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model.events import WORKER, NewEvent, new_event
from yoi_cli.store.values import Change
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.events import Author, Event
    from yoi_cli.store.ports import TicketStore
    from yoi_cli.workers.model import WorkerView

STARTED, ENDED = "started", "ended"


def log_start(store: TicketStore, view: WorkerView, by: Author) -> None:
    """Say on the worker's ticket that it was started; once, however often it is asked."""
    if view.ticket is None:
        return
    with store.write() as writer:
        ticket = identify(writer, view.ticket)
        if not _has(writer.thread(ticket).events, view.worker_id, STARTED):
            writer.commit(ticket, Change(events=(_event(view, STARTED, by),)))


def log_ends(
    store: TicketStore, views: Iterable[WorkerView], by: Author, reason: str = ""
) -> tuple[str, ...]:
    """Say on their tickets how workers ended, and for what `reason` where somebody gave one; a
    warning for each that could not be recorded.

    Only of those whose start is in the log as `log_start` put it there, and once: who starts
    workers by other ways, as an orchestrator does, records them in its own way.
    """
    warnings: list[str] = []
    for view in views:
        if view.ticket is None or not view.has_ended:
            continue
        try:
            warnings += _log_end(store, view, by, reason)
        except YoiError as error:
            warnings.append(f"Its end is not in the log of {view.ticket}: {error.message}")
    return tuple(warnings)


def _log_end(store: TicketStore, view: WorkerView, by: Author, reason: str) -> tuple[str, ...]:
    """Write the end once; a reason that comes after it becomes a comment, which is told."""
    with store.write() as writer:
        ticket = identify(writer, view.ticket or "")
        log = writer.thread(ticket).events
        if _has(log, view.worker_id, STARTED) and not _has(log, view.worker_id, ENDED):
            writer.commit(ticket, Change(events=(_event(view, ENDED, by, reason),)))
            return ()
        if not reason or any(reason in event.body for event in log if event.kind == WORKER):
            return ()
        from yoi_cli.tickets.said_anyway import keep_what_was_said

        why = f"Worker {view.worker_id} had ended already ({view.ending})."
        if by.japanese:
            why = f"worker {view.worker_id} はすでに終了していました ({view.ending})。"
        done = keep_what_was_said(writer, ticket, by, why, (reason,))
        return () if done is None else done.warnings


def _has(log: Iterable[Event], worker_id: str, status: str) -> bool:
    return any(
        event.kind == WORKER
        and event.status == status
        and event.attributes.get("worker") == worker_id
        for event in log
    )


def _event(view: WorkerView, status: str, by: Author, reason: str = "") -> NewEvent:
    attributes = [("status", status), ("worker", view.worker_id)]
    if view.profile is not None:
        attributes.append(("profile", view.profile))
    if status == ENDED:
        attributes += [("result", view.state), ("cause", view.cause)]
        attributes.append(("exit", "" if view.exit_code is None else str(view.exit_code)))
    kept = tuple((key, value) for key, value in attributes if value)
    sentence = _sentence(view, status, by)
    return new_event(WORKER, by, f"{sentence}\n\n{reason}" if reason else sentence, kept)


def _sentence(view: WorkerView, status: str, by: Author) -> str:
    if status == STARTED:
        if by.japanese:
            return f"worker {view.worker_id} を開始しました。"
        return f"Worker {view.worker_id} was started."
    how = view.ending
    if by.japanese:
        return f"worker {view.worker_id} が終了しました: {how}。"
    return f"Worker {view.worker_id} {how}. {view.evidence}"
