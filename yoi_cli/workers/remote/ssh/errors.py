"""What keeps a runtime over SSH from being used: one code and one hint for each cause."""

from __future__ import annotations

import re

from yoi_cli.errors import OperationError

_MESSAGES = {
    "runtime_ssh_missing": "There is no ssh here to reach the runtime {0} by.",
    "runtime_control_unsafe": "The connection to the runtime {0} has no safe place here.",
    "runtime_unreachable": "The runtime {0} cannot be reached.",
    "runtime_timeout": "The runtime {0} did not answer in time.",
    "runtime_auth_failed": "The host of the runtime {0} does not let you in.",
    "runtime_host_key_refused": "The host of the runtime {0} has not the key that is known of it.",
    "runtime_python_missing": "The host of the runtime {0} has no Python.",
    "runtime_python_old": "The host of the runtime {0} has no Python that is new enough.",
    "runtime_git_missing": "The host of the runtime {0} has no git.",
    "runtime_noise": "Something else writes where the runtime {0} answers.",
    "runtime_folder_missing": "The folder of the runtime {0} is not there.",
    "runtime_folder_unwritable": "The runtime {0} may not write in its folder.",
    "runtime_repository_missing": "The folder of the runtime {0} is in no repository.",
    "runtime_malformed": "The runtime {0} answers what is no answer.",
    "runtime_failed": "The runtime {0} failed.",
}
_HINTS = {
    "runtime_ssh_missing": "Install OpenSSH's client, or put it on the PATH.",
    "runtime_control_unsafe": "It is to be yours alone (mode 0700), and no link.",
    "runtime_unreachable": "See whether `ssh` to that host works by hand; workers there go on.",
    "runtime_timeout": "It may have done it all the same: look before you ask again.",
    "runtime_auth_failed": "Nobody is asked for a password: `ssh` to that host has to work without "
    "one, by a key that is in your agent or has no passphrase.",
    "runtime_host_key_refused": "Nobody is asked: log in once by hand and compare the fingerprint "
    "that is shown; it is known from then on. A key that changed is for its owner to explain.",
    "runtime_python_missing": "Install Python 3.11 or newer there, or name one with `python`.",
    "runtime_python_old": "It takes 3.11; name one that is there with `python`.",
    "runtime_git_missing": "Install git there, or put it on the PATH that ssh's commands get.",
    "runtime_noise": "A start-up file of the shell there prints without a terminal: let it do so "
    "only where there is one (`[ -t 1 ] && …`).",
    "runtime_folder_missing": "Clone the repository there, and name that folder.",
    "runtime_folder_unwritable": "Workers are kept in the clone's git folder there, and the "
    "program that stands over them in ~/.cache/yoi.",
    "runtime_repository_missing": "Clone the repository there, and name that folder.",
    "runtime_malformed": "Another program may answer there.",
    "runtime_failed": "Its disk or its memory may be full.",
}
CODES = frozenset(_MESSAGES)
_HOST_KEY = re.compile(r"Host key verification failed|HOST IDENTIFICATION HAS CHANGED")
_NO_LOGIN = re.compile(
    r"Permission denied \(|Too many authentication failures|No supported authentication methods"
)
_LONGEST = 300


def ssh_error(code: str, runtime_id: str, *, ssh: str = "", there: str = "") -> OperationError:
    """The error of `code`; `ssh` is what ssh on this machine says of it, `there` what the other
    machine does."""
    hint = _HINTS[code]
    for who, said in (("ssh says", ssh), ("It says", there)):
        if said:
            hint = f"{who}: {said.rstrip('.')}. {hint}"
    return OperationError(
        code,
        _MESSAGES[code].format(runtime_id),
        hint=hint,
        details={"runtime_id": runtime_id},
    )


def error_of_ssh(runtime_id: str, stderr: str) -> OperationError:
    """Why ssh itself failed, by what it wrote."""
    code = "runtime_unreachable"
    if _HOST_KEY.search(stderr):
        code = "runtime_host_key_refused"
    elif _NO_LOGIN.search(stderr):
        code = "runtime_auth_failed"
    lines = [line.strip() for line in stderr.splitlines() if line.strip(" @\r\n")]
    return ssh_error(code, runtime_id, ssh=lines[-1][:_LONGEST] if lines else "")
