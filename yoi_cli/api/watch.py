"""Seeing cheaply that a workspace changed, for surfaces that stay open (docs/api.md)."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.workspace.session import Session

TICKETS, CLAIMS, WORKERS, RUNS, SETTINGS = "tickets", "claims", "workers", "runs", "settings"
#: How often every ticket's folder is looked at, for files that somebody wrote without `yoi`.
_SECONDS_BETWEEN_PASSES = 2.0
#: A pass may take this share of the time at most.
_PATIENCE = 50


class Watcher:
    """Tells what changed in a workspace since it was asked before.

    Whatever yoi writes changes its lock, and whatever git does to a checkout its index: a few
    looks at single files see both. What others write is found by a pass over the folders of all
    tickets, every two seconds or, in large stores, less often. For one thread.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._passed = 0.0
        self._pause = _SECONDS_BETWEEN_PASSES
        self._pass: tuple[object, ...] | None = None
        self._seen = self._look()
        self._pass = self._walk()

    def poll(self) -> frozenset[str]:
        """The parts that changed: `tickets`, `claims`, `workers`, `runs`, `settings`."""
        now = self._look()
        changed = {part for part, value in now.items() if value != self._seen[part]}
        self._seen = now
        if time.monotonic() - self._passed > self._pause:
            walked = self._walk()
            if walked != self._pass:
                changed.add(TICKETS)
            self._pass = walked
        elif TICKETS in changed:
            self._pass, self._passed = self._walk(), time.monotonic()
        return frozenset(changed)

    def _look(self) -> dict[str, object]:
        from yoi_cli.orchestration.open import orchestrator_presence

        location, local = self._session.location, self._session.local_folder
        git = location.git
        in_git = () if git is None else ("index", "HEAD", "logs/HEAD")
        tickets = [_mark(location.lock), _mark(location.path)]
        tickets += [_mark(os.path.join(git.git_dir, name)) for name in in_git if git is not None]
        settings = os.path.join(location.workspace, ".yoi", "ticket.config.toml")
        return {
            TICKETS: tickets,
            CLAIMS: _mark(os.path.join(local, "claims")),
            WORKERS: list(_below(os.path.join(local, "workers"))),
            RUNS: orchestrator_presence(self._session),
            SETTINGS: _mark(settings),
        }

    def _walk(self) -> tuple[object, ...]:
        """A mark for the folder of every ticket: an item that is replaced changes it."""
        began = time.monotonic()
        found = tuple(_below(self._session.location.path))
        self._passed = time.monotonic()
        self._pause = max(_SECONDS_BETWEEN_PASSES, (self._passed - began) * _PATIENCE)
        return found


def watch(session: Session) -> Watcher:
    """A watcher that tells what changes from now on."""
    return Watcher(session)


def _mark(path: str) -> object:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns)


def _below(path: str) -> Iterator[object]:
    """A mark for each folder directly below `path`."""
    try:
        with os.scandir(path) as entries:
            names = sorted(entry.name for entry in entries)
    except OSError:
        return
    for name in names:
        yield name, _mark(os.path.join(path, name))
