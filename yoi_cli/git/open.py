"""Which reader a repository's objects are read with (ARCHITECTURE.md, "Git")."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yoi_cli.git.command import ask_git, git_failed
from yoi_cli.git.object_answers import ObjectAnswers
from yoi_cli.git.object_model import ObjectModel
from yoi_cli.git.object_stream import ObjectStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.git.object_reader import ObjectReader


@contextmanager
def open_objects(cwd: str) -> Iterator[ObjectReader]:
    """The reader for the repository around `cwd`; its process ends with the context.

    Raises `OperationError` (`git_failed`) where git refuses the repository, as one that
    belongs to somebody else.
    """
    asked = ["rev-parse", "--show-object-format"]
    answer = ask_git(asked, cwd=cwd)
    if answer.code:
        raise git_failed(asked, answer)
    stream = ObjectStream(cwd)
    try:
        # GitPython knows names of 20 bytes alone, and decodes those in trees as the file system's.
        if answer.text.strip() == "sha1" and sys.getfilesystemencoding() == "utf-8":
            yield ObjectModel(cwd, stream)
        else:
            yield ObjectAnswers(cwd, stream)
    finally:
        stream.close()
