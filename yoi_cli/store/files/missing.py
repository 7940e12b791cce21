"""Which acknowledged writes are in no file, by the journal (docs/format.md, "Journal").

A thread whose inode, size and time are those that the last write left is as it left it; any
other is read. What is in no file then is looked for in git, by who knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.known_tickets import KnownTickets
from yoi_cli.store.formats import journal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.model.missing import MissingWrites
    from yoi_cli.store.files.directory import Directory
    from yoi_cli.store.files.told import Told
    from yoi_cli.store.formats.journal import JournalEntry

#: What a place outside of the files does with what it holds: a commit settles it, a stash gives
#: it back when somebody asks, and what was dropped is given back by nobody.
COMMITTED = "committed"
STASHED = "stashed"
DROPPED = "dropped"


class Version(NamedTuple):
    """The files of tickets as they are at `place`, outside of the checkout.

    `read` takes a ticket and a path below its folder.
    """

    place: str
    kind: str
    read: Callable[[str, str], bytes | None]


#: The versions in which what is missing of tickets, since those instants, may be found.
Elsewhere = Callable[[Mapping[str, int]], Iterable[Version]]


class Lost(NamedTuple):
    """What of one ticket is missing: all of it, what nobody gives back, and where the rest is."""

    missing: Told
    gone: Told
    places: tuple[str, ...]


def find_lost(
    folder: Directory | None,
    entries: Sequence[JournalEntry],
    elsewhere: Elsewhere | None,
    known: KnownTickets | None = None,
) -> Mapping[str, Lost]:
    """What `entries` tell that is neither in the store's `folder` nor in a commit, by ticket; what
    is `known` since an earlier look is not looked at again."""
    known = KnownTickets() if known is None else known
    known.take(entries)
    rest = {told.ticket: told for told in known.lacking(folder)}
    if not rest or elsewhere is None:
        return {ticket: Lost(told, told, ()) for ticket, told in rest.items()}
    return _sought(rest, elsewhere)


def find_missing(
    folder: Directory | None,
    entries: Sequence[JournalEntry],
    late: Sequence[JournalEntry],
    elsewhere: Elsewhere | None,
    known: KnownTickets | None = None,
) -> Mapping[str, MissingWrites]:
    """The same as values; `late` are the last of `entries`, which wait for their files."""
    all_lost = find_lost(folder, entries, elsewhere, known)
    if not all_lost:
        return {}
    from yoi_cli.store.files.told import told_by

    waiting = told_by(entry for entry in late if entry.mark == journal.WAITS)
    found: dict[str, MissingWrites] = {}
    for ticket, lost in all_lost.items():
        waits = ticket in waiting and set(lost.gone.events) <= set(waiting[ticket].events)
        waits = waits and not (lost.gone.relations or lost.gone.records or lost.gone.fields)
        gone = not lost.gone.is_empty and not waits
        found[ticket] = lost.missing.missing(lost.places, gone=gone, waiting=waits)
    return found


def _sought(rest: Mapping[str, Told], elsewhere: Elsewhere) -> Mapping[str, Lost]:
    """`rest` without what commits hold, and what of that nothing gives back."""
    missing: dict[str, Told] = dict(rest)
    gone: dict[str, Told] = {}
    places: dict[str, list[str]] = {}
    for version in elsewhere({ticket: told.since for ticket, told in rest.items()}):
        seen = missing if version.kind == COMMITTED else gone
        if version.kind != COMMITTED and not gone:
            gone.update(missing)
        for ticket, told in tuple(seen.items()):
            left = told.without(version.read)
            if left == told:
                continue
            if version.kind == COMMITTED and left.is_empty:
                del missing[ticket]
            elif version.kind == COMMITTED:
                missing[ticket] = left
            else:
                places.setdefault(ticket, []).append(version.place)
                if version.kind == STASHED:
                    gone[ticket] = left
        if not missing:
            return {}
    gone = gone or dict(missing)
    return {
        ticket: Lost(told, gone[ticket], tuple(places.get(ticket, ())))
        for ticket, told in missing.items()
    }
