"""What the board of a large store costs: the first lanes, how large the page is, and how long a
change takes until the page has it.

Run as `.venv/bin/python benchmarks/web.py`; it makes a store of 10,000 tickets, starts `yoi serve`
there, and prints the rows of docs/benchmarks.md.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from long_thread import EVENT, ID

TICKETS, EVENTS, REPEAT = 10_000, 10_000, 15
YOI = str(Path(sys.executable).parent / "yoi")
MAKE = str(Path(__file__).parent / "make_store.py")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="yoi-web-") as name:
        folder = Path(name)
        environment = {**os.environ, "YOI_AUTHOR": "bench", "HOME": name}
        subprocess.run(["git", "init", "-q", folder], check=True, env=environment)
        subprocess.run([sys.executable, MAKE, str(TICKETS), folder], check=True)
        with serving(folder, environment) as (client, base):
            first, _ = timed(client, f"{base}/board")
        print(f"| first board of a store that no command has read yet | {first * 1000:.0f} ms | |")
        with serving(folder, environment) as (client, base):
            measure(client, base, folder, environment)


@contextmanager
def serving(folder: Path, environment: dict[str, str]) -> Iterator[tuple[httpx2.Client, str]]:
    """A client that has logged in to `yoi serve`, and where the pages are."""
    server = subprocess.Popen([YOI, "serve"], cwd=folder, env=environment, stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        said = json.loads(server.stdout.readline())["data"]
        headers = {"sec-fetch-site": "same-origin"}
        with httpx2.Client(timeout=60, trust_env=False, headers=headers) as client:
            answer = client.get(said["login"])
            client.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
            yield client, f"{said['address']}/w/{said['workspace_id']}"
    finally:
        server.terminate()
        server.wait()


def measure(client: httpx2.Client, base: str, folder: Path, environment: dict[str, str]) -> None:
    first, _ = timed(client, f"{base}/board")
    later = [timed(client, f"{base}/board") for _ in range(REPEAT)]
    filtered = [timed(client, f"{base}/board?text=lock&unblocked=1") for _ in range(REPEAT)]
    ticket = sorted(os.listdir(folder / ".yoi" / "tickets"))[-1]
    pages = [timed(client, f"{base}/tickets/{ticket}") for _ in range(REPEAT)]
    long = _with_many_events(folder)
    long_pages = [timed(client, f"{base}/tickets/{long}") for _ in range(REPEAT)]
    comment = [YOI, "comment", ticket, "-m", "Changed."]
    subprocess.run(comment, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    changed, _ = timed(client, f"{base}/board")
    print(f"| first board after the start | {first * 1000:.0f} ms | |")
    print(f"| the board's first lanes | {median(later):.0f} ms | 300 ms |")
    print(f"| the board's page | {later[0][1] / 1000:.0f} kB | 200 kB |")
    print(f"| the board with a text and without blocked ones | {median(filtered):.0f} ms | |")
    print(f"| the board after a change, the store read anew | {changed * 1000:.0f} ms | |")
    print(f"| a ticket | {median(pages):.0f} ms | |")
    size = long_pages[0][1] / 1000
    print(
        f"| a ticket with {EVENTS:,} more events, the newest first, and its page | "
        f"{median(long_pages):.0f} ms, {size:.0f} kB | |"
    )


def _with_many_events(folder: Path) -> str:
    """A ticket whose thread has so many events more."""
    ticket = sorted(os.listdir(folder / ".yoi" / "tickets"))[0]
    with (folder / ".yoi/tickets" / ticket / "thread.md").open("a", encoding="utf-8") as file:
        file.writelines(EVENT.format(id=ID.format(n), n=n) for n in range(EVENTS))
    return ticket


def timed(client: httpx2.Client, address: str) -> tuple[float, int]:
    began = time.perf_counter()
    answer = client.get(address)
    answer.raise_for_status()
    return time.perf_counter() - began, len(answer.content)


def median(found: list[tuple[float, int]]) -> float:
    return statistics.median(seconds for seconds, _ in found) * 1000


if __name__ == "__main__":
    main()
