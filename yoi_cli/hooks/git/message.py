"""The message of a commit that is being made: its trailers, and what it says besides."""

from __future__ import annotations

import os
import re

from yoi_cli.git.command import ask_git, look_up
from yoi_cli.model.commits import TRAILER
from yoi_cli.model.trailers import ticket_trailers, with_ticket_trailer

_SCISSORS = re.compile(rb"^. -{24} >8 -{24}\r?$", re.MULTILINE)
_TRAILER_LINE = re.compile(rf"^{TRAILER}[ \t]*:".encode(), re.MULTILINE | re.IGNORECASE)
#: Ways of cleaning a message that keep lines which begin with `#`.
_KEEP_COMMENTS = frozenset({"verbatim", "whitespace", "scissors"})


class CommitMessage:
    """The message in the file at `path`, for a commit in the work tree `root`.

    `is_edited` says that an editor is (or was) opened on it, so that it may hold comments.
    """

    def __init__(self, root: str, path: str, *, is_edited: bool) -> None:
        self._root = root
        self._path = path
        self._is_edited = is_edited

    def add_trailer(self, ticket: str) -> None:
        """Add `Ticket: <ticket>` where no trailer of that name stands (model/trailers.py).

        Raises `OSError`; then the message is as it was.
        """
        written = self._bytes().decode("utf-8", "surrogateescape")
        message = with_ticket_trailer(written, ticket, self._comment())
        if message == written:
            return
        temporary = f"{self._path}.yoi"
        with open(temporary, "wb") as file:
            file.write(message.encode("utf-8", "surrogateescape"))
        os.replace(temporary, self._path)

    def trailers(self) -> tuple[str, ...]:
        """The values of its `Ticket:` trailers, in their order."""
        return ticket_trailers("\n".join(self.said_lines()))

    def said_lines(self) -> tuple[str, ...]:
        """Its lines as git will keep them: without comments and what stands below the cut."""
        data = self._bytes()
        cut = _SCISSORS.search(data) if self._is_edited else None
        data = data[: cut.start()] if cut else data
        lines = data.decode("utf-8", "surrogateescape").split("\n")
        if not self._is_edited or not _TRAILER_LINE.search(data):
            return tuple(lines)
        cleanup = look_up(["config", "--get", "commit.cleanup"], cwd=self._root)
        if cleanup.strip() in _KEEP_COMMENTS:
            return tuple(lines)
        return tuple(
            ask_git(["stripspace", "--strip-comments"], cwd=self._root, stdin=data).text.split("\n")
        )

    def _comment(self) -> str:
        """What a line of comment begins with; the empty string where there are none."""
        if not self._is_edited:
            return ""
        for name in ("core.commentString", "core.commentChar"):
            said = look_up(["config", "--get", name], cwd=self._root)
            if said:
                return said
        return "#"

    def _bytes(self) -> bytes:
        with open(self._path, "rb") as file:
            return file.read()
