"""`yoi ticket intent`, and the options that give parts of an intent packet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from yoi_cli.api import queries
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, TicketArgument
from yoi_cli.cli.text.console import write_stdout
from yoi_cli.cli.text.report import report_json, warn
from yoi_cli.cli.text_input import given_text
from yoi_cli.model.intent import PART_KEYS, parse_packet, render_packet
from yoi_cli.model.text import visible_block


def _part(flag: str, what: str) -> object:
    return typer.Option(f"--{flag}", metavar="TEXT", help=what, rich_help_panel="Intent packet")


IntentOption = Annotated[str | None, _part("intent", "What is wanted.")]
BindingOption = Annotated[str | None, _part("binding", "Decisions and invariants that hold.")]
RequirementsOption = Annotated[str | None, _part("requirements", "What it must do.")]
AcceptanceOption = Annotated[str | None, _part("acceptance", "How to tell that it is done.")]
LatitudeOption = Annotated[str | None, _part("latitude", "What the implementer may decide.")]
EscalateOption = Annotated[str | None, _part("escalate", "When to stop and ask.")]
ValidationOption = Annotated[str | None, _part("validation", "What must pass.")]
RisksOption = Annotated[str | None, _part("risks", "What a reviewer looks at.")]
PacketFileOption = Annotated[
    str | None,
    typer.Option(
        "--intent-file",
        metavar="FILE",
        help="Parts of the packet under their headings; - for stdin.",
    ),
]


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
    session = session_of(ctx)
    full_id, packet = queries.intent_packet(session, ticket, given_parts(given, intent_file))
    if as_json:
        from yoi_cli.api.documents.routing import intent_document

        report_json("intent", intent_document(full_id, packet))
    else:
        write_stdout(visible_block(render_packet(packet)) + "\n")
    if not packet.has_acceptance:
        warn([f"{full_id} has no acceptance criteria; it cannot be accepted like this."])


def given_parts(given: tuple[str | None, ...], file: str | None) -> Mapping[str, str]:
    """The parts that flags give, in the order of `PART_KEYS`, over those of a file.

    Raises what reading a file raises.
    """
    text = given_text(None, file)
    parts = dict(parse_packet(text)) if text is not None else {}
    flags = zip(PART_KEYS, given, strict=True)
    return parts | {key: text for key, text in flags if text is not None}
