"""What may be asked of a clone's workers from another machine, by name."""

from __future__ import annotations

import hashlib
import os
import sys
from typing import TYPE_CHECKING, TypeAlias

from yoi_cli.errors import StoreInvalidError
from yoi_cli.git.command import run_git
from yoi_cli.store.files.directory import Directory
from yoi_cli.workers.local.launcher import check_system
from yoi_cli.workers.local.machine import LocalMachine
from yoi_cli.workers.local.order_worktrees import LocalOrderWorktrees
from yoi_cli.workers.local.output import await_output
from yoi_cli.workers.local.runtime import FileRuntime
from yoi_cli.workers.remote.ssh.far.place import open_place
from yoi_cli.workers.remote.ssh.requests import error_said, request_heard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yoi_cli.workers.model import WorkerView

_Said: TypeAlias = "Mapping[str, object]"
_PROMPTS = "prompts"


class Service:
    """The workers of the clone that the folder `folder` lies in. Several threads may ask."""

    def __init__(self, folder: str) -> None:
        self._place = open_place(folder)
        check_system()
        clone = self._place.clone
        self._workers = FileRuntime(self._place.workers, os.environ, clone)
        self._worktrees = LocalOrderWorktrees(
            self._place.repository, clone.local_folder, self._workers
        )
        self._machine = LocalMachine(self._place.workspace, os.environ, clone)

    def answer(self, name: str, said: _Said, payload: bytes) -> tuple[object, bytes]:
        """What is asked under `name`, as JSON has it and as bytes. Raises `YoiError`, `OSError`,
        and KeyError for what nobody can ask."""
        if name == "output":
            part = await_output(
                lambda at, limit: self._workers.output(_text(said, "worker_id"), at, limit),
                _number(said, "cursor"),
                _number(said, "limit"),
                seconds=_seconds(said) or 0.0,
            )
            return part[1:], part.data
        if name == "stretch":
            found = self._workers.stretch(
                _text(said, "worker_id"), _number(said, "start"), _number(said, "limit")
            )
            return found.start, found.data
        if name == "spawn":
            return self._workers.spawn_or_find(request_heard(said, payload)), b""
        if name == "input":
            self._workers.input(_text(said, "worker_id"), payload, close=bool(said["close"]))
            return None, b""
        if name == "keep_prompt":
            return self._keep_prompt(payload), b""
        return self._calls()[name](said), b""

    def _calls(self) -> Mapping[str, Callable[[_Said], object]]:
        workers = self._workers
        return {
            "facts": lambda _: self._facts(),
            "list": lambda _: self._list(),
            "show": lambda said: workers.show(_text(said, "worker_id")),
            "find": lambda said: workers.find(_text(said, "key")),
            "find_started": lambda said: workers.find_started(
                _text(said, "key"), _text(said, "fingerprint")
            ),
            "lifecycle": lambda said: workers.lifecycle(
                _text(said, "worker_id"), _number(said, "after")
            ),
            "stop": lambda said: workers.stop(_text(said, "worker_id"), _seconds(said)),
            "cancel": lambda said: workers.cancel(_text(said, "worker_id")),
            "wait": lambda said: workers.wait(_text(said, "worker_id"), _seconds(said)),
            "recover": lambda _: workers.recover(),
            "prune": lambda said: workers.prune(_number(said, "ended_before")),
            "forget": lambda said: workers.forget(_text(said, "worker_id")),
            "resize": lambda said: workers.resize(
                _text(said, "worker_id"), _number(said, "rows"), _number(said, "columns")
            ),
            "marks": lambda said: workers.marks(_text(said, "worker_id")),
            "observe": lambda said: workers.observe(_text(said, "worker_id")),
            "attend": lambda said: workers.attend(_text(said, "worker_id")),
            "identity": lambda said: self._machine.identity(request_heard(said, b"")),
            **self._worktree_calls(),
        }

    def _worktree_calls(self) -> Mapping[str, Callable[[_Said], object]]:
        worktrees = self._worktrees
        return {
            "make_worktree": lambda said: worktrees.make(_text(said, "name"), **_base(said)),
            "make_worktree_on": lambda said: worktrees.make_on(
                _text(said, "branch"), _text(said, "key"), **_base(said)
            ),
            "remove_worktree": lambda said: worktrees.remove(_text(said, "name")),
            "take_back": lambda said: worktrees.take_back(
                branch=_text(said, "branch"), **_base(said)
            ),
            "require_commit": lambda said: worktrees.require(
                _text(said, "ref"), _text(said, "commit")
            ),
            "ignore": lambda said: worktrees.ignore(_text(said, "pattern")),
            "deliver": lambda said: worktrees.deliver(_text(said, "worker_id")),
            "left_worktrees": lambda _: worktrees.left(),
            "release": lambda said: worktrees.release(_text(said, "worker_id")),
        }

    def _facts(self) -> object:
        version = run_git(["version"], cwd="/").strip().removeprefix("git version ")
        python = ".".join(map(str, sys.version_info[:3]))
        repository = self._place.repository
        return python, version, self._place.workspace, repository.root, repository.common_dir

    def _list(self) -> object:
        workers: list[WorkerView] = []
        unreadable: list[object] = []
        for one in self._workers.each():
            if isinstance(one, StoreInvalidError):
                unreadable.append(error_said(one))
            else:
                workers.append(one)
        return {"workers": workers, "unreadable": unreadable}

    def _keep_prompt(self, text: bytes) -> str:
        """Write a prompt down, outside of every worktree; its path."""
        folder = os.path.join(self._place.clone.local_folder, _PROMPTS)
        os.makedirs(folder, 0o700, exist_ok=True)
        name = f"{hashlib.sha256(text).hexdigest()[:32]}.md"
        with Directory.open(folder, _PROMPTS) as kept:
            kept.replace(name, text, temporary=f"{name}.{os.getpid()}.{os.urandom(4).hex()}")
        return os.path.join(folder, name)


def _text(said: _Said, name: str) -> str:
    value = said[name]
    if not isinstance(value, str):
        raise ValueError(name)
    return value


def _base(said: _Said) -> dict[str, str]:
    """What a worktree begins at."""
    return {name: _text(said, name) for name in ("ref", "commit", "folder")}


def _number(said: _Said, name: str) -> int:
    value = said[name]
    if not isinstance(value, int):
        raise ValueError(name)
    return value


def _seconds(said: _Said) -> float | None:
    value = said["seconds"]
    if value is None or isinstance(value, (int, float)):
        return value
    raise ValueError("seconds")
