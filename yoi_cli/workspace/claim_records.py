"""What a clone knows of claims at the remote: a file a ticket, never committed."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.shared_claim import Instant
from yoi_cli.store.files.directory import Directory
from yoi_cli.store.formats.shared_claim import parse_known, render_known

if TYPE_CHECKING:
    from yoi_cli.model.shared_claim import KnownClaim

_SUFFIX = ".json"


class ClaimRecords:
    """Records below the folder `path`, whose parent is there. Written in the ticket's turn."""

    def __init__(self, path: str) -> None:
        self._parent, self._name = os.path.split(path)

    def get(self, ticket: str) -> tuple[KnownClaim | None, KnownClaim | None]:
        """What is known of the ticket's ref, and what was about to be pushed there when the last
        command ended. Raises `StoreInvalidError` (`claim_invalid`) for a broken file."""
        try:
            with (
                Directory.open(self._parent, self._name) as parent,
                parent.child(self._name) as folder,
            ):
                data = folder.read_if_there(ticket + _SUFFIX)
        except FileNotFoundError:
            return None, None
        if data is None:
            return None, None
        try:
            known, pending = parse_known(data, ticket)
        except (ValueError, RecursionError) as error:
            raise StoreInvalidError(
                "claim_invalid",
                f"What this clone knows of the shared claim of {ticket} cannot be read.",
                hint="See who works on the ticket, then move the file aside; `yoi where` says "
                "where the clone keeps its state.",
                details={"ticket": ticket},
            ) from error
        return known, pending

    def put(self, ticket: str, known: KnownClaim | None, pending: KnownClaim | None = None) -> None:
        """Bring both to stable storage."""
        os.makedirs(self._parent, exist_ok=True)
        with (
            Directory.open(self._parent, self._name) as parent,
            parent.make_child(self._name) as folder,
        ):
            folder.replace(ticket + _SUFFIX, render_known([known, pending]))


def this_instant() -> Instant:
    """Now, by a clock that only goes forward, and counts while the machine sleeps if it can."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return Instant(_boot(), time.clock_gettime_ns(clock) // 1_000_000)


def _boot() -> str:
    """Which start of the machine this is. Where nobody says, every process sees for itself."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return f"process {os.getpid()}"
