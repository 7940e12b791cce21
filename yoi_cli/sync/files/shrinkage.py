"""What a store must not lose on its way into a commit: tickets whose log has shrunk.

No command takes an event out of a log. A log that lacks events which the last sync had is an
older version of the ticket, put there by a checkout, a restored backup or an editor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.merge.files.merged_tree import MergedFiles
from yoi_cli.merge.files.texts import thread_identities
from yoi_cli.model.trees import NoFiles, read_file
from yoi_cli.store.files import layout
from yoi_cli.store.files.shared_paths import ticket_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.model.trees import TreeFiles


def shrunk_tickets(before: TreeFiles, now: TreeFiles, root: str) -> frozenset[str]:
    """The tickets below `root` whose thread lacks events that it had `before`."""
    found: set[str] = set()
    for path, kind in before.kinds.items():
        ticket = ticket_of(path, root)
        if path != f"{root}/{ticket}/{layout.THREAD}" or kind != "file":
            continue
        if now.kinds.get(path) != "file" or before.mark(path) == now.mark(path):
            continue
        old, new = before.read(path), now.read(path)
        if not new.startswith(old.rstrip()) and not thread_identities(old) <= thread_identities(
            new
        ):
            found.add(ticket)
    return frozenset(found)


def with_what_was(
    before: TreeFiles, now: TreeFiles, tickets: frozenset[str], root: str
) -> Iterator[tuple[str, bytes]]:
    """The files of `tickets` that hold what both versions have, where that is not what is
    there now. A ticket that has nothing new is as it was before."""
    merged = MergedFiles(NoFiles(), before, now, root, threads=before)
    for path, kind in merged.kinds.items():
        ticket = ticket_of(path, root)
        if kind != "file" or ticket not in tickets:
            continue
        thread = f"{root}/{ticket}/{layout.THREAD}"
        is_older = thread_identities(now.read(thread)) <= thread_identities(before.read(thread))
        known = read_file(before, path) if is_older else None
        data = merged.read(path) if known is None else known
        if read_file(now, path) != data:
            yield path, data
