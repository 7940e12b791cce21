"""What became of tickets that were to come in, and how many of them are written at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yoi_cli.transfer.model import ImportProblem, LeftOut

#: How many tickets are written under one lock, and by few waits for the disk.
BATCH = 512
#: How many bytes they may have together.
BATCH_BYTES = 1 << 24


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
class Updated:
    """One ticket that had come in before and was brought up to date; `changed` says in what."""

    id: str
    source: str
    title: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkEnd:
    """A link of the ticket `id`: to the ticket `target`, or to one that is not here yet, which
    goes by `source`."""

    id: str
    kind: str
    source: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class MilestoneTaken:
    """A milestone that is an objective now; `linked` are the tickets that it did not link before.
    The id is empty where it would be made."""

    id: str
    source: str
    title: str
    linked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome of one import.

    `updated` had come in before and changed there; `conflicts` are here with other content, or
    changed there and here. `completed` are links whose other end came in now, `missing` those
    whose other end did not. `problems` are what gave no ticket, `left_out` what was not to be one;
    `notices` what is worth knowing of those that came in; `warnings` what went wrong once they
    were in.
    """

    imported: tuple[Incoming, ...]
    skipped: tuple[Incoming, ...]
    conflicts: tuple[Refused, ...]
    problems: tuple[ImportProblem, ...]
    notices: tuple[ImportProblem, ...]
    updated: tuple[Updated, ...] = ()
    completed: tuple[LinkEnd, ...] = ()
    missing: tuple[LinkEnd, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    warnings: tuple[str, ...] = ()
    objectives: tuple[MilestoneTaken, ...] = ()

    @property
    def ids(self) -> dict[str, str]:
        """The tickets that came in, now or before, by what they were called there."""
        all_in: tuple[Incoming | Updated, ...] = (*self.imported, *self.updated, *self.skipped)
        return {one.source: one.id for one in all_in}

    @property
    def changed(self) -> tuple[str, ...]:
        """The tickets that were written, each once."""
        ids = [one.id for one in self.imported]
        ids += [one.id for one in self.updated]
        ids += [one.id for one in self.completed]
        return tuple(dict.fromkeys(ids))

    def kinds_left_out(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """The paths of what was left out, by kind and reason."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for one in sorted(self.left_out, key=lambda one: (one.kind, one.reason)):
            key = (one.kind, one.reason)
            found[key] = (*found.get(key, ()), one.path)
        return found


@dataclass(slots=True)
class ImportTally:
    """An import while it goes on; the lists are those of its report."""

    imported: list[Incoming] = field(default_factory=list)
    skipped: list[Incoming] = field(default_factory=list)
    conflicts: list[Refused] = field(default_factory=list)
    problems: list[ImportProblem] = field(default_factory=list)
    notices: list[ImportProblem] = field(default_factory=list)
    updated: list[Updated] = field(default_factory=list)
    completed: list[LinkEnd] = field(default_factory=list)
    missing: list[LinkEnd] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def report(self) -> ImportReport:
        """What came of it."""
        lists = {name: tuple(getattr(self, name)) for name in ImportTally.__dataclass_fields__}
        return ImportReport(**lists)
