"""Git hooks that record commits on tickets (docs/hooks.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yoi_cli.hooks.ports import HookOutcome as HookOutcome
    from yoi_cli.hooks.ports import HookReport as HookReport
    from yoi_cli.workspace.start import Start


def install(
    start: Start, *, pre_push: bool = False, global_path: bool = False, force: bool = False
) -> HookReport:
    """Install the hooks; what stands there stays, and runs first. Once more changes nothing.

    `pre_push` asks for that hook too, as `[hook] gate_on_push` does. Raises `NotFoundError`,
    and `ConflictError` (`hooks_path_shared` unless with `global_path`, `hooks_path_tracked`
    unless with `force`).
    """
    from yoi_cli.hooks.open import install_hooks

    return install_hooks(start, pre_push=pre_push, global_path=global_path, force=force)


def uninstall(start: Start) -> HookReport:
    """Take our hooks away, and put back what stood there. Raises `NotFoundError`."""
    from yoi_cli.hooks.open import uninstall_hooks

    return uninstall_hooks(start)


def status(start: Start) -> HookReport:
    """What stands at the place of every hook. Raises `NotFoundError` outside of git."""
    from yoi_cli.hooks.open import report_hooks

    return report_hooks(start)


def run(
    name: str,
    arguments: tuple[str, ...],
    *,
    folder: str,
    environment: Mapping[str, str],
    stdin: Callable[[], bytes],
) -> HookOutcome:
    """Do what the hook `name` is for, as git calls it in `folder`.

    `stdin` is asked only by those that git gives something. Raises `UsageError`
    (`hook_unknown`), and the errors by which a hook refuses.
    """
    from yoi_cli.hooks.ports import HookCall
    from yoi_cli.hooks.run import run_hook

    return run_hook(HookCall(name, arguments, environment, folder, stdin))
