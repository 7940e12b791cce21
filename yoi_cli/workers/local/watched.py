"""What of a clone is compared before and after a worker (docs/security.md)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.workers.local.grants import named_path
from yoi_cli.workers.local.place import worktrees_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.workers.local.place import Clone, Place

#: As `shim/compare.py` has them.
_BY_STAT, _LEFT_OUT = "?", "-"
#: Files of a worktree's git folder that lead git elsewhere, or let it run something.
_LEADING = ("config.worktree", "commondir", "gitdir")


def settings_of_git(environment: Mapping[str, str]) -> Iterator[str]:
    """A person's own configuration of git."""
    home = environment.get("HOME", "/nonexistent")
    general = environment.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    yield os.path.realpath(os.path.join(home, ".gitconfig"))
    yield os.path.realpath(os.path.join(general, "git"))


def settings_of_agent(agent: str, environment: Mapping[str, str]) -> Iterator[str]:
    """What an agent may write, since it stands beside its login, and what leads its next run."""
    if not agent:
        return
    from yoi_cli.model.workers.presets import AGENT_SETTINGS

    found = AGENT_SETTINGS.get(agent)
    folder = named_path(found.folder, "/", environment) if found is not None else None
    if found is not None and folder is not None:
        yield from (os.path.join(folder, name) for name in found.names)


def watched_always(
    clone: Clone, place: Place, environment: Mapping[str, str], branch: str, refs: str
) -> Iterator[str]:
    """What cannot be kept from a worker of `branch`, whose refs stand in the folder `refs`."""
    yield from settings_of_git(environment)
    if place.git_dir is None or clone.common_dir is None:
        return
    yield os.path.join(place.root, ".git")
    yield from (os.path.join(place.git_dir, name) for name in _LEADING)
    yield os.path.join(clone.common_dir, "objects", "info", "alternates")
    if refs:
        yield os.path.join(clone.common_dir, refs)
        yield os.path.join(clone.common_dir, "packed-refs")
        yield _LEFT_OUT + os.path.join(clone.common_dir, "refs/heads", branch)


def watched_too(clone: Clone, place: Place) -> Iterator[str]:
    """What only Landlock keeps from a worker."""
    yield os.path.join(clone.workspace, ".yoi", "ticket.config.toml")
    if clone.common_dir is None:
        return
    for name in ("config", "hooks", "info", "HEAD", "packed-refs"):
        yield os.path.join(clone.common_dir, name)
    for name in ("heads", "tags", "replace"):
        yield os.path.join(clone.common_dir, "refs", name)
    for one in worktrees_of(clone.common_dir):
        if one.root != place.root and one.git_dir is not None:
            yield _BY_STAT + one.root
            yield from (os.path.join(one.git_dir, name) for name in ("HEAD", *_LEADING))
