"""What a program finds when it starts, as JSON: `python state.py ARGUMENT...`."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import threading


def main() -> int:
    mask = os.umask(0)
    os.umask(mask)
    streams = (sys.stdin, sys.stdout, sys.stderr)
    state = {
        "arguments": sys.argv,
        "original": sys.orig_argv[1:],
        "path": sys.path,
        "flags": str(sys.flags),
        "environment": dict(os.environ),
        "cwd": os.getcwd(),
        "umask": mask,
        "group": [os.getpgid(0), os.getsid(0)],
        "handlers": [str(signal.getsignal(number)) for number in range(1, signal.NSIG)],
        "blocked": [int(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, ())],
        "files": resource.getrlimit(resource.RLIMIT_NOFILE),
        "descriptors": [number for number in range(256) if _is_open(number)],
        "streams": [
            (one.encoding, one.errors, one.line_buffering, one.isatty(), one.seekable())
            for one in streams
        ],
        "hooks": [sys.excepthook is sys.__excepthook__, threading.active_count()],
        "given": sys.stdin.read(),
    }
    print(json.dumps(state))
    print("to stderr", file=sys.stderr)
    return 3


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
