"""Tickets that git took for renamed ones, brought back where `yoi resolve` finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.merge.files.renames import home_and_stranger
from yoi_cli.merge.ports import MergedPart, ResolveStep, TicketOutcome
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.merge.files.resolver_files import TicketFiles
    from yoi_cli.merge.ports import ConflictRepository, Sides
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.trees import TreeFiles


class RenamesResult(NamedTuple):
    """What came of tickets that git took for another.

    `own` are files in conflict that are the ticket's own after all, `strange` those that git
    put into its folder and that are the other ticket's.
    """

    own: dict[str, MergedPart]
    strange: frozenset[str]
    outcome: TicketOutcome


def bring_back(
    files: TicketFiles,
    ticket: TicketId,
    unmerged: Mapping[str, Sides],
    repository: ConflictRepository,
) -> RenamesResult:
    """Write the ticket that git took for `ticket`, and take its files out of `ticket`'s folder.

    One side removed that ticket and the other changed it, so it stays, as it was changed.
    Nothing is done about files whose ticket is not found.
    """
    own: dict[str, MergedPart] = {}
    strange: set[str] = set()
    outcome = TicketOutcome()
    for part, sides in unmerged.items():
        apart = home_and_stranger(files.path(ticket, part), sides)
        if apart is None:
            continue
        home, stranger = apart
        is_ours = stranger == sides.ours
        tree = repository.ours() if is_ours else repository.theirs()
        other = None if tree is None else _ticket_with(files, tree, part, stranger)
        if tree is None or other is None:
            continue
        own[part] = MergedPart(home)
        # That side does not know `ticket`: what it alone has in the folder, git moved there.
        strange.update(_only_in(unmerged, is_ours=is_ours))
        reason = f"git took it for {ticket}; one side removed it, the other changed it: it stays"
        outcome = outcome.then(files.restore(other, tree, reason))
    for part in sorted(strange):
        files.remove(ticket, part)
        path = files.path(ticket, part)
        step = ResolveStep("removed", ticket, f"{part} is that other ticket's", (path,))
        outcome = outcome.then(TicketOutcome((step,), resolved=(path,)))
    return RenamesResult(own, frozenset(strange), outcome)


def _only_in(unmerged: Mapping[str, Sides], *, is_ours: bool) -> Iterator[str]:
    """The files that neither the ancestor nor the other side has."""
    for part, sides in unmerged.items():
        if sides.base is None and (sides.theirs if is_ours else sides.ours) is None:
            yield part


def _ticket_with(files: TicketFiles, tree: TreeFiles, part: str, data: bytes) -> str | None:
    """The ticket whose file `part` is `data` in `tree`."""
    store = files.path("", "")
    for path, kind in tree.kinds.items():
        name = path.removeprefix(f"{store}/").partition("/")[0]
        if kind == "file" and path == files.path(name, part) and tree.read(path) == data:
            return name
    return None
