"""An index in use: what is known of each ticket as of the last look, and what is to be kept."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.index.section import Section
from yoi_cli.store.files.index.stat_data import Instant
from yoi_cli.store.files.reader import COARSEST_TIME_NS

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Mapping, Sequence

    from yoi_cli.store.files.index.folder import IndexFolder

    Stat = Callable[[array[int]], array[int]]


class Kind(NamedTuple):
    """What a section is about: so many `files` of each ticket. With `lazy`, nobody need look at
    them where all are read anyhow."""

    files: int
    lazy: bool = False


class Index:
    """Sections by their kind, each looked at when it is first asked for after `look`.

    `folder` is where it is kept, None for nowhere.
    """

    def __init__(self, folder: IndexFolder | None, kinds: Mapping[str, Kind]) -> None:
        self._folder = folder
        self._kinds = kinds
        self._sections: dict[str, Section] = {}
        #: Those that were asked for since the last look, by their kind.
        self.looked: dict[str, Section] = {}
        self._ids = b""
        self._began: Instant | None = None
        #: What was settled by another clock than the file system's is for this process alone.
        self._is_shared = folder is not None

    def look(self, tickets: Sequence[str]) -> None:
        """From now on, what is known is to be as of now, of these `tickets`, by rising id."""
        self._ids = "".join(tickets).encode()
        self.looked.clear()
        self._began = None

    def section(self, kind: str, stat: Stat) -> Section:
        """What is known as of the last look, for which `stat` looks at the files of all tickets."""
        if kind in self.looked:
            return self.looked[kind]
        known, about = self._sections.get(kind), self._kinds[kind]
        if known is None:
            table = None if self._folder is None else self._folder.load(kind, about.files)
            known = self._sections[kind] = Section(about.files, table, lazy=about.lazy)
        known.look(self._ids, stat)
        self.looked[kind] = known
        return known

    def began(self) -> Instant:
        """The instant at which the making of rows began; asked before anything is read for one."""
        if self._began is None:
            found = self._folder.begin() if self._folder is not None and self._is_shared else None
            self._is_shared = found is not None
            self._began = found or Instant(time.time_ns() - COARSEST_TIME_NS)
        return self._began

    def keep(self) -> None:
        """Keep what was read, if that can be done at once."""
        folder = self._folder
        if folder is None:
            return
        try:
            for kind, section in self._sections.items() if self._is_shared else ():
                table = section.news() if kind in self.looked else None
                if table is not None and folder.begin() is not None:
                    folder.store(kind, table)
        finally:
            folder.end()
