"""Texts that are searched: as they stand, and without what writing alone makes different."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: What NFKC leaves as it is, and of which `normal` makes something with an ASCII letter.
_MAKE_ASCII = ("ß", "ẞ", "İ")


def normal(text: str) -> str:
    """`text` without what writing alone makes different: case, composed or decomposed letters, and
    the width of Japanese and Latin ones."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


class Text:
    """A text to look in, and the same as `normal` makes it, which is made once: it has the same
    lines, since no line end is made of anything else, or joins what stands around it.

    `data` are its bytes (UTF-8), where they are at hand.
    """

    def __init__(self, source: str, data: bytes = b"") -> None:
        self.source = source
        self._lower = data.lower()
        self._folded: str | None = None

    @property
    def folded(self) -> str:
        if self._folded is None:
            self._folded = normal(self.source)
        return self._folded

    def lacks_one(self, words: Sequence[str]) -> bool:
        """Whether `folded` is known to lack one of `words`, by a glance: to make it takes longer.

        Of a text that is in NFKC already, no other character becomes an ASCII letter or comes
        between two, so that an ASCII word stands in it as it is written, but for capitals.
        """
        lower = self._lower
        if not lower or all(not word.isascii() or word.encode() in lower for word in words):
            return False
        if any(character in self.source for character in _MAKE_ASCII):
            return False
        return unicodedata.is_normalized("NFKC", self.source)


def lines_with(folded: str, words: tuple[str, ...]) -> Iterator[int]:
    """The numbers of the lines of `folded` that have all of `words`."""
    if not all(word in folded for word in words):
        return
    number, begin = 1, 0
    while (at := folded.find(words[0], begin)) >= 0:
        number += folded.count("\n", begin, at)
        begin = folded.rfind("\n", 0, at) + 1
        end = folded.find("\n", at)
        line = folded[begin : end if end >= 0 else None].removesuffix("\r")
        if all(word in line for word in words):
            yield number
        if end < 0:
            return
        number, begin = number + 1, end + 1
