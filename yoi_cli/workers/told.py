"""What of a worker is told beyond the machine that it runs on (docs/security.md).

Whatever is not named here is not told, and what is named passes a check of its own kind: words
that yoi writes itself, names, numbers. So no path, address or secret gets out that somebody wrote
into a record, and none that another runtime says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.model.workers.order import NAME
from yoi_cli.model.workers.profiles import CONFINE_MODES, UNCONFINED
from yoi_cli.workers import job_states
from yoi_cli.workers.lookup import is_worker_id
from yoi_cli.workers.model import (
    COPIED,
    NOT_BEGUN,
    NOT_STARTED,
    RESTARTED,
    STATES,
    UNSEEN,
    WorkerView,
)
from yoi_cli.workers.observation import LifecycleEvent
from yoi_cli.workers.runtime import Recovery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    _Check = Callable[[object], object]

#: In place of a path that is not below the clone's folders.
OUTSIDE = "outside the clone"
_UNKNOWN = "*"
_UNTOLD = "Its record says so."
_EVENTS = frozenset(
    {
        *("queued", "started", "adopted", "input_closed", "output_cut", "ending"),
        *("leftovers", "leftovers_stay", "output_lost", "ended", "unreadable"),
    }
)
_CAUSES = job_states.CAUSES.union(
    ("", "stopped", "cancelled", "timeout", "idle_timeout", "output_limit")
)
#: As `shim/state.py` and `shim/supervisor.py` write them, beside those of `model`.
_WHYS = frozenset(
    {
        *("", RESTARTED, NOT_STARTED, NOT_BEGUN, COPIED, UNSEEN),
        *("nobody saw how it ended", "it was given up before it ran", "it could not be started"),
        *("its exit is missing", "its stub died, so nobody saw how it ended"),
    }
)
#: What `recover` does, and what is said of it; where that is nothing, the evidence is.
_ACTIONS = {
    "none": "Its shim supervises it.",
    "adopted": "Its shim had died; a new one supervises it.",
    "started": "",
    "ended": "",
    "lost": "",
}
_CANNOT_START = re.compile(r"it could not be started \([A-Za-z ,-]{1,80}: its [a-z]{1,20}\)")
_SEEN = r"Its (?:shim|stub) saw it end with (?:code|signal) \d{1,3}"
_EVIDENCE = re.compile(
    rf"{_SEEN}(?:\.|; its shim was gone by then\.|; what it left behind is being ended\.)"
    r"|Its process runs; its shim died, and `yoi worker recover` brings another\."
    r"|Its stub lives and is about to write down how it ended\."
    r"|Its shim holds its lock(?: and waits for room in its group)?\."
    r"|It is being started\."
    rf"|(?:{_SEEN}\. )?(?:{job_states.SAID})\."
)
_NAME, _KEY = re.compile(NAME), re.compile(r"[!-~][ -~]{0,199}")
_BELOW = re.compile(r"\.(?:git|yoi|worktree)(?:/[\w.+@=-]{1,255}){0,32}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z")


def told(view: WorkerView, roots: Mapping[str, str] | None = None) -> WorkerView:
    """The worker as everybody may know it. `roots` are the names of the clone's folders, below
    which what changed is named; by their paths."""
    if view.changes:
        view = view._replace(changes=tuple(_below(path, roots or {}) for path in view.changes))
    return WorkerView._make([check(value) for check, value in zip(_CHECKS, view, strict=True)])


def told_facts(worker: object) -> dict[str, object]:
    """By their names, what may be told of a worker or of its document: every field that is not
    among them keeps its default."""
    return {name: check(getattr(worker, name)) for name, check in _FIELDS.items()}


def told_recovery(view: WorkerView, action: str) -> Recovery:
    """What was done for a worker that is `told`, in words for it that are yoi's."""
    known = action if action in _ACTIONS else "none"
    return Recovery(view, known, _ACTIONS[known] or view.evidence)


def told_event(event: LifecycleEvent) -> LifecycleEvent:
    """Something that happened to a worker, as everybody may know it."""
    return LifecycleEvent(**told_event_facts(event))  # type: ignore[arg-type]


def told_event_facts(event: object) -> dict[str, object]:
    """The same, by the names of its fields."""
    return {name: check(getattr(event, name)) for name, check in _EVENT_FIELDS.items()}


def _below(path: str, roots: Mapping[str, str]) -> str:
    for root in sorted(roots, key=len, reverse=True):
        if path == root or path.startswith(f"{root}/"):
            return (roots[root] + path[len(root) :]).lstrip("/")
    return path


def _changes(paths: object) -> tuple[str, ...]:
    named = paths if isinstance(paths, tuple) else ()
    found = (_text(one) for one in named)
    return tuple(dict.fromkeys(one if _is_named(one) else OUTSIDE for one in found))


def _is_named(path: str) -> bool:
    is_below = _BELOW.fullmatch(path) is not None and ".." not in path.split("/")
    return is_below or path in (_UNKNOWN, OUTSIDE)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _one_of(words: Iterable[str], other: str) -> _Check:
    known = frozenset(words)
    return lambda word: word if _text(word) in known else other


def _matching(pattern: re.Pattern[str], other: str | None) -> _Check:
    match = pattern.fullmatch
    return lambda word: word if isinstance(word, str) and match(word) else other


def _id(word: object) -> str:
    return _text(word) if is_worker_id(_text(word)) else ""


def _evidence(sentence: object) -> str:
    text = _text(sentence)
    why = text[:1].lower() + text[1:].removesuffix(".")
    is_known = why in _WHYS or _CANNOT_START.fullmatch(why) or _EVIDENCE.fullmatch(text)
    return text if is_known else _UNTOLD


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _count(value: object) -> int:
    return _number(value) or 0


def _at(value: object) -> object:
    """A time, in milliseconds or as a document has it."""
    return value if not isinstance(value, str) or _TIME.fullmatch(value) else None


def _made_at(value: object) -> object:
    return _at(value) or ("1970-01-01T00:00:00Z" if isinstance(value, str) else 0)


_FIELDS: Mapping[str, _Check] = {
    "runtime_id": _matching(_NAME, ""),
    "worker_id": _id,
    "state": _one_of(STATES, "lost"),
    "evidence": _evidence,
    "ticket": _matching(_NAME, None),
    "role": _matching(_NAME, None),
    "profile": _matching(_NAME, None),
    "exit_code": _number,
    "signal": _number,
    "cause": _one_of(_CAUSES, ""),
    "created_at": _made_at,
    "started_at": _at,
    "ended_at": _at,
    "output_size": _count,
    "key": _matching(_KEY, None),
    "agent": _matching(_NAME, ""),
    "confine": _one_of(CONFINE_MODES, UNCONFINED),
    "landlock": _count,
    "changes": _changes,
    "has_terminal": bool,
    "accepts_input": bool,
}
_CHECKS = tuple(_FIELDS[name] for name in WorkerView._fields)
_EVENT_FIELDS: Mapping[str, _Check] = {
    "number": _count,
    "at": _made_at,
    "event": _one_of(_EVENTS, "unreadable"),
    "cause": _one_of(_CAUSES, ""),
    "why": _one_of(_WHYS, ""),
    "grace_ms": _number,
    "processes": _number,
    "start": _number,
}
