"""The hooks that `yoi` installs, and what is found where they belong (docs/hooks.md)."""

from __future__ import annotations

from yoi_cli.named_tuple import NamedTuple

POST_COMMIT = "post-commit"
PREPARE_COMMIT_MSG = "prepare-commit-msg"
COMMIT_MSG = "commit-msg"
POST_MERGE = "post-merge"
POST_REWRITE = "post-rewrite"
PRE_PUSH = "pre-push"

#: Those that are always installed, and the one that is asked for.
HOOKS = (PREPARE_COMMIT_MSG, COMMIT_MSG, POST_COMMIT, POST_MERGE, POST_REWRITE)
ALL_HOOKS = (*HOOKS, PRE_PUSH)
#: Those that git gives something to read.
READING = frozenset({POST_REWRITE, PRE_PUSH})
#: Those whose exit code git follows. The others run when all is done.
REFUSING = frozenset({PREPARE_COMMIT_MSG, COMMIT_MSG, PRE_PUSH})

ABSENT = "absent"
INSTALLED = "installed"
#: Installed by another version of yoi, or no longer executable: `yoi hook install` mends it.
OUTDATED = "outdated"
#: Ours, with lines of somebody else's.
EDITED = "edited"
#: Somebody else's, and ours is not there.
FOREIGN = "foreign"
#: Somebody else's, which took the place of ours; what ours called stands beside it.
REPLACED = "replaced"


class HookFile(NamedTuple):
    """What stands at the place of one hook.

    `chained` is the path of the hook that ours runs first, None where there is none; `maker`
    is the tool that made it, or the hook that stands there where that is not ours, as far as
    it can be told. `note` says what a person should know.
    """

    name: str
    path: str
    state: str
    chained: str | None = None
    maker: str = ""
    note: str = ""


class HookFolder(NamedTuple):
    """Where git looks for hooks, and who says so.

    `setting` is the value of `core.hooksPath`, None where git looks in its own folder.
    `is_shared` says that it lies outside of the repository, so that other repositories may
    use it too.
    """

    path: str
    setting: str | None = None
    is_shared: bool = False
