"""Making a folder a workspace, and setting up a clone for merging."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workspace.start import starting_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.doctor.examine import Examination
    from yoi_cli.doctor.repair import RepairResult
    from yoi_cli.git.checkout import Checkout
    from yoi_cli.setup.formatters import Offer
    from yoi_cli.setup.git.clone_setup import CloneSetup
    from yoi_cli.setup.merge_checks import MergeFacts
    from yoi_cli.workspace.session import Session
    from yoi_cli.workspace.start import Start


class Initialised(NamedTuple):
    """A workspace that `init` made or completed; `written` are the files that it wrote.

    `offered` are lines that would keep formatters and fixers, which are configured here, away from
    the store. `agents` are coding agents in use here that are not told of the tools.
    """

    workspace: str
    written: tuple[str, ...]
    offered: tuple[Offer, ...] = ()
    agents: tuple[str, ...] = ()


def init_workspace(
    start: Start,
    *,
    name: str | None,
    language: str | None,
    agents: bool = False,
    excludes: bool = False,
    tools: Sequence[str] = (),
) -> Initialised:
    """Make the starting folder a workspace, or complete the one that it is.

    With `agents`, AGENTS.md tells coding agents of the tickets; the configuration of those that
    `tools` names is given the tools of `yoi mcp`; with `excludes`, the files of
    formatters and fixers keep them away from the store. Raises, before anything is
    written, what stands against that: `find_checkout`'s errors, `NotFoundError`
    (`workspace_not_checked_out`), `ConflictError` (`workspace_elsewhere`,
    `agent_config_unclear`), `UsageError` (`agent_unknown`).
    """
    from yoi_cli.git.checkout import find_checkout, shared_with
    from yoi_cli.setup.workspace_files import workspace_files
    from yoi_cli.store.files import layout
    from yoi_cli.workspace.finding import make_workspace
    from yoi_cli.workspace.local_folder import local_folder, share

    folder = starting_folder(start)
    checkout = find_checkout(folder)
    if checkout is not None:
        _check_place(folder, checkout, here=start.here)
        share(local_folder(folder, checkout), shared_with(checkout.common_dir))
    called = os.fsencode(name or os.path.basename(folder) or "workspace")
    files = workspace_files(
        name=called.decode("utf-8", "replace"),  # a folder may be called by any bytes
        now_ms=time.time_ns() // 1_000_000,
        entropy=int.from_bytes(os.urandom(10), "big"),
        language=language,
    )
    agents_files = _tell_agents(folder, tools)
    agents_files += _write_agents_section(folder) if agents else ()
    written = make_workspace(folder, files)
    if checkout is not None:
        _record(folder, checkout, here=start.here)
    if layout.CONFIG_FILE in written:
        _trust(start)
    merging = _set_up_merging(folder, checkout)
    top, offered = missing_exclusions(folder, checkout)
    excluded: tuple[str, ...] = ()
    if excludes:
        from yoi_cli.setup.files.formatter_files import append_exclusions

        excluded = append_exclusions(top, offered)
        offered = tuple(one for one in offered if not one.is_appended)
    in_use: tuple[str, ...] = ()
    if agents:
        from yoi_cli.setup.files.agents_file import agents_in_use

        in_use = agents_in_use(folder)
    return Initialised(folder, (*written, *merging, *agents_files, *excluded), offered, in_use)


def missing_exclusions(folder: str, checkout: Checkout | None) -> tuple[str, tuple[Offer, ...]]:
    """The folder where formatters and fixers of the workspace in `folder` are configured, and
    what they lack to leave the store alone."""
    from yoi_cli.errors import StoreInvalidError
    from yoi_cli.setup.files.formatter_files import missing_exclusions
    from yoi_cli.store.files.layout import STORE_FOLDER
    from yoi_cli.workspace.finding import read_config

    top = folder if checkout is None else checkout.root
    folders = [STORE_FOLDER]
    with suppress(StoreInvalidError):  # doctor names the line
        root = read_config(folder).root
        folders += [] if root == STORE_FOLDER or root.startswith(f"{STORE_FOLDER}/") else [root]
    below = [os.path.relpath(os.path.join(folder, one), top) for one in folders]
    return top, missing_exclusions(top, below)


def _trust(start: Start) -> None:
    """Whoever makes a workspace is trusted with what they write into its settings."""
    from yoi_cli.workspace.session import open_session
    from yoi_cli.workspace.trust import settings_in, trust_files

    session = open_session(start)
    if session.worker_above() is None:
        trust_files(session).add(settings_in(b""))


def _check_place(folder: str, checkout: Checkout, *, here: bool) -> None:
    """Raise where a workspace in `folder` would be a second one beside the one that is meant."""
    from yoi_cli.errors import ConflictError
    from yoi_cli.git.tracked import not_checked_out
    from yoi_cli.workspace.finding import is_workspace

    missing = not_checked_out(checkout, folder, upward=False)
    if missing is not None:
        raise missing
    if here or checkout.is_main or checkout.main_root is None:
        return
    if is_workspace(folder) and _is_its_own(folder):
        return
    raise ConflictError(
        "workspace_elsewhere",
        f"All worktrees of this repository use the store in {checkout.main_root}.",
        hint="Make the workspace there; `yoi --here init` makes one for this checkout alone.",
        details={"checkout": checkout.root, "main": checkout.main_root},
    )


def _record(folder: str, checkout: Checkout, *, here: bool) -> None:
    """Note what cannot be derived: which checkout is meant, and which workspaces there are."""
    from yoi_cli.git.unusual import record_main
    from yoi_cli.workspace.local_folder import local_folder, path_below

    if path_below(folder, checkout):
        os.makedirs(local_folder(folder, checkout), exist_ok=True)
    is_meant = checkout.is_main or checkout.main_root is None
    if is_meant and not here and not _is_its_own(folder):
        record_main(checkout.root, checkout.git_dir, checkout.common_dir)


def _is_its_own(folder: str) -> bool:
    """Whether every checkout is to have a store of its own."""
    from yoi_cli.errors import StoreInvalidError
    from yoi_cli.workspace.finding import read_config

    try:
        return read_config(folder).authority == "checkout"
    except StoreInvalidError:  # doctor names the line
        return False


def _write_agents_section(folder: str) -> tuple[str, ...]:
    from yoi_cli.setup.agents_section import AGENTS_FILE, with_section
    from yoi_cli.setup.files.agents_file import rewrite_agents_file

    return rewrite_agents_file(folder, AGENTS_FILE, with_section)


def _tell_agents(folder: str, names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        return ()
    from yoi_cli.setup.files.agents_file import tell_agents

    return tell_agents(folder, names)


def _set_up_merging(folder: str, checkout: Checkout | None) -> tuple[str, ...]:
    """Name the merge driver for tickets and configure the clone; the files written.

    A clone that has a driver of that name keeps it; one that git cannot configure, for want
    of git above all, is doctor's to tell.
    """
    from yoi_cli.doctor.repair import CONFIGURE_CLONE
    from yoi_cli.errors import OperationError, StoreInvalidError
    from yoi_cli.setup.git.clone_setup import CloneSetup
    from yoi_cli.setup.merge_checks import plan_setup
    from yoi_cli.workspace.finding import read_config

    try:
        setup = CloneSetup(folder, read_config(folder).root, checkout)
    except StoreInvalidError:  # doctor names the line of a configuration that cannot be read
        return ()
    written = setup.incomplete()
    for path in written:
        setup.write_attributes(path)
    if checkout is not None:
        with suppress(OperationError):
            repairs = plan_setup(setup.facts())
            if any(repair.action == CONFIGURE_CLONE for repair in repairs):
                setup.configure()
    return written


def clone_setup(session: Session) -> CloneSetup:
    """What merges in the clone that a session works in."""
    from yoi_cli.setup.git.clone_setup import CloneSetup

    return CloneSetup(session.workspace, session.location.folder, session.checkout)


def merge_facts(session: Session) -> MergeFacts | None:
    """What git would do with tickets in a merge; None outside of git, and without git."""
    from yoi_cli.errors import OperationError

    if session.checkout is None:
        return None
    try:
        return clone_setup(session).facts()
    except OperationError:  # git is missing, which is said elsewhere
        return None


def mend_all(session: Session, found: Examination | None, *, is_dry: bool) -> RepairResult:
    """Set up the clone and repair what doctor `found`, or say what that would be.

    Raises `ConflictError` (`lock_timeout`) where the lock cannot be had.
    """
    from yoi_cli.doctor.open import repair_store
    from yoi_cli.doctor.repair import RepairResult, plan_repairs
    from yoi_cli.setup.merge_checks import plan_setup

    setup, facts = clone_setup(session), merge_facts(session)
    clone = () if facts is None else plan_setup(facts)
    store = () if found is None else plan_repairs(found, fix=True, adopt_item=False)
    if is_dry:
        return RepairResult(planned=(*clone, *store))
    made = setup.repair(clone)
    repaired = repair_store(session, store)
    return RepairResult(fixed=made.fixed + repaired.fixed, failed=made.failed + repaired.failed)
