"""Take the lock of the store in the folder given, then stop (SIGSTOP) while holding it.

python hold_lock.py WORKSPACE
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from yoi_cli.store.files.lock import StoreLock


def main() -> None:
    workspace = Path(sys.argv[1])
    folder = ".git/yoi" if (workspace / ".git").is_dir() else ".yoi"
    lock = StoreLock(str(workspace / folder / "store.lock"), deadline=10.0, command="yoi held")
    lock.acquire()
    os.kill(os.getpid(), signal.SIGSTOP)
    lock.release(finished=True)


if __name__ == "__main__":
    main()
