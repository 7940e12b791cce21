"""What `[hook]` says in `ticket.config.toml` (docs/worktrees.md). Read only by hook commands."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from yoi_cli.errors import StoreInvalidError
from yoi_cli.store.config.store_config import load_tables
from yoi_cli.store.files import layout
from yoi_cli.store.files.directory import Directory


class HookSettings(NamedTuple):
    """`gate_on_push` installs a pre-push hook that lets only tickets through that are ready."""

    gate_on_push: bool = False


def read_hook_settings(workspace: str) -> HookSettings:
    """The settings for hooks of `workspace` (absolute).

    Raises `StoreInvalidError` (`config_invalid`) for a value of the wrong type.
    """
    with Directory.open(os.path.join(workspace, layout.STORE_FOLDER), layout.STORE_FOLDER) as at:
        data = at.read_if_there(os.path.basename(layout.CONFIG_FILE))
    table = load_tables(data or b"", layout.CONFIG_FILE).get("hook", {})
    gate = table.get("gate_on_push", False) if isinstance(table, Mapping) else None
    if not isinstance(gate, bool):
        raise StoreInvalidError(
            "config_invalid",
            f"{layout.CONFIG_FILE}: [hook] gate_on_push is neither true nor false.",
            hint="Write gate_on_push = true or false below [hook].",
            details={"path": layout.CONFIG_FILE},
        )
    return HookSettings(gate)
