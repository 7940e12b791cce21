"""The only place that chooses adapters: from a folder and an environment to a session."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from yoi_cli.errors import NotFoundError, UsageError
from yoi_cli.git.checkout import Checkout, find_checkout, is_below, shared_with
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.layout import (
    CONFIG_FILE,
    STORE_FOLDER,
    StoreLocation,
)
from yoi_cli.store.files.reader import FileReader
from yoi_cli.store.files.store import FileStore
from yoi_cli.workspace.finding import is_workspace
from yoi_cli.workspace.local_folder import share, shared_folder
from yoi_cli.workspace.start import (
    DEFAULT_DEADLINE,
    Start,
    folder_beside,
    how,
    lock_deadline,
    settings_of,
    starting_folder,
    store_location,
)
from yoi_cli.workspace.which import find_workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from yoi_cli.model.config import Config
    from yoi_cli.model.events import Author, NewEvent
    from yoi_cli.model.ids import TicketId
    from yoi_cli.objectives.files import FileObjectives
    from yoi_cli.store.files.claims import FileClaims
    from yoi_cli.store.files.index.reader import IndexedReader
    from yoi_cli.store.files.missing import Elsewhere, Version
    from yoi_cli.store.files.own_events import FileOwnEvents
    from yoi_cli.store.files.undo_notes import UndoNotes
    from yoi_cli.store.files.writer import FileWriter
    from yoi_cli.store.ports import Claims
    from yoi_cli.workspace.shared_claims import SharedClaims

StoreKind = TypeVar("StoreKind", bound=FileStore)
#: 0: no index; anything else: one of every store, however small (docs/format.md, "Index").
INDEX = "YOI_INDEX"
#: Fewer tickets are read sooner than their index.
_WORTH_AN_INDEX = 100
#: Set for confined workers (docs/workers.md).
OUTBOX = "YOI_OUTBOX"


class Session(NamedTuple):
    """A workspace that was found, and what works on it (docs/api.md).

    `why` says in one sentence why it is this one. `command` and `deadline` (seconds) are for
    the store's lock, `key` tells this use of the workspace from every other; `runtime` is the id of
    the one whose workers are meant, empty the clone's own. Nothing in it changes and nothing is
    held open, so that several threads may use one session: each asks for its own `store`.
    """

    workspace: str
    why: str
    checkout: Checkout | None
    config: Config
    location: StoreLocation
    command: str
    deadline: float
    environment: Mapping[str, str]
    key: str
    runtime: str = ""

    @property
    def store(self) -> FileStore:
        """The tickets as they stand from now on, for one thread; writing takes the lock."""
        return self.open_store(FileStore)

    def open_store(self, kind: type[StoreKind]) -> StoreKind:
        """The same, as a store of a kind of its own."""
        return kind(
            self.location,
            command=self.command,
            deadline=self.deadline,
            first=partial(_settle, self),
            committed=None if self.checkout is None else partial(_committed_file, self.workspace),
            remember=partial(_remember, self),
            elsewhere=self.elsewhere,
            notes=partial(_open_notes, self),
            is_read_only=self.outbox is not None,
        )

    @contextmanager
    def reading(self) -> Iterator[FileReader]:
        """The tickets as they stand from now on, for what passes over all of them and decides
        nothing: what did not change since anybody read it is taken from the clone's index."""
        wanted = self.environment.get(INDEX, "")
        if self.location.git is None or wanted == "0":
            yield FileReader(self.location, self.elsewhere)
            return
        with self.indexed(least=0 if wanted else _WORTH_AN_INDEX) as reader:
            yield reader

    def indexed(self, *, least: int = 0) -> IndexedReader:
        """The same, as a reader that may look again and again, of `least` so many tickets."""
        from yoi_cli.store.files.index.folder import index_of
        from yoi_cli.store.files.index.reader import IndexedReader

        folder = None if self.environment.get(INDEX) == "0" else index_of(self.location)
        return IndexedReader(self.location, self.elsewhere, folder, least=least)

    def spooling_folders(self) -> tuple[str, ...]:
        """Where hooks leave notes: for this workspace, and where they knew of none."""
        folder = self.local_folder
        if self.checkout is None or folder == shared_folder(self.checkout):
            return (folder,)
        return (folder, shared_folder(self.checkout))

    @property
    def elsewhere(self) -> Elsewhere | None:
        """What finds in git what is in no file of the store; None outside of git."""
        return None if self.checkout is None else _elsewhere(self.location, self.checkout)

    @property
    def outbox(self) -> str | None:
        """Where a worker of this clone that is confined leaves what it has to say; None for
        everybody else, who writes the store itself."""
        path = self.environment.get(OUTBOX)
        # The store of another clone, as tests make, is none that it was confined from.
        if not path or not is_below(path, os.path.realpath(self.local_folder)):
            return None
        return path

    @property
    def objectives(self) -> FileObjectives:
        """The objectives of the workspace; writing them takes the store's lock."""
        from yoi_cli.objectives.files import FileObjectives

        return FileObjectives(self.location)

    @property
    def claims(self) -> Claims:
        """The claims of this clone, local to it and shared by its worktrees; with `[claims] remote`
        they hold for all clones of that remote."""
        return self.local_claims if self.config.claims_remote is None else self.shared_claims

    @property
    def local_claims(self) -> FileClaims:
        """What this clone knows of claims, whoever else is to know."""
        from yoi_cli.store.files.claims import FileClaims

        return FileClaims(
            os.path.join(self.own_folder(), "claims"), partial(self.own_folder, make=True)
        )

    @property
    def shared_claims(self) -> SharedClaims:
        """Claims that hold across clones. Raises `NotFoundError` (`claims_not_shared`) where no
        remote is configured for them, or there is no repository."""
        from yoi_cli.workspace.claim_records import ClaimRecords
        from yoi_cli.workspace.claim_refs import ClaimRefs
        from yoi_cli.workspace.claim_turns import ClaimTurns
        from yoi_cli.workspace.shared_claims import SharedClaims, host_of

        config, checkout = self.config, self.checkout
        if config.claims_remote is None or checkout is None:
            why = "There is no git repository" if checkout is None else "No remote is named"
            raise NotFoundError(
                "claims_not_shared",
                f"{why}, so claims are known to this clone alone.",
                hint=f'`remote = "origin"` in [claims] of {CONFIG_FILE} shares them.',
            )
        refs = ClaimRefs(
            checkout.root, config.claims_remote, config.claims_refs, silence=config.claims_timeout
        )
        folder = self.own_folder(make=True)
        records = ClaimRecords(os.path.join(folder, "shared_claims"))
        turns = ClaimTurns(os.path.join(folder, "claim_turns"))
        return SharedClaims(self.local_claims, records, refs, turns, host_of(folder))

    @property
    def own_events(self) -> FileOwnEvents:
        """Which events this clone's own commands wrote (docs/orchestrate.md)."""
        from yoi_cli.store.files.own_events import FileOwnEvents

        return FileOwnEvents(os.path.join(self.local_folder, "own"))

    @property
    def undo_notes(self) -> UndoNotes:
        """What this clone's own commands wrote, as `yoi undo` needs it (docs/format.md)."""
        return _open_notes(self)

    def worker_above(self) -> str | None:
        """The id of the clone's worker that this process descends from, None for none: of any of
        its workspaces."""
        return next(iter(self.workers_above()), None)

    def workers_above(self) -> Iterable[str]:
        """The same, of all workers that this process descends from, the nearest first."""
        from yoi_cli.workspace.ancestry import workers_above
        from yoi_cli.workspace.local_folder import all_folders

        every = (self.local_folder,) if self.checkout is None else all_folders(self.checkout)
        return workers_above([os.path.join(folder, "workers") for folder in every])

    @property
    def local_folder(self) -> str:
        """The folder for what is this clone's own and all its worktrees share: claims,
        workers, spooled events."""
        return folder_beside(self.location, self.checkout)

    def own_folder(self, *, make: bool = False) -> str:
        """The local folder, with nothing in it that is another clone's or another workspace's."""
        from yoi_cli.workspace import own_folder

        folder = self.local_folder
        if make:
            os.makedirs(folder, exist_ok=True)
        own_folder.own(folder, mark=make)
        if self.checkout is not None:
            shared = shared_folder(self.checkout)
            if folder != shared:
                is_alone = not is_workspace(self.checkout.root)
                own_folder.bring_over(shared, folder, self.store, is_alone=is_alone)
        return folder

    def uncommitted(self) -> tuple[str, ...]:
        """Paths of the checkout that are not committed, the store's own left out."""
        if self.checkout is None:
            return ()
        from yoi_cli.git.repository import uncommitted_paths

        return uncommitted_paths(self.checkout.root, f"{STORE_FOLDER}/")

    def author(self, author: str | None) -> Author:
        """Who writes (docs/commands.md): `author`, YOI_AUTHOR, git's user.name, the login name."""
        name = author if author is not None else self.environment.get("YOI_AUTHOR", "")
        if author is None and not name:
            name = _git_or_login_name(self.workspace, self.checkout)
        if not name.strip():
            raise UsageError(
                "author_empty", "The author's name is empty.", hint="Give one with --author."
            )
        from yoi_cli.model.events import Author
        from yoi_cli.store.formats.thread_writing import check_header_value

        check_header_value("author", name)
        return Author(name, self.config.is_japanese)


def _committed_file(workspace: str, path: str) -> bytes | None:
    """What HEAD has at `path` below the workspace; git is asked only for a torn thread."""
    from yoi_cli.git.objects import committed_file

    return committed_file(workspace, path)


def open_session(start: Start, *, forgiving: bool = False) -> Session:
    """Find the workspace and open its store.

    Raises what `find_checkout` and `find_workspace` raise, and `StoreInvalidError` for a
    configuration that cannot be read. `forgiving` takes the defaults for what is wrong in
    the configuration or the environment, so that doctor can look at the rest. In a clone that
    git shares among users, the process's umask lets through what git gives them.
    """
    folder = starting_folder(start)
    checkout = find_checkout(folder)
    workspace, why = find_workspace(folder, checkout, here=start.here, how=how(start))
    config = settings_of(workspace, forgiving=forgiving)
    if checkout is not None and not is_below(workspace, checkout.root):
        checkout = find_checkout(workspace)
    location = store_location(start, workspace, config.root, checkout)
    if checkout is not None:
        share(os.path.dirname(location.lock), shared_with(checkout.common_dir))
    deadline = DEFAULT_DEADLINE if forgiving else lock_deadline(start)
    return Session(
        workspace,
        why,
        checkout,
        config,
        location,
        start.command,
        deadline,
        start.environment,
        os.urandom(8).hex(),
    )


def _elsewhere(location: StoreLocation, checkout: Checkout) -> Elsewhere:
    """What finds in git what is in no file; nothing is loaded for it before it is asked."""

    def elsewhere(since: Mapping[str, int]) -> Iterable[Version]:
        from yoi_cli.workspace.upkeep import open_elsewhere

        return open_elsewhere(location, checkout)(since)

    return elsewhere


def _settle(session: Session, writer: FileWriter) -> None:
    from yoi_cli.workspace.settling import settle

    settle(writer, session.config, session.checkout, session.spooling_folders())


def _remember(session: Session, ticket: TicketId, written: Sequence[tuple[NewEvent, str]]) -> None:
    """Keep the marks of what orchestration goes by; a worker's events are not the clone's own."""
    from yoi_cli.workspace.settling import marks_of_driving

    marks = marks_of_driving(written)
    if marks and session.worker_above() is None:
        session.own_events.add(ticket, marks)


def _open_notes(session: Session) -> UndoNotes:
    from yoi_cli.store.files.undo_notes import UndoNotes, notes_path

    git = session.location.git
    path = notes_path(session.local_folder, None if git is None else git.journal)
    author = session.environment.get("YOI_AUTHOR", "")
    return UndoNotes(path, key=session.key, command=session.command, author=author)


def _git_or_login_name(workspace: str, checkout: Checkout | None) -> str:
    from yoi_cli.git.user_name import user_name

    name = user_name(workspace, checkout)
    if name:
        return name
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
