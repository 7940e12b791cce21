"""Runtimes for tests: one workspace with profiles, asked in this process and over HTTP."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from support.api import session_at
from support.data import Data
from support.servers import RunningServer
from support.slurm import Cluster
from support.sshd import Sshd

from yoi_cli.api.documents.workers import worker_document
from yoi_cli.api.registry import Registry, RuntimeEntry
from yoi_cli.api.runtime_kinds import FarRuntime, open_entry
from yoi_cli.api.runtimes import EmbeddedRuntime
from yoi_cli.model.workers.order import WorkerOrder
from yoi_cli.workers.model import WorkerView
from yoi_cli.workers.remote.http import HttpRuntime
from yoi_cli.workers.runtime import Runtime

PATIENCE = 60.0
PROFILES = """
[profiles.teller]
command = ["sh", "-c", "printf 'told: '; cat; printf 'done\\n'"]

[profiles.sleeper]
command = ["sleep", "300"]

[profiles.reader]
command = ["cat"]

[profiles.missing]
command = ["/nowhere/no-such-program"]

[profiles.committer]
command = ["sh", "-c", '''
cat; env | grep '^YOI_\\|^GIT_NO' | sort
echo $YOI_ROUND >> work.txt; git add work.txt; git commit -qm Work; echo left > left.txt
''']

[profiles.chooser]
command = ["cat"]
models = ["small"]

[profiles.place]
command = ["sh", "-c", "git rev-parse HEAD; basename \\"$PWD\\"; ls"]
"""
_numbers = itertools.count()


class Place(NamedTuple):
    """A runtime that is tested, and the clone that its workers are of."""

    runtime: Runtime
    workspace: Path
    #: Where its workers have their folders, below the clone's local one.
    records: str = "workers"
    #: The clone in which they work, where that is another one.
    elsewhere: Path | None = None

    @property
    def clone(self) -> Path:
        return self.elsewhere or self.workspace

    @property
    def is_by_slurm(self) -> bool:
        return self.records != "workers"

    @property
    def is_own(self) -> bool:
        """Whether its workers are those of the clone's own runtime."""
        return not self.is_by_slurm and self.elsewhere is None


def add_profiles(workspace: Path) -> None:
    """Let the workspace have the profiles of these tests."""
    with (workspace / ".yoi/ticket.config.toml").open("a", encoding="utf-8") as config:
        config.write(PROFILES)


def embedded(workspace: Path) -> EmbeddedRuntime:
    return EmbeddedRuntime(session_at(workspace))


def by_slurm(workspace: Path, cluster: Cluster, **variables: str) -> FarRuntime:
    """The workers of the workspace that a cluster runs, by an entry of its registry."""
    session = session_at(workspace, **cluster.environment, **variables)
    registry = Registry(session)
    if "cluster" not in registry.entries():
        entry = RuntimeEntry(kind="slurm", timeout=PATIENCE, poll_interval=0.3, start_wait=PATIENCE)
        registry.add("cluster", entry)
    return open_entry(session, "cluster", registry.entry("cluster"))


def by_ssh(workspace: Path, host: Sshd, folder: Path, **variables: str) -> FarRuntime:
    """The workers of the workspace in the clone `folder` of another machine, by an entry of its
    registry."""
    session = session_at(workspace, **host.environment, **variables)
    registry = Registry(session)
    name = f"far-{folder.parent.name}"
    if name not in registry.entries():
        entry = RuntimeEntry(kind="ssh", host="far", folder=str(folder), timeout=PATIENCE)
        registry.add(name, entry)
    return open_entry(session, name, registry.entry(name))


def over_http(server: RunningServer) -> HttpRuntime:
    return HttpRuntime(server.address, server.token, timeout=PATIENCE)


def new_key() -> str:
    """A key that no other worker of the run has."""
    return f"key {time.time_ns()} {next(_numbers)}"


def order(profile: str = "teller", **others: object) -> WorkerOrder:
    """An order with a key of its own."""
    return WorkerOrder(**{"key": new_key(), "profile": profile, **others})  # type: ignore[arg-type]


def await_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.01)


def said(view: WorkerView) -> Data:
    """The document of a worker, which is the same wherever it comes from."""
    import msgspec

    found: Data = msgspec.to_builtins(worker_document(view))
    return found


def everything(runtime: Runtime, worker_id: str) -> bytes:
    return b"".join(part.data for part in runtime.read(worker_id, 0))
