"""Bundles of profiles, each in a file that has its digest for a name."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from yoi_cli.errors import NotFoundError, StoreInvalidError, UsageError
from yoi_cli.model.workers.bundles import ProfileBundle, decode_bundle, digest_of, encode_bundle
from yoi_cli.store.files.directory import Directory
from yoi_cli.workers.runtime import BundleState

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = re.compile(r"([0-9a-f]{64})\.json")


class FileBundles:
    """The bundles below the folder `path`."""

    def __init__(self, path: str) -> None:
        self._path = path

    def put(self, bundle: ProfileBundle, digest: str) -> BundleState:
        """Keep `bundle`, which has `digest`. Raises `UsageError` (`bundle_digest_mismatch`)."""
        found = digest_of(bundle)
        if found != digest:
            raise mismatch(found)
        os.makedirs(self._path, mode=0o700, exist_ok=True)
        with Directory.open(self._path, "bundles") as folder:
            folder.replace(f"{digest}.json", encode_bundle(bundle))
        return BundleState(bundle.id, digest, bundle.revision, "available")

    def get(self, digest: str) -> ProfileBundle:
        """The bundle with `digest`, which is looked at anew each time. Raises `NotFoundError`
        (`bundle_not_found`) and `StoreInvalidError` (`bundle_corrupt`)."""
        if not _FILE.fullmatch(f"{digest}.json"):
            raise _not_found()
        try:
            with Directory.open(self._path, "bundles") as folder:
                bundle = decode_bundle(folder.read(f"{digest}.json"))
        except FileNotFoundError:
            raise _not_found() from None
        except msgspec.MsgspecError:
            raise _corrupt() from None
        if digest_of(bundle) != digest:
            raise _corrupt()
        return bundle

    def named(self, bundle_id: str, digest: str) -> ProfileBundle:
        """The same, being called `bundle_id`. Raises also `UsageError`
        (`bundle_digest_mismatch`) where another one has that digest, or that name."""
        with suppress(NotFoundError):
            bundle = self.get(digest)
            if bundle.id == bundle_id:
                return bundle
            raise mismatch()
        if self._has(bundle_id):
            raise mismatch()
        raise _not_found()

    def state(self, bundle_id: str, digest: str) -> BundleState:
        """Whether the bundle can be used."""
        try:
            bundle = self.named(bundle_id, digest)
        except NotFoundError:
            return BundleState(bundle_id, digest, None, "missing")
        except UsageError:
            return BundleState(bundle_id, digest, None, "mismatch")
        return BundleState(bundle_id, digest, bundle.revision, "available")

    def _has(self, bundle_id: str) -> bool:
        return any(bundle.id == bundle_id for bundle in self._all())

    def _all(self) -> Iterator[ProfileBundle]:
        try:
            names = sorted(os.listdir(self._path))
        except FileNotFoundError:
            return
        for name in names:
            found = _FILE.fullmatch(name)
            if found is not None:
                with suppress(NotFoundError, StoreInvalidError):
                    yield self.get(found[1])


def mismatch(digest: str = "") -> UsageError:
    """The error for a digest that is another's; `digest` is the one that was found."""
    return UsageError(
        "bundle_digest_mismatch",
        "The bundle does not have that digest.",
        hint="It is the SHA-256 of the bundle as JSON, with all members sorted by name.",
        details={"digest": digest} if digest else {},
    )


def _not_found() -> NotFoundError:
    return NotFoundError(
        "bundle_not_found",
        "That bundle is not kept here.",
        hint="PUT /v1/bundles/{digest} keeps one.",
    )


def _corrupt() -> StoreInvalidError:
    return StoreInvalidError(
        "bundle_corrupt", "A bundle's file holds something else.", hint="Put the bundle again."
    )
