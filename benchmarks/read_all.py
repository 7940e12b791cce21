"""What `yoi` is measured against: a program that imports typer and reads every item.md.

python benchmarks/read_all.py STORE
"""

from __future__ import annotations

import os
import sys

import typer


def main() -> None:
    size = 0
    with os.scandir(sys.argv[1]) as tickets:
        for ticket in tickets:
            with open(ticket.path + "/item.md", encoding="utf-8") as item:
                size += len(item.read())
    typer.echo(size)


if __name__ == "__main__":
    main()
