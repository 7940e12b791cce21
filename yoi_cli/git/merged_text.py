"""Merging a text by lines, as git does."""

from __future__ import annotations

import os
import tempfile

from yoi_cli.git.command import ask_git


def merged_text(ours: bytes, base: bytes, theirs: bytes) -> bytes | None:
    """Both sides' changes of `base`; None where they change the same lines."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("ours", ours), ("base", base), ("theirs", theirs)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        answer = ask_git(["merge-file", "--stdout", "ours", "base", "theirs"], cwd=folder)
    return answer.out if answer.code == 0 else None
