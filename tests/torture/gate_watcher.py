"""Says of queued tickets that they wait, and asks the gate about them, again and again.

    python gate_watcher.py WORKSPACE LOG BLOCKER TICKET...

From when it is recorded that TICKET depends on BLOCKER, which nobody finishes, until it is taken
back, no gate may say that TICKET is ready. Ends with its standard input. The file LOG gets a line
for each answer: the gate's exit code and the ticket.
"""

from __future__ import annotations

import random
import select
import sys
from contextlib import suppress

from yoi_cli.api import relations, routing
from yoi_cli.api.session import Start, open_session
from yoi_cli.errors import YoiError

_TOGGLES = 0.1


def main() -> None:
    workspace, log, blocker, *tickets = sys.argv[1:]
    start = Start(workspace, False, "gate watcher", {"YOI_LOCK_TIMEOUT": "0.2", "YOI_AUTHOR": "w"})
    waiting: set[str] = set()
    draw = random.Random(blocker)
    with open(log, "a", encoding="utf-8") as answers:
        while not select.select([sys.stdin], [], [], 0)[0]:
            if draw.random() < _TOGGLES or not waiting:
                _toggle(start, draw.choice(tickets), blocker, waiting)
            for ticket in sorted(waiting):
                answers.write(f"{_gate(start, ticket)} {ticket}\n")
                answers.flush()


def _toggle(start: Start, ticket: str, blocker: str, waiting: set[str]) -> None:
    """Let a ticket wait, or let one that waits go."""
    was_waiting = ticket in waiting
    waiting.discard(ticket)
    with suppress(YoiError):  # refused while git has the files: then nothing was recorded
        session = open_session(start)
        if was_waiting:
            relations.remove(session, ticket, "depends_on", blocker)
        else:
            relations.add(session, ticket, "depends_on", blocker)
            waiting.add(ticket)


def _gate(start: Start, ticket: str) -> int:
    try:
        return routing.gate(open_session(start), [ticket]).result.exit_code
    except YoiError as error:
        return error.exit_code


if __name__ == "__main__":
    main()
