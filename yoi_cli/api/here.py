"""Which ticket the folder is for that somebody stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yoi_cli.workspace.start import Start


def ticket_here(start: Start) -> str:
    """The ticket that YOI_TICKET names, else the one that the branch of the starting folder, or the
    folder of its worktree, is for; empty where there is none."""
    from yoi_cli.git.checkout import find_checkout
    from yoi_cli.git.commits import current_branch
    from yoi_cli.model.naming import BRANCH_PREFIX, ticket_of_branch
    from yoi_cli.workspace.start import starting_folder

    named = start.environment.get("YOI_TICKET", "")
    if named:
        return named
    folder = starting_folder(start)
    checkout = find_checkout(folder)
    if checkout is None:
        return ""
    branch = current_branch(folder) or ""
    stands_in = BRANCH_PREFIX + checkout.root.rpartition("/")[2]
    return ticket_of_branch(branch) or ticket_of_branch(stands_in) or ""


def configured_editor(folder: str) -> str:
    """`core.editor` as git reads it in `folder`; empty where it says nothing."""
    from yoi_cli.git.command import look_up

    return look_up(["config", "--get", "core.editor"], cwd=folder)
