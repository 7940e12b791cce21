"""The entry of a shim, started by path: `python -I -S …/shim/__main__.py WORKER_ID`. By the path of
its folder Python would load twice as much before anything of it runs.

What it is to do comes over standard input; what became of it is answered on standard output,
as one line. Everything is imported now: the files may be replaced while a worker runs.
"""

from __future__ import annotations

import os
import sys


def _enter() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    # At the end, so that nothing here stands in for a module of the standard library.
    sys.path.append(os.path.abspath(os.path.join(here, "..", "..", "..", "..")))
    from yoi_cli.workers.local.shim.main import main

    main()


_enter()
