"""The JSON types of the workspace and of the program itself (docs/commands.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from yoi_cli.api.documents.common import from_value, from_values
from yoi_cli.api.documents.daily import MyTicketDocument

if TYPE_CHECKING:
    from yoi_cli.api.prime import Primer
    from yoi_cli.setup.open import Initialised
    from yoi_cli.workspace.where import Whereabouts


class ErrorDocument(Struct, frozen=True, kw_only=True):
    """Why a command failed: a stable code, one sentence, what to do, and facts for scripts."""

    code: str
    message: str
    hint: str
    details: Mapping[str, object]


class OfferDocument(Struct, frozen=True, kw_only=True):
    """Lines for a file, from the top of the repository, that keep a tool away from the store.

    `is_appended` says whether they can stand at the end of the file.
    """

    tool: str
    path: str
    lines: tuple[str, ...]
    is_appended: bool


class InitialisedDocument(Struct, frozen=True, kw_only=True):
    """A folder that is a workspace now; `written` are the files that were missing or changed.

    `offered` is what formatters and fixers that are configured here lack to leave the store alone.
    `agents` are coding agents in use here that `--mcp` would configure; only `--agents` looks.
    """

    workspace: str
    written: tuple[str, ...]
    offered: tuple[OfferDocument, ...]
    agents: tuple[str, ...]


class WhereDocument(Struct, frozen=True, kw_only=True):
    """The workspace and store that a command would use here, and why."""

    workspace: str
    store: str
    why: str
    checkout: str | None
    linked: bool
    authority: str
    language: str | None
    lock: str


class CompletionDocument(Struct, frozen=True, kw_only=True):
    """A completion script; `written` are the files that installing it changed."""

    shell: str
    script: str
    written: tuple[str, ...]


class SchemaDocument(Struct, frozen=True, kw_only=True):
    """The published kinds, and the JSON Schema of all of them or of the one asked for."""

    kinds: tuple[str, ...]
    json_schema: Mapping[str, object]


class NamedDocument(Struct, frozen=True, kw_only=True):
    """A ticket that a session should know of."""

    ticket: str
    state: str
    priority: str
    title: str


class PrimeDocument(Struct, frozen=True, kw_only=True):
    """What stands in a workspace now, and `text`, what `yoi prime` prints.

    Outside of a workspace `workspace` and `store` are null, and all else is empty. `states`
    counts tickets; `current` is the ticket that this session works on, `mine` are the caller's.
    """

    workspace: str | None
    store: str | None
    states: Mapping[str, int]
    unreadable: int
    startable: tuple[NamedDocument, ...]
    current: NamedDocument | None
    mine: tuple[MyTicketDocument, ...]
    text: str


def initialised_document(made: Initialised) -> InitialisedDocument:
    return from_value(InitialisedDocument, made, offered=from_values(OfferDocument, made.offered))


def where_document(found: Whereabouts) -> WhereDocument:
    return from_value(WhereDocument, found)


def prime_document(primer: Primer | None, text: str) -> PrimeDocument:
    if primer is None:
        return PrimeDocument(
            workspace=None,
            store=None,
            states={},
            unreadable=0,
            startable=(),
            current=None,
            mine=(),
            text=text,
        )
    current = primer.current
    return from_value(
        PrimeDocument,
        primer,
        startable=from_values(NamedDocument, primer.startable),
        current=None if current is None else from_value(NamedDocument, current),
        mine=from_values(MyTicketDocument, primer.mine),
        text=text,
    )
