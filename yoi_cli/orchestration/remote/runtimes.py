"""The runtimes of the registry for a run, behind the port `Elsewhere`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from yoi_cli.errors import NotFoundError, YoiError
from yoi_cli.git.work_refs import LocalRefs, WorkRefs
from yoi_cli.orchestration.elsewhere import UNREACHABLE, Away, FarJob, FarState
from yoi_cli.orchestration.remote.line import (
    NEEDED,
    Line,
    Memory,
    Reached,
    end_workers,
    release_workers,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yoi_cli.git.repository import RepositoryPaths
    from yoi_cli.model.workers.order import WorkerOrder
    from yoi_cli.model.workers.runtimes import RuntimeEntry
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.remote.remembered import RememberedWorkers
    from yoi_cli.workers.runtime import Runtime

_CLOSE_SECONDS = 10.0


class Directory(Protocol):
    """The registry, as far as a run needs it; several threads may use it at once."""

    def entries(self) -> Mapping[str, RuntimeEntry]: ...

    def entry(self, runtime_id: str) -> RuntimeEntry: ...

    def runtime(self, runtime_id: str) -> Runtime: ...

    def remembered(self, runtime_id: str) -> RememberedWorkers: ...

    def close(self) -> None: ...


class FarRuntimes:
    """An `Elsewhere`. `owner` is what the keys of this clone's runs begin with, `silence` how many
    seconds a git remote may say nothing."""

    def __init__(
        self, directory: Directory, paths: RepositoryPaths, *, owner: str, silence: float
    ) -> None:
        self._directory, self._paths = directory, paths
        self._owner, self._silence = owner, silence
        self._lines: dict[str, Line] = {}

    def follow(self, job: FarJob, order: Callable[[], WorkerOrder] | None) -> FarState:
        return self._line(job.runtime).follow(job, order)

    def away(self, runtime: str) -> Away | None:
        line = self._line(runtime)
        return line.away if line.is_known else None

    def obstacles(self, runtime: str) -> Sequence[tuple[str, str]] | None:
        try:
            self._remote_of(runtime)
        except YoiError as error:
            return [(error.code, error.message)]
        line = self._line(runtime)
        line.check()
        if not line.is_known:
            return None
        if line.away is not None:
            return [(UNREACHABLE, line.away.text)]
        lacking = [one for one in NEEDED if one not in (line.capabilities or ())]
        if lacking:
            text = f"The runtime {runtime} cannot do what a role needs there: {lacking[0]}."
            return [("runtime_unsupported", text)]
        return ()

    def places(self, runtime: str) -> int | None:
        try:
            return self._directory.entry(runtime).places
        except YoiError:
            return None

    def is_of_this_clone(self, runtime: str) -> bool:
        try:
            return self._directory.entry(runtime).is_of_this_clone
        except YoiError:
            return False

    def found(self) -> Sequence[WorkerView]:
        return [view for line in self._all() for view in line.take_found()]

    @property
    def is_settled(self) -> bool:
        return all(line.is_known for line in self._all())

    def _all(self) -> list[Line]:
        """The runtimes that roles can work on, whether any does or not."""
        try:
            entries = self._directory.entries().items()
            named = [one for one, entry in entries if entry.remote or entry.is_of_this_clone]
        except YoiError:
            named = []
        return [self._line(one) for one in dict.fromkeys((*named, *self._lines))]

    def end(self, runtime: str, keys: str) -> None:
        ticket = keys.removeprefix(self._owner).partition(":")[0]
        self._line(runtime).do(lambda there: end_workers(there.runtime, ticket, keys))

    def clear(self, runtime: str, ticket: str, keys: str, refs: Sequence[str]) -> None:
        def errand(there: Reached) -> None:
            end_workers(there.runtime, ticket, keys)
            release_workers(there.runtime, ticket, keys)
            for ref in refs:
                there.refs.drop(ref)

        self._line(runtime).do(errand)

    def close(self) -> None:
        end = time.monotonic() + _CLOSE_SECONDS
        for one in self._lines.values():
            one.close(max(0.0, end - time.monotonic()))
        self._directory.close()

    def _line(self, name: str) -> Line:
        line = self._lines.get(name)
        if line is None:
            memory = memory_of(self._directory.remembered(name), name)
            line = Line(name, lambda: self._reached(name), memory, self._owner)
            self._lines[name] = line
            line.start()
        return line

    def _reached(self, name: str) -> Reached:
        remote = self._remote_of(name)
        here = self._paths.root
        refs = WorkRefs(here, remote, silence=self._silence) if remote else LocalRefs(here)
        return Reached(self._directory.runtime(name), refs, is_of_this_clone=not remote)

    def _remote_of(self, name: str) -> str:
        """The git remote that commits go by, empty for a runtime of this clone. Raises
        `NotFoundError` (`runtime_not_found`, `runtime_without_remote`)."""
        entry = self._directory.entry(name)
        if entry.is_of_this_clone:
            return ""
        remote = entry.remote
        if not remote:
            raise NotFoundError(
                "runtime_without_remote",
                f"The registry names no git remote for the runtime {name}.",
                hint='`remote = "NAME"` there names one that both reach.',
                details={"runtime_id": name},
            )
        if not self._paths.find(["config", "--get", f"remote.{remote}.url"]):
            raise NotFoundError(
                "runtime_without_remote",
                f"There is no git remote {remote}, which the registry names for {name}.",
                hint="`git remote add` makes one.",
                details={"runtime_id": name},
            )
        return remote


def memory_of(remembered: RememberedWorkers, name: str) -> Memory:
    """What a clone remembers of whether the runtime `name` can be asked."""

    def read() -> Away | None:
        seen = remembered.read()
        since = seen.unreachable_since
        return None if since is None else Away(name, since, seen.code)

    def lost(code: str) -> Away:
        seen = remembered.unreachable(time.time_ns() // 1_000_000, code)
        return Away(name, seen.unreachable_since or time.time_ns() // 1_000_000, code)

    return Memory(read, lost, remembered.reached)
