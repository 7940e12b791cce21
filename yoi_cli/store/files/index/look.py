"""What a look at the files of all tickets found, for whoever looks again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.index.stat_data import CHANGED_NS, WIDTH, differing

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator, Sequence

    from yoi_cli.model.ids import TicketId


class Look(NamedTuple):
    """Tickets by rising id, and columns of what tells the files of each."""

    tickets: Sequence[TicketId]
    found: Sequence[array[int]]

    def changes(self, before: Look) -> set[TicketId]:
        """The tickets of which any file is another than it was `before`, or that are gone."""
        if self.tickets == before.tickets:
            places = {
                place
                for now, then in zip(self.found, before.found, strict=True)
                for place in differing(now, then, self._width(now))
            }
            return {self.tickets[place] for place in places}
        known = dict(before._rows())
        now = dict(self._rows())
        return {one for one in known.keys() | now.keys() if known.get(one) != now.get(one)}

    def since(self, ns: int) -> set[TicketId]:
        """The tickets of which any file was changed after an instant: one that is not long ago
        cannot tell a second change from the first."""
        changed: set[TicketId] = set()
        for column in self.found:
            for number in (CHANGED_NS, CHANGED_NS + 1):
                times = column[number::WIDTH]
                if max(times, default=0) > ns:
                    each = len(times) // len(self.tickets)
                    changed.update(
                        self.tickets[at // each] for at, time in enumerate(times) if time > ns
                    )
        return changed

    def _rows(self) -> Iterator[tuple[TicketId, tuple[bytes, ...]]]:
        columns = [(column.tobytes(), 8 * self._width(column)) for column in self.found]
        for place, ticket in enumerate(self.tickets):
            yield ticket, tuple([data[place * w : (place + 1) * w] for data, w in columns])

    def _width(self, column: array[int]) -> int:
        """How many numbers a column has for each ticket."""
        return len(column) // max(len(self.tickets), 1)
