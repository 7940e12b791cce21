"""The program's readers held against the second ones: what differs, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml
from format.items import read_item
from format.records import fold
from format.threads import read_thread

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model import fold as program_fold
from yoi_cli.store.formats import item, item_yaml
from yoi_cli.store.formats.thread import parse_thread

if TYPE_CHECKING:
    from collections.abc import Mapping


def thread_difference(data: bytes) -> str:
    """What the two readers of a thread tell differently; nothing where they agree."""
    theirs, ours = parse_thread(data), read_thread(data)
    told = [
        (event.kind, event.author, event.at, dict(event.attributes), event.id, event.identity)
        for event in theirs.thread.events
    ]
    second = [(*_split(one.pairs, one.id), one.id, one.identity) for one in ours.events]
    texts = [(event.heading, event.body) for event in theirs.thread.events]
    folded, said = program_fold.fold(theirs.thread.events), fold(ours.events)
    pairs: dict[str, tuple[object, object]] = {
        "headers": (told, second),
        "texts": (texts, [(one.heading, one.body) for one in ours.events]),
        "places": (list(theirs.spans), [(one.start, one.end) for one in ours.events]),
        "torn": (list(theirs.torn), ours.torn),
        "reports": (
            sorted((fault.code, fault.line) for fault in theirs.thread.faults),
            sorted(ours.reports),
        ),
        "state": ((folded.state, folded.is_diverged), (said.state, said.is_diverged)),
    }
    return _told(pairs)


def _split(pairs: Mapping[str, str], id_: str | None) -> tuple[str, str, str, dict[str, str]]:
    own = ("event", "author", "at", *(["id"] if id_ is not None else []))
    rest = {key: value for key, value in pairs.items() if key not in own}
    kind, author, at = (pairs.get(key, "") for key in own[:3])
    return kind, author, at, rest


def item_difference(data: bytes) -> str:
    """What the two readers of an item tell differently, and PyYAML's two parsers among each
    other. The second reader may refuse what the program reads, never the other way round."""
    second, program = read_item(data), _program_item(data)
    pairs: dict[str, tuple[object, object]] = {}
    if second is not None:
        pairs["item"] = (program, (second.fields, second.description))
    usual = item_yaml.LOADER
    try:
        item_yaml.LOADER = yaml.SafeLoader
        pairs["without libyaml"] = (program, _program_item(data))
    finally:
        item_yaml.LOADER = usual
    return _told(pairs)


def is_plain(data: bytes) -> bool:
    return read_item(data) is not None


def _program_item(data: bytes) -> object:
    try:
        read = item.parse_item(data, path="item.md")
    except StoreInvalidError as error:
        return error.code
    return dict(read.fields), read.body.encode()


def _told(pairs: Mapping[str, tuple[object, object]]) -> str:
    return "; ".join(
        f"{what}: the program {one!r}, the second reader {other!r}"
        for what, (one, other) in pairs.items()
        if one != other
    )
