"""What a file is told by: its size, its times of change, its inode and its device.

A row of the index holds for files that have the very same. That is as git's index does it, but for
one thing: git trusts an entry that was changed before the index was written, where a second change
within the same tick of the file system's clock would not show. Here a row is kept only where the
file was last changed before the row's making began (`Instant`), by that same clock, so that any
later change has another time.
"""

from __future__ import annotations

import os
from array import array
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: How many numbers tell a file.
WIDTH = 5
NO_FILE = (0,) * WIDTH
#: So many tickets at a time: numbers as objects take four times the memory of a column's.
_BLOCK = 256
#: Where among them its time of change stands, and its inode, which no file has for 0.
CHANGED_NS, INODE = 1, 3


class Instant(NamedTuple):
    """When the making of rows began, by the clock of the file systems `devices`; None for any."""

    ns: int
    devices: frozenset[int] | None = None

    def is_after(self, status: os.stat_result) -> bool:
        """Whether the file was last changed before: what happens to it from now on will show."""
        if self.devices is not None and status.st_dev not in self.devices:
            return False
        return max(status.st_mtime_ns, status.st_ctime_ns) < self.ns


def stat_data(status: os.stat_result) -> tuple[int, ...]:
    """What tells the file; `NO_FILE` where that is more than a row holds."""
    found = (
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_ino,
        status.st_dev,
    )
    return found if status.st_ino < _HALF and status.st_dev < _HALF else NO_FILE


def instant_at(descriptor: int, folder: str) -> Instant:
    """The present, by the clock of the file systems of a file that is open for writing and of
    `folder`. Raises `OSError`."""
    os.utime(descriptor)
    status = os.fstat(descriptor)
    return Instant(status.st_mtime_ns, frozenset((status.st_dev, os.lstat(folder).st_dev)))


def stat_all(folder: int, tickets: Sequence[str], name: str = "") -> array[int]:
    """What tells the file `name` of each of `tickets`, or each of them itself, in turn."""
    found = array("q")
    lstat, path = os.lstat, f"/{name}" if name else ""
    for begin in range(0, len(tickets), _BLOCK):
        numbers: list[int] = []
        add = numbers.append
        for ticket in tickets[begin : begin + _BLOCK]:
            try:
                status = lstat(ticket + path, dir_fd=folder)
            except OSError:
                numbers += NO_FILE
                continue
            add(status.st_size)
            add(status.st_mtime_ns)
            add(status.st_ctime_ns)
            add(status.st_ino)
            add(status.st_dev)
        found += _packed(numbers)
    return found


def stat_records(
    folder: int, tickets: Sequence[str], above: str, names: Sequence[str], known: array[int]
) -> array[int]:
    """What tells, of each of `tickets`, the folder `above` and the files `names` in it; `known`
    itself where that is the same.

    A folder that is the one of `known` has the same names: what was not there is not looked for.
    """
    width = WIDTH * (1 + len(names))
    folders = stat_all(folder, tickets, above)
    before = array("q", bytes(8 * len(folders)))
    for number in range(WIDTH):
        before[number::WIDTH] = known[number::width]
    changed = frozenset(differing(folders, before, WIDTH))
    found = known[:] if changed else known
    for place in changed:
        found[place * width : place * width + WIDTH] = folders[place * WIDTH : (place + 1) * WIDTH]
    for begin, name in zip(range(WIDTH, width, WIDTH), names, strict=True):
        for place, inode in enumerate(known[begin + INODE :: width]):
            if inode or place in changed:
                at = place * width + begin
                told = _at(f"{tickets[place]}/{above}/{name}", folder)
                if told != found[at : at + WIDTH]:
                    found = known[:] if found is known else found
                    found[at : at + WIDTH] = told
    return found


def differing(found: array[int], known: array[int], width: int) -> Iterator[int]:
    """The places at which so many numbers of two columns are not the same."""
    if found is known or found == known:
        return
    step = _BLOCK * width
    for block in range(0, len(found), step):
        now, before = found[block : block + step], known[block : block + step]
        if now != before:
            for at in range(0, len(now), width):
                if now[at : at + width] != before[at : at + width]:
                    yield (block + at) // width


def _at(path: str, folder: int) -> array[int]:
    try:
        return array("q", stat_data(os.lstat(path, dir_fd=folder)))
    except OSError:
        return array("q", NO_FILE)


_HALF = 1 << 63


def _packed(numbers: list[int]) -> array[int]:
    try:
        return array("q", numbers)
    except OverflowError:  # inodes of some file systems have all 64 bits
        fitting = list(numbers)
        for begin in range(0, len(fitting), WIDTH):
            if not all(-_HALF <= one < _HALF for one in fitting[begin : begin + WIDTH]):
                fitting[begin : begin + WIDTH] = NO_FILE
        return array("q", fitting)
