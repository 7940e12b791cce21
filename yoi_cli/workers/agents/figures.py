"""Figures as agents round them for people."""

from __future__ import annotations

_TIMES = {"k": 1_000, "m": 1_000_000}


def tokens_of(text: str) -> int:
    """A number of tokens such as `602`, `1,204`, `2.3k` or `1.1m`; 0 for what is none."""
    digits = text.strip().lower().replace(",", "")
    times = _TIMES.get(digits[-1:], 1)
    try:
        return round(float(digits.rstrip("km").rstrip(".")) * times)
    except ValueError:
        return 0
