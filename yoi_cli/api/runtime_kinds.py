"""Runtimes of every kind that the registry names, opened from their entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from yoi_cli.api.hosts import SshHost
from yoi_cli.api.runtimes import ClusterRuntime, EmbeddedRuntime, SshRuntime
from yoi_cli.model.workers.runtimes import (
    HTTP,
    SLURM,
    SSH,
    RuntimeEntry,
)
from yoi_cli.workers.runtime import Runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yoi_cli.workspace.session import Session


AnyRuntime: TypeAlias = "EmbeddedRuntime | FarRuntime"


class FarRuntime(Runtime, Protocol):
    """A runtime on another machine, of whatever kind."""

    def close(self) -> None:
        """Let the connections go."""
        ...


def open_entry(session: Session, runtime_id: str, entry: RuntimeEntry) -> FarRuntime:
    """The runtime of an entry, whatever its kind is; nothing is sent yet. Raises what opens its
    kind does."""
    return _OPENERS[entry.kind](session, runtime_id, entry)


def _open_http(session: Session, runtime_id: str, entry: RuntimeEntry) -> FarRuntime:
    """Raises `OperationError` (`runtime_token_missing`) and `UsageError`
    (`runtime_url_invalid`)."""
    from yoi_cli.api.runtimes import connect
    from yoi_cli.workers.remote.named import NamedRuntime
    from yoi_cli.workers.remote.tokens import token_for

    token = token_for(runtime_id, entry, session.environment)
    inner = connect(entry.url, token, environment=session.environment, timeout=entry.timeout)
    return NamedRuntime(inner, runtime_id, entry.workspaces)


def _open_slurm(session: Session, runtime_id: str, entry: RuntimeEntry) -> FarRuntime:
    """The workers of this clone that Slurm runs; they have its profiles, tickets and worktrees."""
    caller = session.environment.get("YOI_WORKER_ID")
    return ClusterRuntime(
        session._replace(runtime=runtime_id), runtime_id, entry.name or "", caller
    )


def _open_ssh(session: Session, runtime_id: str, entry: RuntimeEntry) -> FarRuntime:
    """The workers of this clone on another machine; they have its profiles and tickets."""
    caller = session.environment.get("YOI_WORKER_ID")
    host = SshHost(session, runtime_id, entry)
    return SshRuntime(session, runtime_id, entry.name or "", caller, host)


#: What opens a runtime of each kind (`KINDS` of `model/workers/runtimes.py`).
_OPENERS: Mapping[str, Callable[[Session, str, RuntimeEntry], FarRuntime]] = {
    HTTP: _open_http,
    SLURM: _open_slurm,
    SSH: _open_ssh,
}
