"""What keeps a runtime over SSH from being used: each has a code of its own, and a hint, nothing is
asked, and nothing that the host says is repeated but what ssh here makes of it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.sshd import Sshd, running_sshd

from yoi_cli.errors import OperationError
from yoi_cli.workers.remote.ssh.channel import Channel
from yoi_cli.workers.remote.ssh.control import ControlConnection
from yoi_cli.workers.remote.ssh.workers import SshWorkers

pytestmark = pytest.mark.process
CANARY = "far-canary"


@pytest.fixture
def host(_hermetic: dict[str, str]) -> Iterator[Sshd]:
    with running_sshd(_hermetic) as made:
        yield made


def refused(
    host: Sshd, folder: Path | str, *, python: str = "", **variables: str
) -> OperationError:
    """What is said where the workers in a folder of the host are asked for."""
    control = ControlConnection("far", {**host.environment, **variables}, "big")
    channel = Channel(control, "big", folder=str(folder), python=python, timeout=20.0)
    with closing(SshWorkers(channel)) as workers, pytest.raises(OperationError) as told:
        workers.all()
    assert told.value.hint
    assert told.value.details == {"runtime_id": "big"}
    assert CANARY not in f"{told.value.message} {told.value.hint}"
    return told.value


def test_a_host_with_another_key_than_the_known_one(host: Sshd, repo: Path) -> None:
    host.trust(host.folder / "user.pub")
    assert refused(host, repo).code == "runtime_host_key_refused"


def test_a_host_whose_key_nobody_knows(host: Sshd, repo: Path) -> None:
    host.known.write_text("")
    assert refused(host, repo).code == "runtime_host_key_refused"
    assert host.known.read_text() == ""


def test_a_host_that_does_not_let_one_in(host: Sshd, repo: Path) -> None:
    (host.folder / "authorized").write_text("")
    error = refused(host, repo)
    assert error.code == "runtime_auth_failed"
    assert "Permission denied" in error.hint


def test_a_host_where_nobody_listens(host: Sshd, repo: Path) -> None:
    host.kill()
    begun = time.monotonic()
    assert refused(host, repo).code == "runtime_unreachable"
    assert time.monotonic() - begun < 10


def test_a_host_that_is_known_to_nobody(host: Sshd, repo: Path) -> None:
    config = host.folder / "ssh_config"
    config.write_text(config.read_text().replace("127.0.0.1", "no-such-host.invalid"))
    assert refused(host, repo).code == "runtime_unreachable"


def test_a_host_that_says_nothing_costs_its_time_and_no_more(host: Sshd, repo: Path) -> None:
    python = host.folder / "python"
    python.write_text("#!/bin/sh\nsleep 60\n")
    python.chmod(0o755)
    begun = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("yoi_cli.workers.remote.ssh.channel._OPEN_SECONDS", 1.0)
        assert refused(host, repo, python=str(python)).code == "runtime_timeout"
    assert time.monotonic() - begun < 20


def test_a_host_without_python(host: Sshd, repo: Path) -> None:
    assert refused(host, repo, python="/nowhere/python").code == "runtime_python_missing"


def test_a_host_whose_python_is_too_old(host: Sshd, repo: Path) -> None:
    python = host.folder / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    assert refused(host, repo, python=str(python)).code == "runtime_python_old"


def test_a_folder_that_is_not_there(host: Sshd) -> None:
    assert refused(host, f"/nowhere/{CANARY}").code == "runtime_folder_missing"


def test_a_folder_that_is_in_no_repository(host: Sshd) -> None:
    assert refused(host, host.far_home).code == "runtime_repository_missing"


def test_a_folder_that_cannot_be_written_in(host: Sshd, repo: Path) -> None:
    shutil.rmtree(repo / ".git/yoi", ignore_errors=True)
    (repo / ".git/yoi").write_text("")
    assert refused(host, repo).code == "runtime_folder_unwritable"


def test_a_home_that_cannot_be_written_in(host: Sshd, repo: Path) -> None:
    (host.far_home / ".cache").write_text("")
    assert refused(host, repo).code == "runtime_folder_unwritable"


def test_a_start_up_file_of_the_shell_that_prints(host: Sshd, repo: Path) -> None:
    if Path(pwd.getpwuid(os.geteuid()).pw_shell).name != "bash":
        pytest.skip("the login shell is not bash, which reads .bashrc for ssh's commands")
    (host.far_home / ".bashrc").write_text(f"echo {CANARY}\n")
    assert refused(host, repo).code == "runtime_noise"


def test_a_host_without_git(_hermetic: dict[str, str], repo: Path, tmp_path: Path) -> None:
    for name in ("python3", "sh"):
        found = shutil.which(name, path="/usr/bin:/bin") or shutil.which(name)
        (tmp_path / name).symlink_to(str(found))
    with running_sshd(_hermetic, PATH=str(tmp_path)) as host:
        assert refused(host, repo).code == "runtime_git_missing"


def test_a_machine_without_ssh(host: Sshd, repo: Path, tmp_path: Path) -> None:
    assert refused(host, repo, PATH=str(tmp_path)).code == "runtime_ssh_missing"


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_place_for_the_connection_that_others_may_write_in(
    host: Sshd, repo: Path, mode: int
) -> None:
    folder = host.folder / "run/yoi-ssh"
    folder.mkdir()
    folder.chmod(mode)
    assert refused(host, repo).code == "runtime_control_unsafe"


def test_a_place_for_the_connection_that_is_a_link(host: Sshd, repo: Path, tmp_path: Path) -> None:
    (host.folder / "run/yoi-ssh").symlink_to(tmp_path)
    assert refused(host, repo).code == "runtime_control_unsafe"


def test_nobody_is_asked_for_a_passphrase(host: Sshd, repo: Path) -> None:
    key = host.folder / "user"
    change = ["ssh-keygen", "-q", "-p", "-P", "", "-N", "a passphrase", "-f", str(key)]
    subprocess.run(change, check=True, capture_output=True)
    asked = host.folder / "asked"
    ask = host.folder / "ask"
    ask.write_text(f"#!/bin/sh\ntouch {asked}\n")
    ask.chmod(0o755)
    variables = {"SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":9"}
    assert refused(host, repo, **variables).code == "runtime_auth_failed"
    assert not asked.exists()
