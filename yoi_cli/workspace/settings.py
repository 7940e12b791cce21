"""What the configuration says, for a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yoi_cli.model.profile import Settings
    from yoi_cli.workspace.session import Session


def settings_of(session: Session) -> Settings:
    """What the workspace's configuration tells workers.

    Raises `StoreInvalidError` (`config_invalid`).
    """
    from yoi_cli.store.config.worker_settings import read_settings

    return read_settings(session.workspace)
