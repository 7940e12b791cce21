"""Stores to be read only: as of a commit, an instant, or a merge that nobody made."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, UsageError
from yoi_cli.git.checkout import find_checkout, is_below
from yoi_cli.model.time import parse_since
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.layout import CONFIG_FILE, STORE_FOLDER, TICKETS_FOLDER
from yoi_cli.workspace.session import open_session
from yoi_cli.workspace.start import starting_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.git.objects import RevisionFiles
    from yoi_cli.model.config import Config
    from yoi_cli.model.findings import Conflict
    from yoi_cli.store.ports import RoutingReader
    from yoi_cli.workspace.start import Start


class Snapshot(NamedTuple):
    """A store as of a commit, an instant or a merge, to be read only, with its settings.

    `conflicts` are what the merge leaves to a person, by ticket.
    """

    reader: RoutingReader
    config: Config
    conflicts: Mapping[str, tuple[Conflict, ...]] = {}


class Point(NamedTuple):
    """What `--at` names: an `instant` in the form of the files, or else a `revision`."""

    instant: str | None
    revision: str


def point_of(text: str, now_ms: int) -> Point:
    """What a person means by `--at TEXT`: a time where it is one, else a revision.

    `time:` and `rev:` in front say which. Raises `UsageError` for `time:` before what is none.
    """
    if text.startswith("rev:"):
        return Point(None, text.removeprefix("rev:"))
    if text.startswith("time:"):
        return Point(parse_since(text.removeprefix("time:"), now_ms), "")
    try:
        return Point(parse_since(text, now_ms), "")
    except UsageError:
        return Point(None, text)


def open_snapshot(start: Start, at: str) -> Snapshot:
    """The store as of `at`, a time or a revision (docs/routing.md, "The past").

    Of a revision everything is read from git's objects, the settings too, so that a bare
    repository will do. Raises `NotFoundError`, and `UsageError` for what can be neither.
    """
    from yoi_cli.routing.at_time import AtTime, StoreHistory

    point = point_of(at, time.time_ns() // 1_000_000)
    if point.instant is None:
        return _open_revision(start, point.revision)
    session = open_session(start)
    return Snapshot(AtTime(StoreHistory(session.store), point.instant), session.config)


def open_merged(start: Start, revisions: tuple[str, str]) -> Snapshot:
    """The store as merging two revisions would make it; nothing is written, no object either.

    Raises `NotFoundError`, and `UsageError` for what can be no revision.
    """
    from yoi_cli.git.commits import resolve_commit
    from yoi_cli.git.objects import RevisionFiles, merge_base
    from yoi_cli.merge.files.merged_tree import MergedFiles
    from yoi_cli.model.trees import NoFiles
    from yoi_cli.store.files.snapshot_reader import TreeReader, read_tree_config

    cwd, below = _place_in_repository(start)
    commits = [resolve_commit(cwd, revision) for revision in revisions]
    base = merge_base(cwd, *commits)
    found = [_workspace_in(cwd, below, commit) for commit in commits]
    folder = next((folder for files, folder in found if STORE_FOLDER in files.kinds), None)
    if folder is None:
        raise _no_workspace_in(*revisions)
    root = TICKETS_FOLDER

    def merged(path: str) -> MergedFiles:
        ours, theirs = (RevisionFiles(cwd, commit, folder, [path]) for commit in commits)
        ancestor = RevisionFiles(cwd, base, folder, [path]) if base else NoFiles()
        return MergedFiles(ancestor, ours, theirs, root)

    config = read_tree_config(merged(CONFIG_FILE))
    root = config.root
    files = merged(root)
    return Snapshot(TreeReader(files, root), config, files.conflicts)


def _open_revision(start: Start, revision: str) -> Snapshot:
    from yoi_cli.git.commits import resolve_commit
    from yoi_cli.git.objects import RevisionFiles
    from yoi_cli.store.files.snapshot_reader import TreeReader, read_tree_config

    cwd, below = _place_in_repository(start)
    commit = resolve_commit(cwd, revision)
    files, folder = _workspace_in(cwd, below, commit)
    if STORE_FOLDER not in files.kinds:
        raise _no_workspace_in(revision)
    config = read_tree_config(files)
    if not is_below(config.root, STORE_FOLDER):
        files = RevisionFiles(cwd, commit, folder, [config.root])
    return Snapshot(TreeReader(files, config.root), config)


def _workspace_in(cwd: str, folder: str, commit: str) -> tuple[RevisionFiles, str]:
    """The files of the workspace that `commit` has at or above `folder`, and its folder."""
    from yoi_cli.git.objects import RevisionFiles

    files = RevisionFiles(cwd, commit, folder, [STORE_FOLDER])
    while folder and STORE_FOLDER not in files.kinds:
        folder = os.path.dirname(folder)
        files = RevisionFiles(cwd, commit, folder, [STORE_FOLDER])
    return files, folder


def _no_workspace_in(*revisions: str) -> NotFoundError:
    return NotFoundError(
        "workspace_not_found",
        f"There is no workspace in {' or '.join(repr(one[:80]) for one in revisions)}.",
        hint="Name a commit that has .yoi, or the folder that holds it with -C.",
        details={"revisions": list(revisions)},
    )


def _place_in_repository(start: Start) -> tuple[str, str]:
    """Where git is to be asked, and the folder of its trees that is meant there."""
    folder = starting_folder(start)
    if all(os.path.exists(os.path.join(folder, name)) for name in ("HEAD", "objects", "refs")):
        return folder, ""  # a bare repository
    try:
        session = open_session(start, forgiving=True)
    except NotFoundError:
        checkout = find_checkout(folder)
    else:
        folder, checkout = session.workspace, session.checkout
    if checkout is None or not is_below(folder, checkout.root):
        return folder, ""
    below = os.path.relpath(folder, checkout.root)
    return folder, "" if below == "." else below
