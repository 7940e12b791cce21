"""What a signature on a review says, and how it stands in the review's header
(docs/orchestrate.md, "Signed approvals")."""

from __future__ import annotations

import re

from yoi_cli.named_tuple import NamedTuple

#: What `ssh-keygen -Y` is told a signature is for: one for something else is none.
NAMESPACE = "yoi"
#: The attributes of a signed review, besides its status and commit.
SIGNATURE, NONCE = "signature", "nonce"
_FULL_NAME = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_WIDTH = 70


class SignedReview(NamedTuple):
    """What is signed: the verdict on one commit of one ticket. `nonce` is another word each time,
    so that a review that is written into a log again is known to be the same."""

    ticket: str
    commit: str
    verdict: str
    nonce: str

    @property
    def text(self) -> bytes:
        """The bytes that are signed. No part may hold a line end, and none does: they are an id,
        git's full name of a commit, a status and hexadecimal digits."""
        lines = ["yoi review", *(f"{name}: {value}" for name, value in self._asdict().items()), ""]
        return "\n".join(lines).encode()

    @property
    def is_whole(self) -> bool:
        """Whether it speaks of one commit by its full name, and of nothing but plain words."""
        words = (self.ticket, self.verdict, self.nonce)
        return bool(_FULL_NAME.fullmatch(self.commit)) and all(
            re.fullmatch(r"\w+", word, re.ASCII) for word in words
        )


def packed(signature: str) -> str:
    """A signature as OpenSSH writes it, as the one word that a header holds."""
    lines = signature.splitlines()
    return "".join(line.strip() for line in lines if not line.startswith("-----"))


def unpacked(word: str) -> bytes:
    """The reverse: as OpenSSH reads it."""
    lines = [word[start : start + _WIDTH] for start in range(0, len(word), _WIDTH)]
    return "\n".join([_BEGIN, *lines, _END, ""]).encode("utf-8", "replace")
