"""Fifty workers at once: how soon each runs, what its keepers take, and what followers see."""

from __future__ import annotations

import os
import statistics
import sys
import threading
import time
from pathlib import Path

from support.workers import Workers, changed, python
from torture.outcome import Outcome, Settings

from yoi_cli.workers.local.shim.kernel import Identity

_WORKERS = 50
_READY_MS, _SHIM_MB = 100, 15
_BLOCK = 1 << 16
_MB = 1 << 20
#: Writes blocks that can be told from one another, to the last of which it counts.
_WRITER = f"""
import os, sys
for n in range(int(sys.argv[1])):
    block = memoryview((b"%015d\\n" % n) * {_BLOCK // 16})
    while block: block = block[os.write(1, block):]
"""


def run(settings: Settings) -> Outcome:
    """A gigabyte is written in the full form, 64 MB in the short one."""
    written = settings.size(settings.events, full=1024, short=64) * _MB
    workers = Workers(settings.folder)
    figures: dict[str, int | str] = {}
    violations: list[str] = []
    try:
        _launch_all(workers, figures, violations)
        _follow(workers, written, None, figures, violations)
        _follow(workers, written, written // 16, figures, violations)
        _one_line(workers, min(written, 100 * _MB), figures, violations)
    finally:
        workers.end_all()
    lost = _blocks_differ(b"x", 0)
    return Outcome(figures, tuple(violations), "a byte that is another is seen" if lost else None)


def _launch_all(workers: Workers, figures: dict[str, int | str], violations: list[str]) -> None:
    took = []
    for _ in range(_WORKERS):
        begun = time.perf_counter()
        workers.spawn("sleep", "600")
        took.append((time.perf_counter() - begun) * 1000)
    figures["launch ms, median"] = round(statistics.median(took))
    figures["launch ms, slowest"] = round(max(took))
    standing = [workers.standing(worker_id) for worker_id in workers.names()]
    for role in ("shim", "stub"):
        for kind in ("Rss", "Pss"):
            sizes = [_memory(getattr(one, role), kind) / 1024 for one in standing]
            figures[f"{role} {kind} MB, most"] = f"{max(sizes):.1f}"
            if max(sizes) > _SHIM_MB:
                violations.append(f"a {role} takes {max(sizes):.1f} MB {kind}")
    begun = time.perf_counter()
    for worker_id in workers.names():
        workers.runtime.stop(worker_id, 0)
    figures["stop ms, each"] = round((time.perf_counter() - begun) * 1000 / _WORKERS)
    begun = time.perf_counter()
    threads = [
        threading.Thread(target=workers.spawn, args=("sleep", "600")) for _ in range(_WORKERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    figures["fifty at once, ms"] = round((time.perf_counter() - begun) * 1000)
    if figures["launch ms, median"] and int(figures["launch ms, median"]) > _READY_MS:
        print(f"a launch took more than {_READY_MS} ms: is the machine busy?", file=sys.stderr)


def _memory(who: Identity, kind: str) -> int:
    """Kilobytes of resident memory, or of the part of it that is the process's share."""
    text = Path(f"/proc/{who.pid}/smaps_rollup").read_text()
    line = next(line for line in text.splitlines() if line.startswith(f"{kind}:"))
    return int(line.split()[1])


def _follow(
    workers: Workers,
    written: int,
    limit: int | None,
    figures: dict[str, int | str],
    violations: list[str],
) -> None:
    """Follow a writer, and hold every byte against what it wrote at that place."""
    request = workers.request(*python(_WRITER), str(written // _BLOCK))
    request = changed(request, output_limit=limit, grace_ms=500)
    worker_id = workers.runtime.spawn(request).worker_id
    cursor = seen = missed = 0
    for part in workers.runtime.read(worker_id, 0, follow=True):
        if part.start != cursor and not part.resync:
            violations.append(f"byte {cursor} was skipped, and nobody said so")
        if _blocks_differ(part.data, part.start):
            violations.append(f"bytes from {part.start} on are not what was written")
        missed += part.start - cursor
        seen += len(part.data)
        cursor = part.cursor
    view = workers.runtime.wait(worker_id, 60)
    if seen + missed != view.output_size:
        violations.append(f"{seen} seen and {missed} missed of {view.output_size}")
    on_disk = os.stat(workers.path / worker_id / "output.raw").st_blocks * 512
    name = "unbounded" if limit is None else f"within {limit // _MB} MB"
    figures[f"{name}: MB seen, told missed"] = f"{seen // _MB}, {missed // _MB}"
    figures[f"{name}: MB kept"] = on_disk // _MB
    if limit is None and (seen, view.exit_code) != (written, 0):
        violations.append(f"{seen} of {written} bytes seen, {view}")
    if limit is not None and on_disk > limit + _MB:
        violations.append(f"{on_disk} bytes kept, of {limit} allowed")


def _blocks_differ(data: bytes, start: int) -> bool:
    """Whether `data` is not what the writer wrote from the offset `start` on."""
    first = start // _BLOCK
    count = (start + len(data)) // _BLOCK - first + 1
    whole = b"".join((b"%015d\n" % n) * (_BLOCK // 16) for n in range(first, first + count))
    return whole[start % _BLOCK :][: len(data)] != data


def _one_line(
    workers: Workers, size: int, figures: dict[str, int | str], violations: list[str]
) -> None:
    code = (
        "import os, sys\nleft = int(sys.argv[1])\n"
        "while left: left -= os.write(1, b'\\0\\xff' * (left // 2))"
    )
    worker_id = workers.spawn(*python(code), str(size))
    parts = list(workers.runtime.read(worker_id, 0, follow=True))
    kept = sum(len(part.data) for part in parts)
    strange = any(part.data.strip(b"\0\xff") for part in parts)
    figures["one line, MB"] = kept // _MB
    if kept != size or strange:
        violations.append(f"a line of {size} bytes was kept as {kept}")
