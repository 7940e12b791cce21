"""What a clone trusts, and settings that a sync brought and that wait for trust: files of the
clone alone (docs/trust.md)."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model.trust import TrustRecord
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.directory import Directory

if TYPE_CHECKING:
    from yoi_cli.model.trust import RunningSettings

_RECORD = "trusted.json"
_HELD, _BASE = "held.toml", "held-base.toml"
_MOST = 100


class HeldSettings(NamedTuple):
    """A settings file that a sync brought and did not put in place; `base` is what stood there."""

    base: bytes
    data: bytes


class FileTrust:
    """The records in the folder at `path`, which need not be there."""

    def __init__(self, path: str) -> None:
        self._path = path

    def record(self) -> TrustRecord:
        """What is trusted; nothing where that cannot be read."""
        try:
            found: object = json.loads(self._read(_RECORD) or b"{}")
        except (ValueError, RecursionError, YoiError, OSError):
            return TrustRecord()
        values = found if isinstance(found, dict) else {}
        return TrustRecord(_texts(values.get("digests")), _texts(values.get("lines")))

    def add(self, settings: RunningSettings) -> None:
        """Trust `settings`. Raises `OSError`."""
        known = [one for one in self.record().digests if one != settings.digest]
        digests = [*known, settings.digest][-_MOST:]
        text = json.dumps({"version": 1, "digests": digests, "lines": settings.lines}, indent=2)
        self._write(_RECORD, f"{text}\n".encode())

    def forget(self) -> None:
        """Trust nothing any more. Raises `OSError`."""
        self._remove(_RECORD)

    def held(self) -> HeldSettings | None:
        """What waits for trust."""
        data, base = self._read(_HELD), self._read(_BASE)
        return None if data is None or base is None else HeldSettings(base, data)

    def hold(self, held: HeldSettings) -> None:
        """Let `held` wait; what it began from stays where something waits already."""
        known = self.held()
        self._write(_BASE, held.base if known is None else known.base)
        self._write(_HELD, held.data)

    def let_go(self) -> None:
        """Nothing waits any more."""
        self._remove(_HELD)
        self._remove(_BASE)

    def _read(self, name: str) -> bytes | None:
        try:
            with self._open() as folder:
                return folder.read_if_there(name)
        except FileNotFoundError:
            return None

    def _write(self, name: str, data: bytes) -> None:
        os.makedirs(self._path, mode=0o700, exist_ok=True)
        with self._open() as folder:
            folder.replace(name, data, temporary=f"{name}.{os.getpid()}.{os.urandom(4).hex()}")

    def _remove(self, name: str) -> None:
        try:
            with self._open() as folder:
                folder.remove_if_there(name)
        except FileNotFoundError:
            return

    def _open(self) -> Directory:
        return Directory.open(self._path, os.path.basename(self._path))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
