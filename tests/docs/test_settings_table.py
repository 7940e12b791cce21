"""docs/format.md lists every setting that there is, and no other, with its default."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from yoi_cli.model.settings import SettingsTables

PAGE = Path(__file__).parents[2] / "docs/format.md"
#: How the page writes the keys of a table of names.
NAMES = {"profiles": "NAME", "worker.capacity": "GROUP", "filters": "NAME"}

#: Defaults of a profile that are another setting's.
BY_WORKER = {"`worker.timeout`", "`worker.idle_timeout`", "`worker.confine`"}


def defined(kind: type[Struct] = SettingsTables, at: str = "") -> Iterator[tuple[str, object]]:
    """Every key, and its default, as the definitions have them."""
    for one in fields(kind):
        key, parts = f"{at}{one.name}", (one.type, *get_args(one.type))
        table = next((t for t in parts if isinstance(t, type) and issubclass(t, Struct)), None)
        key += f".{NAMES[key]}" if key in NAMES else ""
        if table is None:
            yield key, one.default if one.default is not NODEFAULT else None
        else:
            yield from defined(table, f"{key}.")


def listed() -> Iterator[tuple[str, str]]:
    """Every key of the page, and what it says of its default."""
    section = PAGE.read_text().partition("\n## ticket.config.toml\n")[2].partition("\n## ")[0]
    for row in re.findall(r"^\| (`.*?) \| (.*?) \|", section, re.MULTILINE):
        table = ""
        for key in re.findall(r"`([^`]+)`", row[0]):
            yield (table + key if key.startswith(".") else key), row[1]
            table = key.rpartition(".")[0]


def test_the_page_has_every_key_and_no_other() -> None:
    keys = {re.sub(r"^roles\.[a-z]+\.", "roles.ROLE.", key) for key, _ in defined()}
    assert sorted(key for key, _ in listed()) == sorted(keys)


def test_the_page_has_the_defaults() -> None:
    defaults = dict(defined())
    for key, said in listed():
        default = defaults.get(key)
        if default in (None, "", ()):
            assert not re.fullmatch(r"`[^`]+`", said) or said in BY_WORKER, key
        else:
            written = str(default).lower() if isinstance(default, bool) else f"{default}"
            assert said == f"`{written.removesuffix('.0')}`", key
