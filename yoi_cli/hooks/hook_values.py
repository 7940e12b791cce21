"""What the commands of hooks give back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from yoi_cli.errors import YoiError
    from yoi_cli.hooks.model import HookFile, HookFolder
    from yoi_cli.routing.gate import GateResult


class HookReport(NamedTuple):
    """The hooks of a clone as they stand.

    `changed` are the names of those that were just put in place or taken away, `failed` why
    others could not be. `program` is the path of the `yoi` that they would start, None where
    PATH has none. `waiting` counts the notes in the spool.
    """

    folder: HookFolder
    hooks: tuple[HookFile, ...]
    program: str | None
    changed: tuple[str, ...] = ()
    failed: tuple[YoiError, ...] = ()
    waiting: int = 0


class HookOutcome(NamedTuple):
    """What came of a hook.

    `tickets` are those that it spoke of, `waiting` those whose notes wait in the spool.
    `said` are sentences for the person who works; `gate` is the answer before a push.
    """

    name: str
    tickets: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    gate: GateResult | None = None
