"""What a fuzzer feeds, and what must hold of whatever bytes it makes.

Every target takes bytes, raises nothing but an assertion, and needs no fuzzer: the tests run
each on a few seeds, `tests/fuzz/run.py` under atheris.
"""

from __future__ import annotations

from collections.abc import Callable

from format.compare import item_difference, thread_difference
from support.threads import block, older, read, uncovered

from yoi_cli.errors import StoreInvalidError, UsageError
from yoi_cli.merge.files.texts import merge_items, merge_threads
from yoi_cli.model.fold import fold
from yoi_cli.store.config.store_config import parse_config
from yoi_cli.store.formats.item import parse_item
from yoi_cli.store.formats.item_writing import edit_item
from yoi_cli.store.formats.plan import parse_plan
from yoi_cli.store.formats.relations import parse_relations, render_relations
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.formats.thread_escaping import escape_body, unescape_body
from yoi_cli.store.formats.thread_headers import fold_thread

Target = Callable[[bytes], None]


def thread(data: bytes) -> None:
    """Every byte is in an event, torn, blank, or on a line that is reported."""
    parsed = parse_thread(data)
    reported = [fault.line for fault in parsed.thread.faults]
    for start, end in uncovered(data, parsed):
        first, last = data.count(b"\n", 0, start) + 1, data.count(b"\n", 0, end) + 1
        assert not data[start:end].strip() or any(first <= line <= last for line in reported)
    assert fold_thread(data) == fold(parsed.thread.events)


def appended(data: bytes) -> None:
    """What is appended behind any bytes is read, whatever it says itself."""
    half = len(data) // 2
    body = data[half:].decode("utf-8", "replace").replace("\0", "")
    newline = parse_thread(data[:half]).newline
    new = block(body, 1 << 20, newline=newline)
    events = read(data[:half].rstrip(b"\0") + newline.encode() * 2 + new)
    assert events[-1].body == read(new)[0].body
    assert unescape_body(escape_body(body)) == body


def merged(data: bytes) -> None:
    """Two threads merge to the same from both sides, and no event of either is lost."""
    ours, _, theirs = data.partition(b"\xff\xfe")
    try:
        both = merge_threads(ours, theirs, path="thread.md")
    except StoreInvalidError:
        return
    assert both == merge_threads(theirs, ours, path="thread.md")
    if b"\r" not in data:  # else line ends may have been made alike
        assert _told(both.data) == _told(ours) | _told(theirs)


def item(data: bytes) -> None:
    """An item is read or refused; one that is read takes a new state and keeps the rest."""
    try:
        before = parse_item(data, path="item.md")
        edited = edit_item(data, {"state": "ready"}, path="item.md")
    except StoreInvalidError:
        return
    after = parse_item(edited, path="item.md")
    assert after.state == "ready"
    assert after.body == before.body
    kept = {key: value for key, value in before.fields.items() if key != "state"}
    assert {key: value for key, value in after.fields.items() if key != "state"} == kept


def merged_items(data: bytes) -> None:
    """Two items merge to the same from both sides, or are refused from both."""
    parts = data.split(b"\xff\xfe", 2)
    if len(parts) != 3:
        return
    base, ours, theirs = parts
    assert _merge(base, ours, theirs) == _merge(base, theirs, ours)


def relations(data: bytes) -> None:
    """Relations are read or refused, and written so that they read back."""
    try:
        known = parse_relations(data, path="relations.json")
    except StoreInvalidError:
        return
    again = parse_relations(render_relations(known), path="relations.json")
    assert sorted(map(repr, again)) == sorted(map(repr, known))


def second_thread(data: bytes) -> None:
    """A reader that was written from docs/format.md alone tells the same of a thread."""
    assert thread_difference(data) == ""


def second_item(data: bytes) -> None:
    """The same of an item, as far as it must be read; and PyYAML's two parsers agree."""
    assert item_difference(data) == ""


def plan(data: bytes) -> None:
    """Plan records are read or refused."""
    try:
        parse_plan(data, path="orchestration-plan.jsonl")
    except StoreInvalidError:
        return


def config(data: bytes) -> None:
    """Settings are read or refused, and never lead out of the workspace."""
    try:
        settings = parse_config(data, path="ticket.config.toml")
    except StoreInvalidError:
        return
    assert not settings.root.startswith("/")
    assert ".." not in settings.root.split("/")


def _told(data: bytes) -> set[tuple[str, bytes]]:
    """The events of a thread by their bytes, but for white space at their very end."""
    parsed = parse_thread(data)
    spans = zip(parsed.thread.events, parsed.spans, strict=True)
    return {(event.identity, data[start:end].rstrip()) for event, (start, end) in spans}


def _merge(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    try:
        return merge_items(base, ours, theirs, path="item.md").data
    except (StoreInvalidError, UsageError):
        return None


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        *(thread, appended, merged, item, merged_items, relations, plan, config),
        *(second_thread, second_item),
    )
}

_ITEM = (
    b"---\ntitle: 'One'\nstate: 'planning'\ncreated_at: '2026-06-01T00:00:00Z'\n"
    b"updated_at: '2026-06-01T00:00:00Z'\ntags: ['a', 'b']\n---\n\nText.\n"
)
_THREAD = block("One.", 1) + b"\n" + older("Two.") + b"\n" + block("---\n<!-- event: x", 3)
_THREADS = (_THREAD, _THREAD[:-5], _THREAD.replace(b"\n", b"\r\n"))
_ITEMS = (_ITEM, _ITEM.replace(b"'One'", b"no"), b"---\n? a\n: b\n---\n")
#: Where a fuzzer begins: one sound input for each target.
SEEDS: dict[str, tuple[bytes, ...]] = {
    "thread": _THREADS,
    "second_thread": _THREADS,
    "appended": (_THREAD + _THREAD,),
    "merged": (_THREAD + b"\xff\xfe" + block("Other.", 2),),
    "item": _ITEMS,
    "second_item": _ITEMS,
    "merged_items": (b"\xff\xfe".join([_ITEM, _ITEM.replace(b"One", b"A"), _ITEM]),),
    "relations": (
        b'{"version": 1, "relations": [{"ticket_id": "00000000000A1", "kind": "depends_on", '
        b'"target": "00000000000A2", "author": "a", "at": "2026-06-01T00:00:00Z"}]}\n',
    ),
    "plan": (
        b'{"id": "orch-plan-20260601-000000-1", "ticket_id": "00000000000A1", "kind": "after", '
        b'"related_ticket": "00000000000A2", "author": "a", "at": "2026-06-01T00:00:00Z"}\n',
    ),
    "config": (b'[backend]\nroot = ".yoi/tickets"\n[git]\nautocommit = true\n',),
}
