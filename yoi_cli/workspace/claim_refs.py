"""Claims as commits at refs of a remote, moved by compare-and-swap (docs/machines.md)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, OperationError
from yoi_cli.git.command import ask_git, git_failed
from yoi_cli.git.remote import FETCH, PUSH, RemoteAccess, refusal
from yoi_cli.model.shared_claim import UNREACHABLE
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.git.command import GitAnswer
    from yoi_cli.store.ports import BranchPush

_FILE = "claim.json"
_NOBODY = (
    "-c",
    "user.name=yoi",
    "-c",
    "user.email=yoi@localhost",
    "-c",
    "i18n.commitEncoding=utf-8",
)
#: How often, and with which first pause in seconds, a push is tried that was refused though the ref
#: is as it was: somebody else's is coming to its end.
_ATTEMPTS = 5
_PAUSE = 0.05
#: So many refs are fetched by one git.
_AT_ONCE = 2000


class RefMove(NamedTuple):
    """A ref that is to go from `expected` (empty: it must not be there) to `commit`."""

    ref: str
    expected: str
    commit: str


class ClaimRefs(RemoteAccess):
    """The refs below `prefix` of a remote, one a ticket."""

    def __init__(self, cwd: str, name: str, prefix: str, *, silence: float) -> None:
        super().__init__(cwd, name, silence=silence)
        self.name = name
        self._prefix = prefix if prefix.endswith("/") else f"{prefix}/"

    def head(self, ticket: str) -> str:
        """The commit of a ticket's ref; empty for none."""
        ref = self._ref(ticket)
        return self._listed(ref).get(ref, "")

    def heads(self) -> Mapping[str, str]:
        """Those of all tickets, by one question."""
        found = self._listed(f"{self._prefix}*")
        return {ref.removeprefix(self._prefix): commit for ref, commit in found.items()}

    def read(self, ticket: str, commit: str) -> bytes | None:
        """What a commit of the ticket's ref says; fetched where it is not here. None where it says
        nothing."""
        found = self._blob(commit)
        if found is None:
            self._fetch([self._ref(ticket)])
            found = self._blob(commit)
        return found

    def read_all(self, heads: Mapping[str, str]) -> Mapping[str, bytes | None]:
        """The same of many tickets, with one fetch for all that are not here."""
        found = self._blobs(heads)
        missing = [self._ref(ticket) for ticket, data in found.items() if data is None]
        for begin in range(0, len(missing), _AT_ONCE):
            self._fetch(missing[begin : begin + _AT_ONCE])
        return found if not missing else self._blobs(heads)

    def make(self, data: bytes, message: str, parent: str) -> str:
        """A commit that says `data`, after `parent` if that is not empty; kept by no ref here."""
        blob = self._made(["hash-object", "-w", "--stdin"], data)
        tree = self._made(["mktree"], f"100644 blob {blob}\t{_FILE}\n".encode())
        after = ["-p", parent] if parent else []
        return self._made([*_NOBODY, "commit-tree", tree, *after, "-m", message])

    def push(
        self, ticket: str, expected: str, commit: str, branch: BranchPush | None = None
    ) -> bool:
        """Let the ticket's ref go from `expected` to `commit`, and `branch` with it: both or
        neither. False where the ref is at something else.

        Whatever git says of a refused push, the refs are read again. Raises `ConflictError`:
        `claim_remote_unreachable`, `branch_moved`, and `claim_refs_refused` where the remote does
        not take such refs.
        """
        moves = [RefMove(self._ref(ticket), expected, commit)]
        if branch is not None:
            moves.append(RefMove(f"refs/heads/{branch.branch}", branch.seen, branch.commit))
        leases = [f"--force-with-lease={one.ref}:{one.expected}" for one in moves]
        specs = [f"{one.commit}:{one.ref}" for one in moves]
        wanted = [*PUSH, "--atomic", "--progress", *leases, "--", self.name, *specs]
        for attempt in range(_ATTEMPTS):
            answer = self._send(wanted)
            if answer is not None and answer.code == 0:
                return True
            found = self._listed(*(one.ref for one in moves))
            now = found.get(moves[0].ref, "")
            if now == commit:  # it arrived, and the answer was lost
                return True
            if now != expected:
                return False
            if any(found.get(one.ref, "") not in (one.expected, one.commit) for one in moves[1:]):
                raise _branch_moved(self.name, moves[1].ref)
            if answer is None:
                raise unreachable(self.name, self._silent())
            time.sleep(_PAUSE * 2**attempt)
        raise self._refused(answer)

    def _silent(self) -> OperationError:
        return OperationError(
            "remote_timeout", f"{self.name} did not answer a push within {self._silence:g} s."
        )

    def _send(self, wanted: Sequence[str]) -> GitAnswer | None:
        try:
            return self._talk(wanted)
        except OperationError as error:
            if error.code == "remote_timeout":
                return None  # the refs tell whether it arrived
            raise

    def _ref(self, ticket: str) -> str:
        return f"{self._prefix}{ticket}"

    def _listed(self, *patterns: str) -> Mapping[str, str]:
        try:
            return self.list_refs(*patterns)
        except OperationError as error:
            raise unreachable(self.name, error) from error

    def _fetch(self, refs: Sequence[str]) -> None:
        try:
            answer = self._talk([*FETCH, "--", self.name, *refs])
        except OperationError as error:
            raise unreachable(self.name, error) from error
        if answer.code and "find remote ref" not in answer.said:  # else it went just now
            raise unreachable(self.name, self._failed(answer))

    def _blob(self, commit: str) -> bytes | None:
        answer = ask_git(["cat-file", "blob", f"{commit}:{_FILE}"], cwd=self._cwd)
        return answer.out if answer.code == 0 else None

    def _blobs(self, heads: Mapping[str, str]) -> Mapping[str, bytes | None]:
        """What each commit says, by one git."""
        if not heads:
            return {}
        asked = "".join(f"{commit}:{_FILE}\n" for commit in heads.values()).encode()
        out = ask_git(["cat-file", "--batch"], cwd=self._cwd, stdin=asked).out
        found: dict[str, bytes | None] = {}
        begin = 0
        for ticket in heads:
            line_end = out.index(b"\n", begin)
            facts = out[begin:line_end].split(b" ")
            begin = line_end + 1
            if len(facts) == 3 and facts[1] == b"blob":
                size = int(facts[2])
                found[ticket] = out[begin : begin + size]
                begin += size + 1
            else:
                found[ticket] = None
        return found

    def _made(self, arguments: Sequence[str], data: bytes = b"") -> str:
        answer = ask_git(arguments, cwd=self._cwd, stdin=data)
        if answer.code:
            raise git_failed(arguments, answer)
        return answer.text.strip()

    def _refused(self, answer: GitAnswer | None) -> ConflictError:
        said = "it said nothing" if answer is None else refusal(answer)
        return ConflictError(
            "claim_refs_refused",
            f"{self.name} does not take claims at {self._prefix}: {said}.",
            hint="`yoi doctor` finds out which refs it takes; `refs` in [claims] names them.",
            details={"remote": self.name, "refs": self._prefix},
        )


def unreachable(remote: str, error: OperationError) -> ConflictError:
    """The error where the remote cannot say who holds a ticket: nothing is begun then."""
    return ConflictError(
        UNREACHABLE,
        f"{remote} cannot say who holds the ticket, so nothing was changed. {error.message}",
        hint="Try again once it can be reached. --local goes on without it, and gives up that no "
        "other clone works on the same ticket.",
        details={"remote": remote},
    )


def _branch_moved(remote: str, ref: str) -> ConflictError:
    branch = ref.removeprefix("refs/heads/")
    return ConflictError(
        "branch_moved",
        f"{branch!r} of {remote} was moved by somebody else just now.",
        hint="The next run looks at it.",
        details={"remote": remote, "branch": branch},
    )
