"""The files by which formatters and fixers are told what to leave alone."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.setup.formatters import NAMES, Offer, offers, with_lines
from yoi_cli.store.files.directory import Directory

if TYPE_CHECKING:
    from collections.abc import Sequence


def missing_exclusions(top: str, folders: Sequence[str]) -> tuple[Offer, ...]:
    """What the tools that are configured in the folder `top` lack for the store's `folders`.

    A file that cannot be read counts as one that is not there.
    """
    found: dict[str, bytes] = {}
    with Directory.open(top, "") as directory:
        for name in NAMES:
            with suppress(YoiError, OSError):
                data = directory.read_if_there(name)
                if data is not None:
                    found[name] = data
    return offers(found, folders)


def append_exclusions(top: str, missing: Sequence[Offer]) -> tuple[str, ...]:
    """Put the lines of `missing` at the end of their files, where that is how they are said.

    Returns the paths that were written, from `top`. Raises `YoiError` and `OSError`.
    """
    written: list[str] = []
    with Directory.open(top, "") as directory:
        for offer in missing:
            if offer.is_appended:
                content = directory.read_if_there(offer.path) or b""
                directory.replace(offer.path, with_lines(content, offer.lines))
                written.append(offer.path)
    return tuple(written)
