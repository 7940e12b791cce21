"""What a session does about the journal of its store (docs/format.md, "Journal").

Here the journal, which the store keeps, meets git, which knows where else things are.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.git.versions import FileVersions
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.bring_back import forget_lost, restore_lost
from yoi_cli.store.files.git_holds import git_holds
from yoi_cli.store.files.journal import LONGEST, Journal
from yoi_cli.store.files.missing import Version
from yoi_cli.store.files.told import told_by
from yoi_cli.store.formats import journal
from yoi_cli.store.formats.journal import render_entry
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from yoi_cli.git.checkout import Checkout
    from yoi_cli.git.versions import Place
    from yoi_cli.model.missing import MissingWrites
    from yoi_cli.store.files.layout import StoreLocation
    from yoi_cli.store.files.missing import Elsewhere
    from yoi_cli.store.files.store import FileStore
    from yoi_cli.store.files.told import Told
    from yoi_cli.store.files.writer import FileWriter
    from yoi_cli.store.formats.journal import JournalEntry


class Restored(NamedTuple):
    """What came of it: what was brought back, what is missing still, and what is `left` as it
    is."""

    restored: tuple[MissingWrites, ...]
    missing: tuple[MissingWrites, ...]
    left: tuple[MissingWrites, ...] = ()


#: What of a journal is kept at most, in bytes: the newest.
_KEPT = LONGEST // 4


def open_elsewhere(location: StoreLocation, checkout: Checkout) -> Elsewhere:
    """What finds, in the repository of `checkout`, what is in no file of the store."""
    prefix = _prefix(location, checkout)

    def elsewhere(since: Mapping[str, int]) -> Iterator[Version]:
        files = FileVersions(checkout.root, checkout.git_dir)
        try:
            folders = [f"{prefix}/{ticket}" for ticket in since]
            for place in files.places(folders, min(since.values())):
                read = partial(_read_version, files, prefix, place)
                yield Version(place.name, place.kind, read)
        except YoiError:  # git is missing, say: then nothing is known to be elsewhere
            return
        finally:
            files.close()

    return elsewhere


def restore(store: FileStore, words: Collection[str] = ()) -> Restored:
    """Bring back what is in no file, commit, stash or autostash, of the tickets that `words`
    name or of all.

    Raises `ConflictError` (`lock_timeout`; `git_holds_files` while git has files in its hands),
    and what finding a ticket raises.
    """
    with store.write() as writer:
        if writer.held is not None:
            raise git_holds(writer.held)
        before = writer.missing_writes()
        wanted = _named(writer, before, words)
        restore_lost(writer, wanted)
        after = writer.missing_writes()
    done = tuple(before[ticket] for ticket in wanted if ticket not in after)
    return Restored(done, tuple(after.values()))


def leave(store: FileStore, words: Collection[str] = ()) -> Restored:
    """Note that what is missing of the tickets that `words` name, or of all, was taken away on
    purpose: nobody asks for it any more. Raises as `restore`, but for git."""
    with store.write() as writer:
        before = writer.missing_writes()
        wanted = _named(writer, before, words)
        forget_lost(writer, wanted)
        after = writer.missing_writes()
    return Restored((), tuple(after.values()), tuple(before[ticket] for ticket in wanted))


def _named(
    writer: FileWriter, missing: Mapping[str, MissingWrites], words: Collection[str]
) -> list[str]:
    """The tickets of `missing` that `words` name; all of them where there are none. One that is
    missing as a whole is named by its id."""
    wanted = {word if word in missing else identify(writer, word) for word in words}
    return [ticket for ticket in missing if not words or ticket in wanted]


def look_over(location: StoreLocation, checkout: Checkout) -> None:
    """Take out of a journal that has become long what the branch's commit holds.

    Of one that is longer than any that is kept, the newest stays.
    """
    git = location.git
    if git is None:
        return
    kept = Journal(git.journal)
    entries = kept.read().entries
    files = FileVersions(checkout.root, checkout.git_dir)
    try:
        left = _uncommitted(entries, files, _prefix(location, checkout))
    finally:
        files.close()
    size = 0
    for index in range(len(left) - 1, -1, -1):
        size += len(render_entry(left[index]))
        if size > _KEPT:
            del left[: index + 1]
            break
    kept.rewrite(left)


def _uncommitted(
    entries: Sequence[JournalEntry], files: FileVersions, prefix: str
) -> list[JournalEntry]:
    """Those of `entries` of which something is not in the commit of the branch checked out."""
    head = files.branch()
    if head is None:
        return list(entries)
    whole = told_by(entries)
    read = partial(_read_version, files, prefix, head)
    rest = {ticket: told.without(read) for ticket, told in whole.items()}
    return [entry for entry in entries if _is_needed(entry, rest[entry.ticket])]


def _is_needed(entry: JournalEntry, rest: Told) -> bool:
    """Whether an entry says anything of what is left. What is no event says it together with
    those before and after it."""
    if rest.is_empty:
        return False
    return any(
        name != journal.EVENTS or not rest.events.keys().isdisjoint(about.split())
        for name, about, _ in entry.parts
    )


def _read_version(
    files: FileVersions, prefix: str, place: Place, ticket: str, path: str
) -> bytes | None:
    return files.read(place, f"{prefix}/{ticket}/{path}")


def _prefix(location: StoreLocation, checkout: Checkout) -> str:
    return os.path.relpath(location.path, checkout.root)
