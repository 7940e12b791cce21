"""What doctor finds: a diagnostic, its severity, and the sentence it says (docs/doctor.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yoi_cli.doctor.rules import RULES
from yoi_cli.model.findings import ERROR, INFO, WARNING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.errors import YoiError


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    `severity` is error, warning or info. `message` says what is wrong and what to do. `path`
    is relative to the workspace; `line` is 1-based, None where no line is meant. `ticket` is
    None for what belongs to the store as a whole.
    """

    severity: str
    code: str
    message: str
    ticket: str | None
    path: str
    line: int | None = None

    @property
    def place(self) -> str:
        """`path:line`, or the path alone."""
        return self.path if self.line is None else f"{self.path}:{self.line}"

    @property
    def order(self) -> tuple[str, str, int, str]:
        """The key by which findings are listed: the store's first, then ticket by ticket."""
        return (self.ticket or "", self.path, self.line or 0, self.code)


def diagnose(
    code: str,
    what: str,
    *,
    ticket: str | None,
    path: str,
    line: int | None = None,
    advice: str | None = None,
) -> Diagnostic:
    """The finding `code`; its message is `what` and then the rule's advice, or `advice`.

    Raises KeyError for a code that has no rule: every code is in the table and in the docs.
    """
    rule = RULES[code]
    message = f"{what} {rule.advice if advice is None else advice}".strip()
    return Diagnostic(rule.severity, code, message, ticket, path, line)


@dataclass(frozen=True, slots=True)
class SeverityCounts:
    """How many findings there are of each severity."""

    errors: int
    warnings: int
    infos: int


def count(diagnostics: Iterable[Diagnostic]) -> SeverityCounts:
    """The findings of each severity, counted."""
    numbers = {ERROR: 0, WARNING: 0, INFO: 0}
    for diagnostic in diagnostics:
        numbers[diagnostic.severity] += 1
    return SeverityCounts(numbers[ERROR], numbers[WARNING], numbers[INFO])


def line_of(error: YoiError) -> int | None:
    """The 1-based line that an error's details name, None where they name none."""
    line = error.details.get("line")
    return line if isinstance(line, int) else None


def quote(value: str, limit: int = 60) -> str:
    """`value` as a message quotes it: in quotes, and cut where it is long."""
    return repr(value if len(value) <= limit else value[: limit - 1] + "…")
