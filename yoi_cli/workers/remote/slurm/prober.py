"""What a job of Slurm runs to say what its machine sees of the workers' folder: `prober.py FOLDER`.

It imports the standard library alone, and runs by a Python that may be too old for anything else.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from contextlib import suppress

#: In the folder of a probe: what whoever submitted it wrote; the lock that they hold, and the one
#: that the job holds until `SEEN` is there; the answer.
TOKEN, HELD_HERE, HELD_THERE, SEEN, ANSWER = "token", "held-here", "held-there", "seen", "answer"
#: How the lock that somebody else holds was found.
REFUSED, TAKEN = "refused", "taken"
_SECONDS = 20.0
_PAUSE = 0.05


def try_lock(path: str) -> str:
    """What became of taking the lock at `path`: `REFUSED`, as it should be while somebody holds
    it, `TAKEN`, or why there are no locks."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError as error:
        return os.strerror(error.errno or 0)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return REFUSED
    except OSError as error:
        return os.strerror(error.errno or 0)
    finally:
        os.close(descriptor)
    return TAKEN


def hold_lock(path: str) -> int:
    """A descriptor that holds the lock at `path`, as far as there are any; the file is made."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with suppress(OSError):  # whoever tries it finds out
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def main(folder: str) -> None:
    """Answer, and hold a lock until that was seen."""
    os.chdir(folder)
    with open(TOKEN, encoding="ascii") as file:
        token = file.read()
    said = {"token": token, "python": list(sys.version_info[:3]), "lock": try_lock(HELD_HERE)}
    hold_lock(HELD_THERE)
    with open(ANSWER + ".new", "w", encoding="ascii") as file:
        json.dump(said, file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(ANSWER + ".new", ANSWER)
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end and SEEN not in os.listdir("."):
        time.sleep(_PAUSE)


if __name__ == "__main__":
    main(sys.argv[1])
