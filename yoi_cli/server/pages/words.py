"""What pages say, in English and Japanese: a text in English is its own key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.server.pages.japanese import TEXTS

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGLISH, JAPANESE = "en", "ja"


def translate(language: str, text: str | None) -> str:
    """`text` in a language; what is not known there stays as it is."""
    if not text:
        return ""
    return TEXTS.get(text, text) if language == JAPANESE else _ENGLISH.get(text, text)


#: Words that are keys rather than English.
_ENGLISH: Mapping[str, str] = {
    "orchestrator live": "at work",
    "orchestrator idle": "idle",
    "orchestrator absent": "not running",
}


def language_of(chosen: str, accepted: str, preferred: str) -> str:
    """The language of a page: as somebody chose here, else of the workspace's records, else what
    the browser likes best of the two."""
    for one in (chosen, preferred):
        if one in (ENGLISH, JAPANESE):
            return one
    for part in accepted.split(","):
        word = part.partition(";")[0].strip().lower()[:2]
        if word in (ENGLISH, JAPANESE):
            return word
    return ENGLISH
