"""What a page is made from, and what it gives: a template with its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yoi_cli.api.session import Session
    from yoi_cli.server.backend.context import BackendContext

#: The topics of the stream after which a page is looked at again.
TICKETS, WORKERS = "tickets", "workers"


class Visit(NamedTuple):
    """Somebody looks at a page. `path` are the parts of its address, `query` what follows it.
    `may_write` says whether buttons that change something are of use to them."""

    context: BackendContext
    path: Mapping[str, str]
    query: Mapping[str, str]
    language: str
    theme: str
    proof: str
    may_write: bool

    @property
    def session(self) -> Session:
        return self.context.session

    @property
    def base(self) -> str:
        """The address below which the workspace's pages are."""
        return f"/w/{self.context.workspace_id}"

    @property
    def api(self) -> str:
        """The address below which its routes are."""
        return f"/api/w/{self.context.workspace_id}"

    def number(self, name: str, default: int, most: int) -> int:
        """A number of the query, between one and `most`."""
        said = self.query.get(name, "")
        return min(max(int(said), 1), most) if said.isdecimal() and len(said) < 8 else default


class Screen(NamedTuple):
    """A page: its template, its title, and the values of the template. It is looked at again after
    what is `live` changed; `place` is the part of the menu where it stands."""

    template: str
    title: str
    values: Mapping[str, object]
    place: str
    live: tuple[str, ...] = (TICKETS,)


Builder: TypeAlias = "Callable[[Visit], Screen]"
