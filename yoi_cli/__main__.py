"""The entry of the `yoi` program, and of `python -m yoi_cli`.

A command lives for some 70 ms. Collecting garbage while modules load and taking every
object down at the end would make up a fifth of that (benchmarks/run.py, first row), so the
collector is made patient and the process leaves at once, with its streams flushed.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

_ALLOCATIONS_BEFORE_COLLECTION = 50_000
_INTERRUPTED = 130


def main() -> NoReturn:
    """Run the command line of this process and leave with its exit code."""
    gc.set_threshold(_ALLOCATIONS_BEFORE_COLLECTION)
    try:
        from yoi_cli.cli.main import run

        code = run(sys.argv[1:])
        with suppress(OSError):  # what could be said was said; the code must be true all the same
            sys.stderr.flush()
    except KeyboardInterrupt:  # while modules were loading, or an answer was on its way
        code = _INTERRUPTED
    os._exit(code)


if __name__ == "__main__":
    main()
