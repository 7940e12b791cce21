"""Texts as they may be written down: without the values of secrets, and without characters that
drive a terminal (docs/workers.md, "Secrets")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.model.text import visible, visible_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

MASK = "[redacted]"


class Redaction:
    """Takes `values` out of texts. A second pass finds nothing left to do."""

    def __init__(self, values: Iterable[str]) -> None:
        # The longest first: of two values that begin at the same place it is the one meant.
        wanted = sorted({form for value in values for form in _forms(value)}, key=len, reverse=True)
        self._values = re.compile("|".join(map(re.escape, wanted))) if wanted else None
        #: How many characters the longest value has.
        self.longest = len(wanted[0]) if wanted else 0

    def text(self, text: str) -> str:
        """`text` with its lines and tabs, fit to be written down."""
        return visible_lines(self._masked(text))

    def line(self, text: str) -> str:
        """`text` as one line, fit to be written down."""
        return visible(self._masked(text))

    def _masked(self, text: str) -> str:
        return text if self._values is None else self._values.sub(MASK, text)


def _forms(value: str) -> set[str]:
    """How a value stands in a text: as it is, on one line as git folds a subject, and where its
    control characters were made visible."""
    return {form for form in (value, " ".join(value.split()), visible(value)) if form}
