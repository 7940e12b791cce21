"""The types of what commands print that are about the workspace, and small ones beside."""

from __future__ import annotations

from typing import TypedDict


class ErrorDocument(TypedDict):
    """Why a command failed: a stable code, one sentence, what to do, and facts for scripts."""

    code: str
    message: str
    hint: str
    details: dict[str, object]


class InitialisedDocument(TypedDict):
    """A folder that is a workspace now; `written` are the files that were missing or changed."""

    workspace: str
    written: list[str]


class WhereDocument(TypedDict):
    """The workspace and store that a command would use here, and why."""

    workspace: str
    store: str
    why: str
    checkout: str | None
    linked: bool
    authority: str
    language: str | None
    lock: str


class StateDocument(TypedDict):
    """The state that a ticket is in, and whether its log is of two minds about it."""

    ticket: str
    state: str
    diverged: bool


class CompletionDocument(TypedDict):
    """A completion script; `written` are the files that installing it changed."""

    shell: str
    script: str
    written: list[str]


class SchemaDocument(TypedDict):
    """The published kinds, and the JSON Schema of all of them or of the one asked for."""

    kinds: list[str]
    json_schema: dict[str, object]
