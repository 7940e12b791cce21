"""What somebody who watches a worker is told of it, besides its bytes (docs/runtime.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from yoi_cli.workers.model import WorkerView


class Marks(NamedTuple):
    """What changes when anything of a worker does, and costs next to nothing to ask for.

    `size` is how many bytes it wrote, `records` the instant of the last change of its records,
    `events` the size of its log of events.
    """

    size: int
    records: int
    events: int


class ObservedWorker(NamedTuple):
    """A worker at one instant, as those who watch it need it.

    Bytes from `oldest` up to `size` can be read. `events` is the number of its last lifecycle
    event. `is_over` says that it has ended and that nothing follows: then `size` and `events`
    are the last. `is_unattended` says that nobody stands over it, so that nobody will see how
    it ends. `incarnation` tells it from another record under the same id.
    """

    view: WorkerView
    oldest: int
    size: int
    events: int
    is_over: bool
    is_unattended: bool
    incarnation: int


class Stretch(NamedTuple):
    """Bytes of a worker's output from `start` on, which is later than what was asked for where
    that is not kept any more."""

    start: int
    data: bytes


class LifecycleEvent(NamedTuple):
    """Something that happened to a worker, the `number`th, at `at` (Unix milliseconds).

    `event` is queued, started, adopted, input_closed, output_cut, ending, leftovers,
    leftovers_stay or ended. The others are the facts of some: what ends it, why it has no exit,
    how long it has, how many processes, from which byte on output is kept.
    """

    number: int
    at: int
    event: str
    cause: str = ""
    why: str = ""
    grace_ms: int | None = None
    processes: int | None = None
    start: int | None = None
