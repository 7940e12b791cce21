"""The torture campaigns: `python tests/torture/run.py --list` names them."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    # Run by its path, a script has its own folder first on the path, not `tests` above it.
    tests = Path(__file__).resolve().parents[1]
    sys.path[0:1] = [str(tests), str(tests.parent)]
    from torture.command import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
