"""The one place that starts git (ARCHITECTURE.md, "Git")."""

from __future__ import annotations

import contextlib
import math
import os
import subprocess
from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: A git that was started, and talks in bytes.
GitProcess = subprocess.Popen[bytes]

#: Git refreshes the index while it answers, and holds the index's lock for that: whoever commits
#: in that worktree at that moment would be refused, for a question of ours.
_WITH_HOOKS = ("--no-optional-locks", "-c", "core.fsmonitor=false")
_SAFE_SETTINGS = (*_WITH_HOOKS, "-c", "core.hooksPath=/dev/null")
#: Variables of git's that say who commits, how to reach others or which configuration to read. The
#: rest, which say what repository, index or work tree to use, would lead git elsewhere.
_KEPT = frozenset(
    {
        "GIT_ALLOW_PROTOCOL",
        "GIT_ASKPASS",
        "GIT_AUTHOR_EMAIL",
        "GIT_AUTHOR_NAME",
        "GIT_COMMITTER_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "GIT_EXEC_PATH",
        "GIT_PROXY_COMMAND",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSH_VARIANT",
        "GIT_SSL_CAINFO",
        "GIT_SSL_CAPATH",
        "GIT_SSL_CERT",
        "GIT_SSL_KEY",
        "GIT_SSL_NO_VERIFY",
        "GIT_TERMINAL_PROMPT",
    }
)
#: What is committed is what it says: no ref below refs/replace and no graft, which whoever writes
#: to the git folder can set, puts anything else in its place.
_UNCHANGED = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": os.devnull}
_KEPT_PREFIXES = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
#: How long git's streams must be quiet after its end, in seconds, to count as read to their end.
_AFTER_THE_END = 0.2
#: How long git has for letting go of its locks, in seconds.
_TERM_SECONDS = 2.0


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` without what would make git work on another repository."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith("GIT_") or name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }


#: Questions that git answers at once, or never: where a file that it reads is a FIFO, or its disk
#: hangs. And how long that may take, in seconds.
_QUICK = frozenset(
    {"check-attr", "check-ignore", "check-ref-format", "config", "rev-parse", "symbolic-ref", "var"}
)
QUICK_SECONDS = 20.0


class GitAnswer(NamedTuple):
    """What came of a git command: its exit code, what it printed, and what it said of it."""

    code: int
    out: bytes
    said: str

    @property
    def text(self) -> str:
        """What it printed, as text; bytes that are no UTF-8 as lone surrogates."""
        return self.out.decode("utf-8", "surrogateescape")


_NOTHING: Mapping[str, str] = MappingProxyType({})
#: For questions that no index has a say in, and of which git loads it all the same: there is none.
NO_INDEX: Mapping[str, str] = MappingProxyType({"GIT_INDEX_FILE": f"{os.devnull}.none"})


def ask_git(
    arguments: Sequence[str],
    *,
    cwd: str,
    stdin: bytes = b"",
    variables: Mapping[str, str] = _NOTHING,
    runs_hooks: bool = False,
) -> GitAnswer:
    """The answer of `git ARGUMENTS` in the folder `cwd`, whatever its exit code.

    `variables` are set for it (`GIT_INDEX_FILE`, an author's name). `runs_hooks` lets it run
    the repository's hooks. Raises `OperationError` (`git_missing`; `git_ended` where a signal,
    such as Ctrl-C at a terminal, kept it from answering; `git_timeout` for a small question that
    it did not answer).
    """
    process = _start(arguments, cwd, variables=variables, runs_hooks=runs_hooks)
    with process:
        try:
            seconds = QUICK_SECONDS if _subcommand(arguments) in _QUICK else None
            out, said = process.communicate(stdin, timeout=seconds)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise _no_answer(arguments) from error
        except BaseException:
            process.kill()
            raise
    if process.returncode < 0:
        number = -process.returncode
        raise OperationError(
            "git_ended",
            f"git {arguments[0]} was ended by signal {number}.",
            hint="Do the same again.",
            details={"arguments": list(arguments), "signal": number},
        )
    return GitAnswer(process.returncode, out, _text_of(said))


def _no_answer(arguments: Sequence[str]) -> OperationError:
    return OperationError(
        "git_timeout",
        f"git {_subcommand(arguments)} did not answer within {QUICK_SECONDS:g} s.",
        hint="Is a file that git reads a FIFO, or its disk gone? `yoi doctor` looks.",
        details={"arguments": list(arguments), "timeout": QUICK_SECONDS},
    )


def run_git(arguments: Sequence[str], *, cwd: str, variables: Mapping[str, str] = _NOTHING) -> str:
    """What `git ARGUMENTS` prints in the folder `cwd`; `variables` as for `ask_git`.

    Raises `OperationError` (`git_missing`, `git_failed`).
    """
    answer = ask_git(arguments, cwd=cwd, variables=variables)
    if answer.code == 0:
        return answer.text
    raise git_failed(arguments, answer)


def look_up(arguments: Sequence[str], *, cwd: str) -> str:
    """What `git ARGUMENTS` finds in the folder `cwd`, without a line end; empty for nothing.

    Raises as `run_git`: a question that fails is no answer.
    """
    return found_by(arguments, ask_git(arguments, cwd=cwd))


def found_by(arguments: Sequence[str], answer: GitAnswer) -> str:
    """What git found: empty where it exits with 1, by which it says that there is nothing.

    Raises `OperationError` (`git_failed`) for every other code than 0.
    """
    return answer.text.removesuffix("\n") if is_yes(arguments, answer) else ""


def is_yes(arguments: Sequence[str], answer: GitAnswer) -> bool:
    """Whether git said yes, by the exit code 0, or no, by 1. Raises as `found_by`."""
    if answer.code not in (0, 1):
        raise git_failed(arguments, answer)
    return answer.code == 0


def git_failed(arguments: Sequence[str], answer: GitAnswer) -> OperationError:
    """The error for a git command that did not do what it was to do."""
    return OperationError(
        "git_failed",
        f"git {arguments[0]} did not succeed: {answer.said or f'exit code {answer.code}'}.",
        hint="Run the same git command by hand to see more.",
        details={"arguments": list(arguments), "exit_code": answer.code},
    )


def hand_over(arguments: Sequence[str], *, cwd: str) -> int:
    """Run `git ARGUMENTS` with this process's own streams, for a program that a person uses; its
    exit code. Raises `OperationError` (`git_missing`)."""
    try:
        return subprocess.call(
            ["git", *_SAFE_SETTINGS, *arguments], cwd=cwd, env=clean_environment(os.environ)
        )
    except FileNotFoundError as error:
        raise _not_installed() from error


def _not_installed() -> OperationError:
    return OperationError(
        "git_missing", "git is not installed.", hint="Install git, then try again."
    )


def start_git(arguments: Sequence[str], *, cwd: str) -> GitProcess:
    """Start `git ARGUMENTS` in the folder `cwd`, to be written to and read from.

    Raises `OperationError` (`git_missing`).
    """
    return _start(arguments, cwd, stderr=subprocess.DEVNULL)


def watch_git(
    arguments: Sequence[str],
    *,
    cwd: str,
    silence: float,
    hear: Callable[[bytes], None],
    variables: Mapping[str, str] = _NOTHING,
    runs_hooks: bool = False,
    is_alone: bool = True,
    environment: Mapping[str, str] | None = None,
) -> GitAnswer:
    """The answer of `git ARGUMENTS`, which talks to somebody else, in the folder `cwd`.

    `hear` is given what git says of its progress, as it comes. `is_alone` keeps it and what
    it starts away from the terminal. `environment` is another's, in place of this process's.
    Raises `TimeoutError` where nothing was heard for `silence` seconds (git is ended then), and
    `OperationError` (`git_missing`).
    """
    process = _start(
        arguments,
        cwd,
        variables=variables,
        runs_hooks=runs_hooks,
        stdin=subprocess.DEVNULL,
        is_alone=is_alone,
        environment=environment,
    )
    with process:
        try:
            out, said = _listen(process, silence, hear)
        except BaseException:
            _end(process, is_alone=is_alone)
            raise
    return GitAnswer(process.returncode, out, _text_of(said))


def ask_patiently(
    arguments: Sequence[str],
    *,
    cwd: str,
    seconds: float,
    variables: Mapping[str, str] = _NOTHING,
    runs_hooks: bool = False,
) -> GitAnswer:
    """The answer of a git that may start a program which asks somebody: one that signs, a hook.

    With a terminal as standard input, somebody is there to answer. Else nobody is, and git is
    ended where nothing is heard of it for `seconds`, and lets go of its locks. Raises
    `OperationError` (`git_timeout`, `git_missing`).
    """
    somebody = os.isatty(0)
    try:
        return watch_git(
            arguments,
            cwd=cwd,
            silence=math.inf if somebody else seconds,
            hear=lambda _: None,
            variables=variables,
            runs_hooks=runs_hooks,
            is_alone=not somebody,
        )
    except TimeoutError as error:
        raise OperationError(
            "git_timeout",
            f"git {_subcommand(arguments)} said nothing for {seconds:g} s and was ended; a program "
            "that signs, or a hook, may have waited for an answer.",
            hint="Do it on a terminal, or set git up so that nothing is asked (commit.gpgSign).",
            details={"arguments": list(arguments), "timeout": seconds},
        ) from error


def _subcommand(arguments: Sequence[str]) -> str:
    words = iter(arguments)
    for word in words:
        if word in ("-c", "--git-dir", "--work-tree"):
            next(words, None)
        elif not word.startswith("-"):
            return word
    return ""


def _end(process: GitProcess, *, is_alone: bool) -> None:
    """End a git, and with `is_alone` what it started. SIGTERM first: killed, it would leave its
    lock on the index behind."""
    import signal

    send = os.killpg if is_alone else os.kill
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            send(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_TERM_SECONDS)
            if not is_alone:
                return


def _start(
    arguments: Sequence[str],
    cwd: str,
    *,
    variables: Mapping[str, str] = _NOTHING,
    runs_hooks: bool = False,
    stdin: int = subprocess.PIPE,
    stderr: int = subprocess.PIPE,
    is_alone: bool = False,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    base = clean_environment(os.environ) if environment is None else environment
    settings = _WITH_HOOKS if runs_hooks else _SAFE_SETTINGS
    try:
        return subprocess.Popen(
            ["git", *settings, *arguments],
            cwd=cwd,
            env={**base, **_UNCHANGED, **variables},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=is_alone,
        )
    except FileNotFoundError as error:
        if not os.path.isdir(cwd):
            raise OperationError(
                "folder_missing",
                f"The folder {cwd} is gone, so git cannot work there.",
                hint="Bring it back, or name another with -C.",
                details={"folder": cwd},
            ) from error
        raise _not_installed() from error


def _text_of(errors: bytes) -> str:
    return errors.decode("utf-8", "replace").strip()


def _listen(
    process: GitProcess, silence: float, hear: Callable[[bytes], None]
) -> tuple[bytes, bytes]:
    """Everything that `process` prints and says, up to its end.

    What it leaves behind (a shared ssh connection, say) may keep the streams open for long:
    they count as read when nothing comes after the process has ended.
    """
    import selectors
    import time

    out, said = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        for stream, kept in ((process.stdout, out), (process.stderr, said)):
            if stream is not None:
                selector.register(stream, selectors.EVENT_READ, kept)
        heard = time.monotonic()
        while selector.get_map():
            has_ended = process.poll() is not None
            ready = selector.select(min(silence, _AFTER_THE_END))
            if ready:
                heard = time.monotonic()
            elif has_ended:
                break
            elif time.monotonic() - heard >= silence:
                raise TimeoutError
            for key, _ in ready:
                data = os.read(key.fd, 1 << 16)
                if not data:
                    selector.unregister(key.fileobj)
                key.data.extend(data)
                if key.data is said and data:
                    hear(data)
    return bytes(out), bytes(said)


def git_version() -> str | None:
    """The version of git, or None where it is not installed."""
    try:
        said = run_git(["version"], cwd="/")
    except OperationError:
        return None
    return said.strip().removeprefix("git version ")
