"""The rules of the registry of runtimes: what may be added and removed (docs/runtime.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, UsageError
from yoi_cli.model.workers.runtimes import (
    EMBEDDED_ID,
    HTTP,
    KINDS,
    RuntimeEntry,
    is_runtime_id,
)
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yoi_cli.errors import YoiError


class Registered(NamedTuple):
    """What the file says: its entries by id, and why it cannot be read, where it cannot."""

    entries: Mapping[str, RuntimeEntry]
    problem: YoiError | None = None


def named(found: Registered, runtime_id: str) -> RuntimeEntry:
    """The entry of a runtime on another machine. Raises `NotFoundError` (`runtime_not_found`), or
    why the file cannot be read."""
    entry = found.entries.get(runtime_id)
    if entry is None:
        if found.problem is not None:
            raise found.problem
        raise not_found(runtime_id)
    return entry


def check_new(found: Registered, runtime_id: str, entry: RuntimeEntry) -> None:
    """Raise for an entry that cannot be added: `UsageError` (`runtime_id_invalid`, and
    as `check_entry`), `ConflictError` (`runtime_exists`), or why the file cannot be read. The
    address is checked by whoever knows addresses."""
    if not is_runtime_id(runtime_id):
        raise UsageError(
            "runtime_id_invalid",
            f"{runtime_id[:60]!r} cannot be a runtime's id.",
            hint="Use up to 120 letters, digits and -_: , beginning with a letter or digit.",
        )
    if found.problem is not None:
        raise found.problem
    if runtime_id == EMBEDDED_ID or runtime_id in found.entries:
        raise ConflictError(
            "runtime_exists",
            f"There is a runtime {runtime_id} already.",
            hint="Take another id; `yoi runtime remove` takes one away.",
            details={"runtime_id": runtime_id},
        )
    check_entry(entry)


def check_entry(entry: RuntimeEntry) -> None:
    """Raise for what no type can say of an entry: `UsageError` (`runtime_kind_unknown`,
    `runtime_key_missing`, `runtime_key_foreign`, `token_reference_invalid`)."""
    check_kind(entry.kind)
    for code, keys, what in (
        ("runtime_key_missing", entry.missing(), "needs"),
        ("runtime_key_foreign", entry.foreign(), "does not go by"),
    ):
        if keys:
            named = ", ".join(sorted(keys))
            raise UsageError(
                code,
                f"A runtime of the kind {entry.kind} {what} {named}.",
                hint="docs/runtime.md says which keys each kind has.",
                details={"keys": sorted(keys), "kind": entry.kind},
            )
    if entry.kind == HTTP and (entry.token_env is None) == (entry.token_file is None):
        raise UsageError(
            "token_reference_invalid",
            "A runtime's token is named by one of token_env and token_file.",
            hint="A token itself is never written there.",
        )


def check_kind(kind: str, kinds: Iterable[str] = KINDS) -> None:
    """Raise `UsageError` (`runtime_kind_unknown`) for a kind that is none of `kinds`."""
    if kind not in kinds:
        raise UsageError(
            "runtime_kind_unknown",
            f"A runtime of the kind {kind[:40]!r} cannot be used.",
            hint=f"There is {', '.join(kinds)}.",
        )


def check_removal(found: Registered, runtime_id: str) -> None:
    """Raise for one that cannot be removed: `ConflictError` (`runtime_embedded`),
    `NotFoundError` (`runtime_not_found`)."""
    if runtime_id == EMBEDDED_ID:
        raise ConflictError(
            "runtime_embedded",
            "The runtime of this clone cannot be removed.",
            hint="It is this clone's workers.",
        )
    named(found, runtime_id)


def busy(runtime_id: str, count: int) -> ConflictError:
    """The error for removing a runtime whose workers have not ended."""
    return ConflictError(
        "runtime_busy",
        f"The runtime {runtime_id} has workers that have not ended.",
        hint="Let them end, or stop them; they would go on unseen.",
        details={"runtime_id": runtime_id, "workers": count},
    )


def not_found(runtime_id: str) -> NotFoundError:
    """The error for a runtime that is not registered."""
    return NotFoundError(
        "runtime_not_found",
        f"There is no runtime {runtime_id[:120]}.",
        hint="`yoi runtime list` shows those that there are.",
        details={"runtime_id": runtime_id[:120]},
    )
