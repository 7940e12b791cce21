"""How a ticket is said of which some file is broken: what can be read, and what cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from yoi_cli.cli.ticket.show_text import say_ticket
from yoi_cli.doctor.rules import ERROR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.doctor.diagnostics import Diagnostic
    from yoi_cli.errors import Json, YoiError
    from yoi_cli.tickets.show import EventWindow, Neighbour, Readable


def say_what_can_be_read(
    readable: Readable,
    found: Sequence[Diagnostic],
    window: EventWindow,
    neighbours: Mapping[str, Neighbour],
    *,
    as_json: bool,
) -> YoiError:
    """The first error, for the caller to raise; `found` is what doctor says of the ticket.

    A page has the rest of the ticket, and names the broken files. In JSON it stands in the details
    of the error: nobody who takes the document for a ticket may believe that nothing blocks it.
    """
    view, errors = readable
    first = next(iter(errors.values()))
    broken = [one for one in found if one.severity == ERROR]
    if not as_json:
        say_ticket(view, window, neighbours, as_json=False, unread=errors, broken=broken)
        return first
    from yoi_cli.api.documents.doctor import diagnostic_document
    from yoi_cli.api.documents.lists import shown_document

    more = {
        "broken": [diagnostic_document(one) for one in broken],
        "unread": list(errors),
        "readable": shown_document(view, window.of(view.thread.events)),
    }
    first.details = {**first.details, **cast("Mapping[str, Json]", more)}
    return first
