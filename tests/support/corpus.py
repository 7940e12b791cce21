"""The real store that YOI_CORPUS names (CONTRIBUTING.md)."""

from __future__ import annotations

import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

from support.data import Data


@dataclass(frozen=True, slots=True)
class Corpus:
    """A real workspace, and what an independent reader found in it."""

    workspace: Path
    expected: Data

    @property
    def tickets(self) -> Path:
        return self.workspace / ".yoi" / "tickets"


def unpack(folder: Path, target: Path) -> Corpus:
    """Unpack the newest archive in `folder` to `target` and load expected.json.

    Raises FileNotFoundError where one of the two is missing: a YOI_CORPUS that names the
    wrong folder must not pass for a run without a corpus.
    """
    archives = sorted(folder.glob("yoi-*.tar.xz"))
    if not archives:
        raise FileNotFoundError(f"YOI_CORPUS: no yoi-*.tar.xz in {folder}")
    expected: Data = json.loads((folder / "expected.json").read_bytes())
    with tarfile.open(archives[-1]) as archive:
        # Python 3.11.0 to 3.11.3 have no filters.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(target)
    return Corpus(target, expected)
