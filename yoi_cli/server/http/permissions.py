"""Who may do what: three kinds of principal, and what every route asks of them.

An owner may do all, a viewer reads, and a worker reads what is its own. A route names one of the
permissions below, or `PUBLIC`; there is no other way to reach it (docs/security.md).
"""

from __future__ import annotations

from yoi_cli.named_tuple import NamedTuple

OWNER, VIEWER, WORKER = "owner", "viewer", "worker"
KINDS = (OWNER, VIEWER, WORKER)


class Permission(NamedTuple):
    """What a route asks for, and the kinds of principal that have it."""

    name: str
    kinds: frozenset[str]


class Principal(NamedTuple):
    """Whoever a credential stands for. A worker is one worker of one runtime, with its `ticket`.

    `proof`, where there is one, has to be sent beside the credential with whatever changes
    something: a browser sends a cookie of its own accord, whoever asks it to.
    """

    kind: str
    worker_id: str | None = None
    ticket: str | None = None
    proof: str = ""

    def may(self, permission: Permission) -> bool:
        return self.kind in permission.kinds

    def sees_worker(self, worker_id: str) -> bool:
        """Whether the worker `worker_id` exists, as far as this principal is told."""
        return self.kind != WORKER or self.worker_id == worker_id


_ALL = frozenset(KINDS)
_READERS = frozenset((OWNER, VIEWER))
_OWNERS = frozenset((OWNER,))

#: Answered without a credential.
PUBLIC = Permission("public", frozenset())

RUNTIME_READ = Permission("runtime:read", _READERS)
RUNTIME_OPERATE = Permission("runtime:operate", _OWNERS)
WORKERS_LIST = Permission("workers:list", _ALL)
WORKERS_READ = Permission("workers:read", _ALL)
WORKERS_OBSERVE = Permission("workers:observe", _ALL)
WORKERS_CREATE = Permission("workers:create", _OWNERS)
WORKERS_INPUT = Permission("workers:input", _OWNERS)
WORKERS_STOP = Permission("workers:stop", _OWNERS)
BUNDLES_READ = Permission("bundles:read", _READERS)
BUNDLES_WRITE = Permission("bundles:write", _OWNERS)

WORKSPACE_READ = Permission("workspace:read", _READERS)
TICKETS_READ = Permission("tickets:read", _READERS)
TICKETS_WRITE = Permission("tickets:write", _OWNERS)
RUNTIMES_READ = Permission("runtimes:read", _READERS)
RUNTIMES_WRITE = Permission("runtimes:write", _OWNERS)
CLEANUP = Permission("cleanup", _OWNERS)
LOGINS = Permission("logins", _OWNERS)
