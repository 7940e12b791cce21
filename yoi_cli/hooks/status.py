"""What doctor says of the hooks of a clone and its worktrees (docs/hooks.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.doctor.environment import CLONE, OK, EnvironmentCheck
from yoi_cli.model.findings import WARNING
from yoi_cli.model.hooks import ABSENT, FOREIGN, HOOKS, INSTALLED
from yoi_cli.model.text import some_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAME = "hooks"


def hooks_check(states: Mapping[str, Sequence[str]], lacking: Sequence[str]) -> EnvironmentCheck:
    """The line on hooks: `states` has the names of those of the checkout by what is found there,
    `lacking` the linked worktrees that have none of ours.
    """
    installed = states.get(INSTALLED, ())
    if not installed and set(states) <= {ABSENT, FOREIGN, INSTALLED}:
        message = "No hooks are installed; `yoi hook install` lets git record commits on tickets."
        return EnvironmentCheck(_NAME, CLONE, OK, message)
    if len(installed) < len(HOOKS):
        others = [name for name in HOOKS if name not in installed]
        message = f"Not as they were installed: {some_of(others)}."
        hint = "`yoi hook status` says what stands there; `yoi hook install` mends what it can."
        return EnvironmentCheck(_NAME, CLONE, WARNING, message, hint)
    if lacking:
        message = f"Installed here, but git runs none of them in {some_of(lacking)}."
        hint = "`yoi worktree doctor` says how to share them, `yoi hook status` what is there."
        return EnvironmentCheck(_NAME, CLONE, WARNING, message, hint)
    return EnvironmentCheck(_NAME, CLONE, OK, "The hooks are installed.")
