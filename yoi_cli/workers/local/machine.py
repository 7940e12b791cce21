"""Where profiles come from, and the machine that is to run them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.workspace.session import Session


class LocalMachine(NamedTuple):
    """This machine, as the environment of the command shows it."""

    workspace: str
    environment: Mapping[str, str]

    def program(self, name: str) -> str | None:
        """A name with a slash is a path, which a relative one is from the worktree: looked
        for in the workspace, which has the same files."""
        import shutil

        if "/" in name:
            name = os.path.join(self.workspace, name)
        return shutil.which(name, path=self.environment.get("PATH", os.defpath))

    def version(self, path: str) -> str | None:
        from yoi_cli.workers.local.version import ask_version

        return ask_version(path, self.environment)

    def is_set(self, variable: str) -> bool:
        return bool(self.environment.get(variable))


def machine_of(session: Session) -> LocalMachine:
    return LocalMachine(session.workspace, session.environment)
