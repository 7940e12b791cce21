"""Starting a server: where it may listen, who it is, and how it ends."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
import socket
import stat
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING

import uvicorn

from yoi_cli.errors import OperationError, UsageError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.server.http.guard import Places
from yoi_cli.server.http.handshake import MOST_WAITING, PatientConnection
from yoi_cli.server.http.incidents import ServerLog
from yoi_cli.server.observe.connection import ViewerConnection
from yoi_cli.server.observe.hub import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from starlette.types import ASGIApp

#: How long requests that run may take to their end, once the server was told to end.
DRAIN_SECONDS = 10
_MOST_HEADERS = 1 << 16
#: Requests that are answered at once, besides those who watch and those who have not asked yet.
_MOST_REQUESTS = 1024
_MOST_CONNECTIONS = Limits().viewers + MOST_WAITING + _MOST_REQUESTS
_BACKLOG = 2048
_MOST_FRAME = 1 << 16
#: Beyond the time after which a viewer that takes nothing is sent away, with a reason.
_PONG_SECONDS = 90
_UNIX = "unix:"
_GREATEST_PORT = 65535
_HTTP, _HTTPS = 80, 443


class Binding(NamedTuple):
    """Where a server listens: a host and a port, or a `path`. `hosts` are further names under
    which a declared proxy asks for it."""

    host: str = ""
    port: int = 0
    path: str = ""
    hosts: tuple[str, ...] = ()
    behind_proxy: bool = False
    certificate: str = ""
    key: str = ""

    @property
    def is_loopback(self) -> bool:
        return bool(self.path) or _is_loopback(self.host)


def parse_binding(
    text: str,
    *,
    hosts: Sequence[str] = (),
    behind_proxy: bool = False,
    certificate: str = "",
    key: str = "",
    has_token: bool = False,
) -> Binding:
    """Where `--bind` says that a server is to listen.

    Beyond this machine only with a token that was given, and with TLS or behind a proxy that has
    it. Raises `UsageError` (`bind_invalid`, `bind_refused`).
    """
    if text.startswith(_UNIX):
        return Binding(path=text.removeprefix(_UNIX), hosts=(*hosts,), behind_proxy=behind_proxy)
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdecimal() or int(port) > _GREATEST_PORT:
        raise UsageError(
            "bind_invalid",
            f"{text[:80]!r} is no address to listen at.",
            hint="Write it as 127.0.0.1:0, [::1]:8080 or unix:/path/to/socket.",
        )
    made = Binding(host, int(port), "", (*hosts,), behind_proxy, certificate, key)
    if not made.is_loopback and not (has_token and (certificate or behind_proxy)):
        raise UsageError(
            "bind_refused",
            f"{host} can be reached from other machines, and nothing protects what is sent.",
            hint="Give a token with --token-file or --token-env, and --tls-certificate with "
            "--tls-key, or --behind-proxy with --host. Or listen at 127.0.0.1.",
        )
    if _is_any(host) and not hosts:
        raise UsageError(
            "bind_refused",
            "At every address of this machine, the name is missing by which it is asked for.",
            hint="Give it with --host and its port, as browsers and clients write it.",
        )
    if behind_proxy and not hosts:
        raise UsageError(
            "bind_refused",
            "Behind a proxy, the name is missing by which it is asked for.",
            hint="Give it with --host, as browsers and clients write it.",
        )
    return made


def listen(binding: Binding) -> socket.socket:
    """A socket that listens there. Raises `OperationError` (`bind_failed`)."""
    try:
        if binding.path:
            return _listen_at_path(binding.path)
        family = socket.AF_INET6 if ":" in binding.host else socket.AF_INET
        made = socket.socket(family, socket.SOCK_STREAM)
        with _closed_on_error(made):
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind((binding.host, binding.port))
            made.listen(_BACKLOG)
    except OSError as error:
        raise OperationError(
            "bind_failed",
            f"Cannot listen there: {os.strerror(error.errno or 0)}.",
            hint="Another program may listen there; port 0 takes one that is free.",
        ) from error
    made.set_inheritable(False)
    return made


def _listen_at_path(path: str) -> socket.socket:
    """A socket at a path, for its owner alone; what a server that was killed left is replaced, and
    nothing that somebody listens at."""
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(os.lstat(path).st_mode) and not _is_answered(path):
            os.unlink(path)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with _closed_on_error(made):
        before = os.umask(0o177)
        try:
            made.bind(path)
        finally:
            os.umask(before)
        made.listen(_BACKLOG)
    return made


@contextmanager
def _closed_on_error(made: socket.socket) -> Generator[None]:
    try:
        yield
    except OSError:
        made.close()
        raise


def _is_answered(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(1.0)
        try:
            asking.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:  # it is too busy to answer
            return True
    return True


def address_of(binding: Binding, listening: socket.socket) -> str:
    """The address that clients use."""
    if binding.path:
        return f"{_UNIX}{binding.path}"
    scheme = "https" if binding.certificate else "http"
    return f"{scheme}://{_authority(binding.host, listening.getsockname()[1])}"


def places_of(binding: Binding, listening: socket.socket, *, has_pages: bool = False) -> Places:
    """What the server is called, now that its port is known."""
    if binding.path:
        names = {"localhost", *binding.hosts}
    else:
        port = listening.getsockname()[1]
        known = {binding.host} if not _is_any(binding.host) else set()
        if binding.is_loopback:
            known |= {"127.0.0.1", "localhost", "::1"}
        names = {_authority(host, port) for host in known} | set(binding.hosts)
        if port == (_HTTPS if binding.certificate else _HTTP):  # which nobody writes
            names |= {_authority(host, port).rpartition(":")[0] for host in known}
    hosts = frozenset(name.lower() for name in names)
    if not has_pages:
        return Places(hosts)
    scheme = "https" if binding.certificate or binding.behind_proxy else "http"
    return Places(hosts, frozenset(f"{scheme}://{host}" for host in hosts))


class _Server(uvicorn.Server):
    """Ends with exit code 0 where it was told to end, once what runs is done."""

    on_start: Callable[[], None] = staticmethod(lambda: None)
    on_exit: Callable[[], None] = staticmethod(lambda: None)

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._leave)
        try:
            self.on_start()
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    def _leave(self) -> None:
        if self.should_exit:
            self.force_exit = True
        self.should_exit = True
        self.on_exit()


def serve_until_told(
    app: ASGIApp,
    listening: socket.socket,
    binding: Binding,
    *,
    on_start: Callable[[], None],
    on_exit: Callable[[], None],
) -> None:
    """Serve `app` until SIGTERM or SIGINT: then nobody is let in any more, and what runs has
    `DRAIN_SECONDS` to its end.

    `on_start` is called once a signal would be heard, and `on_exit` when one was.
    """
    server = _Server(config_of(app, binding))
    server.on_start, server.on_exit = on_start, on_exit
    _allow_files()
    keep_log()
    server.run(sockets=[listening])


def config_of(app: ASGIApp, binding: Binding) -> uvicorn.Config:
    """How uvicorn serves `app`: the most of everything."""
    return uvicorn.Config(
        app,
        http=PatientConnection,
        ws=ViewerConnection,
        ws_ping_timeout=_PONG_SECONDS,
        ws_per_message_deflate=False,
        ws_max_size=_MOST_FRAME,
        loop="auto",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        h11_max_incomplete_event_size=_MOST_HEADERS,
        ssl_certfile=binding.certificate or None,
        ssl_keyfile=binding.key or None,
    )


class _Incidents(logging.Handler):
    """What uvicorn met with, as a line of the server's own log: no message, no path."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._log = ServerLog()

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._log.incident("uvicorn", error or RuntimeError())


def keep_log() -> None:
    """Have the libraries say what they meet with in lines of the server's log, and nothing else:
    what they write themselves has paths, and a line for whatever anybody sends."""
    for name in ("uvicorn", "websockets", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [_Incidents()]
        logger.propagate = False


def _allow_files() -> None:
    """Every connection is a file; as many may be open as the system lets this process have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * _MOST_CONNECTIONS
    soft = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _is_any(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False
