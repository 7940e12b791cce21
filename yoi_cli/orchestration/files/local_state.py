"""What orchestrators keep in a clone: which of them has which ticket, and the prompts of
workers (docs/orchestrate.md). Local to the machine and never committed."""

from __future__ import annotations

import json
import os
import shutil
from hashlib import sha256
from typing import TYPE_CHECKING

from yoi_cli.orchestration.files.presence import lock_alone
from yoi_cli.orchestration.pauses import Pause
from yoi_cli.orchestration.ports import OwnMerge
from yoi_cli.workers.open import keep_prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MERGES = "merges"
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class FileLocalState:
    """A `LocalState` below `folder`, for the repository at `root`; prompts pass `clean`.

    A ticket is held by a lock of the kernel's, which ends with the process that took it,
    however it ends.
    """

    def __init__(self, folder: str, root: str, clean: Callable[[str], str]) -> None:
        self._folder = folder
        self._root = root
        self._clean = clean
        self._held: dict[str, int] = {}

    def hold(self, ticket: str) -> bool:
        if ticket in self._held:
            return True
        os.makedirs(self._folder, exist_ok=True)
        descriptor = os.open(os.path.join(self._folder, f"{ticket}.lock"), _FLAGS, 0o666)
        if not lock_alone(descriptor):
            os.close(descriptor)
            return False
        self._held[ticket] = descriptor
        return True

    def drop(self, ticket: str) -> None:
        descriptor = self._held.pop(ticket, None)
        if descriptor is not None:
            os.close(descriptor)

    def hold_target(self, target: str) -> bool:
        return self.hold(_lock_of(target))

    def drop_target(self, target: str) -> None:
        self.drop(_lock_of(target))

    def note_target(self, ticket: str, commit: str) -> None:
        path = self._made(f"{ticket}.target")
        with open(f"{path}.new", "w", encoding="ascii") as file:
            file.write(f"{commit}\n")
        os.replace(f"{path}.new", path)

    def noted_target(self, ticket: str) -> str:
        try:
            with open(os.path.join(self._folder, f"{ticket}.target"), encoding="ascii") as file:
                return file.read().strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return ""

    def note_merge(self, merge: OwnMerge) -> None:
        if merge in self.merges():
            return
        descriptor = os.open(self._made(_MERGES), _FLAGS | os.O_APPEND, 0o666)
        try:
            os.write(descriptor, os.fsencode(" ".join(merge) + "\n"))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def merges(self) -> Sequence[OwnMerge]:
        try:
            with open(os.path.join(self._folder, _MERGES), "rb") as file:
                lines = file.read().split(b"\n")[:-1]  # what has no end of line was cut short
        except FileNotFoundError:
            return ()
        words = [os.fsdecode(line).split(" ") for line in lines]
        return [OwnMerge(*found) for found in words if len(found) == len(OwnMerge._fields)]

    def _made(self, name: str) -> str:
        """The path of a file of ours, in a folder that is there."""
        os.makedirs(self._folder, exist_ok=True)
        return os.path.join(self._folder, name)

    def keep_prompt(self, ticket: str, name: str, text: str) -> str:
        return keep_prompt(os.path.join(self._folder, "prompts", ticket), name, self._clean(text))

    def path_of(self, path: str) -> str:
        return os.path.join(self._root, path)

    def is_taken(self, path: str) -> bool:
        above, place = os.path.dirname(path), self.path_of(path)
        while above:
            folder = self.path_of(above)
            if os.path.lexists(folder) and (os.path.islink(folder) or not os.path.isdir(folder)):
                return True  # no folder can be made in it
            above = os.path.dirname(above)
        return os.path.lexists(place)

    def pause_of(self, profile: str) -> Pause | None:
        try:
            with open(self._pause_path(profile), encoding="utf-8") as file:
                told = json.load(file)
            return Pause(
                int(told["failures"]),
                str(told["kind"]),
                str(told["said"]),
                int(told["until"]),
                bool(told["is_told"]),
            )
        except (OSError, ValueError, KeyError, TypeError):  # one more start at the most
            return None

    def pauses(self) -> Sequence[str]:
        try:
            names = sorted(os.listdir(os.path.join(self._folder, "pauses")))
        except FileNotFoundError:
            return ()
        return [name.removesuffix(".json") for name in names if name.endswith(".json")]

    def keep_pause(self, profile: str, pause: Pause | None) -> None:
        path = self._pause_path(profile)
        if pause is not None:
            folder, name = os.path.split(path)
            keep_prompt(folder, name, json.dumps(pause._asdict()) + "\n")
        elif os.path.lexists(path):
            os.unlink(path)

    def _pause_path(self, profile: str) -> str:
        return os.path.join(self._folder, "pauses", f"{profile}.json")

    def free_bytes(self) -> int:
        return shutil.disk_usage(self._root).free


def _lock_of(target: str) -> str:
    """The name of the lock for merging into a branch, whose name may have slashes."""
    return f"target-{sha256(os.fsencode(target)).hexdigest()[:16]}"
