"""Refusals of what was typed that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


def refuse_without(needed: str, given: Mapping[str, object]) -> None:
    """Raise `UsageError` (`option_unused`) where an option of `given` has a value: only with
    `needed` would it be used, and nothing that somebody typed is passed over."""
    unused = [name for name, value in given.items() if value is not None]
    if unused:
        raise UsageError(
            "option_unused",
            f"{unused[0]} is used only with {needed}.",
            hint=f"Add {needed}, or leave {unused[0]} out; nothing was written.",
            details={"options": unused},
        )


def options_clash(message: str, option: str) -> UsageError:
    """The error for an option that has nothing to say beside what else was given."""
    return UsageError(
        "options_clash",
        message,
        hint=f"Leave out {option}, or the other; nothing was written.",
        details={"option": option},
    )
