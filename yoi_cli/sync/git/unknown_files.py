"""The files of a store that its index does not hold, found without walking through all folders.

Git looks for them in every folder. A folder whose times and inode are those of before has the very
names that it had, so that only the others are looked at again, by git, which knows what is ignored.
What is kept of a folder is trusted only where it was last changed before that look began, as in the
index of tickets: whatever comes later gives it another time.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.index.stat_data import (
    INODE,
    NO_FILE,
    WIDTH,
    differing,
    instant_at,
    stat_all,
    stat_data,
)
from yoi_cli.sync.git.folder_table import EMPTY, TOP, load_table, save_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from yoi_cli.store.files.index.stat_data import Instant
    from yoi_cli.sync.git.folder_table import FolderTable, Signature

_IGNORE = ".gitignore"
#: Where more is to be looked at again, all is.
_MOST_FOLDERS, _MOST_PATHS = 200, 400
_STAMP = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class _UnusualError(Exception):
    """The folder has what is not to be judged from outside: git is to walk through all of it."""


class _OtherRulesError(Exception):
    """Something else is ignored now: git is to walk through all of it once more."""


class _Scan(NamedTuple):
    """The names in a folder: other folders, and everything else."""

    folders: list[str]
    files: list[str]


class UnknownFiles:
    """What is below `folder` (absolute), as kept at `path`; `others` asks git for the files there,
    or at some paths, that the index does not hold. Used under the lock of syncing."""

    def __init__(
        self, folder: str, path: str, others: Callable[[Sequence[str]], frozenset[str]]
    ) -> None:
        self._folder = folder
        self._path = path
        self._others = others
        self._known: FolderTable | None = None
        self._news: FolderTable | None = None
        self._moved: tuple[str, str, frozenset[str]] = ("", "", frozenset())

    def follow(self, held: str, tree: str, paths: Iterable[str]) -> None:
        """Know that the index holds `tree` in place of `held`, which differ at `paths`."""
        self._moved = held, tree, frozenset([_above(path) for path in paths])

    def find(self, tree: str) -> frozenset[str]:
        """The paths of those files, of an index that holds `tree` (empty for nothing)."""
        self._known = self._news = None
        began = self._stamp()
        if began is None or sys.getfilesystemencoding() != "utf-8":  # as git's names are read
            return self._others(())
        try:
            top = os.open(self._folder, _FOLDER)
        except OSError:
            return self._others(())
        try:
            return self._found(_Folders(top, began), tree)
        except (_UnusualError, OSError):
            return self._others(())
        finally:
            os.close(top)

    def keep(self, tree: str, taken: Iterable[str], dropped: Iterable[str]) -> None:
        """Remember what was found, for an index that holds `tree` by now; what was `taken` into it
        since, and what was `dropped`: that may have come back before its folder was looked at."""
        known, news = self._known, self._news
        above = {_above(path) for path in dropped}
        if news is None and known is not None and (known.tree != tree or above):
            news = known
        if news is not None:
            again = dict.fromkeys(above.intersection(news.places), NO_FILE)
            news = news.updated(again, None, news.unknown.difference(taken))
            save_table(self._path, self._folder, news._replace(tree=tree))
        self._known = self._news = None

    def _found(self, folders: _Folders, tree: str) -> frozenset[str]:
        known = load_table(self._path, self._folder)
        held, now, above = self._moved
        is_moved = known is not None and known.tree == held and now == tree
        if known is None or not (known.tree == tree or is_moved):
            return self._walked(folders)
        stale = {known.places[at] for at in folders.differing(known)}
        if known.tree != tree:
            stale |= above.intersection(known.places)
        self._known = known
        if not stale:
            return known.unknown
        if len(stale) > _MOST_FOLDERS or any(map(_is_ignore, stale)):
            return self._walked(folders)
        try:
            return self._looked_again(folders, known, stale)
        except _OtherRulesError:
            return self._walked(folders)

    def _looked_again(
        self, folders: _Folders, known: FolderTable, stale: set[str]
    ) -> frozenset[str]:
        """The same where only the folders `stale` are to be looked at."""
        have, asked = frozenset(known.places), list[str]()
        gone: set[str] = set()
        new: dict[str, Signature] = {}
        for place in sorted(stale):
            try:
                new[place] = folders.told(place)
                scan = folders.scanned(place)
            except (FileNotFoundError, NotADirectoryError):
                gone.add(place)
                continue
            if _IGNORE in scan.files and _below(place, _IGNORE) not in have:
                raise _OtherRulesError
            asked += (_below(place, name) for name in scan.files)
            for inside in (_below(place, name) for name in scan.folders):
                if inside not in have:
                    asked.append(inside)
                    new |= folders.all_below(inside)
            if len(asked) > _MOST_PATHS:
                return self._walked(folders)
        found = self._others(asked) if asked else frozenset[str]()
        is_gone = _inside(gone)
        unknown = (
            path for path in known.unknown if _above(path) not in stale and not is_gone(path)
        )
        self._news = known.updated(new, is_gone if gone else None, found.union(unknown))
        return self._news.unknown

    def _walked(self, folders: _Folders) -> frozenset[str]:
        """The same by git's walk, and what is to be kept of all folders."""
        places = folders.all_below(TOP)
        self._news = EMPTY.updated(places, None, self._others(()))
        return self._news.unknown

    def _stamp(self) -> Instant | None:
        """The present, by the clock of the file system; None where nothing can be written, or the
        store is on another one."""
        try:
            stamp = os.open(f"{self._path}.time", _STAMP, 0o600)
            try:
                began = instant_at(stamp, os.path.dirname(self._path))
            finally:
                os.close(stamp)
            device = os.lstat(self._folder).st_dev
        except OSError:
            return None
        return began if began.devices is not None and device in began.devices else None


class _Folders:
    """The folders below the one that `top` is open on; the look at them `began` at that time."""

    def __init__(self, top: int, began: Instant) -> None:
        self._top = top
        self._began = began

    def differing(self, known: FolderTable) -> set[int]:
        """Which of the known places are others by now, or cannot be told to be the same."""
        found = stat_all(self._top, known.places)
        places = {*differing(found, known.signatures, WIDTH)}
        places.update(at for at, inode in enumerate(found[INODE::WIDTH]) if not inode)
        return places

    def told(self, place: str) -> Signature:
        """What tells a place; nothing where it may change once more and be told by the same."""
        status = os.lstat(place, dir_fd=self._top)
        return stat_data(status) if self._began.is_after(status) else NO_FILE

    def all_below(self, place: str) -> dict[str, Signature]:
        """The folder `place`, those below it and their files that say what is ignored, each with
        what told it before it was looked into."""
        found: dict[str, Signature] = {}
        left = [place]
        while left:
            here = left.pop()
            found[here] = self.told(here)
            scan = self.scanned(here)
            left += (_below(here, name) for name in scan.folders)
            if _IGNORE in scan.files:
                path = _below(here, _IGNORE)
                found[path] = self.told(path)
        return found

    def scanned(self, place: str) -> _Scan:
        """What is in the folder `place`. Raises `_UnusualError`, and `OSError` for what is none."""
        scan = _Scan([], [])
        descriptor = os.open(place, _FOLDER, dir_fd=self._top)
        try:
            with os.scandir(descriptor) as entries:
                for entry in entries:
                    is_folder = entry.is_dir(follow_symlinks=False)
                    is_rule = entry.name == _IGNORE and entry.is_file(follow_symlinks=False)
                    if entry.name == ".git" or (entry.name == _IGNORE and not is_rule):
                        raise _UnusualError
                    (scan.folders if is_folder else scan.files).append(entry.name)
        finally:
            os.close(descriptor)
        return scan


def _inside(folders: Iterable[str]) -> Callable[[str], bool]:
    """Whether a path is one of some folders, or below one."""
    themselves = frozenset(folders)
    prefixes = tuple([f"{folder}/" for folder in themselves])
    return lambda path: path in themselves or path.startswith(prefixes)


def _is_ignore(place: str) -> bool:
    return place == _IGNORE or place.endswith(f"/{_IGNORE}")


def _above(path: str) -> str:
    return os.path.dirname(path) or TOP


def _below(place: str, name: str) -> str:
    return name if place == TOP else f"{place}/{name}"
