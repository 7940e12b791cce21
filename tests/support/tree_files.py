"""Files of a tree, held in memory."""

from __future__ import annotations

from collections.abc import Mapping

from yoi_cli.model.trees import FileKind


class Files:
    """A `TreeFiles` of a mapping."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        folders = {path[:at] for path in files for at, c in enumerate(path) if c == "/"}
        self.kinds: Mapping[str, FileKind] = {
            **dict.fromkeys(folders, "folder"),
            **dict.fromkeys(files, "file"),
        }

    def mark(self, path: str) -> str | None:
        below = sorted(name for name in self.files if f"{name}/".startswith(f"{path}/"))
        told = repr([(name, self.files[name]) for name in below])
        return told if path in self.kinds else None

    def read(self, path: str) -> bytes:
        return self.files[path]
