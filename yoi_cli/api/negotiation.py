"""What a runtime says that it can, tried (docs/runtime.md, "Registry")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.runtimes import ClusterRuntime
from yoi_cli.model.workers.runtimes import (
    EMBEDDED,
    EMBEDDED_ID,
)
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.runtime import WorkerFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yoi_cli.api.registry import Registry
    from yoi_cli.api.runtime_kinds import AnyRuntime


class CapabilityCheck(NamedTuple):
    """Whether a runtime can do something that is needed; `why` says what is missing, `hint` what
    helps."""

    name: str
    is_there: bool
    why: str = ""
    hint: str = ""


class Negotiation(NamedTuple):
    """What a runtime said when it was tested, which is not kept. `code` says why it could not be
    asked; else `is_compatible` says whether every one of `checks` is good."""

    runtime_id: str
    kind: str
    version: str = ""
    api_versions: tuple[str, ...] = ()
    state: str = ""
    workspaces: tuple[str, ...] = ()
    checks: tuple[CapabilityCheck, ...] = ()
    code: str = ""
    message: str = ""

    @property
    def is_compatible(self) -> bool:
        return not self.code and all(one.is_there for one in self.checks)


def test(registry: Registry, runtime_id: str) -> Negotiation:
    """Negotiate with a runtime: its version, and each capability that pages and commands need.

    What it says that it can is tried where that changes nothing: on a worker that there is not.
    Of one by Slurm a job tries the folder and its locks, which may take a minute.
    Raises `NotFoundError` (`runtime_not_found`) only.
    """
    from yoi_cli.errors import YoiError

    kind = EMBEDDED if runtime_id == EMBEDDED_ID else registry.entry(runtime_id).kind
    try:
        runtime = registry.runtime(runtime_id)
        facts = runtime.facts()
        checks = (_version_check(facts.api_versions), *_checks(runtime, facts.capabilities))
        if isinstance(runtime, ClusterRuntime):
            checks += tuple(CapabilityCheck(*one) for one in runtime.probe())
    except YoiError as error:
        return Negotiation(runtime_id, kind, code=error.code, message=error.message)
    return Negotiation(
        runtime_id,
        kind,
        facts.version,
        facts.api_versions,
        facts.state,
        facts.workspaces,
        checks,
    )


_API = "v1"
#: What pages and commands need of a runtime.
NEEDED = ("create", "input", "stop", "cancel", "transcript", "events", "wait")
_NOBODY = "w-00000000000000000000000000"


def _version_check(versions: Sequence[str]) -> CapabilityCheck:
    if _API in versions:
        return CapabilityCheck(f"api {_API}", True)
    return CapabilityCheck(f"api {_API}", False, "It speaks another version.")


def _checks(runtime: AnyRuntime, said: Sequence[str]) -> list[CapabilityCheck]:
    tried: Mapping[str, Callable[[], object]] = {
        "list": lambda: runtime.list_workers(WorkerFilter(state="lost")),
        "input": lambda: runtime.give_input(_NOBODY, b""),
        "stop": lambda: runtime.end(_NOBODY),
        "cancel": lambda: runtime.end(_NOBODY, cancel=True),
        "transcript": lambda: runtime.output(_NOBODY, 0, 1),
        "events": lambda: runtime.events(_NOBODY),
        "wait": lambda: runtime.await_end(_NOBODY, 0),
    }
    found = []
    for name in ("list", *NEEDED):
        if name != "list" and name not in said:
            found.append(CapabilityCheck(name, False, "It does not say that it can."))
            continue
        found.append(_tried(name, tried.get(name)))
    return found


def _tried(name: str, work: Callable[[], object] | None) -> CapabilityCheck:
    from yoi_cli.errors import OperationError, YoiError

    if work is None:
        return CapabilityCheck(name, True)
    try:
        work()
    except YoiError as error:
        if error.code == "worker_not_found":
            return CapabilityCheck(name, True)
        unable = isinstance(error, OperationError) and error.code.startswith("runtime_")
        why = error.message if unable else "It answers otherwise than it should."
        return CapabilityCheck(name, False, why)
    return CapabilityCheck(name, name == "list", "" if name == "list" else _INVENTED)


_INVENTED = "It speaks of a worker that there is not."
