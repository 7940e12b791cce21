"""Text as it is shown: untrusted text made fit for it, numbers and lists of names in sentences
(README.md and docs/commands.md).

A character that could drive a terminal, or hide or reorder what a reader sees, is written
as its backslash escape: `\\x1b`, `\\n`, `\\u202e`, `\\U000e0041`. The escapes are ASCII, so
they survive every encoding, and a second pass finds nothing left to do.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

TAB_SIZE = 4
#: So many names of a list are given.
_SHOWN = 5

_UNSAFE_RANGES = (
    (0x0000, 0x001F),  # C0: escape, newline, tab, bell
    (0x007F, 0x009F),  # DEL and C1, the one-byte forms of CSI and OSC
    (0x00AD, 0x00AD),  # soft hyphen
    (0x061C, 0x061C),  # Arabic letter mark
    (0x180E, 0x180E),  # Mongolian vowel separator
    (0x200B, 0x200B),  # zero width space; its joining neighbours shape emoji and scripts
    (0x200E, 0x200F),  # left-to-right and right-to-left marks
    (0x2028, 0x202E),  # line and paragraph separators, bidi embeddings and overrides
    (0x2060, 0x206F),  # word joiner, invisible operators, bidi isolates, shaping controls
    (0xD800, 0xDFFF),  # lone surrogates
    (0xFDD0, 0xFDEF),  # non-characters
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFF0, 0xFFFB),  # unassigned invisibles, interlinear annotation
    (0x1BCA0, 0x1BCA3),  # shorthand format controls
    (0x1D173, 0x1D17A),  # musical format controls
    (0xE0000, 0xE00FF),  # tags: a whole invisible alphabet
    (0xE01F0, 0xE0FFF),  # unassigned invisibles after the variation selectors
    *((plane << 16 | 0xFFFE, plane << 16 | 0xFFFF) for plane in range(17)),  # non-characters
)


@cache
def _unsafe() -> re.Pattern[str]:
    # Compiled on first need: that costs more than all the clean titles of a command.
    return re.compile("[" + "".join(f"{chr(a)}-{chr(b)}" for a, b in _UNSAFE_RANGES) + "]")


def replace_unsafe(text: str, escape: Callable[[str], str]) -> str:
    """`text` with every unsafe character replaced by what `escape` makes of it."""
    # All unsafe characters are unprintable to Python, which is the cheapest question to ask.
    if text.isprintable():
        return text
    return _unsafe().sub(lambda match: escape(match[0]), text)


def _backslash_escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def visible(text: str) -> str:
    """`text` as one line that shows every character it holds, newlines and tabs included."""
    return replace_unsafe(text, _backslash_escape)


def visible_block(text: str) -> str:
    """`text` with its lines kept, tabs as spaces, and everything else as in `visible`.

    A CRLF is a newline; a carriage return anywhere else is shown, since it would let the
    rest of a line overwrite its start.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(visible(line.expandtabs(TAB_SIZE)) for line in lines)


def visible_lines(text: str) -> str:
    """`text` as a log keeps it: as in `visible_block`, but tabs stay."""
    return "\n".join(
        "\t".join(map(visible, line.split("\t"))) for line in text.replace("\r\n", "\n").split("\n")
    )


def tsv(cells: Iterable[str]) -> str:
    """One tab-separated line, without its newline; no cell can hold a tab or a newline."""
    texts = list(cells)
    if "".join(texts).isprintable():  # as nearly every line is: then there is nothing to escape
        return "\t".join(texts)
    return "\t".join(map(visible, texts))


def counted(number: int, noun: str) -> str:
    """`1 ticket`, `2 tickets`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def one_of(words: Iterable[str]) -> str:
    """`a, b or c`."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def some_of(names: Sequence[str]) -> str:
    """The first five of `names`, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
