"""The message of a commit that is being made: its trailers, and what it says besides."""

from __future__ import annotations

import re

from yoi_cli.git.command import ask_git, git_failed, run_git
from yoi_cli.model.commits import TRAILER

_SCISSORS = re.compile(rb"^. -{24} >8 -{24}\r?$", re.MULTILINE)
_TRAILER_LINE = re.compile(rf"^{TRAILER}[ \t]*:".encode(), re.MULTILINE | re.IGNORECASE)
#: A message that nobody edits has no comments: its `#` is text, as in "#123 is fixed".
_NO_COMMENTS = ("-c", "core.commentChar=\x01")
#: Ways of cleaning a message that keep lines which begin with `#`.
_KEEP_COMMENTS = frozenset({"verbatim", "whitespace", "scissors"})


class CommitMessage:
    """The message in the file at `path`, for a commit in the work tree `root`.

    `is_edited` says that an editor is (or was) opened on it, so that it may hold comments.
    """

    def __init__(self, root: str, path: str, *, is_edited: bool) -> None:
        self._root = root
        self._path = path
        self._settings = () if is_edited else _NO_COMMENTS
        self._is_edited = is_edited

    def add_trailer(self, ticket: str) -> None:
        """Add `Ticket: <ticket>` where no trailer of that name stands.

        Comments and the diff below the cut line stay as they are. Raises `OperationError`
        (`git_failed`) and `OSError`.
        """
        if not self._bytes().endswith(b"\n"):
            with open(self._path, "ab") as file:
                file.write(b"\n")  # or git would write the trailer into the subject's paragraph
        arguments = [
            *self._settings,
            "interpret-trailers",
            "--in-place",
            "--no-divider",
            "--if-exists=doNothing",
            "--trailer",
            f"{TRAILER}: {ticket}",
            self._path,
        ]
        answer = ask_git(arguments, cwd=self._root)
        if answer.code != 0:
            raise git_failed(arguments[len(self._settings) :], answer)

    def trailers(self) -> tuple[str, ...]:
        """The values of its `Ticket:` trailers, in their order."""
        if not _TRAILER_LINE.search(self._bytes()):
            return ()
        arguments = [*self._settings, "interpret-trailers", "--parse", "--no-divider", self._path]
        answer = ask_git(arguments, cwd=self._root)
        pairs = (line.partition(":") for line in answer.text.splitlines())
        name = TRAILER.lower()
        return tuple(value.strip() for key, _, value in pairs if key.strip().lower() == name)

    def said_lines(self) -> tuple[str, ...]:
        """Its lines as git will keep them: without comments and what stands below the cut."""
        data = self._bytes()
        cut = _SCISSORS.search(data) if self._is_edited else None
        data = data[: cut.start()] if cut else data
        lines = data.decode("utf-8", "surrogateescape").splitlines()
        if not self._is_edited or not _TRAILER_LINE.search(data):
            return tuple(lines)
        cleanup = run_git(["config", "--get", "commit.cleanup"], cwd=self._root, check=False)
        if cleanup.strip() in _KEEP_COMMENTS:
            return tuple(lines)
        return tuple(
            ask_git(
                ["stripspace", "--strip-comments"], cwd=self._root, stdin=data
            ).text.splitlines()
        )

    def _bytes(self) -> bytes:
        with open(self._path, "rb") as file:
            return file.read()
