"""`yoi ticket intent`."""

from __future__ import annotations

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, TicketArgument
from yoi_cli.cli.routing.decided_text import say_intent
from yoi_cli.cli.ticket.packet import (
    AcceptanceOption,
    BindingOption,
    EscalateOption,
    IntentOption,
    LatitudeOption,
    PacketFileOption,
    RequirementsOption,
    RisksOption,
    ValidationOption,
    said_parts,
)
from yoi_cli.model.intent import complete, packet_of
from yoi_cli.tickets.edit import read_item


def intent(
    ctx: typer.Context,
    ticket: TicketArgument,
    intent: IntentOption = None,
    binding: BindingOption = None,
    requirements: RequirementsOption = None,
    acceptance: AcceptanceOption = None,
    latitude: LatitudeOption = None,
    escalate: EscalateOption = None,
    validation: ValidationOption = None,
    risks: RisksOption = None,
    intent_file: PacketFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the short contract that whoever implements the ticket is given.

    It is taken from the description's sections, in English or Japanese; flags or a file
    complete it.
    """
    given = (intent, binding, requirements, acceptance, latitude, escalate, validation, risks)
    full_id, item = read_item(session_of(ctx).store, ticket)
    packet = complete(packet_of(item.title, item.body), said_parts(given, intent_file))
    say_intent(full_id, packet, as_json=as_json)
