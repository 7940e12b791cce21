"""Signing with somebody's SSH key, and checking who signed, by OpenSSH's `ssh-keygen -Y`
(docs/orchestrate.md, "Signed approvals").

As git has it for commits: the key is one in a file, in an agent or on a hardware token, and who
may sign is said by a file of allowed signers (ssh-keygen(1), "ALLOWED SIGNERS").
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, OperationError, UsageError
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: A key that is named by itself rather than by a file, as git has it.
_LITERAL = ("key::", "ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-")
#: How long a signature may take where nobody is at a terminal, in seconds; a check takes no time.
_SECONDS = 60.0
_MISSING = "ssh-keygen is not installed."
_HOW_TO_INSTALL = "Install OpenSSH's client (Debian: `apt install openssh-client`)."


class Signer(NamedTuple):
    """Who signed, by the name in the file of allowed signers; empty, with `problem` saying why,
    where that is nobody who may."""

    name: str
    problem: str = ""


def sign(text: bytes, key: str, namespace: str, environment: Mapping[str, str]) -> str:
    """The signature on `text`, as OpenSSH writes it, by `key`: the path of a key, or a public key
    itself, whose other half an agent has.

    On a terminal ssh-keygen asks there for what it needs: a passphrase, a touch. Raises
    `OperationError` (`ssh_keygen_missing`, `signing_failed`).
    """
    with tempfile.TemporaryDirectory(prefix="yoi-sign-") as folder:
        path = os.path.expanduser(key)
        if key.startswith(_LITERAL) and not os.path.exists(path):
            path = os.path.join(folder, "key.pub")
            with open(path, "w", encoding="utf-8") as file:
                file.write(key.removeprefix("key::") + "\n")
        asked = ["ssh-keygen", "-Y", "sign", "-n", namespace, "-f", path]
        done = _run(asked, text, environment, may_ask=os.isatty(2))
    if done.returncode:
        said = " ".join((done.stderr or b"").decode("utf-8", "replace").split())
        raise OperationError(
            "signing_failed",
            f"Nothing was signed with {_shown(key)}: {said or 'ssh-keygen gave up'}.",
            hint="Nothing was recorded. Try again on a terminal, or name another key with --key.",
            details={"key": _shown(key)},
        )
    return done.stdout.decode("ascii", "replace")


def agent_key(environment: Mapping[str, str]) -> str:
    """The one public key that the agent has. Raises `NotFoundError` (`signing_key_missing`) where
    there is no agent, or no key in it, and `UsageError` (`signing_key_ambiguous`)."""
    try:
        listed = _run(["ssh-add", "-L"], b"", environment)
        keys = (
            listed.stdout.decode("utf-8", "replace").splitlines() if not listed.returncode else []
        )
    except OperationError:
        keys = []
    if len(keys) > 1:
        raise UsageError(
            "signing_key_ambiguous",
            f"The SSH agent has {len(keys)} keys.",
            hint="Name the one to sign with by --key, or by git's user.signingKey.",
        )
    if not keys:
        raise NotFoundError(
            "signing_key_missing",
            "There is no SSH key to sign with: no --key, no user.signingKey with gpg.format=ssh, "
            "and none in an agent.",
            hint="Name one: `--key ~/.ssh/id_ed25519`.",
        )
    return keys[0]


def signer_of(
    text: bytes, signature: bytes, allowed: bytes, namespace: str, environment: Mapping[str, str]
) -> Signer:
    """Who of those that the file `allowed` names signed `text`, now and for `namespace`."""
    with tempfile.TemporaryDirectory(prefix="yoi-verify-") as folder:
        paths = [os.path.join(folder, name) for name in ("allowed", "signature")]
        for path, data in zip(paths, (allowed, signature), strict=True):
            with open(path, "wb") as file:
                file.write(data)
        about = ["-f", paths[0], "-s", paths[1]]
        try:
            found = _run(["ssh-keygen", "-Y", "find-principals", *about], b"", environment)
            names = found.stdout.decode("utf-8", "replace").splitlines()
            for name in names if not found.returncode else ():
                asked = ["ssh-keygen", "-Y", "verify", *about, "-n", namespace, "-I", name]
                if not _run(asked, text, environment).returncode:
                    return Signer(name)
        except OperationError as error:
            return Signer("", error.message)
    if found.returncode or not names:
        return Signer("", "nobody who may sign has that key")
    return Signer("", "the signature is not for this, or its key may not sign now")


def _run(
    asked: Sequence[str],
    text: bytes,
    environment: Mapping[str, str],
    *,
    may_ask: bool = False,
) -> subprocess.CompletedProcess[bytes]:
    """What came of a program of OpenSSH. Raises `OperationError` (`ssh_keygen_missing`)."""
    try:
        return subprocess.run(
            asked,
            input=text,
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=None if may_ask else subprocess.PIPE,
            timeout=None if may_ask else _SECONDS,
            start_new_session=not may_ask,
            check=False,
        )
    except FileNotFoundError as error:
        raise OperationError("ssh_keygen_missing", _MISSING, hint=_HOW_TO_INSTALL) from error
    except subprocess.TimeoutExpired as error:
        raise OperationError(
            "signing_timeout",
            f"{asked[0]} did not answer within {_SECONDS:g} s.",
            hint="It may have waited for a passphrase or a touch: try again on a terminal.",
        ) from error


def _shown(key: str) -> str:
    return key if len(key) <= 80 else f"{key[:77]}..."
