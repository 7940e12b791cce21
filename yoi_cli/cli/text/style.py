"""Styles of a terminal, as escape sequences: what a list needs, without loading Rich."""

from __future__ import annotations

_CODES = {
    "bold": "1",
    "dim": "2",
    "underline": "4",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}


def styled(shown: str, style: str, *, color: bool) -> str:
    """`shown` in the words of `style`, such as `bold red`; as it is without `color`."""
    if not color or not style or not shown:
        return shown
    codes = ";".join(_CODES[word] for word in style.split())
    return f"\x1b[{codes}m{shown}\x1b[0m"
