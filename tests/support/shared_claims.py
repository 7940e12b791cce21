"""Clones of one bare remote whose claims hold across them, each with a clock of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from support.process import Program

from yoi_cli.model.claim import Claim, ClaimRequest, check_free, take
from yoi_cli.model.shared_claim import Instant
from yoi_cli.store.files.claims import FileClaims
from yoi_cli.workspace.claim_records import ClaimRecords
from yoi_cli.workspace.claim_refs import ClaimRefs
from yoi_cli.workspace.claim_turns import ClaimTurns
from yoi_cli.workspace.shared_claims import SharedClaims

TICKET = "00001M7WFCY38"
LEASE = 3_600_000
REFS = "refs/yoi/claims/"


def wall() -> int:
    return time.time_ns() // 1_000_000


@dataclass
class Clone:
    """One clone, and what claims in it; `passed` is its clock, in milliseconds."""

    path: Path
    passed: int = 0
    boot: str = "boot"
    silence: float = 30.0
    claims: SharedClaims = field(init=False)

    def __post_init__(self) -> None:
        self.claims = self.open()

    def open(self) -> SharedClaims:
        """As a new command does."""
        folder = self.path / ".git" / "yoi"
        folder.mkdir(exist_ok=True)
        return SharedClaims(
            FileClaims(str(folder / "claims")),
            ClaimRecords(str(folder / "shared_claims")),
            ClaimRefs(str(self.path), "origin", REFS, silence=self.silence),
            ClaimTurns(str(folder / "claim_turns")),
            self.path.name,
            instant=lambda: Instant(self.boot, self.passed),
        )

    def take(self, ticket: str = TICKET, *, logged: int = 0, closed: int = 0) -> Claim:
        """Claim a ticket as `yoi claim` does, its log aside."""
        with self.claims.turn(ticket):
            current = self.look(ticket, closed=closed)
            check_free(ticket, current, wall())
            taken = take(ticket, current, ClaimRequest("ada", LEASE), wall(), logged=logged)
            self.claims.share(taken)
            self.claims.put(taken)
        return taken

    def look(
        self, ticket: str = TICKET, *, closed: int | None = None, mends: bool = False
    ) -> Claim | None:
        """Who has a ticket, the remote asked."""
        self.claims.ask(ticket, mends=mends)
        return self.claims.look(ticket, closed=closed)


@dataclass(frozen=True)
class Hub:
    """A bare repository and clones of it."""

    folder: Path
    git: Program

    def make(self) -> Path:
        self.git("init", "--quiet", "--bare", "hub.git", cwd=self.folder)
        return self.bare

    @property
    def bare(self) -> Path:
        return self.folder / "hub.git"

    def clone(self, name: str, *, silence: float = 30.0) -> Clone:
        """A clone with one commit of its own."""
        path = self.folder / name
        self.git("init", "--quiet", name, cwd=self.folder)
        self.git("remote", "add", "origin", str(self.bare), cwd=path)
        self.git("commit", "--quiet", "--allow-empty", "-m", name, cwd=path)
        return Clone(path, silence=silence)

    def head(self, ticket: str = TICKET) -> str:
        return self.git(
            "rev-parse", "--verify", "--quiet", REFS + ticket, cwd=self.bare
        ).out.strip()

    def point(self, commit: str, ticket: str = TICKET) -> None:
        self.git("update-ref", REFS + ticket, commit, cwd=self.bare)

    def commit(self, clone: Clone) -> str:
        return self.git("rev-parse", "HEAD", cwd=clone.path).out.strip()


NewHub = Callable[[], Hub]
