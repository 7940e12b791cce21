"""Taking two tickets of one id apart: which files, events and records are whose.

Before they met, each side's tree had one of them, and the ancestor none: whatever a side
said of the id it said of its own ticket. What was said after they met stays with the one that
keeps the id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, YoiError
from yoi_cli.merge.files.fused_events import is_fused, separate_events
from yoi_cli.merge.files.line_merge import has_markers
from yoi_cli.merge.files.renumber import (
    THEIRS,
    free_id_after,
    made_twice,
    renamed_plan,
    renamed_relation,
    renamed_relations,
    renumbered_side,
    renumbered_ticket,
    with_note,
)
from yoi_cli.merge.files.resolver_files import files_in
from yoi_cli.merge.files.texts import events_of, merge_threads
from yoi_cli.merge.ports import Renumbering
from yoi_cli.model.trees import read_file
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files import layout
from yoi_cli.store.formats.item import parse_item
from yoi_cli.store.formats.item_writing import edit_item
from yoi_cli.store.formats.plan import parse_each
from yoi_cli.store.formats.relations import parse_relations
from yoi_cli.store.formats.thread import parse_thread

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from yoi_cli.merge.files.resolver_files import TicketFiles
    from yoi_cli.merge.ports import ConflictRepository, Sides
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.trees import TreeFiles


class SeparatedTickets(NamedTuple):
    """Two tickets apart: `stays` are the files under the old id, `gone` those under the new.

    `leaver` says whose ticket got the new id. `moved` are the paths in the old folder that
    only the leaving ticket had. A tree is None where git does not say what it was.
    """

    change: Renumbering
    leaver: str
    stays: Mapping[str, bytes]
    gone: Mapping[str, bytes]
    moved: frozenset[str]
    stayer_tree: TreeFiles | None
    leaver_tree: TreeFiles | None

    def renamed_reference(self, path: str, data: bytes) -> bytes | None:
        """Another ticket's file, or an objective's, with the leaving side's records renamed.

        None where the file is none that refers to tickets, or cannot be read.
        """
        leaver = data if self.leaver_tree is None else read_file(self.leaver_tree, path)
        stayer = None if self.stayer_tree is None else read_file(self.stayer_tree, path)
        rename = self._objective
        if path.endswith(f"/{layout.RELATIONS}"):
            rename = self._relations
        elif path.endswith(f"/{layout.PLAN}"):
            rename = self._plan
        try:
            return rename(path, data, leaver, stayer)
        except YoiError:
            return None

    def _relations(
        self, path: str, data: bytes, leaver: bytes | None, stayer: bytes | None
    ) -> bytes:
        """The leaving side's relations name the new id; those of the other side stay.

        Where both sides had one relation of the old id, a merge took it for one fact and kept
        the older record. They are about two tickets, and both are there again.
        """
        left, right, here = (
            () if one is None else parse_relations(one, path=path) for one in (leaver, stayer, data)
        )
        keep = [one for one in here if one not in left or one in right]
        both = {one.key for one in here} & {one.key for one in left} & {one.key for one in right}
        if self.leaver_tree is None:  # what that side had is not known: `leaver` is `data`
            both.clear()
        also = [one for one in right if one.key in both]
        also += [renamed_relation(one, self.change) for one in left if one.key in both]
        return renamed_relations(data, self.change, path=path, keep=keep, also=also)

    def _plan(self, path: str, data: bytes, leaver: bytes | None, stayer: bytes | None) -> bytes:
        left, right = (_lines(one, path) for one in (leaver, stayer))
        keep = frozenset(line for line in _lines(data, path) if line not in left or line in right)
        return renamed_plan(data, self.change, path=path, keep=keep)

    def _objective(
        self, path: str, data: bytes, leaver: bytes | None, stayer: bytes | None
    ) -> bytes:
        here, left, right = (_links(one, path) for one in (data, leaver, stayer))
        if self.change.old not in here or self.change.old not in left:
            return data
        both = self.change.old in right
        links: list[str] = []
        for name in here:
            if name != self.change.old or both:
                links.append(name)
            if name == self.change.old and self.change.new not in here:
                links.append(self.change.new)
        return edit_item(data, {"linked_tickets": tuple(links)}, path=path)


def separation(
    files: TicketFiles,
    ticket: TicketId,
    unmerged: Mapping[str, Sides],
    repository: ConflictRepository,
    taken: Collection[str],
) -> SeparatedTickets | None:
    """How to take two tickets made as `ticket` apart; None where it is one ticket.

    Raises `ConflictError` (`ticket_made_twice`) where two tickets stand in one thread, and
    history does not say which events are whose.
    """
    path = files.path(ticket, layout.THREAD)
    sides = unmerged.get(layout.THREAD)
    if sides is not None:
        if sides.base or sides.ours is None or sides.theirs is None:
            return None
        if not made_twice(sides.ours, sides.theirs):
            return None
        trees: tuple[TreeFiles, TreeFiles | None] = (repository.ours(), repository.theirs())
        ours, theirs = sides.ours, sides.theirs
    else:
        found = _past(ticket, path, repository)
        if found is None:
            raise _unknown(ticket)
        trees = found
        ours, theirs = trees[0].read(path), found[1].read(path)
    leaver = renumbered_side(ours, theirs)
    mine = files_in(trees[0], files.path(ticket, ""))
    known = trees[1]
    if known is not None:
        other = files_in(known, files.path(ticket, ""))
    else:
        other = _their_files(files, ticket, unmerged, mine)
    stays, gone = (mine, other) if leaver == THEIRS else (other, mine)
    change = _renumbering(files, ticket, gone, taken)
    stays = {**stays, **_said_since(files, ticket, stays, gone)}
    moved = frozenset(part for part in gone if part not in stays)
    stayed, left = trees if leaver == THEIRS else (trees[1], trees[0])
    renumbered = renumbered_ticket(gone, change)
    return SeparatedTickets(change, leaver, stays, renumbered, moved, stayed, left)


def _past(
    ticket: str, path: str, repository: ConflictRepository
) -> tuple[TreeFiles, TreeFiles] | None:
    """Both sides of the merge that put two tickets into the thread at `path`."""
    for merge in repository.merges(path):
        ours, theirs = (read_file(tree, path) for tree in (merge.ours, merge.theirs))
        if ours is None or theirs is None or path in merge.base.kinds:
            continue
        if made_twice(ours, theirs):
            return merge.ours, merge.theirs
    return None


def _unknown(ticket: str) -> ConflictError:
    return ConflictError(
        "ticket_made_twice",
        f"Two tickets stand in {ticket}, and history does not say which events are whose.",
        hint="A shallow clone lacks history: `git fetch --unshallow`. Else take one of them out "
        "by hand into a new ticket.",
        details={"ticket": ticket},
    )


def _their_files(
    files: TicketFiles, ticket: TicketId, unmerged: Mapping[str, Sides], mine: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The other side's files where git does not say what it merges: its stages, and what
    stands in the work tree and not on our side."""
    found = {part: sides.theirs for part, sides in unmerged.items()}
    for part in files.parts(ticket):
        if part not in found and part not in mine:
            found[part] = files.read(ticket, part)
    found.setdefault(layout.KEEP_PATH, b"")
    return {part: data for part, data in found.items() if data is not None}


def _renumbering(
    files: TicketFiles, ticket: TicketId, gone: Mapping[str, bytes], taken: Collection[str]
) -> Renumbering:
    """The first free id; one that an earlier run, cut short, gave this ticket is free too."""
    tried: set[str] = set()
    while True:
        change = Renumbering(ticket, free_id_after(ticket, tried))
        here = files.read(change.new, layout.THREAD)
        if here is None and change.new not in taken:
            return change
        if here is not None and here.startswith(with_note(gone[layout.THREAD], change)):
            return change
        tried.add(change.new)


def _said_since(
    files: TicketFiles,
    ticket: TicketId,
    stays: Mapping[str, bytes],
    gone: Mapping[str, bytes],
) -> dict[str, bytes]:
    """The thread that stays, with the events that neither side had when they met."""
    here = files.read(ticket, layout.THREAD) or b""
    path = files.path(ticket, layout.THREAD)
    mine, other = stays[layout.THREAD], gone[layout.THREAD]
    if is_fused(here) or has_markers(here):
        here = separate_events(here, (mine, other), path=path).data
    known = {event.identity for data in (mine, other) for event in parse_thread(data).thread.events}
    since = events_of(here, lambda event, _: event.identity not in known)
    return {layout.THREAD: merge_threads(mine, since, path=path).data} if since else {}


def _lines(data: bytes | None, path: str) -> frozenset[bytes]:
    return frozenset(line for _, line, _ in parse_each(data or b"", path=path))


def _links(data: bytes | None, path: str) -> tuple[str, ...]:
    links = None if data is None else parse_item(data, path=path).fields.get("linked_tickets")
    return links if isinstance(links, tuple) else ()
