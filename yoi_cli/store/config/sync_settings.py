"""What `[sync]` in `ticket.config.toml` says (docs/sync.md).

Read by `yoi sync` alone: a remote that is named wrongly must not keep a store from being used.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from yoi_cli.errors import StoreInvalidError
from yoi_cli.store.config.store_config import load_tables
from yoi_cli.store.config.tables import SettingProblem, TableReader
from yoi_cli.store.files import layout
from yoi_cli.store.files.directory import Directory

DEFAULT_TIMEOUT = 60.0


class SyncSettings(NamedTuple):
    """With which remote and branch a store is synced.

    `branch` is None where the store lives on the branch that is checked out. `timeout` is
    how many seconds a remote may say nothing. `runs_hooks` is `[git] run_hooks`.
    """

    remote: str | None = None
    branch: str | None = None
    timeout: float = DEFAULT_TIMEOUT
    runs_hooks: bool = False


def read_sync_settings(workspace: str) -> SyncSettings:
    """The settings of `workspace` (absolute). Raises `StoreInvalidError` (`config_invalid`)."""
    path = os.path.join(workspace, layout.STORE_FOLDER)
    with Directory.open(path, layout.STORE_FOLDER) as folder:
        data = folder.read_if_there(os.path.basename(layout.CONFIG_FILE))
    return SyncSettings() if data is None else parse_sync_settings(data, path=layout.CONFIG_FILE)


def parse_sync_settings(data: bytes, *, path: str) -> SyncSettings:
    """The settings in a configuration file's bytes. Raises `StoreInvalidError`."""
    tables = load_tables(data, path)
    problems: list[SettingProblem] = []
    sync = TableReader("sync", tables.get("sync", {}), problems)
    git = tables.get("git", {})
    settings = SyncSettings(
        remote=sync.text("remote") or None,
        branch=sync.text("branch") or None,
        timeout=sync.seconds("timeout", DEFAULT_TIMEOUT) or DEFAULT_TIMEOUT,
        runs_hooks=isinstance(git, Mapping) and git.get("run_hooks") is True,
    )
    if problems:
        raise StoreInvalidError(
            "config_invalid",
            f"{path}: {problems[0].key} {problems[0].message}.",
            hint="Correct the file; docs/format.md lists its tables and keys.",
            details={"path": path, "key": problems[0].key},
        )
    return settings
