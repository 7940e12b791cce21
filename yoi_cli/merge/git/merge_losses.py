"""Events that git has and the store has not: what a merge lost, or who changed a file since.

`-X ours`, `-s ours`, a forge's button or a hand take one side's thread whole, in silence
(docs/merging.md, "With git"). A merge's thread must hold its parents' events, and a thread here
those of HEAD: whatever one had and nobody has now is lost.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.git.command import ask_git, run_git
from yoi_cli.git.object_stream import ObjectStream
from yoi_cli.merge.git.committed_store import committed_store
from yoi_cli.merge.git.merge_sides import (
    MergeSide,
    ancestor_blobs,
    file_patterns,
    is_blob,
    merge_sides,
)
from yoi_cli.store.files import layout
from yoi_cli.store.formats.thread import parse_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from yoi_cli.git.commit_facts import CommitFacts
    from yoi_cli.merge.git.committed_store import CommittedStore

_ID = re.compile(
    rb"^<!-- event:[^\n]* id: ([0-7][0-9A-HJKMNP-TV-Z]{25}) -->[ \t\r]*$", re.MULTILINE
)
_HEADER = re.compile(rb"^<!-- event:[^\n]* id: [0-7][0-9A-HJKMNP-TV-Z]{25} -->", re.MULTILINE)


def lost_events(
    workspace: str,
    folder: str,
    read: Callable[[str], bytes | None],
    tickets: Iterable[str] | None = None,
    *,
    facts: CommitFacts | None = None,
) -> Mapping[str, frozenset[str]]:
    """The ids of events that the threads here lack, by ticket: of those that HEAD has, and of those
    that parents of its merges had, and neither the merge nor the ancestors of its sides have.

    `folder` is that of the tickets below `workspace`, which lies in a checkout; `read` gives the
    thread of a ticket as it is now, None for a ticket that is not there (it may have been removed
    on purpose). `tickets` are the only ones that are asked for; None asks for all. One git looks
    at the newest `MERGES` merges, another reads what they changed. Nothing where git is no help;
    one that does not answer at all is an error (`OperationError`, `git_timeout`). With `facts`,
    fewer processes are started.
    """
    lost: dict[str, set[str]] = {}
    here: dict[str, set[bytes]] = {}
    names = None if tickets is None else list(tickets)
    try:
        store = committed_store(workspace, folder, facts)
        if store is None:
            return {}
        objects = ObjectStream(workspace)
        changed = _changed(store, names, read)
        sides = merge_sides(store, names, (layout.THREAD,))
        for side in (*changed, *sides):
            ticket = side.ticket
            if ticket not in here:
                now = read(ticket)
                here[ticket] = {b"*"} if now is None else set(_ID.findall(now))
            if b"*" in here[ticket]:
                continue
            data = objects.read(side.before).data
            gone = set(_ID.findall(data)) - here[ticket]
            if not side.merge:  # that an event is there says little where its header was changed
                headers = set(_HEADER.findall(data)) - set(_HEADER.findall(read(ticket) or b""))
                gone |= {header.split(b" ")[-2] for header in headers}
            if gone and not side.is_gone:
                gone -= set(_ID.findall(objects.read(side.after).data))  # it went later, if it did
            if gone and side.merge:  # what the ancestors had somebody took away before it
                for blob in ancestor_blobs(workspace, folder, side):
                    gone -= set(_ID.findall(objects.read(blob).data))
            if gone:
                events = parse_thread(data).thread.events
                missing = {event.id for event in events if event.id and event.id.encode() in gone}
                lost.setdefault(ticket, set()).update(missing)
    except OperationError as error:  # no git, or a clone that lacks what is long past
        if error.code == "git_timeout":
            raise
    found = _holders(workspace, folder, {one for ids in lost.values() for one in ids})
    left = {
        ticket: frozenset(one for one in ids if found.get(one, {ticket}) <= {ticket})
        for ticket, ids in lost.items()
    }
    return {ticket: ids for ticket, ids in left.items() if ids}


def _holders(workspace: str, folder: str, ids: Collection[str]) -> Mapping[str, set[str]]:
    """The tickets whose thread has each of `ids`: of two tickets with one id, one got a new one.

    With `-a` git reads no attributes in the checkout, which may be a FIFO.
    """
    found: dict[str, set[str]] = {}
    if not ids:
        return found
    patterns = "".join(f"^<!-- event:.* id: {one} -->\n" for one in ids)
    options = ["-a", "-o", "-z", "-G", "--untracked", "--no-exclude-standard", "-f", "-"]
    wanted = ["grep", *options, "--", *file_patterns(folder, None, (layout.THREAD,))]
    answer = ask_git(wanted, cwd=workspace, stdin=patterns.encode())
    for line in answer.text.splitlines():
        path, _, header = line.partition("\0")
        found.setdefault(header.split(" ")[-2], set()).add(path.rsplit("/", 2)[1])
    return found


def _changed(
    store: CommittedStore,
    tickets: Sequence[str] | None,
    read: Callable[[str], bytes | None],
) -> Iterator[MergeSide]:
    """The threads that are not as HEAD has them.

    Git is not asked to compare: it would read attributes in the checkout, which may be a FIFO.
    """
    known = None if tickets is None else store.files_of(tickets, layout.THREAD)
    for ticket, blob in (_threads(store, tickets) if known is None else known).items():
        data = read(ticket)
        if data is not None and not is_blob(data, blob):
            yield MergeSide(ticket, layout.THREAD, blob)


def _threads(store: CommittedStore, tickets: Sequence[str] | None) -> Mapping[str, str]:
    """The blobs of the threads that HEAD has, of `tickets` or of all."""
    folder = store.folder
    wanted = (
        [f"{folder}/"]
        if tickets is None
        else [f"{folder}/{one}/{layout.THREAD}" for one in tickets]
    )
    found: dict[str, str] = {}
    listed = run_git(["ls-tree", "-r", "-z", store.head, "--", *wanted], cwd=store.workspace)
    for entry in listed.split("\0"):
        facts, _, path = entry.partition("\t")
        ticket = path.removeprefix(f"{folder}/").removesuffix(f"/{layout.THREAD}")
        if path == f"{folder}/{ticket}/{layout.THREAD}" and "/" not in ticket:
            found[ticket] = facts.split(" ")[-1]
    return found
