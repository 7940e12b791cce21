#!/usr/bin/env python3
"""Follow a worker of a runtime, through restarts of its server: every byte once.

    python follow.py SERVER_FILE WORKER_ID

SERVER_FILE is what `yoi runtime serve` names when it starts: its address and its token are in
there, and those of the server that comes after it. Needs `pip install websockets`.
"""

from __future__ import annotations

import base64
import json
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import connect

FIRST_PAUSE, LONGEST_PAUSE, HEALTHY = 0.25, 30.0, 30.0


def follow(server_file: Path, worker: str) -> Iterator[dict[str, object]]:
    """The frames about a worker up to its end, whatever happens to the server in between."""
    query, pause = {"from": "start"}, FIRST_PAUSE
    while True:
        began = time.monotonic()
        try:
            for frame in connection(server_file, worker, query):
                if "cursor" in frame:  # where the next connection goes on
                    query = {"cursor": str(frame["cursor"])}
                yield frame
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd is not None else 1006
            if code == 1000:
                return
            if code == 1008 or 4400 <= code < 4500:  # coming again would not help
                raise SystemExit(f"{closed.rcvd.reason if closed.rcvd else code}") from None
        except InvalidStatus as refused:
            if refused.response.status_code in (401, 403, 404, 421):
                raise SystemExit(f"HTTP {refused.response.status_code}") from None
        except (OSError, InvalidHandshake):
            pass  # it is not there just now
        if time.monotonic() - began > HEALTHY:
            pause = FIRST_PAUSE
        time.sleep(pause * random.uniform(0.5, 1))
        pause = min(2 * pause, LONGEST_PAUSE)


def connection(
    server_file: Path, worker: str, query: dict[str, str]
) -> Iterator[dict[str, object]]:
    """The frames of one connection; it ends by an exception."""
    server = json.loads(server_file.read_text())
    address = server["address"].replace("http", "ws", 1)
    with connect(
        f"{address}/v1/workers/{worker}/observe?{urlencode(query)}",
        additional_headers={"Authorization": f"Bearer {server['token']}"},
        compression=None,
        proxy=None,
    ) as websocket:
        while True:
            yield json.loads(websocket.recv(timeout=45))


def main() -> int:
    server_file, worker = Path(sys.argv[1]), sys.argv[2]
    code = None
    for frame in follow(server_file, worker):
        if frame["kind"] == "output":
            sys.stdout.buffer.write(base64.b64decode(str(frame["data"])))
            sys.stdout.buffer.flush()
        elif frame["kind"] == "resync":
            print(f"[bytes before {frame['to']} are not kept]", file=sys.stderr)
        elif frame["kind"] == "end":
            code = frame["worker"]["exit_code"]  # type: ignore[index]
    return 1 if code is None else int(code)


if __name__ == "__main__":
    sys.exit(main())
