"""Measure `yoi panel` on a large store: first frame, content, a step of scrolling, memory, end.

    python benchmarks/panel.py --tickets 10000

The panel is the real one, on a terminal of its own. First frame (as the terminal gets it) and
content count from the moment at which its libraries were loaded. A step is from a key to the frame
that it leads to, a change from the moment at which a command wrote it to the frame that
shows it, the end from Ctrl+C until the terminal is given back. The measure of the content
fails where a row, a state, a gate or an action is missing.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import pty
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

from make_store import Options, make_store

#: Runs the panel, and writes down what it knows of itself when it ends.
PROGRAM = """
import json, os, resource, sys, time
began = time.monotonic()
from yoi_cli.tui.app import PanelApp
from yoi_cli.tui.backend.local import LocalBackend
from yoi_cli.api.session import Start
loaded = time.monotonic()
app = PanelApp(LocalBackend(Start(sys.argv[1], False, "bench", dict(os.environ))))
steps = []
move = app.main.action_move
def timed(step):
    before = time.monotonic()
    move(step)
    app.call_after_refresh(lambda: steps.append(time.monotonic() - before))
app.main.action_move = timed
shown = []
show = app.main.show
def seen(overview):
    show(overview)
    app.call_after_refresh(lambda: shown.append(time.time()))
app.main.show = seen
app.run()
left = time.monotonic()
rows = [row.ticket for row in app.main.list.rows if row.ticket]
with open(sys.argv[2], "w") as file:
    json.dump({
        "import": loaded - began,
        "loaded": loaded,
        "content": app.first_content - loaded,
        "rows": len(rows),
        "states": len({row.state for row in rows}),
        "gates": len({row.gate for row in rows}),
        "actions": len({row.action for row in rows}),
        "orchestrator": bool(app.main.overview and app.main.overview.orchestrator == "absent"),
        "shown": shown,
        "step": sorted(steps)[len(steps) // 2] if steps else 0,
        "worst_step": max(steps, default=0),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }, file)
os._exit(0)
"""


#: Reads what a panel shows first; the CPU time that this takes.
OVERVIEW = """
import os, sys, time
from yoi_cli.api.overview import LiveOverview
from yoi_cli.api.session import Start, open_session
session = open_session(Start(sys.argv[1], False, "bench", dict(os.environ)))
began = time.process_time()
LiveOverview().read(session)
print(time.process_time() - began)
"""


def measure(workspace: Path, shown: int, steps: int) -> dict[str, float]:
    """One run: wait for the content, scroll, and leave."""
    with tempfile.TemporaryDirectory() as kept:
        told = Path(kept) / "told.json"
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, 80))
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(workspace), str(told)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm-256color", "YOI_AUTHOR": "bench"},
            start_new_session=True,
        )
        os.close(theirs)
        _read_until(ours, b"attaching", 60)
        seen = time.monotonic()
        _read_until(ours, b"Enter:", 60)
        written = _comment(workspace, ours)
        for _ in range(steps):
            os.write(ours, b"\x1b[B")
            _read_for(ours, 0.05)
        os.write(ours, b"\x1b[6~" * 5)
        _read_for(ours, 0.3)
        os.write(ours, b"\x03")
        began = time.monotonic()
        _read_until(ours, b"\x1b[?1049l", 10)
        left = time.monotonic() - began
        while process.poll() is None:
            _read_for(ours, 0.01)
        os.close(ours)
        found: dict[str, float] = json.loads(told.read_text())
        shown_at: list[float] = found.pop("shown")  # type: ignore[assignment]
        found["change"] = min((at for at in shown_at if at > written), default=math.inf) - written
    complete = {"rows": shown, "states": 5, "gates": 3, "actions": 5, "orchestrator": 1}
    missing = {name: found[name] for name, least in complete.items() if found[name] < least}
    if missing:
        raise SystemExit(f"The content is not whole: {missing}")
    return {**found, "first_frame": seen - found["loaded"], "end": left}


def overview_seconds(workspace: Path, *, index: bool) -> float:
    """The CPU time of the first reading, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", OVERVIEW, str(workspace)],
        env={**os.environ, "YOI_INDEX": "1" if index else "0"},
        stdout=subprocess.PIPE,
        check=True,
    )
    return float(done.stdout)


def _comment(workspace: Path, ours: int) -> float:
    """Comment on a ticket by a command while the panel is shown; when it was written."""
    ticket = sorted(path.name for path in (workspace / ".yoi/tickets").iterdir())[-1]
    command = [sys.executable, "-m", "yoi_cli", "-C", str(workspace), "ticket", "comment", ticket]
    with subprocess.Popen(
        [*command, "-m", "Said."],
        env={**os.environ, "YOI_AUTHOR": "bench"},
        stdout=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None:
            _read_for(ours, 0.01)
    written = (workspace / ".yoi/tickets" / ticket / "thread.md").stat().st_mtime
    ends = time.monotonic() + 3
    while time.monotonic() < ends:
        _read_for(ours, 0.05)
    return written


def _read_until(descriptor: int, wanted: bytes, seconds: float) -> None:
    seen, ends = b"", time.monotonic() + seconds
    while wanted not in seen:
        if time.monotonic() > ends:
            raise SystemExit(f"{wanted!r} never came: {seen[-400:]!r}")
        seen = seen[-100:] + _read_for(descriptor, 0.02)


def _read_for(descriptor: int, seconds: float) -> bytes:
    ready, _, _ = select.select([descriptor], [], [], seconds)
    try:
        return os.read(descriptor, 1 << 16) if ready else b""
    except OSError:  # the other end of the terminal is closed
        return b""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure yoi panel.")
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--steps", type=int, default=30)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="yoi-bench-panel-"))
    try:
        subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
        ids = list(make_store(folder, Options(given.tickets)))
        shown = len(ids) - round(0.2 * len(ids)) - 1
        runs = [measure(folder, shown, given.steps) for _ in range(given.repeat)]
        indexed, whole = (
            statistics.median(overview_seconds(folder, index=one) for _ in range(given.repeat))
            for one in (True, False)
        )
    finally:
        shutil.rmtree(folder)
    print(f"{given.tickets} tickets, medians of {given.repeat}:")
    for name in (
        "import",
        "first_frame",
        "content",
        "change",
        "step",
        "worst_step",
        "end",
        "memory",
    ):
        value = statistics.median(run[name] for run in runs)
        shown_as = f"{value:.0f} MB" if name == "memory" else f"{value * 1000:.0f} ms"
        print(f"  {name:<12} {shown_as}")
    print(f"  first reading, CPU time: {indexed:.2f} s, without the index {whole:.2f} s")


if __name__ == "__main__":
    main()
