"""What a worker may write of the clone that it belongs to (docs/security.md)."""

from __future__ import annotations

import os
import stat
from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.git.checkout import is_below
from yoi_cli.model.workers.profiles import STRICT, UNCONFINED
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.grants import Grant, grants_of, make_named, named_path
from yoi_cli.workers.local.place import Clone, Place, branch_of, place_of, worktrees_of
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.launch import Confinement
from yoi_cli.workers.local.watched import (
    settings_of_agent,
    settings_of_git,
    watched_always,
    watched_too,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.model.workers.spec import WorkerRequest, WorkerSpec

#: Set to a number, no newer version of Landlock is made use of; 0 is none at all.
LANDLOCK = "YOI_LANDLOCK"
_NEWEST = 99
_BRANCHES = "refs/heads/"
#: Roles that look at what others committed, and commit nothing.
_ONLY_LOOK = frozenset({"reviewer", "validator"})
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "ptmx")
_SYSTEM = (
    *("/bin", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/nix", "/opt", "/proc"),
    *("/run", "/sbin", "/snap", "/sys", "/usr", "/var/lib"),
)
#: A worker's own git does not clean up the repository of all: it could not take the locks.
_GIT_SETTINGS = (("gc.auto", "0"), ("maintenance.auto", "false"), ("rerere.enabled", "false"))


class Grounds(NamedTuple):
    """What the kernel lets a worker do, and the variables that it needs for that."""

    confinement: Confinement | None = None
    variables: Mapping[str, str] = MappingProxyType({})


def is_confined(spec: WorkerSpec) -> bool:
    return spec.confine not in (None, UNCONFINED)


def landlock_limit(environment: Mapping[str, str]) -> int:
    """The newest version of Landlock that is to be made use of."""
    limit = environment.get(LANDLOCK, "")
    return int(limit) if limit.isdecimal() else _NEWEST


def prepare_confinement(
    request: WorkerRequest, environment: Mapping[str, str], clone: Clone, folder: str, limit: int
) -> Grounds:
    """Make what the worker needs to be there, and say what it may write.

    `environment` is the worker's, `folder` its own, which has its id for a name; `limit` is the
    newest version of Landlock to be made use of. What is made and is to go with the worker is
    written down in its folder.
    """
    spec = request.spec
    if not is_confined(spec):
        return Grounds()
    worker_id = os.path.basename(folder)
    outbox = _outbox(spec, clone, worker_id)
    place = place_of(os.path.realpath(spec.cwd), clone)
    protected = tuple(dict.fromkeys(_protected(clone, place)))
    protected += tuple(
        path
        for path in settings_of_git(environment)
        # Where keeping it costs nothing: in a folder that cannot be granted as a whole anyway.
        if any(is_below(one, os.path.dirname(path)) for one in protected)
    )
    own = [place.root, *outbox.values(), os.path.join(folder, files.OUTPUT)]
    passing: list[str] = []
    branch, refs = "", ""
    if place.git_dir is not None and clone.common_dir is not None:
        branch = request.environment.get("YOI_BRANCH") or branch_of(place.git_dir)
        refs = "" if spec.role in _ONLY_LOOK else _folder_of(clone.common_dir, branch)
        own += _git_folders(clone.common_dir, place.git_dir, refs)
        if refs:
            passing.append(_keep_folder(os.path.join(clone.common_dir, refs), worker_id))
    variables = {**outbox, **_git_variables(environment)}
    temporary = environment.get("TMPDIR") or "/tmp"  # noqa: S108
    is_strict = spec.confine == STRICT
    if is_strict or any(is_below(one, os.path.realpath(temporary)) for one in protected):
        temporary = _make_temporary(worker_id)
        own.append(temporary)
        passing.append(temporary)
        variables["TMPDIR"] = temporary
    _write_passing(folder, passing)
    own += make_named(spec.writable, place.root, environment, protected)
    general = [f"/dev/{name}" for name in _DEVICES] if is_strict else ["/"]
    readable = None
    if spec.readable is not None and is_strict:
        named = [named_path(one, place.root, environment) for one in spec.readable]
        also = [one for one in named if one is not None]
        readable = _encoded([*_SYSTEM, clone.workspace, *_of_git(clone), *_of_yoi(), *also])
    confinement = Confinement(
        abi=limit,
        mode=spec.confine or "",
        writable=_encoded([*general, *own]),
        protected=_encoded(protected),
        readable=readable,
        ports=spec.ports if is_strict else None,
        watched=_encoded(
            [
                *watched_always(clone, place, environment, branch, refs),
                *settings_of_agent(spec.agent, environment),
            ]
        ),
        watched_too=_encoded([*watched_too(clone, place)]),
    )
    return Grounds(confinement, variables)


def named_grants(
    spec: WorkerSpec, environment: Mapping[str, str], clone: Clone
) -> tuple[Grant, ...]:
    """What a worker in a linked worktree of the clone may write because it is named."""
    protected = tuple(_protected(clone, Place("")))
    return tuple(grants_of(spec.writable, clone.workspace, environment, protected))


def _outbox(spec: WorkerSpec, clone: Clone, worker_id: str) -> dict[str, str]:
    """The variable that names the worker's outbox, which is made; none where nobody empties it."""
    if not clone.takes_messages:
        return {}
    from yoi_cli.model.worker_message import Sender
    from yoi_cli.store.files.outbox import make_outbox
    from yoi_cli.workspace.session import OUTBOX

    # Under which name its messages are written; the worker has no say in it.
    known = spec.role and spec.profile
    author = f"{spec.role} ({spec.profile})" if known else f"worker {worker_id}"
    sender = Sender(worker_id, author, spec.ticket or "")
    return {OUTBOX: make_outbox(clone.local_folder, sender)}


def _protected(clone: Clone, place: Place) -> Iterator[str]:
    yield from clone.stores
    yield clone.local_folder
    if clone.main_root is not None and place.root != clone.main_root:
        yield clone.main_root
    if clone.common_dir is not None:
        yield clone.common_dir
        for one in worktrees_of(clone.common_dir):
            if one.root != place.root:
                yield one.root


def _git_folders(common_dir: str, git_dir: str, refs: str) -> Iterator[str]:
    """What git writes in a linked worktree. Branches that stand in one folder cannot be told
    apart: the lock of each is made beside it."""
    yield git_dir
    yield os.path.join(common_dir, "objects")
    for name in ("lfs", "reftable"):
        if os.path.isdir(os.path.join(common_dir, name)):
            yield os.path.join(common_dir, name)
    if refs:
        for path in (os.path.join(common_dir, refs), os.path.join(common_dir, "logs", refs)):
            os.makedirs(path, exist_ok=True)
            yield path


def _keep_folder(folder: str, worker_id: str) -> str:
    """Put a file into a folder of branches, so that git does not take it away where it packs
    them: git knows such a name for a lock, and no branch has this one."""
    path = os.path.join(folder, f"{worker_id}.lock")
    with open(path, "ab"):
        return path


def _make_temporary(worker_id: str) -> str:
    """A folder for temporary files that is nobody else's. Its name is short, since sockets are
    made there; raises `OSError` where somebody else's stands in its place."""
    path = os.path.join("/tmp", f"yoi-{worker_id}")  # noqa: S108
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:  # by a launcher that was killed
        found = os.lstat(path)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise
    return path


def _write_passing(folder: str, paths: list[str]) -> None:
    if paths:
        with files.closing(files.open_folder(folder)) as descriptor:
            files.replace(descriptor, files.PASSING, os.fsencode("\0".join(paths)))


def _folder_of(common_dir: str, branch: str) -> str:
    """The folder of the branch's ref below the git folder; empty for what no branch can be
    called, or stands elsewhere in truth."""
    if not branch or any(part in ("", ".", "..") for part in branch.split("/")):
        return ""
    folder = os.path.dirname(_BRANCHES + branch)
    path = os.path.join(common_dir, folder)
    return folder if os.path.realpath(path) == path else ""


def _git_variables(environment: Mapping[str, str]) -> dict[str, str]:
    if "GIT_CONFIG_COUNT" in environment:
        return {}
    found = {"GIT_CONFIG_COUNT": str(len(_GIT_SETTINGS))}
    for number, (key, value) in enumerate(_GIT_SETTINGS):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return found


def _of_git(clone: Clone) -> list[str]:
    return [] if clone.common_dir is None else [clone.common_dir]


def _of_yoi() -> list[str]:
    import sys

    return [sys.prefix, sys.base_prefix, os.path.dirname(os.path.dirname(__file__))]


def _encoded(paths: list[str] | tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(os.fsencode(path) for path in paths))
