"""How long a worker takes from `spawn` to its program, and what shim and stub hold, by how it is
confined.

Run as `.venv/bin/python benchmarks/launch.py`; the modes take turns in one clone of its own.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from yoi_cli.model.workers.profiles import CONFINE_MODES
from yoi_cli.model.workers.spec import WorkerRequest, WorkerSpec
from yoi_cli.workers.local.runtime import FileRuntime
from yoi_cli.workers.open import open_runtime
from yoi_cli.workspace.session import Start, open_session

_TURNS = 25


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        ticket, tree = _clone_in(folder)
        runtime = open_runtime(open_session(Start(made, False, "bench", dict(os.environ))))
        times: dict[str, list[float]] = {mode: [] for mode in CONFINE_MODES}
        sizes: dict[str, list[float]] = {mode: [] for mode in CONFINE_MODES}
        for _ in range(_TURNS):
            for mode in CONFINE_MODES:
                spec = WorkerSpec(command=("sleep", "60"), cwd=tree, ticket=ticket, confine=mode)
                took, size = _measure(runtime, folder, spec)
                times[mode].append(took)
                sizes[mode].append(size)
        print("| `confine` | launch to ready | shim and stub |\n| --- | --- | --- |")
        for mode in CONFINE_MODES:
            took, size = statistics.median(times[mode]), statistics.median(sizes[mode])
            print(f"| `{mode}` | {took:.0f} ms | {size:.1f} MB |")


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
    state = json.loads((folder / ".git/yoi/workers" / worker / "state.json").read_bytes())
    size = sum(_pss(state[role]["pid"]) for role in ("shim", "stub"))
    runtime.stop(worker, 0)
    return took, size


def _pss(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    main()
