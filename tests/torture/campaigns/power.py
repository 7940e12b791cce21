"""The power cut: what is on the disk at a moment, mounted again and read.

A store on ext4, in an image on a loop device. A writer appends; at a random moment it is
stopped, and the image is copied. The copy holds what the file system had handed to the disk,
and not what was only in memory. It is mounted, which replays its journal, and read.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.environment import ROOT, find_program
from support.file_stores import comment, make_ticket, open_store
from torture.crowd import Note, account
from torture.outcome import ENOUGH, Outcome, Settings, skipped
from torture.warm import in_child, warm_yoi
from torture.world import findings

_WRITER = ROOT / "tests" / "torture" / "writer.py"
_IMAGE_MIB = 24
_TICKETS = 3
PROGRAMS = ("mkfs.ext4", "mount", "umount")
_COPIES = 20
_ATTEMPTS = 5


def run(settings: Settings) -> Outcome:
    """50 cuts in the full form, 5 in the short one."""
    folder = settings.folder
    why = _unavailable(folder)
    if why:
        return skipped(why)
    cuts = settings.size(settings.runs, full=50, short=5)
    draw = random.Random(settings.seed)
    acknowledged, wrong = 0, list[str]()
    for number in range(cuts):
        notes, found = _cut(folder / f"cut-{number}", draw.uniform(0.02, 0.6), "")
        acknowledged += len(notes)
        wrong += [f"cut {number}: {one}" for one in found]
        if len(wrong) >= ENOUGH:
            break
    figures: dict[str, int | str] = {"cuts": cuts, "acknowledged": acknowledged}
    return Outcome(figures, tuple(wrong[:ENOUGH]), _control(folder))


def _control(folder: Path) -> str | None:
    """A writer that syncs nothing."""
    for attempt in range(1, _ATTEMPTS + 1):
        notes, found = _cut(folder / f"control-{attempt}", 0.3, "sync")
        if any("lost" in one for one in found):
            return f"without fsync, of {len(notes)} acknowledged: {found[0]}"
    return None


def _unavailable(folder: Path) -> str:
    """Why no image can be mounted here, or ""."""
    if os.geteuid() != 0:
        return "only root may mount an image"
    missing = missing_programs()
    if missing:
        return f"there is no {missing[0]}"
    try:
        image = _new_image(folder / "probe.img")
        with _mounted(image):
            return ""
    except subprocess.CalledProcessError as error:
        return f"{error.cmd[0]} does not work here: {error.stderr.decode().strip()[:100]}"


def missing_programs() -> list[str]:
    """The names of the programs that are needed and not to be found here."""
    return [name for name in PROGRAMS if find_program(name) is None]


def _run(name: str, *words: str) -> None:
    program = find_program(name)
    assert program is not None
    subprocess.run([program, *words], capture_output=True, check=True)


def _new_image(path: Path) -> Path:
    with path.open("wb") as image:
        image.truncate(_IMAGE_MIB << 20)
    _run("mkfs.ext4", "-q", "-F", str(path))
    return path


@contextmanager
def _mounted(image: Path) -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="mounted-", dir=image.parent))
    _run("mount", "-t", "ext4", "-o", "loop,nodev,nosuid", str(image), str(place))
    try:
        yield place
    finally:
        _run("umount", str(place))


def _cut(folder: Path, seconds: float, weakness: str) -> tuple[list[Note], list[str]]:
    """One power cut after `seconds` of writing; what was acknowledged, and what is wrong."""
    folder.mkdir()
    image, copy = _new_image(folder / "disk.img"), folder / "copy.img"
    notes_path = folder / "notes"
    with _mounted(image) as place:
        # In processes of their own: an open folder would keep the image from being unmounted.
        tickets = in_child(lambda: _furnish(place / "store")).split()
        os.sync()
        words = [str(place / "store"), "writer-0", "1000000", str(notes_path), weakness, "60"]
        writer = subprocess.Popen([sys.executable, "-P", str(_WRITER), *words, *tickets])
        try:
            _await_first(notes_path)
            time.sleep(seconds)
            writer.send_signal(signal.SIGSTOP)
            os.waitpid(writer.pid, os.WUNTRACED)
            told = notes_path.read_text()
            _copy_still(image, copy)
        finally:
            writer.kill()
            writer.wait()
    notes = [Note(*line.split(" ", 2)) for line in told[: told.rfind("\n") + 1].splitlines()]
    with _mounted(copy) as place:
        wrong = in_child(lambda: _examine(place / "store", notes, tickets)).splitlines()
    if not wrong or weakness:
        shutil.rmtree(folder)
    return notes, wrong


def _furnish(workspace: Path) -> str:
    workspace.mkdir()
    done = warm_yoi("init", cwd=workspace)
    assert done.code == 0, done
    store = open_store(workspace)
    tickets = [make_ticket(store) for _ in range(_TICKETS)]
    for ticket in tickets:
        comment(store, ticket, "Before.")
    return " ".join(tickets)


def _await_first(notes: Path) -> None:
    end = time.monotonic() + 30
    while not (notes.exists() and notes.stat().st_size):
        if time.monotonic() > end:
            raise AssertionError("the writer did not begin")
        time.sleep(0.005)


def _copy_still(image: Path, copy: Path) -> None:
    """Copy the image as it was at one moment: again, where the kernel wrote meanwhile."""
    for _ in range(_COPIES):
        shutil.copyfile(image, copy)
        if image.read_bytes() == copy.read_bytes():
            return
    raise AssertionError("the image did not stand still")


def _examine(workspace: Path, notes: list[Note], tickets: list[str]) -> str:
    """The store as it came back: read, looked over, written on, and held to its word."""
    store = open_store(workspace)
    wrong = [f"{t} is gone" for t in tickets if t not in store.ids()]
    for words in (("ticket", "list"), ("route", "--all"), ("ticket", "show", tickets[0])):
        done = warm_yoi(*words, cwd=workspace)
        wrong += [f"a reader failed: {done}"] if done.code != 0 else []
    looked = warm_yoi("ticket", "doctor", "--json", cwd=workspace)
    wrong += [f"doctor failed: {looked}"] if looked.code not in (0, 6) else []
    for ticket in tickets:
        done = warm_yoi("ticket", "comment", ticket, "-m", "After.", cwd=workspace)
        wrong += [f"the next command failed: {done}"] if done.code != 0 else []
    left = findings(warm_yoi("ticket", "doctor", "--json", cwd=workspace))
    wrong += [f"doctor still says {code}" for code, _ in left if code not in ("torn_kept",)]
    return "\n".join(one.replace("\n", " ") for one in (*account(workspace, notes), *wrong))
