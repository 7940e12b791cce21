"""Events that git has and the store has not: what a merge lost, or who changed a file since.

`-X ours`, `-s ours`, a forge's button or a hand take one side's thread whole, in silence
(docs/merging.md, "With git"). A merge's thread must hold its parents' events, and a thread here
those of HEAD: whatever one had and nobody has now is lost.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.git.command import ask_git, look_up, run_git
from yoi_cli.git.object_stream import ObjectStream
from yoi_cli.store.files import layout
from yoi_cli.store.formats.thread import parse_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

#: How many merges are looked at, the newest first, and how many versions of threads in them.
MERGES = 500
VERSIONS = 2000
_ID = re.compile(
    rb"^<!-- event:[^\n]* id: ([0-7][0-9A-HJKMNP-TV-Z]{25}) -->[ \t\r]*$", re.MULTILINE
)
_HEADER = re.compile(rb"^<!-- event:[^\n]* id: [0-7][0-9A-HJKMNP-TV-Z]{25} -->", re.MULTILINE)
_NONE = frozenset("0")


def lost_events(
    workspace: str,
    folder: str,
    read: Callable[[str], bytes | None],
    tickets: Iterable[str] | None = None,
) -> Mapping[str, frozenset[str]]:
    """The ids of events that the threads here lack, by ticket: of those that HEAD has, and of those
    that parents of its merges had, and neither the merge nor the ancestors of its sides have.

    `folder` is that of the tickets below `workspace`, which lies in a checkout; `read` gives the
    thread of a ticket as it is now, None for a ticket that is not there (it may have been removed
    on purpose). `tickets` are the only ones that are asked for; None asks for all. One git looks
    at the newest `MERGES` merges, another reads what they changed. Nothing where git is no help;
    one that does not answer at all is an error (`OperationError`, `git_timeout`).
    """
    lost: dict[str, set[str]] = {}
    here: dict[str, set[bytes]] = {}
    names = None if tickets is None else list(tickets)
    try:
        if not look_up(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], cwd=workspace):
            return {}
        objects = ObjectStream(workspace)
        changed = _changed(workspace, folder, names, read)
        for ticket, before, after, merge in (*changed, *_sides(workspace, folder, names)):
            if ticket not in here:
                now = read(ticket)
                here[ticket] = {b"*"} if now is None else set(_ID.findall(now))
            if b"*" in here[ticket]:
                continue
            data = objects.read(before).data
            gone = set(_ID.findall(data)) - here[ticket]
            if not merge:  # that an event is there says little where its header was changed
                headers = set(_HEADER.findall(data)) - set(_HEADER.findall(read(ticket) or b""))
                gone |= {header.split(b" ")[-2] for header in headers}
            if gone and set(after) != _NONE:
                gone -= set(_ID.findall(objects.read(after).data))  # it went later, if it did
            if gone and merge:  # what the ancestors had somebody took away before the merge
                path = f"{folder}/{ticket}/{layout.THREAD}"
                for blob in _ancestors(workspace, merge, path):
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
    wanted = ["grep", *options, "--", *_patterns(folder, None)]
    answer = ask_git(wanted, cwd=workspace, stdin=patterns.encode())
    for line in answer.text.splitlines():
        path, _, header = line.partition("\0")
        found.setdefault(header.split(" ")[-2], set()).add(path.rsplit("/", 2)[1])
    return found


def _changed(
    workspace: str,
    folder: str,
    tickets: Collection[str] | None,
    read: Callable[[str], bytes | None],
) -> Iterator[tuple[str, str, str, str]]:
    """The tickets whose thread is not as HEAD has it, as `_sides` has them, without a merge.

    Git is not asked to compare: it would read attributes in the checkout, which may be a FIFO.
    """
    wanted = (
        [f"{folder}/"]
        if tickets is None
        else [f"{folder}/{one}/{layout.THREAD}" for one in tickets]
    )
    for entry in run_git(["ls-tree", "-r", "-z", "HEAD", "--", *wanted], cwd=workspace).split("\0"):
        facts, _, path = entry.partition("\t")
        ticket = path.removeprefix(f"{folder}/").removesuffix(f"/{layout.THREAD}")
        if path != f"{folder}/{ticket}/{layout.THREAD}" or "/" in ticket:
            continue
        blob, data = facts.split(" ")[-1], read(ticket)
        if data is not None and not _is_blob(data, blob):
            yield ticket, blob, "0", ""


def _is_blob(data: bytes, name: str) -> bool:
    kind = "sha1" if len(name) == 40 else "sha256"
    return hashlib.new(kind, b"blob %d\0" % len(data) + data).hexdigest() == name


def _patterns(folder: str, tickets: Collection[str] | None) -> list[str]:
    """What names the threads of `tickets`, or of all, to git."""
    magic = ":(glob)" if tickets is None else ":(literal)"
    names = ["*"] if tickets is None else tickets
    return [f"{magic}{_escaped(folder, magic)}/{name}/{layout.THREAD}" for name in names]


def _sides(
    workspace: str, folder: str, tickets: Collection[str] | None
) -> Iterator[tuple[str, str, str, str]]:
    """Tickets with the blobs that a parent of a merge and the merge itself had, each pair once,
    and the merge."""
    wanted = ["rev-list", "--merges", f"--max-count={MERGES}", "HEAD", "--"]
    merges = run_git(wanted, cwd=workspace)
    if not merges:
        return
    wanted = _patterns(folder, tickets)
    options = ["-m", "--stdin", "-r", "--raw", "--no-abbrev", "--no-renames"]
    answer = ask_git(["diff-tree", *options, "--", *wanted], cwd=workspace, stdin=merges.encode())
    found: dict[tuple[str, str, str], str] = {}
    merge = ""
    for line in answer.text.splitlines():
        facts, _, path = line.partition("\t")
        words = facts.split(" ")
        if line.startswith(":") and len(words) == 5 and set(words[2]) != _NONE:
            found[path.strip('"').rsplit("/", 2)[1], words[2], words[3]] = merge
        elif not line.startswith(":"):
            merge = words[0]
    yield from [(*sides, commit) for sides, commit in found.items()][:VERSIONS]


def _ancestors(workspace: str, merge: str, path: str) -> Iterator[str]:
    """The blobs that the ancestors of a merge had at `path` below the workspace."""
    parents = run_git(["rev-parse", f"{merge}^@"], cwd=workspace).split()
    bases = look_up(["merge-base", "--all", *parents], cwd=workspace).split()
    for base in bases:
        name = ask_git(["rev-parse", "--verify", "--quiet", f"{base}:./{path}"], cwd=workspace)
        if name.code == 0:
            yield name.text.strip()


def _escaped(folder: str, magic: str) -> str:
    """`folder` as a pattern that means it alone."""
    return re.sub(r"([*?\[\\])", r"\\\1", folder) if magic == ":(glob)" else folder
