"""Typed values out of a worker's JSON files, and the error for a file that has others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.workers.local.shim.kernel import NOBODY, Identity
from yoi_cli.workers.local.shim.state import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping


class Fields:
    """Takes typed values out of a JSON object, and names the file where they are none."""

    def __init__(self, worker_id: str, name: str, entry: Mapping[str, object]) -> None:
        self._worker_id = worker_id
        self._name = name
        self._entry = entry

    def check_version(self) -> None:
        if self.number("schema_version") > SCHEMA_VERSION:
            raise corrupt(self._worker_id, self._name, "a newer version of yoi wrote it")

    def text(self, key: str) -> str:
        value = self._entry.get(key)
        return value if isinstance(value, str) else self._refuse(key)

    def text_or_none(self, key: str) -> str | None:
        return None if self._entry.get(key) is None else self.text(key)

    def number(self, key: str) -> int:
        value = self._entry.get(key)
        if isinstance(value, bool) or not isinstance(value, int):
            self._refuse(key)
            return 0
        return value

    def number_or_none(self, key: str) -> int | None:
        return None if self._entry.get(key) is None else self.number(key)

    def words(self, key: str) -> tuple[str, ...]:
        value = self._entry.get(key)
        if not isinstance(value, list):
            self._refuse(key)
            return ()
        words = tuple(word for word in value if isinstance(word, str))
        if len(words) != len(value):
            self._refuse(key)
        return words

    def identity(self, key: str) -> Identity:
        value = self._entry.get(key)
        if value is None:
            return NOBODY
        if not isinstance(value, dict):
            self._refuse(key)
            return NOBODY
        who = Fields(self._worker_id, self._name, value)
        return Identity(who.number("pid"), who.number("started"))

    def _refuse(self, key: str) -> str:
        raise corrupt(self._worker_id, self._name, f"its {key} is missing or of the wrong kind")


def corrupt(worker_id: str, name: str, why: str) -> StoreInvalidError:
    """The error for a worker whose files cannot be trusted."""
    return StoreInvalidError(
        "worker_store_corrupt",
        f"The file {name} of worker {worker_id} cannot be trusted: {why}.",
        hint="The other workers are not affected; its output may still be read with "
        "`yoi worker logs`.",
        details={"worker_id": worker_id, "file": name},
    )
