"""What orchestrators keep in a clone: which of them has which ticket, and the prompts of
workers (docs/orchestrate.md). Local to the machine and never committed."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from typing import TYPE_CHECKING

from yoi_cli.orchestration.pauses import Pause
from yoi_cli.workers.open import keep_prompt

if TYPE_CHECKING:
    from collections.abc import Callable

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
        descriptor = os.open(os.path.join(self._folder, f"{ticket}.lock"), _FLAGS, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._held[ticket] = descriptor
        return True

    def drop(self, ticket: str) -> None:
        descriptor = self._held.pop(ticket, None)
        if descriptor is not None:
            os.close(descriptor)

    def keep_prompt(self, ticket: str, name: str, text: str) -> str:
        return keep_prompt(os.path.join(self._folder, "prompts", ticket), name, self._clean(text))

    def path_of(self, path: str) -> str:
        return os.path.join(self._root, path)

    def is_taken(self, path: str) -> bool:
        return os.path.lexists(self.path_of(path))

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
