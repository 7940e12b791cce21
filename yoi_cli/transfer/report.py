"""What became of tickets that were to come in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yoi_cli.transfer.model import ImportProblem


@dataclass(frozen=True, slots=True)
class Incoming:
    """One ticket that came in, or had come in before; `source` is what it was called there."""

    id: str
    source: str
    title: str


@dataclass(frozen=True, slots=True)
class Refused:
    """One ticket that was left out because the store has another by its id."""

    id: str
    source: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome of one import.

    `problems` are what gave no ticket; `notices` what is worth knowing of those that came in;
    `warnings` what went wrong once they were in.
    """

    imported: tuple[Incoming, ...]
    skipped: tuple[Incoming, ...]
    conflicts: tuple[Refused, ...]
    problems: tuple[ImportProblem, ...]
    notices: tuple[ImportProblem, ...]
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class ImportTally:
    """An import while it goes on; the lists are those of its report."""

    imported: list[Incoming] = field(default_factory=list)
    skipped: list[Incoming] = field(default_factory=list)
    conflicts: list[Refused] = field(default_factory=list)
    problems: list[ImportProblem] = field(default_factory=list)
    notices: list[ImportProblem] = field(default_factory=list)

    def report(self) -> ImportReport:
        """What came of it."""
        return ImportReport(
            tuple(self.imported),
            tuple(self.skipped),
            tuple(self.conflicts),
            tuple(self.problems),
            tuple(self.notices),
        )
