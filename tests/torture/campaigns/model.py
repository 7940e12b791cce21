"""`model`: every "ready" of the program held against a second opinion, on damaged stores.

A random store is routed undamaged: the program and the model, which is written from the docs
alone (`tests/format/`), agree on the class of every ticket. Then it is damaged, as merges,
editors, disks and hands do, and nothing may be called ready, or be started, that the model does
not find free. The control trusts every store.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch
from zlib import crc32

from format.routing import Model
from torture.outcome import ENOUGH, Outcome, Settings
from torture.warm import in_child, warm_yoi

from yoi_cli.api import claims, routing, tickets
from yoi_cli.api.session import Session, Start, open_session
from yoi_cli.errors import YoiError
from yoi_cli.model.routing import GivenDecision

AT = "2026-06-02T00:00:00Z"
_STATES = ("planning", "ready", "queued", "inprogress", "done")
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BODY = "## Acceptance criteria\n\n- It works.\n"
#: What a template leaves, so that nobody can be told that it is done.
_EMPTY_BODY = "## Acceptance criteria\n\nTBD\n"
_KINDS = ("depends_on", "blocks", "blocks", "depends_on", "related", "duplicate_of", "supersedes")
_PLANS = ("before", "after", "conflicts_with", "do_not_parallelize", "blocks", "blocked_by")
_CONTROL_STORES = 40
_BY_COMMAND = 25


def ticket_id(number: int) -> str:
    return f"00001KVZZZ{_ALPHABET[number // 32 % 32]}{_ALPHABET[number % 32]}0"


def event_id(number: int) -> str:
    return f"01JYK2Z5J8Q0V6W3N4R7T9X{_ALPHABET[number // 32 % 32]}{_ALPHABET[number % 32]}0"


def event(number: int, kind: str, body: str, more: str = "") -> str:
    header = f"<!-- event: {kind} author: ada at: {AT} {more}id: {event_id(number)} -->"
    return f"{header}\n\n## {kind.capitalize()}\n\n{body}\n\n---\n"


def move(number: int, origin: str, target: str) -> str:
    more = f"from: {origin} to: {target} reason: cli_state field: state "
    return event(number, "state_changed", "Moved.", more)


class Made(NamedTuple):
    """A random store: its folder, and the most tickets that may be in progress."""

    folder: Path
    limit: int | None

    @property
    def tickets(self) -> Path:
        return self.folder / ".yoi" / "tickets"


def make_store(folder: Path, dice: random.Random) -> Made:
    """Three to nine tickets with everything that may stand between them."""
    ids = [ticket_id(number) for number in range(dice.randrange(3, 10))]
    limit = dice.choice((None, None, None, 1, 2))
    for id_ in ids:
        _make_ticket(folder / ".yoi" / "tickets" / id_, ids, dice)
    table = f"[routing]\nmax_in_progress = {limit}\n" if limit else ""
    (folder / ".yoi/ticket.config.toml").write_text(table)
    return Made(folder, limit)


def _make_ticket(folder: Path, ids: list[str], dice: random.Random) -> None:
    (folder / "artifacts").mkdir(parents=True)
    state = dice.choice(("queued", "queued", "queued", *_STATES, "closed"))
    way = _STATES[: (_STATES.index(state) if state in _STATES else dice.randrange(4)) + 1]
    blocks = [event(0, "create", "Created.")]
    for origin, target in pairwise(way):
        blocks.append(move(len(blocks), origin, target))
        if dice.random() < 0.3:
            blocks.append(event(len(blocks), "comment", dice.choice(("Said.", "日本語", "a\n\nb"))))
    if state == "closed":
        blocks.append(event(len(blocks), "close", "Over.", "status: closed "))
        (folder / "resolution.md").write_text("Over.\n")
    if state == "inprogress" and dice.random() < 0.5:
        blocks.append(event(len(blocks), "implementation_report", "Done."))
        if dice.random() < 0.5:
            status = dice.choice(("approve", "request_changes"))
            blocks.append(event(len(blocks), "review", "Seen.", f"status: {status} "))
    (folder / "thread.md").write_text("\n".join(blocks))
    touches = f"touches: ['{dice.choice(('src', 'docs', 'src/a.py'))}']\n"
    front = f"title: 'T'\nstate: '{state}'\ncreated_at: '{AT}'\nupdated_at: '{AT}'\n"
    more = touches if dice.random() < 0.2 else ""
    body = _EMPTY_BODY if crc32("".join(blocks).encode()) % 6 == 0 else _BODY
    (folder / "item.md").write_text(f"---\n{front}{more}---\n\n{body}")
    others = [one for one in ids if one != folder.name]
    relations = [
        {"ticket_id": folder.name, "kind": dice.choice(_KINDS), "target": dice.choice(others)}
        for _ in range(dice.choice((0, 0, 1, 1, 2)))
    ]
    if relations:
        (folder / "artifacts/relations.json").write_text(_rendered(relations))
    if dice.random() < 0.2:
        record = f'"kind":"{dice.choice(_PLANS)}","related_ticket":"{dice.choice(others)}"'
        head = f'"id":"orch-plan-20260602-000000-1","ticket_id":"{folder.name}"'
        (folder / "artifacts/orchestration-plan.jsonl").write_text(
            f'{{{head},{record},"author":"a","at":"{AT}"}}\n'
        )


def _rendered(relations: list[dict[str, str]]) -> str:
    entries = ",\n".join(
        "    {\n"
        + "".join(f'      "{key}": "{value}",\n' for key, value in one.items())
        + f'      "author": "a",\n      "at": "{AT}"\n    }}'
        for one in relations
    )
    return f'{{\n  "version": 1,\n  "relations": [\n{entries}\n  ]\n}}\n'


Damage = Callable[[Path, random.Random], None]


def _edit(name: str, change: Callable[[bytes, random.Random], bytes]) -> Damage:
    def damage(folder: Path, dice: random.Random) -> None:
        path = folder / name
        if path.is_file() and not path.is_symlink():
            path.write_bytes(change(path.read_bytes(), dice))

    return damage


def _union(data: bytes, dice: random.Random) -> bytes:
    """Two sides appended; the closing lines that both have were kept once."""
    ours = move(60, "queued", "planning").encode()
    theirs = event(61, "comment", "A remark.").encode()
    one, other = (ours, theirs) if dice.random() < 0.7 else (theirs, ours)
    cut = one.rindex(b"\n---") if dice.random() < 0.6 else one.index(b"\n") + 1
    return data + b"\n" + one[:cut] + (b"\n" if dice.random() < 0.7 else b"") + other


def _without_separator(data: bytes, dice: random.Random) -> bytes:
    places = [at for at in range(len(data)) if data.startswith(b"\n---\n", at)]
    at = dice.choice(places) if places else 0
    return data[:at] + data[at + 4 :]


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def _torn_move(data: bytes, dice: random.Random) -> bytes:
    torn = move(62, "queued", "planning").encode()
    return data + b"\n" + torn[: dice.randrange(12, len(torn))]


def _byte(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + dice.choice((b"\xe9", b"\xff", b"\0", b"\xc3(")) + data[at:]


def _markers(data: bytes, dice: random.Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b"\n"]
    at = dice.randrange(len(lines))
    middle = [b"<<<<<<< HEAD\n", lines[at], b"=======\n", lines[at], b">>>>>>> b\n"]
    return b"".join([*lines[:at], *middle, *lines[at + 1 :]])


def _doubled_line(data: bytes, dice: random.Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b"\n"]
    at = dice.randrange(len(lines))
    line = lines[at].replace(b"00001KVZZZ", b"00001KVZZY") if dice.random() < 0.7 else lines[at]
    return b"".join([*lines[: at + 1], line, *lines[at + 1 :]])


def _other_kind(data: bytes, dice: random.Random) -> bytes:
    for kind in (b"depends_on", b"blocks", b"related", b"before", b"after", b"conflicts_with"):
        data = data.replace(b'"' + kind + b'"', dice.choice((b'"needs"', b'"Blocks"', b'"x"')))
    return data


def _other_owner(data: bytes, dice: random.Random) -> bytes:
    return data.replace(b'"ticket_id": "', b'"ticket_id": "' + dice.choice((b"0", b"x")), 1)


def _lower_target(data: bytes, dice: random.Random) -> bytes:
    head, mark, rest = data.rpartition(b'"target": "')
    return head + mark + rest[:13].lower() + rest[13:]


def _same_id(data: bytes, dice: random.Random) -> bytes:
    block = move(dice.randrange(3), "queued", "planning").encode()
    return data + b"\n" + block


def _indented(data: bytes, dice: random.Random) -> bytes:
    places = [at for at in range(len(data)) if data.startswith(b"<!-- event:", at)]
    at = dice.choice(places) if places else 0
    return data[:at] + dice.choice((b" ", b"> ", b"\xef\xbb\xbf")) + data[at:]


def _crlf(data: bytes, dice: random.Random) -> bytes:
    return data.replace(b"\n", b"\r\n")


def _mark(data: bytes, dice: random.Random) -> bytes:
    return b"\xef\xbb\xbf" + data


def _other_state(data: bytes, dice: random.Random) -> bytes:
    return data.replace(b"state: 'queued'", b"state: 'done'").replace(
        b"state: 'inprogress'", b"state: 'closed'"
    )


def _diverging(data: bytes, dice: random.Random) -> bytes:
    return data + b"\n" + move(63, "ready", "done").encode()


def _remove(name: str) -> Damage:
    def damage(folder: Path, dice: random.Random) -> None:
        (folder / name).unlink(missing_ok=True)

    return damage


def _link(name: str) -> Damage:
    def damage(folder: Path, dice: random.Random) -> None:
        path = folder / name
        if path.is_file() and not path.is_symlink():
            elsewhere = folder.parent.parent / f"{folder.name}-{path.name}"
            path.rename(elsewhere)
            path.symlink_to(elsewhere)

    return damage


def _gone(folder: Path, dice: random.Random) -> None:
    shutil.rmtree(folder)


def _linked_folder(folder: Path, dice: random.Random) -> None:
    elsewhere = folder.parent.parent / f"moved-{folder.name}"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)


def _file_for_folder(folder: Path, dice: random.Random) -> None:
    shutil.rmtree(folder)
    folder.write_text("x")


_FILES = ("thread.md", "item.md", "artifacts/relations.json", "artifacts/orchestration-plan.jsonl")
_OF_ANY_FILE = (_cut, _byte, _markers, _doubled_line, _crlf, _mark)
_OF_THREADS = (
    _union,
    _without_separator,
    _torn_move,
    _same_id,
    _indented,
    _diverging,
)
_OF_RECORDS = (_other_kind, _other_owner, _lower_target)
DAMAGES: Mapping[str, Damage] = {
    **{f"{one.__name__} {name}": _edit(name, one) for one in _OF_ANY_FILE for name in _FILES},
    **{one.__name__: _edit("thread.md", one) for one in _OF_THREADS},
    **{f"{one.__name__} {name}": _edit(name, one) for one in _OF_RECORDS for name in _FILES[2:]},
    "other state": _edit("item.md", _other_state),
    **{f"removed {name}": _remove(name) for name in _FILES},
    **{f"link {name}": _link(name) for name in _FILES},
    "gone": _gone,
    "linked folder": _linked_folder,
    "file for folder": _file_for_folder,
}


class Tried(NamedTuple):
    """What came of one store."""

    wrong: tuple[str, ...]
    ready: int
    compared: int
    asked: int


def try_store(folder: Path, seed: int) -> Tried:
    """One store, undamaged and then damaged once or twice."""
    dice = random.Random(seed)
    shutil.rmtree(folder, ignore_errors=True)
    made = make_store(folder, dice)
    session = _session(made)
    model = Model(made.tickets, made.limit).classes()
    told = routing.summarise(session, states=(*_STATES, "closed")).summaries
    rows = {row.ticket: row.classification for row in told}
    wrong = [
        f"undamaged {ticket}: {rows.get(ticket)}, and the model says {model[ticket]}"
        for ticket in model
        if rows.get(ticket) != model[ticket]
    ]
    names = _damage(made, dice)
    damaged = Model(made.tickets, made.limit)
    found, asked = _said_ready(made, by_command=seed % _BY_COMMAND == 0)
    for way, ready in found.items():
        free = damaged.free_to_move() if way == "state" else damaged.ready()
        # The gate lets pass what is rightly under way, and what is finished.
        bad = ready - free - (damaged.under_way() if way == "gate" else set())
        wrong += [f"{way} says ready of {one} after {names}" for one in sorted(bad)]
    said = set[str]().union(*found.values())
    return Tried(tuple(f"store {seed}: {one}" for one in wrong), len(said), len(model), asked)


def _damage(made: Made, dice: random.Random) -> str:
    """Damage one or two tickets; how."""
    names = dice.choices([*DAMAGES], k=dice.choice((1, 1, 2)))
    for name in names:
        entries = sorted(made.tickets.iterdir())
        folders = [one for one in entries if one.is_dir() and not one.is_symlink()]
        if folders:
            DAMAGES[name](dice.choice(folders), dice)
    return ", ".join(names)


def _session(made: Made) -> Session:
    return open_session(Start(str(made.folder), False, "yoi", {"YOI_AUTHOR": "ada", "HOME": "/"}))


def _said_ready(made: Made, *, by_command: bool) -> tuple[dict[str, set[str]], int]:
    """By each way of asking: the tickets that it says ready of, or starts; how many were asked."""
    session = _session(made)
    ids = sorted(one.name for one in made.tickets.iterdir() if len(one.name) == 13)
    found: dict[str, set[str]] = {
        "route --all": {r.ticket for r in routing.summarise(session).summaries if r.is_ready},
        "route": {d.ticket for d in routing.route(session, ids).decisions if d.classified.is_ready},
        "next": set(),
        "gate": {a.ticket for a in routing.gate(session, ids).result.tickets if a.is_ready},
    }
    with suppress(YoiError):
        found["next"] = {d.ticket for d in claims.next_tickets(session, limit=None)}
    if by_command:
        found["orchestrate --dry-run"] = _planned(made)
    for way, start in (("accept", _accept), ("state", _move)):
        found[way] = set()
        for id_ in ids:
            copy = made.folder.parent / f"{made.folder.name}-{way}"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(made.folder, copy, symlinks=True)
            try:
                start(_session(Made(copy, made.limit)), id_)
            except (YoiError, OSError):
                continue
            found[way].add(id_)
    return found, len(ids) * len(found)


def _planned(made: Made) -> set[str]:
    """What `yoi orchestrate` would accept; it needs a repository with a commit."""
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    for words in (("init", "-q"), ("add", "-A"), (*who, "commit", "-q", "-m", "All")):
        subprocess.run(["git", *words], cwd=made.folder, check=True, capture_output=True)
    done = warm_yoi("orchestrate", "--dry-run", "--json", cwd=made.folder)
    document = json.loads(done.out)
    if done.code != 0:
        return set()
    return {one["ticket"] for one in document["data"]["plan"] if one["step"] == "queued"}


def _accept(session: Session, ticket: str) -> None:
    if tickets.state_of(session, ticket)[1].state != "queued":
        raise YoiError("not_queued", "It is not queued.")
    claims.accept(session, ticket, GivenDecision(), {})


def _move(session: Session, ticket: str) -> None:
    if tickets.state_of(session, ticket)[1].state != "queued":
        raise YoiError("not_queued", "It is not queued.")
    tickets.move(session, ticket, "inprogress")


def _try_many(given: tuple[Path, list[int]]) -> list[Tried]:
    folder, seeds = given
    return [try_store(folder / str(seed), seed) for seed in seeds]


def run(settings: Settings) -> Outcome:
    """2,500 stores in the full form, 60 in the short one."""
    count = settings.size(settings.runs, full=2500, short=60)
    seeds = [settings.seed * 1_000_000 + number for number in range(count)]
    parts = [(settings.folder, seeds[place :: settings.jobs]) for place in range(settings.jobs)]
    with ProcessPoolExecutor(settings.jobs) as pool:
        tried = [one for part in pool.map(_try_many, parts) for one in part]
    wrong = [one for store in tried for one in store.wrong]
    figures: dict[str, int | str] = {
        "stores": len(tried),
        "kinds of damage": len(DAMAGES),
        "classes compared": sum(one.compared for one in tried),
        "answers": sum(one.asked for one in tried),
        "ready": sum(one.ready for one in tried),
    }
    control = in_child(lambda: _control(settings.folder / "control", settings.seed))
    return Outcome(figures, tuple(wrong[:ENOUGH]), control or None)


def _control(folder: Path, seed: int) -> str:
    """The same with a rule of trust that never doubts."""
    folder.mkdir()
    with patch("yoi_cli.routing.router.doubts_about", lambda *_, **__: iter(())):
        tried = [try_store(folder / str(n), seed * 1_000_000 + n) for n in range(_CONTROL_STORES)]
    wrong = sum(bool(one.wrong) for one in tried)
    return f"trusting every store: {wrong} of {len(tried)} wrong" if wrong else ""
