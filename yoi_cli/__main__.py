"""The entry of the `yoi` program, and of `python -m yoi_cli`."""

from __future__ import annotations

import sys

from yoi_cli.cli.main import run


def main() -> None:
    """Run the command line of this process and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
