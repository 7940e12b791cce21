"""The processes that belong to a worker, however they tried to leave it."""

from __future__ import annotations

import os

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.shim.kernel import (
    Identity,
    Process,
    environment_of,
    is_alive,
    processes,
    send,
)
from yoi_cli.workers.local.shim.launch import OF_SHIM, OF_WORKER
from yoi_cli.workers.local.shim.light import TYPE_CHECKING, signal
from yoi_cli.workers.local.shim.parts import parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_OF_SHIM, _OF_WORKER = OF_SHIM.encode(), OF_WORKER.encode()


class ProcessTree(NamedTuple):
    """A worker and the processes that supervise it, which are not its own: `keepers`.

    `was_alive` says that the worker was there when this was made, and has been looked at since.
    """

    worker_id: str
    worker: Identity
    keepers: tuple[Identity, ...]
    was_alive: bool

    def members(self) -> list[Identity]:
        """Every process of the worker that is alive, itself included.

        Those are its descendants (orphans among them come to its keepers), its session while
        it leads it, and whoever was started with its mark. Where orphans do not come to its
        keepers, what is in its session stays its own when it has ended. A worker that was started
        from within this one is a worker of its own, with all that descends from it.
        """
        table = processes()
        roots = {who.pid for who in self.keepers if is_alive(who)}
        roots.add(os.getpid())
        leads = is_alive(self.worker)
        if not parts().adopts and self.was_alive and self.worker.pid not in table:
            leads = True  # nobody gets a number that is still a session's
        mark = self.worker_id.encode()
        verdicts: dict[int, bool] = dict.fromkeys(roots, True)
        for one in table.values():
            self._judge(one, table, verdicts, mark, leads=leads)
        return [
            Identity(pid, table[pid].started)
            for pid, belongs in verdicts.items()
            if belongs and pid not in roots and pid in table
        ]

    def _judge(
        self,
        one: Process,
        table: Mapping[int, Process],
        verdicts: dict[int, bool],
        mark: bytes,
        *,
        leads: bool,
    ) -> bool:
        known = verdicts.get(one.pid)
        if known is not None:
            return known
        variables = environment_of(one.pid)
        named = variables.get(_OF_SHIM) or variables.get(_OF_WORKER)
        if named is not None:
            belongs = named == mark
        elif leads and one.session == self.worker.pid:
            belongs = True
        else:
            parent = table.get(one.parent)
            belongs = parent is not None and self._judge(parent, table, verdicts, mark, leads=leads)
        verdicts[one.pid] = belongs
        return belongs


def send_all(who: Iterable[Identity], number: signal.Signals) -> None:
    """Signal each of them; those that are gone already are passed over."""
    for one in who:
        send(one, number)


def ask_to_end(who: Iterable[Identity]) -> None:
    """SIGTERM, and SIGCONT so that one that was halted hears of it."""
    listed = tuple(who)
    send_all(listed, signal.SIGTERM)
    send_all(listed, signal.SIGCONT)
