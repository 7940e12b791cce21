"""Claims as files in the clone: one a ticket, local to it and never committed."""

from __future__ import annotations

import json
import os
from contextlib import nullcontext
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.claim import Claim
from yoi_cli.model.ids import is_ticket_id
from yoi_cli.store.files.directory import Directory
from yoi_cli.store.formats.json_values import numbers_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from yoi_cli.model.shared_claim import KnownClaim
    from yoi_cli.store.ports import BranchPush

_SUFFIX = ".json"


class FileClaims:
    """The claims below one folder. Written under the store's lock; read without it.

    `written` is called after each that is written.
    """

    def __init__(self, path: str, written: Callable[[], object] = lambda: None) -> None:
        self._path = path
        self._written = written

    def get(self, ticket: str) -> Claim | None:
        """The claim of `ticket`, alive or not. Raises `StoreInvalidError` for a broken file."""
        folder = self._open()
        if folder is None:
            return None
        with folder:
            data = folder.read_if_there(ticket + _SUFFIX)
        return None if data is None else _parse(data, ticket)

    def all(self) -> Mapping[str, Claim]:
        """Every claim that can be read, by ticket."""
        return {t: claim for t, claim in self._rows() if isinstance(claim, Claim)}

    def unreadable(self) -> tuple[str, ...]:
        """The tickets whose claim cannot be read: somebody may hold them."""
        return tuple(t for t, claim in self._rows() if not isinstance(claim, Claim))

    def _rows(self) -> Iterator[tuple[str, Claim | StoreInvalidError]]:
        folder = self._open()
        if folder is None:
            return
        with folder:
            for name in folder.names():
                ticket = name.removesuffix(_SUFFIX)
                if not is_ticket_id(ticket):
                    continue
                try:
                    data = folder.read_if_there(name)
                    if data is not None:
                        yield ticket, _parse(data, ticket)
                except StoreInvalidError as error:
                    yield ticket, error

    def put(self, claim: Claim) -> None:
        """Bring `claim` to stable storage in place of the ticket's earlier one."""
        parent, name = os.path.split(self._path)
        os.makedirs(parent, exist_ok=True)
        with _local_folder(parent) as local, local.make_child(name) as folder:
            folder.replace(claim.ticket + _SUFFIX, _render(claim))
        self._written()

    @property
    def is_shared(self) -> bool:
        return False

    def turn(self, *tickets: str, waits: bool = True) -> AbstractContextManager[None]:
        return nullcontext()

    def ask(self, ticket: str, *, mends: bool = False) -> None:
        return

    def look(self, ticket: str, *, closed: int | None = None) -> Claim | None:
        """As `Claims.look`; there is nobody else."""
        return self.get(ticket)

    def ask_all(self) -> tuple[KnownClaim, ...]:
        return ()

    def learn(self, found: Iterable[KnownClaim]) -> None:
        return

    def share(self, claim: Claim) -> None:
        return

    def is_due(self, ticket: str) -> bool:
        return False

    def keep(self, claim: Claim) -> None:
        return

    def publish(self, claim: Claim, branch: Callable[[], BranchPush] | None = None) -> bool:
        return False

    def finish(self, claim: Claim, *, is_done: bool) -> None:
        return

    def _open(self) -> Directory | None:
        parent, name = os.path.split(self._path)
        try:
            with _local_folder(parent) as local:
                return local.child(name)
        except FileNotFoundError:
            return None


def _local_folder(path: str) -> Directory:
    """Outside of git the folder stands below `.yoi`, where anybody's archive may hold a
    symlink; so it, too, must be a real one."""
    return Directory.open(path, os.path.basename(path))


def _render(claim: Claim) -> bytes:
    return (json.dumps(claim._asdict(), ensure_ascii=False) + "\n").encode()


def _parse(data: bytes, ticket: str) -> Claim:
    try:
        entry: object = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _broken(ticket) from error
    texts, numbers = texts_of(entry), numbers_of(entry)
    keys = ("generation", "taken_at", "expires_at")
    generation, taken_at, expires_at = (numbers.get(key, -1) for key in keys)
    if "holder" not in texts or min(generation, taken_at, expires_at) < 0:
        raise _broken(ticket)
    return Claim(
        ticket=ticket,
        holder=texts["holder"],
        generation=generation,
        taken_at=taken_at,
        expires_at=expires_at,
        worktree=texts.get("worktree"),
        worker=texts.get("worker"),
        is_released=numbers.get("is_released") is True,
    )


def _broken(ticket: str) -> StoreInvalidError:
    return StoreInvalidError(
        "claim_invalid",
        f"The claim of {ticket} cannot be read.",
        hint="See who works on the ticket, then move the file aside; `yoi where` says where "
        "the clone keeps its state.",
        details={"ticket": ticket},
    )
