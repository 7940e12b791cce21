"""The resources: a ticket, its intent packet, and what an agent begins with; no others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.mcp.answer import Answer
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from yoi_cli.api.session import Start

PRIME = "yoi://prime"


class Template(NamedTuple):
    uri: str
    name: str
    description: str


TEMPLATES = (
    Template("yoi://ticket/{id}", "ticket", "A ticket, as ticket_show gives it."),
    Template("yoi://intent/{id}", "intent", "What is wanted: the contract of a ticket."),
)
_URI = re.compile(r"yoi://(ticket|intent)/([0-9A-Za-z]{4,26})")


def read(start: Start, role: str, uri: str) -> str | None:
    """The text of a resource, None for a URI that names none. Raises what the api raises."""
    if uri == PRIME:
        from yoi_cli.mcp.guide import prime_text

        return prime_text(start, role)
    found = _URI.fullmatch(uri)
    if found is None:
        return None
    from yoi_cli.api.session import open_session

    session = open_session(start)
    if found[1] == "ticket":
        from yoi_cli.mcp.arguments import Show
        from yoi_cli.mcp.reading import show

        answer = show(session, Show(ticket=found[2]))
    else:
        from yoi_cli.api.queries import intent_packet
        from yoi_cli.model.intent import render_packet

        full_id, packet = intent_packet(session, found[2])
        answer = Answer(
            {"ticket": full_id, "missing": list(packet.missing)}, (render_packet(packet),)
        )
    return "\n".join(answer.parts) + "\n"
