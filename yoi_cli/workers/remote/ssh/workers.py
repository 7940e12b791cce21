"""The workers of a clone on another machine, as if they were here: what `FileRuntime` does, asked
of the program there (docs/machines.md)."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import msgspec

from yoi_cli.errors import NotFoundError, OperationError, StoreInvalidError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.output import follow_output
from yoi_cli.workers.lookup import still_at_work
from yoi_cli.workers.model import WorkerView
from yoi_cli.workers.observation import LifecycleEvent, Marks, ObservedWorker, Stretch
from yoi_cli.workers.remote.backoff import Backoff
from yoi_cli.workers.remote.ssh.errors import ssh_error
from yoi_cli.workers.remote.ssh.requests import error_heard, request_said
from yoi_cli.workers.remote.ssh.worktrees import SshWorktrees
from yoi_cli.workers.runtime import Output, Recovery, WorkerList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from yoi_cli.model.workers.spec import WorkerRequest
    from yoi_cli.workers.remote.ssh.channel import Channel

Value = TypeVar("Value")
#: An answer waits so long for something to happen; then it is asked again.
_LONGEST_WAIT = 20.0
#: How long a worker may take to start, and to end beyond its grace.
_START_SECONDS, _END_SECONDS = 60.0, 30.0
_LONGEST_GRACE = 600.0
#: For so long a host that went away is waited for by who follows a worker of it.
_PATIENCE = 600.0
_AWAY = frozenset({"runtime_unreachable", "runtime_timeout"})


class FarFacts(NamedTuple):
    """What the other machine has: versions; the folder in which workers begin, the top of the
    clone that it lies in, and the git folder of that."""

    python: str
    git: str
    workspace: str
    repository: str
    git_folder: str


class SshWorkers:
    """A `CloneWorkers` through `channel`. `root` is the top of the clone here, whose commits may
    be wanted there; None, it is in no repository."""

    def __init__(self, channel: Channel, root: str | None = None) -> None:
        self._channel = channel
        self._root = root
        self._facts: FarFacts | None = None

    @property
    def runtime_id(self) -> str:
        return self._channel.runtime_id

    def close(self) -> None:
        """Let the session go."""
        self._channel.close()

    def facts(self) -> FarFacts:
        """What is there, which shows that it can be used."""
        if self._facts is None:
            self._facts = self.as_(FarFacts, self._ask("facts"))
        return self._facts

    @property
    def worktrees(self) -> SshWorktrees:
        """The worktrees there in which ordered workers work."""
        return SshWorktrees(self._channel, lambda: self.facts().repository, self._root)

    def spawn(self, request: WorkerRequest) -> WorkerView:
        return self.spawn_or_find(request)[0]

    def spawn_or_find(self, request: WorkerRequest) -> tuple[WorkerView, bool]:
        """As `spawn`; and whether it was started now. The key, which a request without one is
        given, has it started once however often the connection ends."""
        answer = self._channel.ask(
            "spawn",
            request_said(_with_key(request)),
            payload=request.stdin or b"",
            seconds=_START_SECONDS,
        )
        view, is_new = self.as_(tuple[WorkerView, bool], answer.said["gives"])
        return self._own(view), is_new

    def list_all(self) -> WorkerList:
        """Every worker, the oldest first, and why others cannot be read."""
        found = self.as_(_Listed, self._ask("list"))
        try:
            errors = [error_heard(one) for one in found.unreadable]
        except ValueError:
            raise ssh_error("runtime_malformed", self.runtime_id) from None
        return WorkerList(
            tuple(map(self._own, found.workers)),
            tuple(one for one in errors if isinstance(one, StoreInvalidError)),
        )

    def all(self) -> Sequence[WorkerView]:
        return self.list_all().workers

    def unreadable(self) -> Sequence[StoreInvalidError]:
        return self.list_all().unreadable

    def each(self, after: str = "") -> Iterator[WorkerView | StoreInvalidError]:
        """Every worker whose id is greater than `after`, the oldest first; before them, in place
        of those that cannot be read, the errors for them."""
        found = self.list_all()
        yield from (one for one in found.unreadable if str(one.details.get("worker_id")) > after)
        yield from (view for view in found.workers if view.worker_id > after)

    def ids(self) -> list[str]:
        found = self.list_all()
        broken = [str(one.details.get("worker_id")) for one in found.unreadable]
        return sorted([*broken, *(view.worker_id for view in found.workers)])

    def show(self, worker_id: str) -> WorkerView:
        return self._view(self._ask("show", worker_id=worker_id))

    def find(self, key: str) -> WorkerView | None:
        return self._maybe(self._ask("find", key=key))

    def find_started(self, key: str, fingerprint: str) -> WorkerView | None:
        """As `FileRuntime.find_started`."""
        return self._maybe(self._ask("find_started", key=key, fingerprint=fingerprint))

    def output(self, worker_id: str, cursor: int, limit: int, seconds: float = 0.0) -> Output:
        """As `FileRuntime.output`, once there is something, or `seconds` are over."""
        said = {"worker_id": worker_id, "cursor": cursor, "limit": limit, "seconds": seconds}
        answer = self._channel.ask("output", said, seconds=seconds)
        start, end, resync, at_end = self.as_(tuple[int, int, bool, bool], answer.said["gives"])
        if start < 0 or end - start != len(answer.payload):
            raise ssh_error("runtime_malformed", self.runtime_id)
        return Output(answer.payload, start, end, resync, at_end)

    def read(self, worker_id: str, cursor: int, *, follow: bool = False) -> Iterator[Output]:
        """All output from `cursor` on; to `follow` is to go on until the worker has ended, however
        often the host goes away and comes back."""
        seconds = _LONGEST_WAIT if follow else 0.0

        def read(at: int, limit: int) -> Output:
            work = partial(self.output, worker_id, at, limit, seconds)
            return self._patiently(work, _PATIENCE) if follow else work()

        return follow_output(read, cursor, follow=follow)

    def lifecycle(self, worker_id: str, after: int = 0) -> Sequence[LifecycleEvent]:
        found = self._ask("lifecycle", worker_id=worker_id, after=after)
        return self.as_(list[LifecycleEvent], found)

    def input(self, worker_id: str, data: bytes, *, close: bool = False) -> None:
        """As `FileRuntime.input`; where nobody knows whether it arrived, that is told
        (`runtime_timeout`), and it is not said again."""
        self._channel.ask(
            "input",
            {"worker_id": worker_id, "close": close},
            payload=data,
            seconds=_END_SECONDS,
            is_repeatable=False,
        )

    def resize(self, worker_id: str, rows: int, columns: int) -> None:
        self._ask("resize", worker_id=worker_id, rows=rows, columns=columns)

    def stop(self, worker_id: str, grace: float | None = None) -> WorkerView:
        allowed = (_LONGEST_GRACE if grace is None else grace) + _END_SECONDS
        said = {"worker_id": worker_id, "seconds": grace}
        return self._view(self._channel.ask("stop", said, seconds=allowed).said["gives"])

    def cancel(self, worker_id: str) -> WorkerView:
        said = {"worker_id": worker_id}
        allowed = _LONGEST_GRACE + _END_SECONDS
        return self._view(self._channel.ask("cancel", said, seconds=allowed).said["gives"])

    def wait(self, worker_id: str, timeout: float | None = None) -> WorkerView:
        """As `FileRuntime.wait`, however often the host goes away and comes back meanwhile."""
        end = time.monotonic() + (float("inf") if timeout is None else timeout)
        while True:
            seconds = max(0.0, min(_LONGEST_WAIT, end - time.monotonic()))
            said = {"worker_id": worker_id, "seconds": seconds}
            ask = partial(self._channel.ask, "wait", said, seconds=seconds)
            try:
                patience = min(_PATIENCE, end - time.monotonic())
                return self._view(self._patiently(ask, patience).said["gives"])
            except OperationError as error:
                if error.code != "worker_timeout":
                    raise
            if time.monotonic() >= end:
                raise still_at_work(worker_id, "at work", timeout or 0.0)

    def recover(self) -> Sequence[Recovery]:
        answer = self._channel.ask("recover", seconds=_END_SECONDS)
        found = self.as_(list[tuple[WorkerView, str, str]], answer.said["gives"])
        return [Recovery(self._own(view), action, words) for view, action, words in found]

    def prune(self, ended_before: int) -> Sequence[str]:
        said = {"ended_before": ended_before}
        answer = self._channel.ask("prune", said, seconds=_END_SECONDS)
        return self.as_(list[str], answer.said["gives"])

    def forget(self, worker_id: str) -> bool:
        try:
            return self.as_(bool, self._ask("forget", worker_id=worker_id))
        except NotFoundError:  # by the question before, whose answer was lost
            return True

    def has_mail(self, worker_id: str) -> bool:
        """Nobody there has a store of ours: what a worker has to say is what it writes."""
        del worker_id
        return False

    def marks(self, worker_id: str) -> Marks:
        return self.as_(Marks, self._ask("marks", worker_id=worker_id))

    def observe(self, worker_id: str) -> ObservedWorker:
        found = self.as_(
            tuple[WorkerView, int, int, int, bool, bool, int],
            self._ask("observe", worker_id=worker_id),
        )
        return ObservedWorker(*found)._replace(view=self._own(found[0]))

    def stretch(self, worker_id: str, start: int, limit: int) -> Stretch:
        said = {"worker_id": worker_id, "start": start, "limit": limit}
        answer = self._channel.ask("stretch", said)
        return Stretch(self.as_(int, answer.said["gives"]), answer.payload)

    def attend(self, worker_id: str) -> Recovery:
        view, action, words = self.as_(
            tuple[WorkerView, str, str], self._ask("attend", worker_id=worker_id)
        )
        return Recovery(self._own(view), action, words)

    def keep_prompt(self, text: str) -> str:
        """Write a prompt down there; its path."""
        answer = self._channel.ask("keep_prompt", payload=text.encode("utf-8", "replace"))
        return self.as_(str, answer.said["gives"])

    def identity(self, request: WorkerRequest) -> Mapping[str, str]:
        """Who commits there, as variables."""
        answer = self._channel.ask("identity", request_said(request))
        return self.as_(dict[str, str], answer.said["gives"])

    def _ask(self, name: str, **said: str | int) -> object:
        return self._channel.ask(name, said).said["gives"]

    def _patiently(self, work: Callable[[], Value], patience: float) -> Value:
        """What `work` gives, once the host can be asked; it is waited for so many seconds."""
        backoff, since = Backoff(), time.monotonic()
        while True:
            try:
                return work()
            except OperationError as error:
                pause = backoff.pause(0.0)
                if error.code not in _AWAY or time.monotonic() + pause - since > patience:
                    raise
                time.sleep(pause)

    def _view(self, said: object) -> WorkerView:
        return self._own(self.as_(WorkerView, said))

    def _maybe(self, said: object) -> WorkerView | None:
        return None if said is None else self._view(said)

    def _own(self, view: WorkerView) -> WorkerView:
        return view._replace(runtime_id=self.runtime_id)

    def as_(self, kind: type[Value], said: object) -> Value:
        """What was answered, as a `kind`. Raises `OperationError` (`runtime_malformed`)."""
        try:
            return msgspec.convert(said, kind)
        except msgspec.ValidationError:
            raise ssh_error("runtime_malformed", self.runtime_id) from None


class _Listed(msgspec.Struct, frozen=True):
    workers: list[WorkerView]
    unreadable: list[dict[str, object]]


def _with_key(request: WorkerRequest) -> WorkerRequest:
    """A request that may be repeated."""
    import secrets

    if request.spec.key is not None:
        return request
    return request._replace(spec=request.spec._replace(key=f"once {secrets.token_hex(16)}"))
