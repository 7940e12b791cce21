"""What a clone and its machine say of themselves, for doctor."""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError, UsageError, YoiError
from yoi_cli.git.checkout import is_below
from yoi_cli.workspace.start import lock_deadline

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from yoi_cli.doctor.environment import CloneFacts, EnvironmentFacts, LockFacts
    from yoi_cli.doctor.examine import Examination
    from yoi_cli.doctor.git.history import ThreadHistory
    from yoi_cli.doctor.ports import StoreInspector
    from yoi_cli.doctor.repair import Repair, RepairResult
    from yoi_cli.doctor.shared_claims import ClaimProbe
    from yoi_cli.git.checkout import Checkout
    from yoi_cli.model.ids import TicketId
    from yoi_cli.workspace.session import Session
    from yoi_cli.workspace.start import Start

_INFO = ("info/attributes", "info/exclude", "info/sparse-checkout")


def open_inspector(session: Session) -> StoreInspector:
    """What looks over the store's raw files."""
    from yoi_cli.doctor.files.inspect import FileInspector

    return FileInspector(session.location, session.elsewhere)


def repair_store(
    session: Session, repairs: Iterable[Repair], author: str | None = None
) -> RepairResult:
    """Make `repairs`, each under the store's lock by itself, so that others get their turn.

    Raises `ConflictError` (`lock_timeout`) where the lock cannot be had.
    """
    from yoi_cli.doctor.files.repair import apply_repair, restore_events
    from yoi_cli.doctor.repair import RESTORE_EVENTS, RESTORE_RECORDS, make_repairs
    from yoi_cli.merge.open import restore_records
    from yoi_cli.model.ids import TicketId

    store, by = session.store, partial(session.author, author)

    def make(repair: Repair) -> None:
        if repair.action == RESTORE_RECORDS and repair.ticket is not None:
            restore_records(session, (TicketId(repair.ticket),))
            return
        history = _history(session) if repair.action == RESTORE_EVENTS else None
        if history is not None and repair.ticket is not None:
            restore_events(store, TicketId(repair.ticket), history.restored)
        else:
            apply_repair(store, repair, by)

    return make_repairs(repairs, make)


def with_history(
    session: Session, found: Examination, tickets: Collection[TicketId] | None = None
) -> Examination:
    """`found` with what git's history knows of the threads and records, of `tickets` or of all."""
    from dataclasses import replace

    from yoi_cli.doctor.git.history import findings_of_lost
    from yoi_cli.merge.open import lost_records_to_git

    history = _history(session)
    if history is None:
        return found
    lost = lost_records_to_git(session, tickets)
    more = (
        *history.findings(found.diagnostics, tickets),
        *findings_of_lost(lost.values(), session.location.folder),
    )
    diagnostics = sorted((*found.diagnostics, *more), key=lambda one: one.order)
    return replace(found, diagnostics=tuple(diagnostics))


def _history(session: Session) -> ThreadHistory | None:
    folder = session.location.folder
    if session.checkout is None or _irregular(
        session.checkout, os.path.join(session.workspace, folder)
    ):
        return None
    from yoi_cli.doctor.git.history import ThreadHistory
    from yoi_cli.model.ids import TicketId

    store = session.store

    def thread(ticket: str) -> bytes | None:
        try:
            return store.raw(TicketId(ticket), "thread.md")
        except (YoiError, OSError):
            return None

    return ThreadHistory(session.checkout, session.workspace, folder, thread)


def survey_clone(session: Session) -> tuple[CloneFacts, LockFacts]:
    """What git says of the workspace, and what came of taking the store's lock."""
    from yoi_cli.doctor.files.inspect_workspace import probe_lock

    clone = _clone_facts(session.checkout, session.workspace, session.location.folder)
    return clone, probe_lock(session.location, command=session.command)


def probe_claims(session: Session) -> ClaimProbe | None:
    """What came of trying whether the remote of `[claims]` holds claims; None without one."""
    from yoi_cli.doctor.shared_claims import GONE, NOT_ATOMIC, REFUSED, WORKS, ClaimProbe
    from yoi_cli.workspace.claim_probe import BRANCHES, Refusal, try_refs

    config = session.config
    if config.claims_remote is None or session.checkout is None:
        return None
    cwd, name, silence = session.checkout.root, config.claims_remote, config.claims_timeout
    found = try_refs(cwd, name, config.claims_refs, silence=silence)
    probe = ClaimProbe(name, config.claims_refs, WORKS)
    if found is None:
        return probe
    outcomes = {Refusal.GONE: GONE, Refusal.NOT_ATOMIC: NOT_ATOMIC, Refusal.REFS: REFUSED}
    probe = probe._replace(outcome=outcomes[found.kind], said=found.said)
    if found.kind is Refusal.REFS and try_refs(cwd, name, BRANCHES, silence=silence) is None:
        return probe._replace(proposed=BRANCHES)
    return probe


def _clone_facts(checkout: Checkout | None, workspace: str, tickets: str) -> CloneFacts:
    """Whether git keeps what is in `tickets` (relative to `workspace`), and is at rest."""
    from yoi_cli.doctor.environment import CloneFacts
    from yoi_cli.git.command import run_git

    if checkout is None:
        return CloneFacts(None)
    age = _age(os.path.join(checkout.git_dir, "index.lock"))
    irregular = _irregular(checkout, os.path.join(workspace, tickets))
    if irregular:
        return CloneFacts(checkout.root, irregular=irregular)
    try:
        tracked = run_git(["ls-files", "--", ":(literal).yoi"], cwd=workspace)
        ignored_by = _ignored_by(workspace, f"{tickets}/0000000000000/item.md")
    except OperationError as error:
        if error.code != "git_missing":  # which another check reports
            raise
        return CloneFacts(checkout.root, tracked=True, index_lock_age=age)
    return CloneFacts(checkout.root, bool(tracked), ignored_by, age)


def _irregular(checkout: Checkout, folder: str) -> tuple[str, ...]:
    """What git reads before it answers about files in `folder`, and is there and no file."""
    paths = [os.path.join(checkout.common_dir, name) for name in ("config", *_INFO)]
    while is_below(folder, checkout.root):
        paths += [os.path.join(folder, name) for name in (".gitattributes", ".gitignore")]
        folder = os.path.dirname(folder)
    return tuple(path for path in paths if os.path.exists(path) and not os.path.isfile(path))


def _ignored_by(workspace: str, path: str) -> str | None:
    """The rule, as `file:line:pattern`, that keeps the new file `path` out of git."""
    from yoi_cli.git.command import look_up

    output = look_up(["check-ignore", "--verbose", "--", path], cwd=workspace)
    rule = output.partition("\t")[0]
    return None if not rule or rule.split(":", 2)[-1].startswith("!") else rule


def _age(path: str) -> float | None:
    """How many seconds ago the file at `path` was written, None where there is none."""
    try:
        return max(0.0, time.time() - os.lstat(path).st_mtime)
    except OSError:
        return None


def survey_environment(
    start: Start,
    *,
    encoding: str,
    is_utf8: bool,
    landlock: int,
    lacking: tuple[str, ...] | None,
) -> EnvironmentFacts:
    """What the machine says; `encoding` is that of the output, `landlock` the version of it that
    confines workers, and `lacking` what supervising them goes without."""
    import platform

    from yoi_cli.doctor.environment import EnvironmentFacts
    from yoi_cli.git.command import git_version

    chosen = start.environment.get("VISUAL") or start.environment.get("EDITOR")
    try:
        lock_deadline(start)
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
        landlock=landlock,
        lacking=lacking,
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
