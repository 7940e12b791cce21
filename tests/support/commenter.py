"""One of many processes that write to a store at once.

python commenter.py WORKSPACE NAME COUNT TICKET...   comments on the tickets, in turn
python commenter.py WORKSPACE NAME COUNT             makes tickets
"""

from __future__ import annotations

import sys
from itertools import cycle
from pathlib import Path

# Run by its path, a script has not `tests` on its path.
sys.path.insert(0, str(Path(__file__).parents[1]))

from support.file_stores import ADA, comment, open_store

from yoi_cli.tickets.create import Draft, create_ticket


def main() -> None:
    workspace, name, count, tickets = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4:]
    store = open_store(workspace, deadline=600.0, in_git=(workspace / ".git").is_dir())
    if tickets:
        for number, ticket in zip(range(count), cycle(tickets), strict=False):
            comment(store, ticket, f"{name} {number}")
    else:
        for number in range(count):
            print(create_ticket(store, Draft(f"{name} {number}"), ADA).ticket)


if __name__ == "__main__":
    main()
