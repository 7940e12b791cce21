"""Clones that claim from one bare remote at once, and orchestrators of two of them that are killed:
every ticket has one holder, and is merged once (docs/machines.md)."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from support.orchestration import Shop
from support.process import git_program, yoi_program
from support.shared_claims import REFS, Clone, Hub
from support.sync_clones import OWN, Clones
from torture.outcome import ENOUGH, Outcome, Settings

from yoi_cli.errors import ConflictError

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue
    from multiprocessing.synchronize import Barrier

_RACERS, _TICKETS, _SHORT_RACERS, _SHORT_TICKETS, _CONTROLS = 16, 500, 4, 6, 4
_ORCHESTRATED, _SHORT_ORCHESTRATED = 30, 2
_LONGEST = 3600.0


def run(settings: Settings) -> Outcome:
    """16 racers for 500 tickets in the full form, then two orchestrators for 30; `--only race` or
    `--only pair` is one of the two."""
    racers = settings.size(settings.writers, full=_RACERS, short=_SHORT_RACERS)
    tickets = settings.size(settings.runs, full=_TICKETS, short=_SHORT_TICKETS)
    if settings.only == "pair":
        tickets = 0
    holders = _race(settings.folder / "race", racers, tickets, is_weak=False)
    wrong = [
        f"{name} has {len(had)} holders: {had}" for name, had in holders.items() if len(had) != 1
    ]
    weak = _race(settings.folder / "control", 4, _CONTROLS, is_weak=True)
    doubled = sum(len(had) > 1 for had in weak.values())
    both = _Pair(settings.folder / "pair", settings.seed)
    count = settings.size(settings.events, full=_ORCHESTRATED, short=_SHORT_ORCHESTRATED)
    if settings.only == "race":
        count = 0
    wrong += both.run(count) if count else []
    figures: dict[str, int | str] = {
        "racers": racers,
        "tickets": tickets,
        "held twice": sum(len(had) > 1 for had in holders.values()),
        "held by nobody": sum(not had for had in holders.values()),
        "tickets orchestrated": count,
        "orchestrators killed": both.kills,
    }
    said = f"with pushes that expect nothing {doubled} of {_CONTROLS} tickets had several holders"
    return Outcome(figures, tuple(wrong[:ENOUGH]), said if doubled else None)


def _race(folder: Path, racers: int, tickets: int, *, is_weak: bool) -> dict[str, list[int]]:
    """Who believes to have which ticket, after all of `racers` went for each at the same moment."""
    folder.mkdir(parents=True)
    hub = Hub(folder, git_program(dict(os.environ), folder))
    hub.make()
    names = [f"{n:013d}" for n in range(tickets)]
    clones = [hub.clone(f"racer{n}") for n in range(racers)]
    context = get_context("fork")
    barrier = context.Barrier(racers)
    told: SimpleQueue[tuple[int, list[str]]] = context.SimpleQueue()
    runners = [
        context.Process(target=_racer, args=(clone, n, names, barrier, told, is_weak))
        for n, clone in enumerate(clones)
    ]
    for one in runners:
        one.start()
    had: dict[str, list[int]] = {name: [] for name in names}
    for _ in runners:
        number, won = told.get()
        for name in won:
            had[name].append(number)
    for one in runners:
        one.join()
    if not is_weak:
        refs = hub.git("for-each-ref", "--format=%(refname)", REFS, cwd=hub.bare).out.splitlines()
        assert len(refs) == tickets
    return had


def _racer(
    clone: Clone,
    number: int,
    names: Sequence[str],
    barrier: Barrier,
    told: SimpleQueue[tuple[int, list[str]]],
    is_weak: bool,
) -> None:
    """Go for every ticket; a weak one pushes whatever is there, as `--force` does."""
    won = []
    if is_weak:
        refs = clone.claims._refs

        def push(ticket: str, _expected: str, commit: str, _branch: object = None) -> bool:
            barrier.wait()  # all have looked by then
            spec = f"+{commit}:{REFS}{ticket}"
            return refs._talk(["push", "-q", "origin", spec]).code in (0, 1)

        refs.push = push  # type: ignore[method-assign, assignment]
    for name in names:
        barrier.wait()
        with suppress(ConflictError):
            clone.take(name)
            won.append(name)
    told.put((number, won))


class _Pair:
    """Two clones of one remote with the same queued tickets, which never talk but by their claims,
    and an orchestrator in each that is killed now and then."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._lot = random.Random(seed)
        env = dict(os.environ)
        self._clones = Clones(folder, yoi_program(env, folder), git_program(env, folder), OWN)
        self.kills = 0

    def run(self, count: int) -> list[str]:
        shops, tickets = self._furnish(count)
        ends = time.monotonic() + _LONGEST
        running: list[subprocess.Popen[bytes] | None] = [None] * len(shops)
        kills = [self._lot.randint(1, max(1, count // 2)) for _ in shops]
        over = [False] * len(shops)
        while not all(over) and time.monotonic() < ends:
            for n, shop in enumerate(shops):
                process = running[n]
                if process is None and not over[n]:
                    running[n] = self._start(shop)
                elif process is not None and process.poll() is not None:
                    running[n] = None
                    over[n] = self._is_over(shops, tickets)
                elif process is not None and kills[n] and self._lot.random() < 0.03:
                    os.kill(process.pid, signal.SIGKILL)
                    process.wait()
                    kills[n] -= 1
                    self.kills += 1
                    running[n] = None
            time.sleep(0.05)
        for process in running:
            if process is not None:
                process.kill()
                process.wait()
        return self._judge(shops, tickets)

    def _furnish(self, count: int) -> tuple[list[Shop], list[str]]:
        """Two clones with one set of agents and one store, on a branch of its own that only
        `yoi sync` moves."""
        env, clones = dict(os.environ), self._clones
        self._folder.mkdir(parents=True)
        clones.make_remote()
        paths = [clones.clone(name) for name in ("a", "b")]
        shops = []
        for path in paths:
            programs = yoi_program(env, path), git_program(env, path)
            shops.append(Shop(path, self._folder / "agents", *programs))
        config = paths[0] / ".yoi/ticket.config.toml"
        config.write_text('[claims]\nremote = "origin"\n\n' + config.read_text())
        tickets = [shops[0].queue() for _ in range(count)]
        (paths[1] / ".yoi/ticket.config.toml").write_text(config.read_text())
        for path in (*paths, *paths):
            clones.sync(path)
        for path in paths:
            clones.yoi("trust", "--yes", cwd=path)
        return shops, tickets

    def _start(self, shop: Shop) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*shop.yoi.argv, "orchestrate", "--max", "2"],
            cwd=shop.repo,
            env=dict(shop.yoi.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _is_over(self, shops: Sequence[Shop], tickets: Sequence[str]) -> bool:
        return all(any(shop.state(ticket) == "closed" for shop in shops) for ticket in tickets)

    def _judge(self, shops: Sequence[Shop], tickets: Sequence[str]) -> list[str]:
        states = {t: [shop.state(t) for shop in shops] for t in tickets}
        wrong = [f"{t} is {has}" for t, has in states.items() if has.count("closed") != 1]
        merged = Counter(
            ticket
            for shop in shops
            for line in shop.git("log", "--merges", "--format=%B", "main").out.split()
            for ticket in tickets
            if line == ticket
        )
        wrong += [f"{t} was merged {merged[t]} times" for t in tickets if merged[t] != 1]
        return wrong + self._converged(shops, tickets)

    def _converged(self, shops: Sequence[Shop], tickets: Sequence[str]) -> list[str]:
        """What is not the same in both, or not sound, once they have synced."""
        try:
            self._clones.converge(*(shop.repo for shop in shops))
        except AssertionError as error:
            return [f"they did not converge: {str(error)[:500]}"]
        wrong = []
        for shop in shops:
            found = shop.yoi("ticket", "doctor", check=False)
            if found.code or "error" in found.out or "warning" in found.out:
                wrong.append(f"doctor in {shop.repo.name}: {found.out[:500]}")
            wrong += [f"{t} is {shop.state(t)}" for t in tickets if shop.state(t) != "closed"]
        return wrong
