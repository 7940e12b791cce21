"""Trying whether a remote takes claims: two refs are pushed and taken away again."""

from __future__ import annotations

import enum
import os

from yoi_cli.errors import OperationError
from yoi_cli.git.command import ask_git, git_failed
from yoi_cli.git.remote import PUSH, RemoteAccess, refusal
from yoi_cli.named_tuple import NamedTuple

#: Where claims go at hosts that take only heads and tags.
BRANCHES = "refs/heads/yoi/claims/"


class Refusal(enum.Enum):
    """Why a remote cannot hold claims."""

    GONE = enum.auto()
    NOT_ATOMIC = enum.auto()
    REFS = enum.auto()


class Refused(NamedTuple):
    """Why it cannot, and what git said."""

    kind: Refusal
    said: str


def try_refs(cwd: str, remote: str, prefix: str, *, silence: float) -> Refused | None:
    """Why the remote cannot hold claims at refs below `prefix`; None where it can."""
    return _Probe(cwd, remote, silence=silence).run(prefix)


class _Probe(RemoteAccess):
    def run(self, prefix: str) -> Refused | None:
        folder = prefix if prefix.endswith("/") else f"{prefix}/"
        nonce = os.urandom(6).hex()
        refs = [f"{folder}probe-{nonce}-{part}" for part in "ab"]
        asked = ["hash-object", "-t", "commit", "-w", "--stdin"]
        tree = self._object(["hash-object", "-t", "tree", "-w", "--stdin"], b"")
        who = b"yoi <yoi@localhost> 0 +0000"
        text = b"tree %b\nauthor %b\ncommitter %b\n\nA probe\n" % (tree.encode(), who, who)
        commit = self._object(asked, text)
        try:
            self.list_refs(refs[0])
            said = self._push([f"{commit}:{ref}" for ref in refs])
            if said:
                is_whole = "atomic" in said and "not support" in said
                return Refused(Refusal.NOT_ATOMIC if is_whole else Refusal.REFS, said)
            shown = set(self.list_refs(*refs))
            said = self._push([f":{ref}" for ref in refs])
        except OperationError as error:
            return Refused(Refusal.GONE, error.message)
        if shown != set(refs):
            return Refused(Refusal.REFS, "they are pushed, and not shown to anybody")
        return Refused(Refusal.REFS, f"they cannot be taken away again: {said}") if said else None

    def _push(self, specs: list[str]) -> str:
        """What is wrong with a push; empty where it arrived."""
        answer = self._talk([*PUSH, "--atomic", "--", self._name, *specs])
        return "" if answer.code == 0 else refusal(answer)

    def _object(self, arguments: list[str], data: bytes) -> str:
        answer = ask_git(arguments, cwd=self._cwd, stdin=data)
        if answer.code:
            raise git_failed(arguments, answer)
        return answer.text.strip()
