"""A command on several tickets: one answer line each, and an exit code that says if any failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from yoi_cli.cli.text.report import report_error, report_json
from yoi_cli.errors import UsageError, YoiError
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_Result = TypeVar("_Result")


class Outcome(NamedTuple):
    """What came of one ticket; `code` and `message` are those of its error, empty where it went
    well."""

    ticket: str
    code: str = ""
    message: str = ""


def for_each(
    tickets: Sequence[str],
    run: Callable[[str], _Result],
    show: Callable[[_Result, bool], None],
    *,
    as_json: bool,
) -> int:
    """`show` what `run` makes of every ticket; the exit code. One that fails keeps no other from
    its turn; the exit code is then that of the last that failed.

    Of several, JSON is one document that says of each how it went.
    """
    if len(tickets) == 1:
        show(run(tickets[0]), as_json)
        return 0
    outcomes, worst = [], 0
    for ticket in tickets:
        try:
            done = run(ticket)
        except YoiError as error:
            worst = error.exit_code
            outcomes.append(Outcome(ticket, error.code, error.message))
            if not as_json:
                report_error(error, as_json=False)
            continue
        outcomes.append(Outcome(ticket))
        if not as_json:
            show(done, False)
    if as_json:
        from yoi_cli.api.documents.outcomes import batch_document

        report_json("batch", batch_document(outcomes))
    return worst


def tickets_and_source(
    ticket: str, source: str | None, more: Sequence[str] | None
) -> tuple[list[str], str | None]:
    """The tickets among the words of a command that also takes `-` for standard input."""
    words = [ticket, *([source] if source is not None else []), *(more or ())]
    tickets = [word for word in words if word != "-"]
    if not tickets:
        raise UsageError("usage", "No ticket is named.", hint="Name one before the -.")
    return list(dict.fromkeys(tickets)), "-" if "-" in words else None
