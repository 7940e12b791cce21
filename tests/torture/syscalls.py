"""The system calls by which a command changes files, and one fault at one of them.

With strace it is the unmodified process: strace counts the calls in the kernel and kills the
process on entering the chosen one, or lets it fail. Without strace the calls of Python's `os`
are counted instead (`support/faulty.py`).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from support.environment import ROOT
from support.process import Program, Result
from support.warm import YOI

WEAK = ROOT / "tests" / "torture" / "weak.py"
#: The exit code of `faulty.py` where the process ended before the chosen call came.
_ALL_CALLS_SEEN = 99
_CHANGING = (
    *("write", "pwrite64", "writev", "pwritev", "copy_file_range", "sendfile"),
    *("fsync", "fdatasync", "sync_file_range", "ftruncate", "truncate", "fallocate"),
    *("rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat"),
    *("link", "linkat", "symlink", "symlinkat", "utimensat", "chmod", "fchmod", "fchmodat"),
    "flock",
)
_STARTING = ("clone", "clone3", "fork", "vfork")
#: Counted whole, but a boundary only where it makes or empties a file.
_OPENING = ("open", "openat", "creat")
_LINE = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\)\s+= (.*)$")
#: Ids of tickets, git's objects and temporary names, and descriptors of outputs.
_VARYING = re.compile(
    r"[0-9A-HJKMNP-TV-Z]{13}|[0-9a-f]{38,40}|tmp_obj_\w+|(?<=pipe:)\[\d+\]|\d+(?=<)"
)


class Boundary(NamedTuple):
    """Before the `number`th `call` of the process; `subject` is how a trace shows it.

    `is_alone` says that the command starts no other process.
    """

    call: str
    number: int
    subject: str
    is_alone: bool = False

    @property
    def shown(self) -> str:
        return f"{self.call} #{self.number} ({self.subject})"

    @property
    def is_output(self) -> bool:
        """Whether the command speaks here, rather than changing its files."""
        return self.call == "write" and "pipe:" in self.subject


class Struck(NamedTuple):
    """How the command ended, and what was wrong with where the fault struck, or ""."""

    done: Result
    elsewhere: str


@cache
def has_strace() -> bool:
    """Whether strace is there and may trace and inject."""
    if shutil.which("strace") is None:
        return False
    probe = ["strace", "-qq", "-o", "/dev/null", "-e", "inject=getppid:retval=1", "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def boundaries(words: Sequence[str], cwd: Path, *, weak: str = "") -> list[Boundary]:
    """Run a command untouched; every boundary it passes, in order.

    `weak` names the part of the write protocol that is taken out (`weak.py`).
    """
    if not has_strace():
        return _python_boundaries(words, cwd, weak)
    log = cwd.with_name(f"{cwd.name}.trace")
    names = ",".join("?" + name for name in (*_CHANGING, *_STARTING, *_OPENING))
    trace = ["strace", "-qq", "-y", "-s", "0", "-e", "signal=none", "-o", str(log)]
    done = subprocess.run(
        [*trace, "-e", f"trace={names}", *_program(weak), *words],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(f"{words} exited {done.returncode}: {done.stderr.decode()}")
    found: list[Boundary] = []
    counted = Counter[str]()
    for line in log.read_text("utf-8", "replace").splitlines():
        matched = _LINE.match(line)
        if matched is None:
            continue
        call, rest = matched[1], matched[2]
        counted[call] += 1
        if call not in _OPENING or "O_CREAT" in rest or "O_TRUNC" in rest:
            found.append(Boundary(call, counted[call], _subject(matched)))
    is_alone = not any(at.call in _STARTING for at in found)
    return [at._replace(is_alone=is_alone) for at in found]


def run_with_fault(
    words: Sequence[str],
    cwd: Path,
    at: Boundary,
    fault: str,
    *,
    weak: str = "",
) -> Struck:
    """Run a command that is killed before `at` (`KILL`), or whose call fails with an errno.

    Waits until no process of the command's session is left, its children included.
    """
    if not has_strace():
        done = _faulty("kill" if fault == "KILL" else fault, at.number, words, cwd, weak)
        return Struck(done, "nowhere" if done.code == _ALL_CALLS_SEEN else "")
    what = "signal=KILL" if fault == "KILL" else f"error={fault}"
    # No -f where there are children: strace counts the calls of each process, and theirs are not
    # meant. It goes with --seccomp-bpf, which spares a stop at every other call, and with which
    # strace 6.1 lets an injected signal fall.
    swift = ("-f", "--seccomp-bpf") if at.is_alone and fault != "KILL" else ()
    log = cwd.with_name(f"{cwd.name}.trace")
    log.unlink(missing_ok=True)
    inject = f"inject={at.call}:{what}:when={at.number}"
    trace = ["strace", *swift, "-qq", "-y", "-s", "0", "-e", "signal=none", "-o", str(log)]
    process = subprocess.Popen(
        [*trace, "-e", f"trace={at.call}", "-e", inject, *_program(weak), *words],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    out, err = process.communicate(timeout=120)
    if fault == "KILL":
        _await_session(process.pid)
    done = Result(f"yoi {' '.join(words)}", process.returncode, out, err)
    struck = _subject_struck(log)
    return Struck(done, "" if struck == at.subject else struck or "nowhere")


def _subject_struck(log: Path) -> str | None:
    """What the call worked on that did not go as it should have."""
    for line in log.read_text("utf-8", "replace").splitlines():
        matched = _LINE.match(line)
        if matched is not None and (matched[3] == "?" or matched[3].endswith("(INJECTED)")):
            return _subject(matched)
    return None


def _subject(matched: re.Match[str]) -> str:
    """The first argument, or the path after a folder's descriptor; the same in every run."""
    first, _, rest = matched[2].partition(", ")
    second = rest.partition(", ")[0]
    return _VARYING.sub("*", f"{first} {second}" if "<" in first and '"' in second else first)


def method() -> str:
    return "strace" if has_strace() else "no strace: Python's os calls"


def run_short(words: Sequence[str], cwd: Path, number: int) -> Result:
    """Run a command whose call `number` (of Python's `os`), where it writes, does half."""
    return _faulty("short", number, words, cwd, "")


def python_writes(words: Sequence[str], cwd: Path) -> list[int]:
    """The numbers of the writes among the counted `os` calls of an untouched run."""
    return [at.number for at in _python_boundaries(words, cwd, "") if at.call == "write"]


def _python_boundaries(words: Sequence[str], cwd: Path, weak: str) -> list[Boundary]:
    done = _faulty("log", 0, words, cwd, weak)
    if done.code != 0:
        raise AssertionError(str(done))
    calls = [line.split(" ", 1) for line in done.err.splitlines() if " " in line]
    return [Boundary(call[0], number, call[1]) for number, call in enumerate(calls, 1)]


def _faulty(fault: str, number: int, words: Sequence[str], cwd: Path, weak: str) -> Result:
    program = Program((*YOI[:2], str(WEAK)), os.environ, cwd)
    return program(weak, "--faulty", fault, str(number), *words, cwd=cwd, check=False)


def _program(weak: str) -> Sequence[str]:
    return (sys.executable, "-P", str(WEAK), weak) if weak else YOI


def _await_session(session: int) -> None:
    """Wait for the children of a killed command, such as a git that it had started."""
    end = time.monotonic() + 60
    while _is_alive(session):
        if time.monotonic() > end:
            raise AssertionError(f"session {session} does not end")
        time.sleep(0.01)


def _is_alive(session: int) -> bool:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        # After the name: state, parent, group, session.
        if fields[0] != "Z" and int(fields[3]) == session:
            return True
    return False
