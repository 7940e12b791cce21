"""All that a panel or a board shows of a workspace at once (docs/panel.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from yoi_cli.orchestration.overview import OverviewRow as OverviewRow
    from yoi_cli.orchestration.overview import TicketsOverview
    from yoi_cli.store.values import Unreadable as Unreadable
    from yoi_cli.workers.model import WorkerView as WorkerView
    from yoi_cli.workspace.session import Session

#: An orchestrator works, waits for work, or is not there.
LIVE, IDLE, ABSENT = "live", "idle", "absent"
_LONGEST = 180


class Overview(NamedTuple):
    """A workspace: its tickets and workers (the newest last), the branch that is checked out
    (empty for none), whether an orchestrator is `live`, `idle` or `absent`, and what is wrong, in
    lines of 180 characters at most."""

    workspace: str
    branch: str
    orchestrator: str
    tickets: TicketsOverview
    workers: tuple[WorkerView, ...]
    diagnostics: tuple[str, ...]


def overview(session: Session, *, closed_too: bool = False) -> Overview:
    """Everything at once; what cannot be read is told, and hides nothing else."""
    from yoi_cli.api.workers import list_workers
    from yoi_cli.errors import YoiError
    from yoi_cli.orchestration.open import orchestrator_presence, overlay_of
    from yoi_cli.orchestration.overview import tickets_overview
    from yoi_cli.routing.open import open_router

    said: list[str] = []
    try:
        found = list_workers(session)
        workers = found.workers
        said += [error.message for error in found.unreadable]
    except YoiError as error:
        workers = ()
        said.append(f"The workers cannot be read: {error.message}")
    overlay = overlay_of(session)
    router = open_router(session)
    tickets = tickets_overview(router, closed_too=closed_too, workers=workers, there=overlay.states)
    said += [overlay.problem] if overlay.problem else []
    said += [one.sentence for one in router.dependencies.missing.values()]
    said += _of_settings(session)
    presence = orchestrator_presence(session)
    orchestrator = ABSENT if not presence.is_running else LIVE if presence.tickets else IDLE
    return Overview(
        session.workspace,
        _branch(session),
        orchestrator,
        tickets,
        workers,
        tuple(" ".join(line.split())[:_LONGEST] for line in said),
    )


def _branch(session: Session) -> str:
    from yoi_cli.errors import YoiError
    from yoi_cli.git.commits import current_branch

    if session.checkout is None:
        return ""
    try:
        return current_branch(session.workspace) or ""
    except YoiError:
        return ""


def _of_settings(session: Session) -> list[str]:
    """What keeps the settings from being read, or from being run."""
    from yoi_cli.errors import YoiError
    from yoi_cli.workspace.settings import settings_of
    from yoi_cli.workspace.trust import require_trust

    try:
        settings_of(session)
        require_trust(session)
    except YoiError as error:
        return [error.message]
    return []
