"""Lines of a batch read: an operation, or why it is none (docs/batch.md)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from yoi_cli.api.operations import AnyOperation, CreateTicket, EditTicket, Operation
from yoi_cli.errors import UsageError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.transfer.report import BATCH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from yoi_cli.errors import YoiError

#: What json raises for a text that nests too deep is no ValueError.
_NO_JSON = (ValueError, RecursionError)


class Line(NamedTuple):
    """A line that is not blank, by its number: its `operation`, or the `error` that it is answered
    with. `op` and `label` are what it says of itself, as far as it can be read."""

    number: int
    size: int
    op: str | None = None
    label: str | None = None
    operation: Operation | None = None
    error: YoiError | None = None


def read_lines(source: BinaryIO) -> Iterator[Line]:
    """Every line of `source` but for blank ones. Never raises for what a line says."""
    number = 0
    while data := source.readline(BATCH_BYTES):
        number += 1
        size = len(data)
        if not data.endswith(b"\n") and size == BATCH_BYTES:
            while (rest := source.readline(BATCH_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield Line(number, 0, error=_refused(f"It is longer than {BATCH_BYTES >> 20} MiB"))
        elif data.strip():
            yield read_line(data, number)


def read_line(data: bytes, number: int) -> Line:
    """The operation that `data` is."""
    line = Line(number, len(data))
    try:
        said: object = json.loads(data.decode(), object_pairs_hook=_object)
    except _NO_JSON as error:
        return line._replace(error=_refused(f"It is no JSON: {error}"))
    if isinstance(said, dict):
        line = line._replace(op=_text(said.get("op")), label=_text(said.get("label")))
    try:
        operation: AnyOperation = msgspec.convert(said, AnyOperation)
    except msgspec.ValidationError as error:
        return line._replace(error=_refused(str(error)))
    if isinstance(operation, EditTicket) and operation.author is not None:
        return line._replace(error=_refused("An edit is no event, so it records no author"))
    label = operation.label if isinstance(operation, CreateTicket) else None
    return line._replace(label=label, operation=operation)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Raise ValueError where a key stands twice: one of the two would be dropped."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands in it twice")
    return found


def _text(said: object) -> str | None:
    return said if isinstance(said, str) else None


def _refused(why: str) -> UsageError:
    return UsageError(
        "operation_invalid",
        f"The line is no operation. {why}.",
        hint="`yoi schema operation` says what a line may be; nothing was written for this one.",
    )
