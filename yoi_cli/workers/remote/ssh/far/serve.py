"""Answering what is asked over standard input, each question in a thread of its own.

The program leaves when nobody can ask any more; workers stay.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, NoReturn

from yoi_cli.errors import YoiError
from yoi_cli.workers.remote.ssh.far.service import Service
from yoi_cli.workers.remote.ssh.frames import Frame, pack, unpack
from yoi_cli.workers.remote.ssh.requests import error_said

if TYPE_CHECKING:
    from typing import BinaryIO

#: So many questions are worked at; who asks more waits.
_AT_ONCE = 256


def serve(source: BinaryIO) -> NoReturn:
    """Serve the one who started this, who asks by `source`, to their end. Their first question
    says which folder."""
    sink = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nobody else writes there
    code = 0
    try:
        _Server(source, sink).run()
    except (OSError, ValueError):  # whoever asks is gone
        code = 1
    os._exit(code)


class _Server:
    def __init__(self, source: BinaryIO, sink: int) -> None:
        self._source = source
        self._sink = sink
        self._writing = threading.Lock()
        self._room = threading.Semaphore(_AT_ONCE)

    def run(self) -> None:
        first = unpack(self._source.read)
        if first is None:
            return
        try:
            service = Service(str(first.said["folder"]))
        except YoiError as error:
            self._write(Frame({"id": first.said["id"], "error": error_said(error)}))
            return
        self._write(Frame({"id": first.said["id"], "gives": None}))
        while (asked := unpack(self._source.read)) is not None:
            self._room.acquire()
            threading.Thread(target=self._answer, args=(service, asked), daemon=True).start()

    def _answer(self, service: Service, asked: Frame) -> None:
        said: dict[str, object] = {"id": asked.said.get("id")}
        payload = b""
        try:
            said["gives"], payload = service.answer(
                str(asked.said.get("ask")), asked.said, asked.payload
            )
        except YoiError as error:
            said["error"] = error_said(error)
        except OSError as error:
            said["failed"] = error.errno or 0
        except (KeyError, ValueError):
            said["failed"] = 0
        finally:
            self._room.release()
        try:
            self._write(Frame(said, payload))
        except OSError:
            os._exit(1)

    def _write(self, frame: Frame) -> None:
        data = memoryview(pack(frame))
        with self._writing:
            while data:
                data = data[os.write(self._sink, data) :]
