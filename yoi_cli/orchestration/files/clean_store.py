"""A store whose writers pass every change through one function first (docs/workers.md)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from yoi_cli.store.files.store import FileStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.store.files.writer import FileWriter
    from yoi_cli.store.values import Change
    from yoi_cli.workspace.session import Session


class CleanStore(FileStore):
    """The store of files, of which nobody gets a writer that does not `clean`."""

    clean: Callable[[Change], Change]

    @classmethod
    def of(cls, session: Session, clean: Callable[[Change], Change]) -> CleanStore:
        """The session's store."""
        store = session.open_store(cls)
        store.clean = clean
        return store

    @contextmanager
    def write(self) -> Iterator[FileWriter]:
        with super().write() as writer:
            writer.clean = self.clean
            yield writer
