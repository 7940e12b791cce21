"""Who writes."""

from __future__ import annotations

from typing import NamedTuple


class Author(NamedTuple):
    """Who writes, and in which language records are kept."""

    author: str
    japanese: bool = False
