"""One kind of what the index has of every ticket: as it was kept, and as it was read since."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from yoi_cli.store.files.index.stat_data import WIDTH, differing
from yoi_cli.store.files.index.table import Row, empty_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.store.files.index.table import Head, KeptRow, Table


class Section:
    """Rows for tickets by their place, each for so many `files`.

    What `look` finds changed has no row until one is `put`; one that is not `settled` holds until
    the next look. `table` is what was kept before, None for nothing. Where nothing is known, one
    that is `lazy` looks at no file: all are to be read.
    """

    def __init__(self, files: int, table: Table | None, *, lazy: bool) -> None:
        self._lazy = lazy
        self._width = WIDTH * files
        self._stored = table
        self._table = empty_table(files) if table is None else table
        self._found: array[int] = self._table.signatures
        self._stale: set[int] = set()
        self._rows: dict[int, tuple[Head, bytes]] = {}
        self._heads: dict[Head, Head] = {}
        self._unsettled: set[int] = set()

    def look(self, ids: bytes, stat: Callable[[array[int]], array[int]]) -> None:
        """Look at the files of the tickets of `ids`, by `stat`, which is given what tells those
        that are known."""
        self._settle()
        self._table = self._table.aligned(ids)
        self._rows, self._unsettled = {}, set()
        known, head_of = self._table.signatures, self._table.head_of
        if self._lazy and not any(head_of):
            self._found, self._stale = known[:], set(range(len(head_of)))
            return
        found = stat(known)
        self._stale = {*differing(found, known, self._width)}
        self._found = found if self._stale else known
        if 0 in head_of:
            self._stale.update(at for at, head in enumerate(head_of) if not head)

    def kept(self) -> Iterator[KeptRow | None]:
        """What was kept, by rising place; None for what changed, or was never read."""
        stale = self._stale
        for place, row in enumerate(self._table.rows()):
            yield None if place in stale else row

    def row(self, place: int) -> Row | None:
        """What was read since the last look, or was kept and did not change."""
        begin = place * self._width
        signature = self._found[begin : begin + self._width]
        if place not in self._stale:
            return Row(signature, self._table.head(place), self._table.body(place))
        read = self._rows.get(place)
        return None if read is None else Row(signature, *read)

    @property
    def found(self) -> array[int]:
        """What told the files when they were looked at, or read."""
        return self._found

    def put(self, place: int, row: Row, *, settled: bool) -> None:
        """Take what was read; what is not `settled` is read again after the next look."""
        self._stale.add(place)
        # Most tickets have one of a few heads; each was read as another object.
        self._rows[place] = self._heads.setdefault(row.head, row.head), row.body
        begin, told = place * self._width, array("q", row.signature)
        if told != self._found[begin : begin + self._width]:
            if self._found is self._table.signatures:
                self._found = self._found[:]
            self._found[begin : begin + self._width] = told
        if settled:
            self._unsettled.discard(place)
        else:
            self._unsettled.add(place)

    def news(self) -> Table | None:
        """All that may be kept, where that is more than was kept before."""
        has_others = self._stored is not None and self._stored.ids != self._table.ids
        if len(self._rows) == len(self._unsettled) and not has_others:
            return None
        self._settle()
        self._stored = self._table
        return self._table

    def _settle(self) -> None:
        """Take over into the table what was read and may be kept."""
        settled = self._rows.keys() - self._unsettled
        self._table = self._table.with_rows(settled, self.row)
        self._stale.difference_update(settled)
        self._rows = {at: self._rows[at] for at in self._unsettled}
