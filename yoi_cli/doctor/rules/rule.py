"""A rule that doctor holds a store to."""

from __future__ import annotations

from dataclasses import dataclass

#: Ends the advice of a rule whose fault doctor repairs.
FIX = "`yoi ticket doctor --fix` does it."


@dataclass(frozen=True, slots=True)
class Rule:
    """One code of the table; `advice` ends every message of that code."""

    code: str
    severity: str
    meaning: str
    advice: str
