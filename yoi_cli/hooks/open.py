"""Installing hooks in a clone, removing them, and reporting which are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, YoiError
from yoi_cli.git.checkout import find_checkout
from yoi_cli.hooks.git.context import spool_of
from yoi_cli.hooks.git.install import (
    hook_at,
    hook_folder,
    install,
    tracked_hooks,
    uninstall,
)
from yoi_cli.hooks.ports import HookReport
from yoi_cli.hooks.status import hooks_check
from yoi_cli.model.hooks import ALL_HOOKS, HOOKS, INSTALLED, POST_COMMIT, PRE_PUSH
from yoi_cli.model.text import some_of
from yoi_cli.workspace.session import open_session
from yoi_cli.workspace.start import starting_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yoi_cli.doctor.environment import EnvironmentCheck
    from yoi_cli.git.checkout import Checkout
    from yoi_cli.model.hooks import HookFolder
    from yoi_cli.workspace.session import Session
    from yoi_cli.workspace.start import Start


def install_hooks(
    start: Start, *, pre_push: bool, global_path: bool, force: bool = False
) -> HookReport:
    """Install the hooks; `pre_push` asks for that one too, as `[hook] gate_on_push` does.

    Raises `NotFoundError` (`workspace_not_found`, `repository_not_found`), and
    `ConflictError` (`hooks_path_shared`) for a folder that other repositories use too, unless
    `global_path` allows it, and (`hooks_path_tracked`) for one that is committed, unless `force`
    does. The report names a hook that cannot be installed.
    """
    from yoi_cli.workspace.settings import tables_of

    checkout = _checkout(start)
    session = open_session(start)
    folder = hook_folder(checkout)
    if folder.is_shared and not global_path:
        raise _shared(folder)
    tracked = () if force else tracked_hooks(checkout, folder)
    if tracked:
        raise _tracked(folder, tracked)
    wants_gate = pre_push or tables_of(session, "hook").hook.gate_on_push
    return _change(start, folder, (*HOOKS, *([PRE_PUSH] if wants_gate else [])), install)


def uninstall_hooks(start: Start) -> HookReport:
    """Remove what `install_hooks` put in place, and put back what was there before."""
    return _change(start, hook_folder(_checkout(start)), ALL_HOOKS, uninstall)


def report_hooks(start: Start) -> HookReport:
    """What is found in the place of every hook. Raises `NotFoundError` outside of git."""
    return _report(start, hook_folder(_checkout(start)))


def check_hooks(session: Session) -> EnvironmentCheck | None:
    """Doctor's line on the hooks of the clone and its worktrees; None outside of git."""
    from yoi_cli.worktrees.git.listing import main_and_linked
    from yoi_cli.worktrees.open import repository_paths

    if session.checkout is None:
        return None
    try:
        found = _states(session.checkout)
        _, linked = main_and_linked(repository_paths(session))
        checkouts = {entry.path: find_checkout(entry.path) for entry in linked}
        lacking = [
            path
            for path, checkout in checkouts.items()
            if checkout is not None and POST_COMMIT not in _states(checkout)[INSTALLED]
        ]
    except YoiError:  # git is missing or refuses, which another check reports
        return None
    return hooks_check(found, lacking)


def _states(checkout: Checkout) -> Mapping[str, Sequence[str]]:
    """The names of the hooks that are always installed, by what is found in their place."""
    folder = hook_folder(checkout)
    states: dict[str, list[str]] = {INSTALLED: []}
    for name in HOOKS:
        states.setdefault(hook_at(folder, name).state, []).append(name)
    return states


def _change(
    start: Start,
    folder: HookFolder,
    names: Sequence[str],
    action: Callable[[HookFolder, str], bool],
) -> HookReport:
    changed: list[str] = []
    failed: list[YoiError] = []
    for name in names:
        try:
            if action(folder, name):
                changed.append(name)
        except YoiError as error:
            failed.append(error)
    return _report(start, folder)._replace(changed=tuple(changed), failed=tuple(failed))


def _report(start: Start, folder: HookFolder) -> HookReport:
    import shutil

    hooks = tuple(hook_at(folder, name) for name in ALL_HOOKS)
    program = shutil.which("yoi", path=start.environment.get("PATH"))
    try:
        waiting = len(spool_of(open_session(start)).pending())
    except YoiError:  # the hooks are reported all the same
        waiting = 0
    return HookReport(folder, hooks, program, waiting=waiting)


def _checkout(start: Start) -> Checkout:
    folder = starting_folder(start)
    checkout = find_checkout(folder)
    if checkout is None:
        raise NotFoundError(
            "repository_not_found",
            f"No git repository was found at or above {folder}.",
            hint="Hooks belong to a repository: `git init` makes one.",
            details={"folder": folder},
        )
    return checkout


def _lines() -> str:
    return "; ".join(f'{name}: yoi hook run {name} -- "$@"' for name in HOOKS)


def _tracked(folder: HookFolder, names: Sequence[str]) -> ConflictError:
    return ConflictError(
        "hooks_path_tracked",
        f"The hooks in {folder.path} are committed: {some_of(names)}.",
        hint="Nothing was written. Either add a line to the hooks there, for everybody who has "
        f"this repository ({_lines()}), or install beside them with --force: they are kept as "
        "NAME.yoi-chained, and git shows them as changed.",
        details={"path": folder.path, "files": list(names)},
    )


def _shared(folder: HookFolder) -> ConflictError:
    return ConflictError(
        "hooks_path_shared",
        f"core.hooksPath is {folder.setting}, which lies outside of this repository; other "
        "repositories may use it too."
        if folder.setting
        else f"The hooks are kept in {folder.path}, which lies outside of this repository.",
        hint="Nothing was written. Either add a line to the hooks that stand there "
        f"({_lines()}), or install into that folder with --global-hooks-path: in a repository "
        "without tickets these hooks do nothing.",
        details={"path": folder.path, "setting": folder.setting},
    )
