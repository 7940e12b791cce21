"""What the store in the worktree for orchestration knows, where the settings name one.

The original system keeps such a worktree, whose tickets may be further on than those here. It is
read only where it is what the settings say: the top of a worktree of this repository, on that
branch. Nothing of it is ever written here.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.git.checkout import find_checkout
from yoi_cli.git.commits import current_branch
from yoi_cli.model.item import field_text
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workspace.session import open_session
from yoi_cli.workspace.settings import tables_of
from yoi_cli.workspace.start import Start

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.workspace.session import Session


class Overlay(NamedTuple):
    """States by ticket, and why there are none where the settings name a worktree."""

    states: Mapping[str, str] = {}
    problem: str = ""


def read_overlay(session: Session) -> Overlay:
    """The states by the worktree for orchestration; none where the settings name none."""
    settings = tables_of(session, "orchestration").orchestration
    name, branch = str(settings.worktree_name or ""), str(settings.branch or "")
    if session.checkout is None or not (name and branch):
        return Overlay()
    root = session.checkout.main_root or session.checkout.root
    path = os.path.join(root, settings.worktree_dir, name)
    if not os.path.isdir(path):
        return Overlay()
    try:
        problem = _problem(session, path, branch)
        return Overlay(problem=problem) if problem else Overlay(_states(session, path))
    except YoiError as error:
        return Overlay(problem=f"The worktree for orchestration is not read: {error.message}")


def _problem(session: Session, path: str, branch: str) -> str:
    """Why the folder at `path` is not trusted to be the worktree for orchestration."""
    here, found = session.checkout, find_checkout(os.path.realpath(path))
    if here is None or found is None or found.root != os.path.realpath(path):
        return f"{path} is not the top of a worktree, so nothing of it is shown."
    if found.common_dir != here.common_dir:
        return f"{path} is a worktree of another repository, so nothing of it is shown."
    on = current_branch(path)
    if on != branch:
        return f"{path} is on {on or 'no branch'} and not on {branch}, so nothing of it is shown."
    return ""


def _states(session: Session, path: str) -> Mapping[str, str]:
    there = open_session(Start(path, True, session.command, session.environment))
    return {
        row.id: field_text(row.fields, "state")
        for row in there.store.all_fields()
        if row.error is None
    }
