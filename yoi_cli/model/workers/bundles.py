"""Bundles of profiles, known by the digest of what they hold (docs/runtime.md, "Bundles").

A bundle says which of a runtime's profiles is meant by which name, and may narrow what it may do.
It has no free text: names of fixed forms, numbers and words of lists are all that it can hold, so
that neither a secret's value nor a path, a socket or a session has a place in it.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from yoi_cli.model.workers.order import Name

Variable = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9_]{0,63}\Z")]
_Count = Annotated[int, Meta(ge=1, le=1 << 31)]


class SecretRef(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="secret_ref"):
    """A secret that the profile needs, by the name of its variable; its value is the runtime's."""

    variable: Variable


class CapabilityGrant(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="capability_grant"
):
    """What workers of this bundle may be asked to have."""

    capability: Name


class NetworkPolicy(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="network_policy"
):
    """The only ports that its workers may connect to."""

    ports: tuple[Annotated[int, Meta(ge=1, le=65535)], ...]


class ConfinePolicy(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="confine_policy"
):
    """How its workers are confined at least."""

    confine: Literal["protect", "strict"]


Declaration = SecretRef | CapabilityGrant | NetworkPolicy | ConfinePolicy


class BundleProfile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A profile of a bundle: `name` is what orders call it, `runs` the runtime's profile."""

    name: Name
    runs: Name
    timeout_seconds: _Count | None = None


class ProfileBundle(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bundle; every revision of it is another one, with another digest."""

    id: Name
    revision: Annotated[int, Meta(ge=0, le=1 << 53)]
    profiles: Annotated[tuple[BundleProfile, ...], Meta(min_length=1, max_length=64)]
    declarations: Annotated[tuple[Declaration, ...], Meta(max_length=64)] = ()


def digest_of(bundle: ProfileBundle) -> str:
    """The SHA-256 of the bundle as JSON: all members, sorted by name, without white space."""
    return hashlib.sha256(encode_bundle(bundle)).hexdigest()


def encode_bundle(bundle: ProfileBundle) -> bytes:
    return msgspec.json.encode(bundle, order="sorted")


def decode_bundle(data: bytes) -> ProfileBundle:
    """Raises `msgspec.ValidationError`, `msgspec.DecodeError`."""
    return msgspec.json.decode(data, type=ProfileBundle)
