"""The only place that chooses adapters: from a folder and an environment to a session."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import NotFoundError, StoreInvalidError, UsageError
from yoi_cli.git.checkout import Checkout, find_checkout
from yoi_cli.storage.file_store import FileStore
from yoi_cli.storage.layout import CONFIG_FILE, STORE_FOLDER, TICKETS_FOLDER, StoreLocation
from yoi_cli.storage.workspace import find_upward, is_workspace, read_config

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from yoi_cli.app.doctor_environment import CloneFacts, EnvironmentFacts, LockFacts
    from yoi_cli.app.doctor_ports import StoreInspector, StoreMender
    from yoi_cli.app.ports import RoutingReader
    from yoi_cli.app.record import Recorder
    from yoi_cli.domain.config import Config
    from yoi_cli.domain.merge import Conflict
    from yoi_cli.git.revision_reader import RevisionFiles
    from yoi_cli.storage.claims import FileClaims
    from yoi_cli.storage.objectives import FileObjectives


class Start(NamedTuple):
    """Where and how a command was started.

    `folder` is `-C`, where given; `here` asks for the checkout's own store; `command` names
    the command for the lock's note.
    """

    folder: str | None
    here: bool
    command: str
    environment: Mapping[str, str]


class Session(NamedTuple):
    """A workspace that was found, and what works on it.

    `why` says in one sentence why it is this one.
    """

    workspace: str
    why: str
    checkout: Checkout | None
    config: Config
    location: StoreLocation
    store: FileStore
    environment: Mapping[str, str]

    @property
    def objectives(self) -> FileObjectives:
        """The objectives of the workspace; writing them takes the store's lock."""
        from yoi_cli.storage.objectives import FileObjectives

        return FileObjectives(self.location)

    @property
    def claims(self) -> FileClaims:
        """The claims of this clone, local to it and shared by its worktrees."""
        from yoi_cli.storage.claims import FileClaims

        beside = os.path.dirname(self.location.lock)
        folder = beside if self.checkout is not None else os.path.join(beside, "local")
        return FileClaims(os.path.join(folder, "claims"))

    def uncommitted(self) -> tuple[str, ...]:
        """Paths of the checkout that are not committed, the store's own left out."""
        if self.checkout is None:
            return ()
        from yoi_cli.git.status import uncommitted_paths

        return uncommitted_paths(self.checkout.root, f"{STORE_FOLDER}/")

    def recorder(self, author: str | None) -> Recorder:
        """Who writes (section 9): `--author`, YOI_AUTHOR, git's user.name, the login name."""
        name = author if author is not None else self.environment.get("YOI_AUTHOR", "")
        if author is None and not name:
            name = _git_or_login_name(self.workspace)
        if not name.strip():
            raise UsageError(
                "author_empty", "The author's name is empty.", hint="Give one with --author."
            )
        from yoi_cli.app.record import Recorder
        from yoi_cli.storage.encode import check_header_value

        check_header_value("author", name)
        return Recorder(name, self.config.is_japanese)

    def inspector(self) -> StoreInspector:
        """What looks over the store's raw files."""
        from yoi_cli.storage.inspect import FileInspector

        return FileInspector(self.location)

    def repairing(self) -> AbstractContextManager[StoreMender]:
        """The store's lock, with what repairs under it."""
        from yoi_cli.storage.repair import repairing

        return repairing(self.store)


def open_session(start: Start, *, forgiving: bool = False) -> Session:
    """Find the workspace and open its store.

    Raises `NotFoundError` (`workspace_not_found`), and `StoreInvalidError` for a
    configuration that cannot be read. `forgiving` takes the defaults for what is wrong in
    the configuration or the environment, so that doctor can look at the rest.
    """
    folder = starting_folder(start)
    checkout = find_checkout(folder)
    workspace, why = _find_workspace(start, folder, checkout)
    config = _settings(workspace, forgiving=forgiving)
    if checkout is not None and not _is_below(workspace, checkout.root):
        checkout = find_checkout(workspace)
    location = StoreLocation(
        workspace=workspace,
        lock=_lock_path(workspace, checkout),
        folder=config.root,
        index_lock=_index_lock(start, checkout),
    )
    deadline = _DEFAULT_DEADLINE if forgiving else _deadline(start)
    store = FileStore(location, command=start.command, deadline=deadline)
    return Session(workspace, why, checkout, config, location, store, start.environment)


class Snapshot(NamedTuple):
    """A store as of a commit, an instant or a merge, to be read only, with its settings.

    `conflicts` are what the merge leaves to a person, by ticket.
    """

    reader: RoutingReader
    config: Config
    conflicts: Mapping[str, tuple[Conflict, ...]] = {}


def open_snapshot(start: Start, at: str) -> Snapshot:
    """The store as of `at`, a time or a revision (DESIGN section 8, At any point).

    Of a revision everything is read from git's objects, the settings too, so that a bare
    repository will do. Raises `NotFoundError`, and `UsageError` for what can be neither.
    """
    from yoi_cli.app.at_time import AtTime, point_of
    from yoi_cli.app.history import History

    point = point_of(at, time.time_ns() // 1_000_000)
    if point.instant is None:
        return _open_revision(start, point.revision)
    session = open_session(start)
    return Snapshot(AtTime(History(session.store), point.instant), session.config)


def open_merged(start: Start, revisions: tuple[str, str]) -> Snapshot:
    """The store as merging two revisions would make it; nothing is written, no object either.

    Raises `NotFoundError`, and `UsageError` for what can be no revision.
    """
    from yoi_cli.git.revision_reader import RevisionFiles, merge_base, resolve_commit
    from yoi_cli.storage.merged_files import MergedFiles, NoFiles
    from yoi_cli.storage.tree_reader import TreeReader, read_tree_config

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
    from yoi_cli.git.revision_reader import RevisionFiles, resolve_commit
    from yoi_cli.storage.tree_reader import TreeReader, read_tree_config

    cwd, below = _place_in_repository(start)
    commit = resolve_commit(cwd, revision)
    files, folder = _workspace_in(cwd, below, commit)
    if STORE_FOLDER not in files.kinds:
        raise _no_workspace_in(revision)
    config = read_tree_config(files)
    if not _is_below(config.root, STORE_FOLDER):
        files = RevisionFiles(cwd, commit, folder, [config.root])
    return Snapshot(TreeReader(files, config.root), config)


def _workspace_in(cwd: str, folder: str, commit: str) -> tuple[RevisionFiles, str]:
    """The files of the workspace that `commit` has at or above `folder`, and its folder."""
    from yoi_cli.git.revision_reader import RevisionFiles

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
    if checkout is None or not _is_below(folder, checkout.root):
        return folder, ""
    below = os.path.relpath(folder, checkout.root)
    return folder, "" if below == "." else below


def survey_clone(session: Session, command: str) -> tuple[CloneFacts, LockFacts]:
    """What git says of the workspace, and what came of taking the store's lock."""
    from yoi_cli.git.clone import clone_facts
    from yoi_cli.storage.probe import probe_lock

    clone = clone_facts(session.checkout, session.workspace, session.location.folder)
    return clone, probe_lock(session.location, command=command)


def survey_environment(start: Start, *, encoding: str, is_utf8: bool) -> EnvironmentFacts:
    """What the machine says; `encoding` is that of the output."""
    import platform

    from yoi_cli.app.doctor_environment import EnvironmentFacts
    from yoi_cli.git.clone import git_version

    chosen = start.environment.get("VISUAL") or start.environment.get("EDITOR")
    try:
        _deadline(start)
        timeout_problem = None
    except UsageError as error:
        timeout_problem = error.message
    return EnvironmentFacts(
        python=platform.python_version(),
        git=git_version(),
        editor=_first_program([chosen] if chosen else ["vi", "nano"]),
        editor_is_set=bool(chosen),
        encoding=encoding,
        is_utf8=is_utf8,
        variables=tuple(name for name in start.environment if name.startswith("YOI_")),
        timeout_problem=timeout_problem,
    )


def _first_program(commands: list[str]) -> str | None:
    """The first of `commands` whose program is installed."""
    import shlex
    import shutil

    for command in commands:
        try:
            words = shlex.split(command)
        except ValueError:  # an open quote
            continue
        if words and shutil.which(words[0]):
            return command
    return None


class Initialised(NamedTuple):
    """A workspace that `init` made or completed; `written` are the files that were missing."""

    workspace: str
    written: tuple[str, ...]


def init_workspace(start: Start, *, name: str | None, language: str | None) -> Initialised:
    """Make the starting folder a workspace, or complete the one that it is."""
    from yoi_cli.app.init import NewWorkspace, workspace_files
    from yoi_cli.storage.workspace import make_workspace

    folder = starting_folder(start)
    new = NewWorkspace(
        name=name or os.path.basename(folder) or "workspace",
        now_ms=time.time_ns() // 1_000_000,
        entropy=int.from_bytes(os.urandom(10), "big"),
        language=language,
    )
    return Initialised(folder, tuple(make_workspace(folder, workspace_files(new))))


def starting_folder(start: Start) -> str:
    """The absolute folder from which the workspace is looked for."""
    chosen = start.folder or start.environment.get("YOI_WORKSPACE") or "."
    try:
        folder = os.path.realpath(chosen, strict=True)
    except (OSError, ValueError) as error:
        raise _no_folder(chosen) from error
    if not os.path.isdir(folder):
        raise _no_folder(chosen)
    return folder


def _no_folder(chosen: str) -> NotFoundError:
    return NotFoundError(
        "folder_not_found",
        f"There is no folder {chosen[:200]!r}.",
        hint="Check the path given with -C or YOI_WORKSPACE.",
    )


def _find_workspace(start: Start, folder: str, checkout: Checkout | None) -> tuple[str, str]:
    found = find_upward(folder)
    how = _how(start)
    if checkout is not None and checkout.is_linked and not start.here:
        if found is not None and read_config(found).authority == "checkout":
            return found, f"{how}; the configuration says authority = checkout"
        main = _in_main_worktree(found or folder, checkout)
        if main is not None:
            return main, f"{how}; a linked worktree uses the main worktree's store"
    if found is None:
        raise NotFoundError(
            "workspace_not_found",
            f"No workspace was found at or above {folder}.",
            hint="Make one with `yoi init`, or name another folder with -C or YOI_WORKSPACE.",
            details={"folder": folder},
        )
    return found, how + ("; --here asks for this checkout's own" if start.here else "")


def _how(start: Start) -> str:
    if start.folder:
        return "Found upward from the folder given with -C"
    if start.environment.get("YOI_WORKSPACE"):
        return "Found upward from YOI_WORKSPACE"
    return "Found upward from the current folder"


def _in_main_worktree(folder: str, checkout: Checkout) -> str | None:
    """The workspace in the main worktree that corresponds to `folder` in a linked one."""
    if checkout.main_root is None or not _is_below(folder, checkout.root):
        return None
    twin = os.path.normpath(
        os.path.join(checkout.main_root, os.path.relpath(folder, checkout.root))
    )
    while not os.path.isdir(twin) and twin != checkout.main_root:
        twin = os.path.dirname(twin)
    return twin if is_workspace(twin) else find_upward(twin, stop=checkout.main_root)


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip("/") + "/")


def _lock_path(workspace: str, checkout: Checkout | None) -> str:
    if checkout is None:
        return os.path.join(workspace, STORE_FOLDER, "store.lock")
    return os.path.join(checkout.common_dir, "yoi", "store.lock")


def _index_lock(start: Start, checkout: Checkout | None) -> str | None:
    """Git's lock on the index. Inside a git hook it is git itself that waits for `yoi`."""
    if checkout is None or "GIT_INDEX_FILE" in start.environment:
        return None
    return os.path.join(checkout.git_dir, "index.lock")


_DEFAULT_DEADLINE = 10.0


def _settings(workspace: str, *, forgiving: bool) -> Config:
    try:
        return read_config(workspace)
    except StoreInvalidError as error:
        if not forgiving or error.code != "config_invalid":
            raise
        from yoi_cli.domain.config import DEFAULT

        return DEFAULT


def _deadline(start: Start) -> float:
    text = start.environment.get("YOI_LOCK_TIMEOUT", "")
    try:
        seconds = float(text) if text else _DEFAULT_DEADLINE
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86400:
        raise UsageError(
            "timeout_invalid",
            f"YOI_LOCK_TIMEOUT={text[:40]!r} is not a number of seconds.",
            hint="Give seconds between 0 and 86400, such as 30.",
        )
    return seconds


def _git_or_login_name(workspace: str) -> str:
    from yoi_cli.git.run import user_name

    name = user_name(workspace)
    if name:
        return name
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
