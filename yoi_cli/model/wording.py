"""A sentence in both languages of records."""

from __future__ import annotations

from yoi_cli.named_tuple import NamedTuple


class Wording(NamedTuple):
    """A sentence in both languages of records; names in braces stand for what it is about."""

    english: str
    japanese: str

    def text(self, *, japanese: bool, **about: str) -> str:
        """The sentence in one language, its names in braces replaced."""
        return (self.japanese if japanese else self.english).format(**about)
