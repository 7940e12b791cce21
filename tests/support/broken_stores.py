"""A sound little store, and for every code of doctor a way to break it.

`BREAKAGES` has one entry a code: what is done to the store, where doctor must say so, and
which other codes cannot be kept from coming along.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from support.file_stores import open_store
from support.threads import AT, block, event_id, older

from yoi_cli.doctor.examine import Examination, examine_store
from yoi_cli.doctor.files.inspect import FileInspector
from yoi_cli.model.events import CLOSE, CREATE, REVIEW, STATE_CHANGED
from yoi_cli.model.limits import MOST_RECORD
from yoi_cli.store.files.layout import GitPlaces
from yoi_cli.store.files.store import FileStore
from yoi_cli.store.formats.journal import EVENTS, JournalEntry, render_journal

TICKET = "00001KVZZZZZ0"
OTHER = "00001KVZZZZZ1"
ABSENT = "00001KVZZZZZ9"
FOLDER = f".yoi/tickets/{TICKET}"
RELATIONS = f"{FOLDER}/artifacts/relations.json"
PLAN = f"{FOLDER}/artifacts/orchestration-plan.jsonl"
EARLIER = "2026-06-25T16:30:31Z"
CREATED = block("Made.", 1, kind=CREATE)
#: The line on which the second event of a thread begins, after `CREATED`.
SECOND = 9
_JOURNAL = ".git/yoi/journal/main"
#: An entry of the journal on an event that is in no thread.
_TOLD = JournalEntry(TICKET, 1_700_000_000, ((EVENTS, event_id(7), block("Gone.", 7)),))
_WORKSPACE = """workspace_id = "0197a949-4b6b-7f2a-9d9a-1f87e3a4c5b6"
created_at = "2026-06-23T00:00:00Z"
display_name = "a test"
"""


def item(*lines: str, title: str = "'A ticket'", state: str = "'planning'") -> str:
    """An item.md; `lines` follow the required keys, from line 6 on."""
    keys = [f"title: {title}", f"state: {state}", f"created_at: '{AT}'", f"updated_at: '{AT}'"]
    return "\n".join(["---", *keys, *lines, "---", "", "Text.", ""])


def relation(kind: str, target: str, **changes: str) -> dict[str, str]:
    entry = {"ticket_id": TICKET, "kind": kind, "target": target}
    return {**entry, "author": "ada", "at": AT, **changes}


def relations(*entries: object) -> str:
    """A relations.json: its first entry begins on line 4."""
    return json.dumps({"version": 1, "relations": entries}, indent=2) + "\n"


def record(number: int = 1, **changes: object) -> str:
    """A line of plan records."""
    entry = {"id": f"orch-plan-20260625-163032-{number}", "ticket_id": TICKET, "kind": "after"}
    entry |= {"related_ticket": OTHER, "author": "ada", "at": AT}
    kept = {key: value for key, value in {**entry, **changes}.items() if value is not None}
    return json.dumps(kept) + "\n"


def move(origin: str, target: str, number: int = 2) -> bytes:
    attributes = (("from", origin), ("to", target), ("reason", "cli_state"), ("field", "state"))
    return block("Moved.", number, kind=STATE_CHANGED, attributes=attributes)


def thread(*blocks: bytes) -> bytes:
    return b"\n".join(blocks)


def sound_store(workspace: Path) -> FileStore:
    """A store of two planned tickets in which nothing is wrong."""
    for ticket in (TICKET, OTHER):
        folder = workspace / ".yoi/tickets" / ticket
        (folder / "artifacts").mkdir(parents=True)
        (folder / "artifacts/.gitkeep").touch()
        (folder / "item.md").write_text(item(), encoding="utf-8")
        (folder / "thread.md").write_bytes(CREATED)
    (workspace / ".yoi/workspace.toml").write_text(_WORKSPACE, encoding="utf-8")
    store = open_store(workspace)
    places = GitPlaces(f"{workspace}/.git", f"{workspace}/.git", f"{workspace}/{_JOURNAL}")
    store.location = store.location._replace(git=places)
    return store


@dataclass(frozen=True, slots=True)
class Breakage:
    """What is done to a sound store, and where doctor must say that it was done."""

    breaks: Callable[[Path], None]
    path: str
    line: int | None = None
    also: frozenset[str] = frozenset()


def _write(path: str, data: str | bytes) -> Callable[[Path], None]:
    raw = data.encode() if isinstance(data, str) else data

    def breaks(workspace: Path) -> None:
        (workspace / path).parent.mkdir(parents=True, exist_ok=True)
        (workspace / path).write_bytes(raw)

    return breaks


def _remove(path: str) -> Callable[[Path], None]:
    return lambda workspace: (workspace / path).unlink()


def _all(*steps: Callable[[Path], None]) -> Callable[[Path], None]:
    def breaks(workspace: Path) -> None:
        for step in steps:
            step(workspace)

    return breaks


def _hole(path: str, size: int) -> Callable[[Path], None]:
    """The file grows to `size` bytes, which take no room on disk."""
    return lambda workspace: os.truncate(workspace / path, size)


def _fifo(path: str) -> Callable[[Path], None]:
    return _all(_remove(path), lambda workspace: os.mkfifo(workspace / path))


def _item(text: str | bytes, line: int, *also: str) -> Breakage:
    return Breakage(_write(f"{FOLDER}/item.md", text), f"{FOLDER}/item.md", line, frozenset(also))


def _thread(data: bytes, line: int, *also: str) -> Breakage:
    path = f"{FOLDER}/thread.md"
    return Breakage(_write(path, data), path, line, frozenset(also))


def _relations(text: str, line: int, *also: str) -> Breakage:
    return Breakage(_write(RELATIONS, text), RELATIONS, line, frozenset(also))


def _plan(text: str, line: int, *also: str) -> Breakage:
    return Breakage(_write(PLAN, text), PLAN, line, frozenset(also))


def _no_tickets(workspace: Path) -> None:
    (workspace / ".yoi/tickets").rename(workspace / "elsewhere")


def _no_artifacts(workspace: Path) -> None:
    (workspace / FOLDER / "artifacts/.gitkeep").unlink()
    (workspace / FOLDER / "artifacts").rmdir()


_LAYOUT = {
    "store_missing": Breakage(_no_tickets, ".yoi/tickets"),
    "path_unsafe": Breakage(_fifo(f"{FOLDER}/thread.md"), f"{FOLDER}/thread.md"),
    "file_too_large": Breakage(_hole(f"{FOLDER}/item.md", MOST_RECORD + 1), f"{FOLDER}/item.md"),
    "stray_name": Breakage(_write(".yoi/tickets/notes.md", "x"), ".yoi/tickets/notes.md"),
    "stray_file": Breakage(_write(f"{FOLDER}/.item.md.swp", "x"), f"{FOLDER}/.item.md.swp"),
    "conflict_markers": Breakage(
        _write(f"{FOLDER}/thread.md", CREATED + b"<<<<<<< HEAD\n=======\n>>>>>>> work\n"),
        f"{FOLDER}/thread.md",
        SECOND - 1,
        frozenset({"text_between_events"}),
    ),
    "byte_order_mark": Breakage(
        _write(f"{FOLDER}/item.md", "\ufeff" + item()), f"{FOLDER}/item.md", 1
    ),
    "ticket_unfinished": Breakage(
        _write(f".yoi/tickets/.tmp-{ABSENT}/item.md", "x"), f".yoi/tickets/.tmp-{ABSENT}"
    ),
    "temporary_file": Breakage(_write(f"{FOLDER}/.tmp-item.md", "x"), f"{FOLDER}/.tmp-item.md"),
    "artifacts_missing": Breakage(_no_artifacts, f"{FOLDER}/artifacts"),
    "keep_missing": Breakage(_remove(f"{FOLDER}/artifacts/.gitkeep"), f"{FOLDER}/artifacts"),
    "torn_kept": Breakage(
        _write(f"{FOLDER}/artifacts/.torn/thread-1-2", "x"), f"{FOLDER}/artifacts/.torn"
    ),
}

_ITEM = {
    "item_missing": Breakage(_remove(f"{FOLDER}/item.md"), f"{FOLDER}/item.md"),
    "item_not_utf8": _item(item().encode().replace(b"Text.", b"\xff"), 8),
    "item_frontmatter_missing": _item("# A ticket\n", 1),
    "item_frontmatter_invalid": _item(item("tags: &anchor ['a']"), 6),
    "item_frontmatter_too_large": _item(item(f"tags: '{'x' * 70_000}'"), 1),
    "item_key_doubled": Breakage(
        _write(f"{FOLDER}/item.md", item("state: 'ready'")),
        f"{FOLDER}/item.md",
        None,
        frozenset({"item_frontmatter_invalid"}),
    ),
    "item_key_missing": _item(item().replace(f"updated_at: '{AT}'\n", ""), 1),
    "item_key_obsolete": _item(item("slug: 'a-ticket'"), 6),
    "item_value_type": _item(item(title="['A', 'ticket']"), 2),
    "item_title_empty": _item(item(title="' '"), 2),
    "item_state_unknown": _item(item(state="'doing'"), 3),
    "item_time_invalid": _item(item("queued_at: 'yesterday'"), 6),
    "item_priority_invalid": _item(item("tags: []", "priority: 'high'"), 7),
    "item_due_invalid": _item(item("tags: []", "due: 'soon'"), 7),
    "item_estimate_invalid": _item(item("tags: []", "estimate: 'long'"), 7),
    "link_missing": _item(item("missing_links: ['depends_on tk:a-1']"), 6),
    "state_mismatch": _item(item(state="'ready'"), 3),
}

_REVIEWED = (block("Well.", 2, kind=REVIEW), older("Well.", kind=REVIEW))
_SECOND = block("Said.", 2)
_TIMELESS = _SECOND.replace(AT.encode(), b"yesterday")
_AUTHORLESS = _SECOND.replace(b'author: "Ada Example" ', b"")
_THREAD = {
    "thread_missing": Breakage(_remove(f"{FOLDER}/thread.md"), f"{FOLDER}/thread.md"),
    "thread_empty": _thread(b"", 1),
    "thread_not_utf8": _thread(thread(CREATED, _SECOND.replace(b"Said", b"\xff")), SECOND + 4),
    "torn": _thread(thread(CREATED, _SECOND[:-4]), SECOND),
    "thread_fused": _thread(
        thread(CREATED, _SECOND.removesuffix(b"\n---\n") + block("Later.", 3)), SECOND
    ),
    "ticket_made_twice": Breakage(
        _write(f"{FOLDER}/thread.md", thread(CREATED, block("Made.", 2, kind=CREATE))),
        f"{FOLDER}/thread.md",
    ),
    "header_malformed": _thread(
        thread(CREATED, f"<!-- event: comment author: ada lace at: {AT} -->\n".encode()), SECOND
    ),
    "text_before_first_event": _thread(b"Words.\n\n" + CREATED, 1),
    "text_between_events": _thread(thread(CREATED, b"Words.\n", _SECOND), SECOND),
    "event_disfigured": Breakage(
        _write(f"{FOLDER}/thread.md", thread(CREATED, b"  " + _SECOND)),
        f"{FOLDER}/thread.md",
        SECOND,
        frozenset({"text_between_events"}),
    ),
    "event_repeated": _thread(thread(CREATED, _SECOND, _SECOND), SECOND + 8),
    "event_id_conflict": _thread(thread(CREATED, _SECOND, block("Else.", 2)), SECOND + 8),
    "first_event_not_create": _thread(_SECOND, 1),
    "event_kind_unknown": _thread(thread(CREATED, block("Done.", 2, kind="migration")), SECOND),
    "event_author_missing": _thread(thread(CREATED, _AUTHORLESS), SECOND),
    "event_time_invalid": _thread(thread(CREATED, _TIMELESS), SECOND),
    "event_time_backwards": _thread(
        thread(CREATED, _SECOND.replace(AT.encode(), EARLIER.encode())), SECOND
    ),
    "event_id_not_rising": _thread(thread(block(kind=CREATE, number=3), _SECOND), SECOND),
    "event_id_last": _thread(
        thread(CREATED, _SECOND.replace(event_id(2).encode(), b"7" + b"Z" * 25)), SECOND
    ),
    "move_state_unknown": _thread(thread(CREATED, move("planning", "paused")), SECOND),
    "move_illegal": _thread(
        thread(CREATED, move("planning", "inprogress")), SECOND, "state_mismatch"
    ),
    "diverged": Breakage(
        _all(
            _write(f"{FOLDER}/item.md", item(state="'ready'")),
            _write(
                f"{FOLDER}/thread.md",
                thread(CREATED, move("planning", "ready"), move("queued", "inprogress", 3)),
            ),
        ),
        f"{FOLDER}/thread.md",
        SECOND + 8,
    ),
    "review_status_missing": _thread(thread(CREATED, _REVIEWED[0]), SECOND),
    "older_review_status_missing": _thread(thread(CREATED, _REVIEWED[1]), SECOND),
}

_RELATIONS = {
    "relations_invalid": _relations(relations(relation("related", OTHER), {"kind": "x"}), 11),
    "relation_key_unknown": _relations(relations(relation("related", OTHER, weight="3")), 4),
    "relation_kind_unknown": _relations(relations(relation("needs", OTHER)), 4),
    "relation_ticket_mismatch": _relations(
        relations(relation("related", TICKET, ticket_id=OTHER)), 4, "relation_self"
    ),
    "relation_self": _relations(relations(relation("depends_on", TICKET)), 4),
    "relation_repeated": _relations(relations(*[relation("related", OTHER)] * 2), 11),
    "relations_unsorted": _relations(
        relations(relation("related", OTHER), relation("depends_on", OTHER)), 11
    ),
    "relation_dangling": _relations(relations(relation("related", ABSENT)), 4),
    "relation_cycle": _relations(
        relations(relation("depends_on", OTHER), relation("blocks", OTHER)), 4
    ),
    "relation_mutual": Breakage(
        _all(
            _write(RELATIONS, relations(relation("supersedes", OTHER))),
            _write(
                RELATIONS.replace(TICKET, OTHER),
                relations(relation("supersedes", TICKET, ticket_id=OTHER)),
            ),
        ),
        RELATIONS.replace(TICKET, OTHER),
        4,
    ),
    "relation_time_invalid": _relations(relations(relation("related", OTHER, at="now")), 4),
}

_ACCEPTED = {"summary": "As agreed."}
_PLAN = {
    "plan_invalid": _plan(record() + "no JSON\n" + record(3), 2),
    "plan_torn": _plan(record() + record(2)[:30], 2),
    "plan_key_unknown": _plan(record(weight="3"), 1),
    "plan_kind_unknown": _plan(record(kind="near"), 1),
    "plan_ticket_mismatch": _plan(record(ticket_id=OTHER), 1),
    "plan_related_missing": _plan(record() + record(2, related_ticket=None), 2),
    "plan_related_dangling": _plan(record(related_ticket=ABSENT), 1),
    "plan_note_missing": _plan(record(kind="waiting_capacity_note"), 1),
    "plan_accepted_missing": _plan(record(kind="accepted_plan"), 1),
    "plan_accepted_misplaced": _plan(record(accepted_plan=_ACCEPTED), 1),
    "plan_id_unexpected": _plan(record() + record(7), 2),
    "plan_id_repeated": _plan(record() + record(), 2, "plan_id_unexpected"),
    "plan_time_invalid": _plan(record(at="now"), 1),
    "plan_text_too_long": _plan(record(author="a" * 1025), 1),
}


def _closed(workspace: Path) -> None:
    closing = block("Came to nothing.", 2, kind=CLOSE, attributes=(("status", "closed"),))
    _write(f"{FOLDER}/thread.md", thread(CREATED, closing))(workspace)
    _write(f"{FOLDER}/item.md", item(state="'closed'"))(workspace)


def _closed_without_a_word(workspace: Path) -> None:
    closing = block("", 2, kind=CLOSE, attributes=(("status", "closed"),))
    _write(f"{FOLDER}/thread.md", thread(CREATED, closing))(workspace)
    _write(f"{FOLDER}/item.md", item(state="'closed'"))(workspace)


def _reopened(workspace: Path) -> None:
    closing = block("Came to nothing.", 2, kind=CLOSE, attributes=(("status", "closed"),))
    again = (("from", "closed"), ("to", "planning"), ("reason", "reopened"), ("field", "state"))
    opening = block("Again.", 3, kind=STATE_CHANGED, attributes=again)
    _write(f"{FOLDER}/thread.md", thread(CREATED, closing, opening))(workspace)
    _write(f"{FOLDER}/resolution.md", "Came to nothing.\n")(workspace)


_CONFIG = ".yoi/ticket.config.toml"
_IDENTITY = ".yoi/workspace.toml"
_INTENT = {"pid": 1, "command": "a", "intent": {"ticket": TICKET, "event": "b"}}
_REST = {
    "resolution_missing": Breakage(_closed_without_a_word, f"{FOLDER}/resolution.md"),
    "resolution_unwritten": Breakage(_closed, f"{FOLDER}/resolution.md"),
    "resolution_stale": Breakage(_reopened, f"{FOLDER}/resolution.md"),
    "resolution_unexpected": Breakage(
        _write(f"{FOLDER}/resolution.md", "Nothing.\n"), f"{FOLDER}/resolution.md"
    ),
    "resolution_not_utf8": Breakage(
        _all(_closed, _write(f"{FOLDER}/resolution.md", b"Came\nto \xff.\n")),
        f"{FOLDER}/resolution.md",
        2,
    ),
    "config_invalid": Breakage(_write(_CONFIG, '[ticket]\nlanguage = "\n'), _CONFIG, 2),
    "config_key_unknown": Breakage(_write(_CONFIG, "[git]\nautocomit = true\n"), _CONFIG, 2),
    "config_settings_invalid": Breakage(
        _write(_CONFIG, "[profiles.ada]\ncommand = ['a']\n\n[profiles.bob]\ncommand = 'b'\n"),
        _CONFIG,
        5,
    ),
    "config_secret_withheld": Breakage(
        _write(_CONFIG, "[profiles.ada]\ncommand = ['a']\nenvironment = ['A_TOKEN']\n"),
        _CONFIG,
        3,
    ),
    "workspace_missing": Breakage(_remove(_IDENTITY), _IDENTITY),
    "workspace_invalid": Breakage(
        _write(_IDENTITY, _WORKSPACE.replace("-7f2a-", "-4f2a-")), _IDENTITY, 1
    ),
    "events_missing": Breakage(
        _write(_JOURNAL, render_journal([_TOLD], 1 << 20)), f".yoi/tickets/{TICKET}"
    ),
    "journal_damaged": Breakage(_write(_JOURNAL, render_journal([_TOLD], 1 << 20)[:-9]), _JOURNAL),
    "intent_left": Breakage(_write(".yoi/store.lock", json.dumps(_INTENT)), ".yoi/store.lock"),
}

#: By code: a store in which doctor finds that code and no other, but for `also`.
BREAKAGES: Mapping[str, Breakage] = {
    **_LAYOUT,
    **_ITEM,
    **_THREAD,
    **_RELATIONS,
    **_PLAN,
    **_REST,
}


def examine(store: FileStore) -> Examination:
    return examine_store(FileInspector(store.location), advance=lambda: None)


def codes(store: FileStore) -> set[str]:
    return {one.code for one in examine(store).diagnostics}
