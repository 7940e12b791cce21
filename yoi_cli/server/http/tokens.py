"""Credentials: the owner's token, and tokens that are signed with it for viewers and workers.

A signed token says who it stands for, which runtime it is for and until when. Nothing is kept of
it: a server that knows the owner's token can tell whether one is real, also after a restart.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

from yoi_cli.server.http.permissions import OWNER, VIEWER, WORKER, Principal

_MARK = "yoi1"
_PURPOSE = b"yoi runtime token 1"
_LONGEST = 4096


class Claims(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a signed token says: whom it is for (`aud` is a runtime id), until when (`exp`, Unix
    seconds), and an id of its own."""

    kind: str
    aud: str
    exp: int
    jti: str
    worker_id: str | None = None
    ticket: str | None = None


def new_token() -> str:
    """A token that nobody guesses, in characters that need no quoting."""
    return secrets.token_urlsafe(32)


def sign(owner_token: str, principal: Principal, *, runtime_id: str, seconds: int) -> str:
    """A token for `principal`, a viewer or a worker, that is good for so many seconds."""
    claims = Claims(
        kind=principal.kind,
        aud=runtime_id,
        exp=int(time.time()) + seconds,
        jti=secrets.token_hex(8),
        worker_id=principal.worker_id,
        ticket=principal.ticket,
    )
    said = _encode(msgspec.json.encode(claims))
    return f"{_MARK}.{said}.{_encode(_signature(owner_token, said))}"


class Bearers:
    """Knows bearers by the owner's token. Its `repr` shows nothing of it."""

    def __init__(self, owner_token: str, runtime_id: str) -> None:
        self._owner_token = owner_token
        self._runtime_id = runtime_id

    def __call__(self, token: str) -> Principal | None:
        """Whom `token` stands for, None for nobody. Tokens are compared in constant time."""
        given = token.encode("utf-8", "replace")
        if hmac.compare_digest(given, self._owner_token.encode()):
            return Principal(OWNER)
        mark, _, rest = token.partition(".")
        said, _, signature = rest.partition(".")
        if mark != _MARK or len(token) > _LONGEST:
            return None
        expected = _encode(_signature(self._owner_token, said))
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode()):
            return None
        return self._principal(said)

    def _principal(self, said: str) -> Principal | None:
        try:
            claims = msgspec.json.decode(_decode(said), type=Claims)
        except (msgspec.MsgspecError, ValueError):
            return None
        if claims.aud != self._runtime_id or claims.exp <= time.time():
            return None
        if claims.kind == VIEWER and claims.worker_id is None:
            return Principal(VIEWER)
        if claims.kind == WORKER and claims.worker_id is not None:
            return Principal(WORKER, claims.worker_id, claims.ticket)
        return None


def _signature(owner_token: str, said: str) -> bytes:
    key = hmac.digest(owner_token.encode(), _PURPOSE, hashlib.sha256)
    return hmac.digest(key, said.encode("utf-8", "replace"), hashlib.sha256)


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
