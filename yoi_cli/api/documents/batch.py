"""The JSON types of what a batch answers (docs/batch.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from yoi_cli.api.documents.common import from_value
from yoi_cli.api.documents.workspace import ErrorDocument

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.api.batch import Answer


class OperationAnswerDocument(Struct, frozen=True, kw_only=True):
    """What came of the operation on a `line` of a batch: either `ok`, or an `error`.

    `op` and `label` are as the line says them, null where it cannot be read or has none. `changed`
    is false where all stood already. `state` is the ticket's where the operation says it.
    """

    line: int
    op: str | None
    label: str | None
    is_ok: bool = field(name="ok")
    ticket: str | None
    state: str | None
    changed: bool
    at: str | None
    event_ids: tuple[str, ...] = field(name="events")
    unblocked: tuple[str, ...]
    warnings: tuple[str, ...]
    error: ErrorDocument | None


class OperationsDocument(Struct, frozen=True, kw_only=True):
    """What came of a batch, and how many of its operations failed."""

    answers: tuple[OperationAnswerDocument, ...]
    failed: int


def operation_answer_document(answer: Answer) -> OperationAnswerDocument:
    done, error = answer.done, answer.error
    return OperationAnswerDocument(
        line=answer.line,
        op=answer.op,
        label=answer.label,
        is_ok=error is None,
        ticket=done.ticket if done else None,
        state=done.state if done else None,
        changed=done.changed if done else False,
        at=done.at if done else None,
        event_ids=done.event_ids if done else (),
        unblocked=done.unblocked if done else (),
        warnings=done.warnings if done else (),
        error=None if error is None else from_value(ErrorDocument, error),
    )


def operations_document(answers: Iterable[Answer]) -> OperationsDocument:
    found = tuple(map(operation_answer_document, answers))
    return OperationsDocument(answers=found, failed=sum(not one.is_ok for one in found))
