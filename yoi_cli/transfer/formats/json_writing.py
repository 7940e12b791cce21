"""JSON as other tools read it, in which no character drives the terminal that shows it."""

from __future__ import annotations

import json

from yoi_cli.model.text import replace_unsafe


def json_text(value: object) -> str:
    """`value` as one line of JSON; what is empty in an object is left out."""
    if isinstance(value, dict):
        value = {key: one for key, one in value.items() if one not in (None, "", [], ())}
    printed = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return replace_unsafe(printed, _escape)


def _escape(char: str) -> str:
    return json.dumps(char)[1:-1]
