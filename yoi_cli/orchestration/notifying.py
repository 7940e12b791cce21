"""The command that tells a person what waits for them (docs/orchestrate.md, "The inbox").

It is a worker like a validation command: confined as `[worker]` says, without the secrets of
profiles, and nobody waits for it. Its key is what it tells of, so that it is started once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model.ids import TicketId
from yoi_cli.model.run_choices import REVIEWER
from yoi_cli.model.workers.profiles import BY_PERSON
from yoi_cli.model.workers.spec import WorkerSpec, milliseconds, request_of
from yoi_cli.orchestration.inbox import of_profile, waiting_of
from yoi_cli.orchestration.last_words import last_words
from yoi_cli.orchestration.ports import Progress

if TYPE_CHECKING:
    from yoi_cli.model.workers.spec import WorkerRequest
    from yoi_cli.orchestration.inbox import Waiting
    from yoi_cli.orchestration.ports import OrchestrationPorts

NOTIFIER = "notifier"
NOTIFY_FAILED = "notify_failed"


class Notifier:
    """Starts `[notify] command` for what begins to wait; whatever goes wrong with that is told,
    and holds nothing up."""

    def __init__(self, ports: OrchestrationPorts) -> None:
        self._ports = ports
        self._done: set[str] = set()

    def tell_of_ticket(self, ticket: str, title: str) -> None:
        """Tell of what `ticket` waits with, if with anything."""
        ports = self._ports
        if ports.settings.notify.command is None:
            return
        try:
            thread = ports.store.thread(TicketId(ticket)).events
            marks = ports.own_events.of(ticket)
            by_hand = BY_PERSON in (
                ports.settings.orchestration.review,
                ports.store.item(TicketId(ticket)).text(REVIEWER),
            )
            found = waiting_of(
                ticket,
                title,
                thread,
                marks,
                approvals=ports.approvals,
                reviews_by_hand=by_hand,
                away=ports.elsewhere.away,
            )
            if found is not None:
                self._start(found)
        except YoiError as error:
            self._complain(ticket, error)

    def tell_of_profiles(self) -> None:
        """Tell of the profiles that rest until a person logs in, or the like."""
        ports = self._ports
        if ports.settings.notify.command is None:
            return
        for name in ports.local_state.pauses():
            pause = ports.local_state.pause_of(name)
            found = of_profile(name, pause, ports.now()) if pause is not None else None
            try:
                if found is not None:
                    self._start(found)
            except YoiError as error:
                self._complain("", error)

    def _start(self, waiting: Waiting) -> None:
        if waiting.mark in self._done:
            return
        self._done.add(waiting.mark)
        view = self._ports.runtime.find(waiting.worker) if ":" in waiting.worker else None
        if view is not None:
            words = last_words(self._ports.runtime, self._ports.redaction, view)
            waiting = waiting._replace(last_words=words)
        self._ports.runtime.spawn(_request(self._ports, waiting))

    def _complain(self, ticket: str, error: YoiError) -> None:
        self._ports.tell(Progress(ticket, NOTIFY_FAILED, f"Nobody was told: {error.message}"))


def _request(ports: OrchestrationPorts, waiting: Waiting) -> WorkerRequest:
    """The command, with what it tells in variables and, as a text, on its standard input."""
    settings, clean = ports.settings.notify, ports.redaction.text
    spec = WorkerSpec(
        command=settings.command or (),
        cwd=ports.local_state.path_of(""),
        key=f"{NOTIFIER}:{waiting.mark}",
        role=NOTIFIER,
        timeout_ms=milliseconds(settings.timeout or None),
    )
    said = {
        "YOI_TICKET": waiting.ticket,
        "YOI_TITLE": waiting.title,
        "YOI_REASON": waiting.reason,
        "YOI_MESSAGE": waiting.why,
        "YOI_LAST_WORDS": waiting.last_words,
        "YOI_COMMAND": waiting.commands[0],
    }
    request = request_of(
        spec,
        ports.settings,
        ports.environment,
        variables={name: clean(text) for name, text in said.items()}.items(),
        passes_secrets=False,
    )
    lines = [f"{waiting.ticket} {waiting.title}".strip(), waiting.why, waiting.last_words]
    text = "\n\n".join([*(line for line in lines if line), "\n".join(waiting.commands)])
    return request._replace(stdin=f"{clean(text)}\n".encode())
