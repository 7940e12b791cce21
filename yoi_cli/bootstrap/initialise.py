"""Making a folder a workspace."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.bootstrap import starting_folder

if TYPE_CHECKING:
    from yoi_cli.bootstrap import Start


class Initialised(NamedTuple):
    """A workspace that `init` made or completed; `written` are the files that were missing."""

    workspace: str
    written: tuple[str, ...]


def init_workspace(start: Start, *, name: str | None, language: str | None) -> Initialised:
    """Make the starting folder a workspace, or complete the one that it is."""
    from yoi_cli.app.init import NewWorkspace, workspace_files
    from yoi_cli.storage.workspace import make_workspace

    folder = starting_folder(start)
    new = NewWorkspace(
        name=name or os.path.basename(folder) or "workspace",
        now_ms=time.time_ns() // 1_000_000,
        entropy=int.from_bytes(os.urandom(10), "big"),
        language=language,
    )
    return Initialised(folder, tuple(make_workspace(folder, workspace_files(new))))
