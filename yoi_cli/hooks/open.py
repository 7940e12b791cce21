"""Installing hooks in a clone, removing them, and reporting which are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, YoiError
from yoi_cli.git.checkout import find_checkout
from yoi_cli.hooks.git.context import spool_of
from yoi_cli.hooks.git.install import hook_at, hook_folder, install, uninstall
from yoi_cli.hooks.ports import HookReport
from yoi_cli.model.hooks import ALL_HOOKS, HOOKS, PRE_PUSH
from yoi_cli.workspace.session import open_session, starting_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yoi_cli.git.checkout import Checkout
    from yoi_cli.model.hooks import HookFolder
    from yoi_cli.workspace.session import Start


def install_hooks(start: Start, *, pre_push: bool, global_path: bool) -> HookReport:
    """Install the hooks; `pre_push` asks for that one too, as `[hook] gate_on_push` does.

    Raises `NotFoundError` (`workspace_not_found`, `repository_not_found`), and
    `ConflictError` (`hooks_path_shared`) for a folder that other repositories use too, unless
    `global_path` allows it. The report names a hook that cannot be installed.
    """
    from yoi_cli.workspace.settings import tables_of

    checkout = _checkout(start)
    session = open_session(start)
    folder = hook_folder(checkout)
    if folder.is_shared and not global_path:
        raise _shared(folder)
    wants_gate = pre_push or tables_of(session, "hook").hook.gate_on_push
    return _change(start, folder, (*HOOKS, *([PRE_PUSH] if wants_gate else [])), install)


def uninstall_hooks(start: Start) -> HookReport:
    """Remove what `install_hooks` put in place, and put back what was there before."""
    return _change(start, hook_folder(_checkout(start)), ALL_HOOKS, uninstall)


def report_hooks(start: Start) -> HookReport:
    """What is found in the place of every hook. Raises `NotFoundError` outside of git."""
    return _report(start, hook_folder(_checkout(start)))


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


def _shared(folder: HookFolder) -> ConflictError:
    lines = "; ".join(f'{name}: yoi hook run {name} -- "$@"' for name in HOOKS)
    return ConflictError(
        "hooks_path_shared",
        f"core.hooksPath is {folder.setting}, which lies outside of this repository; other "
        "repositories may use it too."
        if folder.setting
        else f"The hooks are kept in {folder.path}, which lies outside of this repository.",
        hint="Nothing was written. Either add a line to the hooks that stand there "
        f"({lines}), or install into that folder with --global-hooks-path: in a repository "
        "without tickets these hooks do nothing.",
        details={"path": folder.path, "setting": folder.setting},
    )
