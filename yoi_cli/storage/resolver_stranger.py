"""Tickets that git took for renamed ones, brought back where `yoi resolve` finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.app.merge_ports import MergedPart, Outcome, Step
from yoi_cli.storage.separate import files_in
from yoi_cli.storage.stranger import home_and_stranger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.app.merge_ports import Repository, Sides
    from yoi_cli.app.ports import TreeFiles
    from yoi_cli.domain.ids import TicketId
    from yoi_cli.storage.resolver_files import TicketFiles


def bring_back(
    files: TicketFiles,
    ticket: TicketId,
    unmerged: Mapping[str, Sides],
    repository: Repository,
) -> tuple[dict[str, MergedPart], Outcome]:
    """The files in conflict that are `ticket`'s own after all, once the ticket that git took
    for it is there again; nothing of those whose ticket is not found.

    One side removed that ticket and the other changed it, so it stays, as it was changed.
    """
    own: dict[str, MergedPart] = {}
    outcome = Outcome()
    for part, sides in unmerged.items():
        apart = home_and_stranger(files.path(ticket, part), sides)
        if apart is None:
            continue
        home, stranger = apart
        tree = repository.ours() if stranger == sides.ours else repository.theirs()
        other = None if tree is None else _ticket_with(files, tree, part, stranger)
        if tree is None or other is None:
            continue
        own[part] = MergedPart(home)
        outcome = outcome.then(_restored(files, tree, ticket, other))
    return own, outcome


def _ticket_with(files: TicketFiles, tree: TreeFiles, part: str, data: bytes) -> str | None:
    """The ticket whose file `part` is `data` in `tree`."""
    store = files.path("", "")
    for path, kind in tree.kinds.items():
        name = path.removeprefix(f"{store}/").partition("/")[0]
        if kind == "file" and path == files.path(name, part) and tree.read(path) == data:
            return name
    return None


def _restored(files: TicketFiles, tree: TreeFiles, ticket: TicketId, other: str) -> Outcome:
    """Write what the work tree lacks of the ticket `other`."""
    paths: list[str] = []
    for part, data in files_in(tree, files.path(other, "")).items():
        if files.read(other, part) is None:
            files.write(other, part, data)
            paths.append(files.path(other, part))
    if not paths:
        return Outcome()
    said = f"git took it for {ticket}; one side removed it, the other changed it: it stays"
    return Outcome((Step("restored", other, said, tuple(paths)),), resolved=tuple(paths))
