"""What a client may ask of a runtime: product words only (docs/runtime.md).

No path, command, environment or address is among them: what runs is what the runtime's own
configuration says of the profile.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from yoi_cli.model.naming import BRANCH_PREFIX
from yoi_cli.model.run_choices import MODEL_NAME

NAME = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}\Z"
DIGEST = r"^[0-9a-f]{64}\Z"
_KEY = r"^[!-~][ -~]{0,199}\Z"
_REF = r"^(?!-)[A-Za-z0-9][A-Za-z0-9._/+@-]{0,199}\Z"
_COMMIT = r"^[0-9a-f]{40}(?:[0-9a-f]{24})?\Z"

#: A ticket's branch: no other is made or moved for whoever orders a worker.
_BRANCH = rf"^{BRANCH_PREFIX}[0-9A-HJKMNP-TV-Z]{{13}}(?:-[a-z0-9.-]{{1,120}})?\Z"

Name = Annotated[str, Meta(pattern=NAME)]
Ref = Annotated[str, Meta(pattern=_REF)]
Commit = Annotated[str, Meta(pattern=_COMMIT)]
Digest = Annotated[str, Meta(pattern=DIGEST)]
#: The longest text that a worker is told, in characters.
_MOST_PROMPT = 1 << 20

#: What a client may ask for besides: that the worker's input stays open.
INPUT = "input"
CAPABILITIES = (INPUT,)


class Tip(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `commit` that `ref` of the clone, or of its remote, holds."""

    ref: Ref
    commit: Commit


class Base(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a worker works on: a `commit` that `ref` of the clone, or of its remote, holds. The
    runtime makes a worktree of it; `folder` is where in it the worker begins. With a `branch`, a
    ticket's, the worktree is on that, and what is committed there can be delivered."""

    ref: Ref
    commit: Commit
    folder: Annotated[str, Meta(max_length=1000)] = ""
    branch: Annotated[str, Meta(pattern=_BRANCH)] | UnsetType = UNSET


class Run(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of an orchestrator's run that a worker is, which it finds in its variables. The
    ticket is then the orchestrator's, and need not be known where the worker runs; `tips` are
    commits that it is told of, and has to find there."""

    branch: Ref
    target: Ref
    generation: Annotated[int, Meta(ge=0)]
    round: Annotated[int, Meta(ge=0)]
    tips: Annotated[tuple[Tip, ...], Meta(max_length=16)] = ()


class BundleName(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bundle of profiles, by its id and by the digest of what it holds."""

    id: Name
    digest: Digest


class WorkerOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A worker to be started. The `key` makes that repeatable: the same order with the same key
    is the same worker. `profile` is one of the runtime's, or of the `bundle`. `prompt` is what it
    is told first; without one it is told what its `ticket` asks for. `capabilities` are what it
    is to have besides: `input`. `model` is one that the profile allows. What is left out of the
    last two says nothing, so that the orders of older clients mean what they meant."""

    key: Annotated[str, Meta(pattern=_KEY)]
    profile: Name
    ticket: Annotated[str, Meta(pattern=NAME)] | None = None
    role: Name | None = None
    base: Base | None = None
    prompt: Annotated[str, Meta(max_length=_MOST_PROMPT)] | None = None
    bundle: BundleName | None = None
    capabilities: Annotated[tuple[Name, ...], Meta(max_length=8)] = ()
    model: Annotated[str, Meta(pattern=rf"^{MODEL_NAME}\Z")] | UnsetType = UNSET
    run: Run | UnsetType = UNSET


def fingerprint_of(order: WorkerOrder) -> str:
    """What tells an order from another with the same key."""
    return hashlib.sha256(msgspec.json.encode(order, order="deterministic")).hexdigest()
