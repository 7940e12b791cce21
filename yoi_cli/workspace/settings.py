"""What the configuration says, for a session: the one place that reads it for a use case.

What every command needs stands in `Session.config` already; the rest is read here, by the
commands that need it, so that a mistake in one table keeps nobody else from working.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.config import SILENCE
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.config.store_config import says_nothing
from yoi_cli.store.files.layout import CONFIG_FILE
from yoi_cli.workspace.finding import config_bytes

if TYPE_CHECKING:
    from yoi_cli.model.settings import SettingsTables
    from yoi_cli.model.worker_limits import WorkerLimits
    from yoi_cli.model.workers.profiles import Settings
    from yoi_cli.workspace.session import Session


class SyncWishes(NamedTuple):
    """`[sync]`, and whether the repository's hooks are run (`[git] run_hooks`)."""

    remote: str | None = None
    branch: str | None = None
    timeout: float = SILENCE
    runs_hooks: bool = False


def sync_wishes(session: Session) -> SyncWishes:
    """What the workspace's configuration tells a sync. Raises as `tables_of`."""
    if says_nothing(config_bytes(session.workspace)):
        return SyncWishes()
    tables = tables_of(session, "sync")
    told = tables.sync
    return SyncWishes(told.remote, told.branch, told.timeout, tables.git.run_hooks)


def settings_of(session: Session) -> Settings:
    """What the workspace's configuration tells workers; the presets are among the profiles.

    Raises `StoreInvalidError` (`config_invalid`), which names the file, the line and the key,
    for a value of the wrong type, an unknown key, and a role whose profile there is not.
    """
    from yoi_cli.store.config.toml_file import refusal
    from yoi_cli.store.config.worker_settings import parse_settings

    read = parse_settings(config_bytes(session.workspace), path=CONFIG_FILE)
    problems = [one for one in read.problems if not one.is_ignored]
    if problems:
        raise refusal(CONFIG_FILE, problems)
    return read.settings


def unsaid_limits(session: Session) -> WorkerLimits | None:
    """What holds for workers where the workspace's configuration says nothing of them, without
    loading what reads it; None where it does."""
    from yoi_cli.model.worker_limits import UNSAID
    from yoi_cli.store.config.store_config import is_silent_of_workers

    return UNSAID if is_silent_of_workers(config_bytes(session.workspace)) else None


def tables_of(session: Session, *needed: str) -> SettingsTables:
    """The tables as they are written. What is wrong in one that is not `needed` is passed
    over, and its default taken.

    Raises `StoreInvalidError` (`config_invalid`), as `settings_of`, for the others.
    """
    from yoi_cli.store.config.reading import read_tables
    from yoi_cli.store.config.toml_file import refusal

    read = read_tables(config_bytes(session.workspace), path=CONFIG_FILE)
    problems = [one for one in read.problems if one.table in needed and not one.is_ignored]
    if problems:
        raise refusal(CONFIG_FILE, problems)
    return read.tables
