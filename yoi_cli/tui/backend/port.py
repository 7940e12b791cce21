"""What the panel asks for and does. Whatever answers to this is shown by the same screens.

None of it is called by the thread that draws. Everything raises `YoiError` and `OSError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from yoi_cli.api.documents.board import NeighbourDocument
    from yoi_cli.api.documents.diff import DiffDocument
    from yoi_cli.api.documents.inbox import InboxDocument
    from yoi_cli.api.documents.moves import MovesDocument
    from yoi_cli.api.documents.overview import WaitsDocument
    from yoi_cli.api.documents.ticket import ShownDocument
    from yoi_cli.api.moves import Outcome, Request
    from yoi_cli.api.overview import Overview
    from yoi_cli.api.workers import AgentTranscript, Output, WorkerView


class ShownTicket(NamedTuple):
    """A ticket with its newest events, as far as it can be read; the codes of what cannot; and by
    id the tickets that its relations name."""

    ticket: ShownDocument
    errors: tuple[str, ...]
    neighbours: Mapping[str, NeighbourDocument]


class Difference(NamedTuple):
    """What a ticket's branch changes; of a patch that is too long only the beginning."""

    found: DiffDocument
    patch: bytes
    is_cut: bool


class Changes(Protocol):
    """Tells whether something changed. For one thread."""

    def poll(self) -> Collection[str] | bool:
        """Whether, since it was asked before."""
        ...


class Backend(Protocol):
    """A workspace, its tickets and the workers of its clone."""

    @property
    def workspace(self) -> str:
        """What the workspace is called: a path, or a name."""
        ...

    def watcher(self) -> Changes: ...

    def overview(self, *, closed_too: bool) -> Callable[[], Overview]:
        """What reads the overview as it is now, for one thread."""
        ...

    def moves(self, ticket: str) -> MovesDocument: ...

    def act(self, ticket: str, action: str, request: Request) -> Outcome: ...

    def create(self, text: str) -> str:
        """Make a ticket: the first line is its title, the rest its description. Its id."""
        ...

    def show(self, ticket: str, newest: int | None) -> ShownTicket:
        """A ticket with so many of its events, or with all."""
        ...

    def doctor(self, ticket: str) -> list[str]:
        """What doctor finds of a ticket, in lines."""
        ...

    def waits(self, ticket: str) -> WaitsDocument: ...

    def difference(self, ticket: str) -> Difference: ...

    def commit_of(self, ticket: str) -> str | None:
        """The commit that a review would be about now; None where there is no branch."""
        ...

    def inbox(self) -> InboxDocument: ...

    def worker(self, worker: str) -> WorkerView: ...

    def reader(self, worker: WorkerView) -> AgentTranscript | None:
        """What makes text of what a coding agent printed; None of any other worker."""
        ...

    def output(self, worker: str, since: int) -> Output: ...

    def send(self, worker: str, text: str) -> None: ...

    def stop(self, worker: str) -> str:
        """Stop a worker; how it ended."""
        ...

    def orchestrate(self) -> str:
        """Start a run that stays; what is to be said of it."""
        ...

    def keep_draft(self, text: str) -> str:
        """Keep what was typed and not said; the path of the file."""
        ...

    def close(self) -> None:
        """The panel has ended. Nobody is waited for."""
        ...


def title_and_description(text: str) -> tuple[str, str | None]:
    """What a text makes of a new ticket."""
    title, _, rest = text.strip().partition("\n")
    return title.strip(), rest.strip("\n") or None
