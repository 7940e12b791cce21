"""Typed values of JSON in the files that a small command reads.

By hand, since loading msgspec takes 7 ms more than loading json, which is over a tenth of such
a command, and since older files may hold half of a surrogate pair, which msgspec refuses.
"""

from __future__ import annotations

import json


def parse_json(text: str) -> object:
    """The value of `text`, which says no key of an object twice.

    A merge by lines leaves such keys behind, and the value of the first would be passed over.
    Raises what `json.loads` raises, and `ValueError` for a doubled key.
    """
    return json.loads(text, object_pairs_hook=_object_of)


def _object_of(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise DoubledKeyError
    return made


class DoubledKeyError(ValueError):
    """An object says a key twice."""


def texts_of(value: object) -> dict[str, str]:
    """The entries of an object that are texts; none where `value` is no object."""
    entries = value if isinstance(value, dict) else {}
    return {key: one for key, one in entries.items() if isinstance(one, str)}


def numbers_of(value: object) -> dict[str, int]:
    """The entries of an object that are whole numbers, or true or false; as `texts_of`."""
    entries = value if isinstance(value, dict) else {}
    return {key: one for key, one in entries.items() if isinstance(one, int)}
