"""Finding the workspace that a session begins in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError
from yoi_cli.workspace.session import open_session, starting_folder

if TYPE_CHECKING:
    from yoi_cli.workspace.session import Session, Start


def find_session(start: Start) -> Session | None:
    """The workspace here, None outside of any. Raises what else `open_session` raises."""
    try:
        return open_session(start)
    except NotFoundError as error:
        if error.code == "workspace_not_found":
            return None
        raise


def branch_here(start: Start) -> str:
    """The branch of the folder that the command was started in; empty where there is none."""
    from yoi_cli.git.checkout import find_checkout
    from yoi_cli.git.commits import current_branch

    folder = starting_folder(start)
    return current_branch(folder) or "" if find_checkout(folder) else ""
