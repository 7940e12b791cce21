"""How long a worker takes from `spawn` to its program, and what shim and stub hold, by how it is
confined; and how long fifty take that are started at once, and what each of those holds.

    python benchmarks/launch.py [--turns 25] [--at-once 50] [--other FOLDER] [--pueue]

The modes take turns in one clone; so does another version, whose package is in FOLDER, in its own,
and a Python that does nothing. With `--pueue` as many `pueue add` come between them: pueue is on
the PATH, its daemon runs, has nothing else to do, and may run as many (`pueue parallel 50`).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from yoi_cli.model.workers.profiles import CONFINE_MODES
from yoi_cli.model.workers.spec import WorkerRequest, WorkerSpec
from yoi_cli.workers.local.runtime import FileRuntime
from yoi_cli.workers.open import open_runtime
from yoi_cli.workspace.session import open_session
from yoi_cli.workspace.start import Start

_HERE = str(Path(__file__).resolve().parents[1])
_PASS = [sys.executable, "-c", "pass"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=25)
    parser.add_argument("--at-once", type=int, default=50)
    parser.add_argument("--other")
    parser.add_argument("--pueue", action="store_true")
    parser.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.answer:
        _answer()
        return
    versions = [_HERE, *([given.other] if given.other else [])]
    launchers = {one: _launcher(one) for one in versions}
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    sizes: dict[tuple[str, str], list[float]] = defaultdict(list)
    pauses, waits, held = [], defaultdict(list), defaultdict(list)
    for _ in range(given.turns):
        pauses.append(_time(1, _PASS, _HERE))
        for mode in CONFINE_MODES:
            for version, launcher in launchers.items():
                took, size = map(float, _asked(launcher, mode))
                times[version, mode].append(took)
                sizes[version, mode].append(size)
    print("| version | `confine` | launch to ready | shim and stub |\n| --- | --- | --- | --- |")
    for (version, mode), found in times.items():
        took, size = statistics.median(found), statistics.median(sizes[version, mode])
        print(f"| {version} | `{mode}` | {took:.0f} ms | {size:.1f} MB |")
    print(f"\n`python -c pass`: {statistics.median(pauses):.0f} ms\n")
    for _ in range(3):
        for version, launcher in launchers.items():
            took, size = map(float, _asked(launcher, str(given.at_once)))
            waits[version].append(took)
            held[version].append(size)
        if given.pueue:
            waits["`pueue add`"].append(_time_pueue(given.at_once))
        waits["`python -c pass`"].append(_time(given.at_once, _PASS, _HERE))
    print(f"| {given.at_once} at once | until all are ready | each holds |\n| --- | --- | --- |")
    for name, found in waits.items():
        each = f"{statistics.median(held[name]):.1f} MB" if name in held else ""
        print(f"| {name} | {statistics.median(found):.0f} ms | {each} |")
    for launcher in launchers.values():
        launcher.communicate()


def _launcher(version: str) -> subprocess.Popen[str]:
    """A process that launches workers of that version, as it is asked to."""
    return subprocess.Popen(
        [sys.executable, "-P", __file__, "--answer"],
        env={**os.environ, "PYTHONPATH": version},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _asked(launcher: subprocess.Popen[str], word: str) -> list[str]:
    assert launcher.stdin is not None
    assert launcher.stdout is not None
    launcher.stdin.write(f"{word}\n")
    launcher.stdin.flush()
    return launcher.stdout.readline().split()


def _answer() -> None:
    """Launch a worker for each mode that is asked for, and as many at once for a number."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        ticket, tree = _clone_in(folder)
        runtime = open_runtime(open_session(Start(made, False, "bench", dict(os.environ))))
        for line in sys.stdin:
            word = line.strip()
            if word.isdigit():
                spawn = [sys.executable, "-m", "yoi_cli", "worker", "spawn", "--", "sleep", "60"]
                took = _time(int(word), spawn, made)
                running = [view.worker_id for view in runtime.all()]
                size = sum(_held(folder, one) for one in running) / len(running)
                print(took, size, flush=True)
                for one in running:
                    runtime.stop(one, 0)
                runtime.prune(time.time_ns() // 1_000_000)
            else:
                spec = WorkerSpec(command=("sleep", "60"), cwd=tree, ticket=ticket, confine=word)
                print(*_measure(runtime, folder, spec), flush=True)


def _time(count: int, command: list[str], folder: str) -> float:
    """Milliseconds until so many processes that are started at once have all ended."""
    begun = time.perf_counter()
    started = [
        subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) for _ in range(count)
    ]
    if any(process.wait() for process in started):
        raise SystemExit(f"{command} failed")
    return (time.perf_counter() - begun) * 1000


def _clone_in(folder: Path) -> tuple[str, str]:
    """A ticket of a new clone, and the worktree of it."""
    run = [sys.executable, "-m", "yoi_cli"]
    commit = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit"]
    for words in (["git", "init", "--quiet"], [*run, "init"], ["git", "add", "--all"]):
        subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*commit, "--quiet", "-m", "Base"], cwd=folder, check=True)
    ticket = _field([*run, "ticket", "create", "--title", "x", "-m", "x"], folder, 1)
    return ticket, _field([*run, "worktree", "add", ticket], folder, 3)


def _field(words: list[str], folder: Path, number: int) -> str:
    done = subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.split("\t")[number].strip()


def _measure(runtime: FileRuntime, folder: Path, spec: WorkerSpec) -> tuple[float, float]:
    """Milliseconds until the program ran, and megabytes (PSS) of shim and stub."""
    begun = time.perf_counter()
    worker = runtime.spawn(WorkerRequest(spec)).worker_id
    took = (time.perf_counter() - begun) * 1000
    size = _held(folder, worker)
    runtime.stop(worker, 0)
    runtime.prune(time.time_ns() // 1_000_000)
    return took, size


def _time_pueue(count: int) -> float:
    """Milliseconds until pueue runs so many that are added at once."""
    begun = time.perf_counter()
    _time(count, ["pueue", "add", "--", "sleep", "60"], ".")
    while _running_in_pueue() < count:
        time.sleep(0.02)
    took = (time.perf_counter() - begun) * 1000
    for words in (["kill", "--all"], ["wait", "--all"], ["clean"]):
        subprocess.run(["pueue", *words], check=True, stdout=subprocess.DEVNULL)
    return took


def _running_in_pueue() -> int:
    said = subprocess.run(["pueue", "status", "--json"], check=True, capture_output=True)
    return sum("Running" in one["status"] for one in json.loads(said.stdout)["tasks"].values())


def _held(folder: Path, worker: str) -> float:
    """Megabytes that the processes that stand over a worker hold."""
    state = json.loads((folder / ".git/yoi/workers" / worker / "state.json").read_bytes())
    return sum(_pss(state[role]["pid"]) for role in ("shim", "stub"))


def _pss(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    main()
