"""The addresses at which a runtime, or another server, may be: what is refused before anything is
sent."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from yoi_cli.errors import UsageError
from yoi_cli.named_tuple import NamedTuple

_UNIX = "unix:"


class RuntimeUrl(NamedTuple):
    """Where a runtime listens: the origin of an address, or the path of a socket."""

    origin: str
    socket: str = ""


def parse_runtime_url(text: str, *, of: str = "runtime") -> RuntimeUrl:
    """The address of a runtime, or `of` something else, that `text` is.

    Only http and https and unix sockets; http only on this machine, since the token goes with
    every request; no credentials, path, query or fragment; nothing link-local, which is where
    clouds keep secrets of a machine. Raises `UsageError` (`runtime_url_invalid`).
    """
    try:
        return _parsed(text)
    except _NoAddressError as error:
        raise UsageError(
            f"{of}_url_invalid",
            f"That is no address of a {of}. {error}",
            hint="Write it as https://host:port, http://127.0.0.1:port or unix:/path.",
        ) from None


class _NoAddressError(Exception):
    """Says why."""


def _parsed(text: str) -> RuntimeUrl:
    if text.startswith(_UNIX):
        path = text.removeprefix(_UNIX)
        if not path.startswith("/") or "\0" in path:
            raise _NoAddressError("A socket is named by its absolute path.")
        return RuntimeUrl("http://localhost", path)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _NoAddressError("It is no address.") from None
    if parts.scheme not in ("http", "https") or not host or not text.isprintable():
        raise _NoAddressError("It begins with http://, https:// or unix:.")
    if parts.username is not None or parts.password is not None:
        raise _NoAddressError("It holds a credential; those are named by token_env or token_file.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise _NoAddressError("It has more than a host and a port.")
    _check_host(parts.scheme, host)
    authority = f"[{host}]" if ":" in host else host
    return RuntimeUrl(f"{parts.scheme}://{authority}" + (f":{port}" if port else ""))


def _check_host(scheme: str, host: str) -> None:
    try:
        address = ip_address(host)
    except ValueError:
        is_here = host == "localhost"
        if _is_number(host):
            raise _NoAddressError("A number is no name of a host; write it as 127.0.0.1.") from None
    else:
        mapped = getattr(address, "ipv4_mapped", None) or address
        if mapped.is_link_local or mapped.is_multicast or mapped.is_unspecified:
            raise _NoAddressError("Nobody is at such an address.")
        is_here = bool(mapped.is_loopback)
    if scheme == "http" and not is_here:
        raise _NoAddressError("Beyond this machine it has to be https, since a token is sent.")


def _is_number(host: str) -> bool:
    """Whether the system takes `host` for an address, which is written in another way than the one
    that is checked here: 2852039166 and 0xa9fea9fe are 169.254.169.254."""
    try:
        socket.inet_aton(host.rstrip("."))
    except OSError:
        return False
    return True
