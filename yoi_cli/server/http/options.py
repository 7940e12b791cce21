"""What a server was given on the command line, and where it is to listen by that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.server.http.given_token import given_token
from yoi_cli.server.http.serving import Binding, parse_binding

if TYPE_CHECKING:
    from collections.abc import Mapping


class ServeOptions(NamedTuple):
    """What `yoi serve` and `yoi runtime serve` were given. `name` is a label; the token is in the
    file `token_file` or the variable `token_env`, if somebody gave one."""

    bind: str = "127.0.0.1:0"
    name: str = ""
    token_file: str = ""
    token_env: str = ""
    max_body: int = 1 << 20
    behind_proxy: bool = False
    hosts: tuple[str, ...] = ()
    certificate: str = ""
    key: str = ""

    def bound(self, environment: Mapping[str, str]) -> tuple[Binding, str | None]:
        """Where it is to listen, and the token that somebody gave. Raises `UsageError`
        (`bind_invalid`, `bind_refused`, `token_invalid`)."""
        given = given_token(self.token_file, self.token_env, environment)
        binding = parse_binding(
            self.bind,
            hosts=self.hosts,
            behind_proxy=self.behind_proxy,
            certificate=self.certificate,
            key=self.key,
            has_token=given is not None,
        )
        return binding, given
