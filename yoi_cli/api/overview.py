"""All that a panel or a board shows of a workspace at once (docs/panel.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.model.ids import TicketId
    from yoi_cli.orchestration.kept_overview import KeptOverview
    from yoi_cli.orchestration.overview import OverviewRow as OverviewRow
    from yoi_cli.orchestration.overview import TicketsOverview
    from yoi_cli.store.files.index.reader import IndexedReader
    from yoi_cli.store.files.layout import StoreLocation
    from yoi_cli.store.values import FieldsRow
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
    return LiveOverview(closed_too=closed_too).read(session)


class LiveOverview:
    """The overview of a workspace for a surface that stays open: what did not change is neither
    read nor decided again. For one thread."""

    def __init__(self, *, closed_too: bool = False) -> None:
        self._closed_too = closed_too
        self._location: StoreLocation | None = None
        self._reader: IndexedReader | None = None
        self._kept: KeptOverview | None = None
        #: The frontmatter of every ticket, as of the last reading.
        self.fields: Mapping[TicketId, FieldsRow] = {}

    def forget(self) -> None:
        """Read everything the next time."""
        self._location = None

    def read(self, session: Session) -> Overview:
        """The workspace as it is now."""
        from yoi_cli.api.workers import list_workers
        from yoi_cli.errors import YoiError
        from yoi_cli.orchestration.open import orchestrator_presence, overlay_of

        said: list[str] = []
        try:
            found = list_workers(session)
            workers = found.workers
            said += [error.message for error in found.unreadable]
        except YoiError as error:
            workers = ()
            said.append(f"The workers cannot be read: {error.message}")
        overlay = overlay_of(session)
        tickets, missing = self._tickets(session, workers, overlay.states)
        said += [overlay.problem] if overlay.problem else []
        said += missing
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

    def _tickets(
        self, session: Session, workers: Sequence[WorkerView], there: Mapping[str, str]
    ) -> tuple[TicketsOverview, Sequence[str]]:
        """The tickets, and what is missing of them."""
        from yoi_cli.orchestration.kept_overview import KeptOverview
        from yoi_cli.routing.open import open_router

        if self._reader is None or self._kept is None or self._location != session.location:
            self._reader = session.indexed()
            self._kept = KeptOverview(closed_too=self._closed_too)
            self._location = session.location
        location, self._location = self._location, None  # what fails is begun anew
        changed = self._reader.look()
        router = open_router(session, reader=self._reader)
        with self._reader:
            found = self._kept.update(router, changed, workers=workers, there=there)
        self.fields = router.rows
        self._location = location
        return found, [one.sentence for one in router.dependencies.missing.values()]


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
