"""The relations around every ticket, by one pass over the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.tickets.blocking import Surroundings

if TYPE_CHECKING:
    from yoi_cli.errors import YoiError
    from yoi_cli.model.relations import Relation
    from yoi_cli.store.ports import TicketReader


class Neighbours:
    """What `surroundings` says of one ticket, kept for all of them."""

    def __init__(self, reader: TicketReader) -> None:
        self._outgoing: dict[str, tuple[Relation, ...]] = {}
        self._incoming: dict[str, list[Relation]] = {}
        self._errors: dict[str, YoiError] = {}
        for row in reader.all_relations():
            if row.error is not None:
                self._errors[row.id] = row.error
            self._outgoing[row.id] = row.relations
            for relation in row.relations:
                self._incoming.setdefault(relation.target, []).append(relation)

    def around(self, ticket: str) -> Surroundings:
        """The relations around `ticket`. Raises the error of its own, where they are unreadable."""
        if ticket in self._errors:
            raise self._errors[ticket]
        return self.incoming(ticket)._replace(outgoing=self._outgoing.get(ticket, ()))

    def incoming(self, ticket: str) -> Surroundings:
        """The relations of others that name `ticket`, without its own."""
        others = tuple(one for one in self._errors if one != ticket)
        return Surroundings((), tuple(self._incoming.get(ticket, ())), others)
