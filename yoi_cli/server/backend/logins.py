"""How a browser gets in: a code that is good once, exchanged for a cookie (docs/security.md).

The cookie is signed with the owner's token, so that a session outlives a restart of the server. A
browser sends it to every port of the host, so its name has port and workspace, and it alone changes
nothing: what does needs the session's proof besides, which only a page of this server can read.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.server.http.guard import bearer_of
from yoi_cli.server.http.permissions import OWNER, Principal
from yoi_cli.server.http.tokens import Bearers

if TYPE_CHECKING:
    from starlette.datastructures import Headers

#: A code is good for so many seconds, and a session for so many days.
CODE_SECONDS = 60
_SESSION_SECONDS = 30 * 86_400
_MOST_CODES = 32
_LONGEST_COOKIE = 8192


class SessionFacts(NamedTuple):
    """A session of a browser: its id, and when it ends (Unix seconds)."""

    session_id: str
    ends_at: int


class Logins:
    """Codes that were handed out, and the sessions that came of them.

    `owner_token` is the owner's; `name` of the cookie is set once the port is known.
    """

    def __init__(self, owner_token: str, workspace_id: str) -> None:
        self._token = owner_token
        self._bearers = Bearers(owner_token, workspace_id)
        self._key = hmac.digest(owner_token.encode(), b"yoi browser session 1", hashlib.sha256)
        self._workspace_id = workspace_id
        self._codes: dict[str, float] = {}
        self._ended: dict[str, int] = {}
        self._lock = threading.Lock()
        self.cookie_name = ""
        self.is_secure = False

    def __repr__(self) -> str:
        return "Logins()"

    def bind(self, port: int, *, is_secure: bool) -> None:
        """The port is known, and whether browsers come over TLS."""
        self.cookie_name = f"yoi-{port}-{self._workspace_id}"
        self.is_secure = is_secure

    def new_code(self) -> str:
        """A code that lets somebody in once, soon."""
        code = secrets.token_urlsafe(24)
        now = time.monotonic()
        with self._lock:
            self._codes = {one: end for one, end in self._codes.items() if end > now}
            while len(self._codes) >= _MOST_CODES:
                del self._codes[next(iter(self._codes))]
            self._codes[code] = now + CODE_SECONDS
        return code

    def redeem(self, code: str) -> bool:
        """Whether the code lets somebody in; it does so no second time."""
        now = time.monotonic()
        with self._lock:
            for known, end in [*self._codes.items()]:
                if hmac.compare_digest(known.encode(), code.encode("utf-8", "replace")):
                    del self._codes[known]
                    return end > now
        return False

    def is_owner(self, token: str) -> bool:
        """Whether it is the owner's token. Compared in constant time."""
        return hmac.compare_digest(token.encode("utf-8", "replace"), self._token.encode())

    def new_session(self) -> str:
        """The header that gives a browser the cookie of a new session."""
        said = f"{secrets.token_urlsafe(16)}.{int(time.time()) + _SESSION_SECONDS}"
        return self._cookie(f"{said}.{self._sign(said)}", _SESSION_SECONDS)

    def end(self, session: SessionFacts) -> str:
        """End a session; the header that takes its cookie away."""
        now = time.time()
        with self._lock:
            self._ended = {one: end for one, end in self._ended.items() if end > now}
            self._ended[session.session_id] = session.ends_at
        return self._cookie("", 0)

    def session_of(self, headers: Headers) -> SessionFacts | None:
        """The session whose cookie a request has; None where it has none, or one that is over."""
        value = self._value(headers)
        said, _, signature = value.rpartition(".")
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), self._sign(said).encode()):
            return None
        session_id, _, end = said.rpartition(".")
        facts = SessionFacts(session_id, int(end))
        if facts.ends_at <= time.time() or session_id in self._ended:
            return None
        return facts

    def proof_of(self, session: SessionFacts) -> str:
        """What is sent beside the cookie with whatever changes something."""
        return self._sign(f"proof {session.session_id}")

    def authenticate(self, headers: Headers) -> Principal | None:
        """Whoever asks: by a bearer, and where there is none by the cookie."""
        if "authorization" in headers:
            return self._bearers(bearer_of(headers))
        session = self.session_of(headers)
        return None if session is None else Principal(OWNER, proof=self.proof_of(session))

    def _sign(self, said: str) -> str:
        data = said.encode("utf-8", "replace")
        return hmac.new(self._key, data, hashlib.sha256).hexdigest()

    def _value(self, headers: Headers) -> str:
        given = "; ".join(headers.getlist("cookie"))
        if not given or len(given) > _LONGEST_COOKIE:
            return ""
        try:
            found = SimpleCookie(given).get(self.cookie_name)
        except CookieError:
            return ""
        return "" if found is None else found.value

    def _cookie(self, value: str, seconds: int) -> str:
        secure = "; Secure" if self.is_secure else ""
        return (
            f"{self.cookie_name}={value}; Max-Age={seconds}; Path=/; HttpOnly; "
            f"SameSite=Strict{secure}"
        )
