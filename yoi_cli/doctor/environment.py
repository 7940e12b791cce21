"""Checks of store, clone and environment: what a workspace needs to be worked in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from yoi_cli.doctor.diagnostics import count
from yoi_cli.errors import YoiError
from yoi_cli.model.findings import ERROR, SEVERITIES, WARNING
from yoi_cli.model.text import counted, some_of
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.doctor.examine import Examination
    from yoi_cli.model.commits import Note
    from yoi_cli.store.ports import TicketReader

OK = "ok"
STORE = "store"
CLONE = "clone"
ENVIRONMENT = "environment"

#: The variables that are understood; all but those of the first two lines are given to
#: workers.
VARIABLES = frozenset(
    {"YOI_AUTHOR", "YOI_DEBUG", "YOI_INDEX", "YOI_LOCK_TIMEOUT", "YOI_TRUST", "YOI_WORKSPACE"}
    | {"YOI_MERGE_AHEAD"}
    | {"YOI_GENERATION", "YOI_INTENT_FILE", "YOI_TICKET", "YOI_WORKTREE"}
    | {"YOI_BRANCH", "YOI_ROLE", "YOI_ROUND", "YOI_TARGET", "YOI_WORKER_ID", "YOI_SHIM_OF"}
    | {"YOI_LANDLOCK", "YOI_OUTBOX", "YOI_MODEL", "YOI_WORKER_PORTABLE"}
    | {"YOI_COMMAND", "YOI_LAST_WORDS", "YOI_MESSAGE", "YOI_REASON", "YOI_TITLE"}
)
#: A lock on git's index that is older than this (seconds) was left behind.
STALE_AFTER = 60
_SETTINGS = ("config_", "workspace_")
_SEE_ALL = "`yoi ticket doctor` lists them, and `--fix` repairs what needs no guess."


@dataclass(frozen=True, slots=True)
class EnvironmentCheck:
    """One line of `yoi doctor`; `hint` says what to do and is empty where all is well."""

    name: str
    area: str
    status: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """All of `yoi doctor`; `store` is None where there is no store."""

    checks: tuple[EnvironmentCheck, ...]
    store: Examination | None = None

    @property
    def errors(self) -> int:
        return sum(check.status == ERROR for check in self.checks)

    @property
    def warnings(self) -> int:
        return sum(check.status == WARNING for check in self.checks)


@dataclass(frozen=True, slots=True)
class CloneFacts:
    """What git says of a workspace.

    `root` is the checkout's top folder, None outside of git. `ignored_by` is the rule that
    keeps new tickets out of git, `index_lock_age` the age of git's own lock in seconds, `irregular`
    are files that git reads and that are none: it would wait for a FIFO for ever.
    """

    root: str | None
    tracked: bool = False
    ignored_by: str | None = None
    index_lock_age: float | None = None
    irregular: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LockFacts:
    """What came of taking the store's lock.

    `problem` says why it could not be taken at all, `holder` who had it; `excludes` is
    whether a second taker was kept out.
    """

    path: str
    problem: str | None = None
    holder: str | None = None
    excludes: bool = True


@dataclass(frozen=True, slots=True)
class EnvironmentFacts:
    """What the machine says. `editor` is the one that would be started, None where none is.

    `git` is its version, None where it is missing; `variables` are the names of those set
    that begin with YOI_; `timeout_problem` is what is wrong with YOI_LOCK_TIMEOUT. `landlock` is
    the version of it by which workers are confined, 0 for none; `lacking` are the parts of Linux
    that supervising a worker goes without, None where no worker can be supervised.
    """

    python: str
    git: str | None
    editor: str | None
    editor_is_set: bool
    encoding: str
    is_utf8: bool
    variables: tuple[str, ...] = ()
    timeout_problem: str | None = None
    landlock: int = 0
    lacking: tuple[str, ...] | None = ()


def check_environment(facts: EnvironmentFacts) -> Iterator[EnvironmentCheck]:
    """Python, git, editor, terminal and variables."""
    yield EnvironmentCheck("python", ENVIRONMENT, OK, f"Python {facts.python}.")
    if facts.git is None:
        hint = "Install git, and see that it is on PATH."
        yield EnvironmentCheck("git", ENVIRONMENT, ERROR, "git is not installed.", hint)
    else:
        yield EnvironmentCheck("git", ENVIRONMENT, OK, f"git {facts.git}.")
    yield _check_editor(facts)
    if facts.is_utf8:
        yield EnvironmentCheck("encoding", ENVIRONMENT, OK, f"Output is {facts.encoding}.")
    else:
        hint = "Use a UTF-8 locale, such as LC_ALL=C.UTF-8; what cannot be shown is escaped."
        message = f"Output is {facts.encoding}, not UTF-8."
        yield EnvironmentCheck("encoding", ENVIRONMENT, WARNING, message, hint)
    yield _check_variables(facts)
    if facts.landlock:
        message = f"Workers are confined by Landlock, version {facts.landlock}."
        yield EnvironmentCheck("confinement", ENVIRONMENT, OK, message)
    else:
        hint = "docs/security.md says what follows from that, and which kernels can do it."
        message = "This system confines no worker: Landlock is missing, or turned off."
        yield EnvironmentCheck("confinement", ENVIRONMENT, WARNING, message, hint)
    yield _check_workers(facts.lacking)


def _check_workers(lacking: tuple[str, ...] | None) -> EnvironmentCheck:
    if lacking is None:
        hint = "On Linux /proc has to be mounted; elsewhere psutil is needed."
        message = "No worker can run: processes cannot be told apart here."
        return EnvironmentCheck("workers", ENVIRONMENT, WARNING, message, hint)
    if lacking:
        hint = 'docs/workers.md says what is weaker there ("Other systems").'
        message = f"Workers are supervised without {', '.join(lacking)}."
        return EnvironmentCheck("workers", ENVIRONMENT, WARNING, message, hint)
    return EnvironmentCheck("workers", ENVIRONMENT, OK, "Workers are supervised in Linux's way.")


def _check_editor(facts: EnvironmentFacts) -> EnvironmentCheck:
    if facts.editor is None:
        hint = "Set EDITOR to an editor that is installed; --message and --file work without one."
        return EnvironmentCheck("editor", ENVIRONMENT, WARNING, "No editor can be started.", hint)
    if facts.editor_is_set:
        return EnvironmentCheck("editor", ENVIRONMENT, OK, f"The editor is {facts.editor}.")
    return EnvironmentCheck(
        "editor", ENVIRONMENT, OK, f"EDITOR is not set; {facts.editor} is used."
    )


def _check_variables(facts: EnvironmentFacts) -> EnvironmentCheck:
    unknown = sorted(set(facts.variables) - VARIABLES)
    if facts.timeout_problem:
        hint = "Give seconds between 0 and 86400, such as 30."
        return EnvironmentCheck("variables", ENVIRONMENT, ERROR, facts.timeout_problem, hint)
    if unknown:
        message = f"{', '.join(unknown)}: nothing reads that."
        hint = f"Understood are {', '.join(sorted(VARIABLES))}."
        return EnvironmentCheck("variables", ENVIRONMENT, WARNING, message, hint)
    known = ", ".join(sorted(facts.variables)) or "none is set"
    return EnvironmentCheck("variables", ENVIRONMENT, OK, f"YOI_ variables: {known}.")


def check_clone(facts: CloneFacts) -> Iterator[EnvironmentCheck]:
    """Whether git keeps the tickets, and whether its index is free."""
    if facts.root is None:
        hint = "Tickets live best in the repository they are about: `git init`."
        yield EnvironmentCheck("repository", CLONE, WARNING, "This is not a git repository.", hint)
        return
    if facts.irregular:
        message = f"No regular file, so git was not asked: {some_of(facts.irregular)}."
        hint = "See what it is, and put a file in its place."
        yield EnvironmentCheck("repository", CLONE, ERROR, message, hint)
        return
    yield EnvironmentCheck("repository", CLONE, OK, f"The repository is {facts.root}.")
    if facts.ignored_by is not None:
        message = f"git ignores new tickets, by {facts.ignored_by}."
        hint = "Take that rule out; .yoi/.gitignore names what is local."
        yield EnvironmentCheck("tracked", CLONE, WARNING, message, hint)
    elif not facts.tracked:
        hint = "Share it: `git add .yoi`, then commit."
        yield EnvironmentCheck("tracked", CLONE, WARNING, "Nothing of .yoi is in git yet.", hint)
    else:
        yield EnvironmentCheck("tracked", CLONE, OK, "git keeps the tickets.")
    yield _check_index_lock(facts.index_lock_age)


def _check_index_lock(age: float | None) -> EnvironmentCheck:
    if age is None:
        return EnvironmentCheck("index_lock", CLONE, OK, "git's index is free.")
    if age < STALE_AFTER:
        return EnvironmentCheck("index_lock", CLONE, OK, "git is at work on its index right now.")
    message = f"git's index.lock is {int(age // 60)} minutes old; every write waits for it."
    hint = "See whether a git command still runs, or an editor waits for its commit message."
    return EnvironmentCheck("index_lock", CLONE, WARNING, message, hint)


def check_lock(facts: LockFacts) -> EnvironmentCheck:
    """Whether the store's lock can be had, and keeps others out."""
    if facts.problem is not None:
        message = f"The store's lock cannot be taken: {facts.problem}"
        hint = f"See who owns {facts.path} and its folder, and whether the disk can be written to."
        return EnvironmentCheck("lock", CLONE, ERROR, message, hint)
    if not facts.excludes:
        message = "This filesystem lets two processes take the same lock (flock)."
        hint = "Keep the repository on a local disk while several processes write to it."
        return EnvironmentCheck("lock", CLONE, ERROR, message, hint)
    if facts.holder is not None:
        return EnvironmentCheck(
            "lock", CLONE, OK, f"The store's lock works; {facts.holder} holds it."
        )
    return EnvironmentCheck("lock", CLONE, OK, "The store's lock was taken and given back.")


def check_spool(
    reader: TicketReader, notes: Sequence[Note], unreadable: Sequence[str], folder: str
) -> EnvironmentCheck:
    """Whether what hooks left in the spool at `folder` will find its way into the store."""
    if unreadable:
        names = some_of(unreadable)
        hint = f"Look at them in {folder}; move away what cannot be saved."
        message = f"Spooled by hooks and not to be read: {names}."
        return EnvironmentCheck("spool", CLONE, WARNING, message, hint)
    stuck = dict.fromkeys(note.ticket for note in notes if not _is_there(reader, note.ticket))
    if stuck:
        message = f"Hooks spoke of tickets that are not in this store: {some_of(tuple(stuck))}."
        hint = (
            "What they said is kept until the ticket is there: see whether it is on another "
            f"branch. The notes are in {folder}."
        )
        return EnvironmentCheck("spool", CLONE, WARNING, message, hint)
    if notes:
        what = "1 event of a hook waits"
        if len(notes) > 1:
            what = f"{len(notes)} events of hooks wait"
        message = f"{what}; the next command that writes records it."
        return EnvironmentCheck("spool", CLONE, OK, message)
    return EnvironmentCheck("spool", CLONE, OK, "No event of a hook waits.")


def _is_there(reader: TicketReader, word: str) -> bool:
    try:
        identify(reader, word)
    except YoiError:
        return False
    return True


def check_workspace(error: YoiError) -> EnvironmentCheck:
    """The line for a workspace that cannot be opened."""
    return EnvironmentCheck("workspace", STORE, ERROR, error.message, error.hint)


def check_store(found: Examination) -> Iterator[EnvironmentCheck]:
    """The configuration, and the store in numbers."""
    settings = [one for one in found.diagnostics if one.code.startswith(_SETTINGS)]
    worst = min(settings, key=lambda one: SEVERITIES.index(one.severity), default=None)
    if worst is None:
        yield EnvironmentCheck("config", STORE, OK, "The configuration is understood.")
    else:
        yield EnvironmentCheck(
            "config", STORE, worst.severity, f"{worst.place}: {worst.message}", _SEE_ALL
        )
    counts = count(one for one in found.diagnostics if one not in settings)
    problems = (counted(counts.errors, "error"), counted(counts.warnings, "warning"))
    message = f"{counted(found.tickets, 'ticket')}: {', '.join(problems)}."
    if counts.errors or counts.warnings:
        status = ERROR if counts.errors else WARNING
        yield EnvironmentCheck("store", STORE, status, message, _SEE_ALL)
    else:
        yield EnvironmentCheck("store", STORE, OK, message)


def strict_about_clone(check: EnvironmentCheck) -> EnvironmentCheck:
    """`check` as CI takes it: a clone must be without a warning."""
    is_warning = check.area == CLONE and check.status == WARNING
    return replace(check, status=ERROR) if is_warning else check
