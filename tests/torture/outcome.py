"""What a campaign is given and what it answers with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

Size = TypeVar("Size", int, float)

#: A campaign stops looking after so many violations: the first ones tell enough.
ENOUGH = 10


class Settings(NamedTuple):
    """How large a campaign is, and where it works.

    `folder` is the campaign's own, empty, and kept where there was a violation. Sizes that
    were not given are None. `jobs` is how many processes may work at once.
    """

    folder: Path
    is_short: bool
    seed: int
    jobs: int
    events: int | None = None
    writers: int | None = None
    runs: int | None = None
    only: str = ""

    def size(self, given: Size | None, *, full: Size, short: Size) -> Size:
        """The size that was asked for, else that of the full or the short form."""
        if given is not None:
            return given
        return short if self.is_short else full


class Outcome(NamedTuple):
    """What one campaign found.

    `figures` are counts, in the order to show them. `control` says what the weakened writer
    did; None where nobody noticed it, which means that the campaign would notice nothing.
    """

    figures: Mapping[str, int | str]
    violations: tuple[str, ...]
    control: str | None
    skipped: str = ""

    @property
    def is_good(self) -> bool:
        return bool(self.skipped) or (not self.violations and self.control is not None)


class Campaign(NamedTuple):
    """A campaign by its name; `summary` is one line for `--list`."""

    name: str
    summary: str
    run: Callable[[Settings], Outcome]


def skipped(why: str) -> Outcome:
    """The outcome of a campaign that cannot run here."""
    return Outcome({}, (), None, why)
