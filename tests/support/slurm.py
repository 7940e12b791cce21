"""A cluster for tests: Debian's munged, slurmctld and slurmd, with files and ports of their own.

The machine that runs jobs is this one. Where that may be done (as root, with `unshare`), it has
processes and a boot id of its own, as another machine has, so that nothing can be known of it but
through files and through Slurm.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel")
_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
_START_SECONDS = 60.0
_BOOT_ID = "/proc/sys/kernel/random/boot_id"
_ANOTHER_BOOT = "0fe1cab1-0000-4000-8000-000000000001"
_CONFIGURATION = """
ClusterName=yoi
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.socket
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
MpiDefault=none
SwitchType=switch/none
MailProg=/bin/true
ReturnToService=2
KillWait=2
MinJobAge={min_job_age}
InactiveLimit=0
SlurmctldTimeout=30
SlurmdTimeout=60
MessageTimeout=5
NodeName={host} NodeAddr=127.0.0.1 CPUs=256 RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
PartitionName=full Nodes={host} MaxTime=INFINITE State=INACTIVE
"""


class Cluster:
    """Its files below `folder`; jobs that ended are forgotten after `min_job_age` seconds."""

    def __init__(self, folder: Path, *, min_job_age: int = 300) -> None:
        self.folder = folder
        self._host = socket.gethostname().split(".")[0]
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        for name in ("state", "spool"):
            (folder / name).mkdir()
        key = folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        ports = _free_ports(2)
        (folder / "slurm.conf").write_text(
            _CONFIGURATION.format(
                folder=folder,
                host=self._host,
                controller_port=ports[0],
                node_port=ports[1],
                user=_user_name(),
                min_job_age=min_job_age,
            )
        )
        self.is_another_machine = _can_be_another_machine()

    @property
    def environment(self) -> dict[str, str]:
        """What Slurm's programs need to find the cluster."""
        return {"SLURM_CONF": str(self.folder / "slurm.conf")}

    def start(self) -> None:
        self.start_munge()
        self.start_controller()
        self.start_node()
        self.await_node()

    def start_munge(self) -> None:
        at = self.folder
        self._start(
            "munged",
            *("--foreground", "--num-threads=10", f"--socket={at}/munge.socket"),
            *(f"--key-file={at}/munge.key", f"--pid-file={at}/munge.pid"),
            *(f"--log-file={at}/munge.log", f"--seed-file={at}/munge.seed"),
        )
        _await((at / "munge.socket").exists, "munged makes no socket")

    def start_controller(self) -> None:
        self._start("slurmctld", "-D", "-i")

    def start_node(self) -> None:
        node = ("slurmd", "-D", "-N", self._host)
        if not self.is_another_machine:
            self._start(*node)
            return
        boot = self.folder / "boot_id"
        boot.write_text(f"{_ANOTHER_BOOT}\n")
        then = f"mount --bind {boot} {_BOOT_ID} && exec {' '.join(node)}"
        namespaces = ("--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
        self._start("unshare", *namespaces, "sh", "-c", then)

    def await_node(self) -> None:
        _await(lambda: "idle" in self.ask("sinfo", "--noheader", "--format=%T"), "no node is idle")

    def ask(self, *command: str) -> str:
        """What one of Slurm's programs prints; it may fail."""
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=_START_SECONDS,
            env={**os.environ, **self.environment, "PATH": _PATH},
        )
        return done.stdout

    def kill(self, *names: str) -> None:
        """Kill daemons, as a machine does that loses its power."""
        for name in names:
            process = self._running.pop(name)
            process.send_signal(signal.SIGKILL)
            process.wait()

    def stop(self) -> None:
        """End all of it."""
        self.ask("scancel", "--full", "--signal=KILL", f"--user={os.geteuid()}")
        self.ask("scancel", f"--user={os.geteuid()}")
        for process in reversed([*self._running.values()]):
            process.kill()
            process.wait()
        self._running.clear()

    def _start(self, program: str, *arguments: str) -> None:
        name = "slurmd" if program == "unshare" else program
        with (self.folder / f"{name}.out").open("ab") as out:
            self._running[name] = subprocess.Popen(
                [_found(program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={**self.environment, "PATH": _PATH},
                cwd="/",
            )


@contextlib.contextmanager
def running_cluster(**options: int) -> Iterator[Cluster]:
    """A cluster that is ended afterwards. Skips where Slurm is not installed."""
    missing = [name for name in PROGRAMS if shutil.which(name, path=_PATH) is None]
    if missing:
        pytest.skip(f"Slurm is not installed here: {', '.join(missing)} (slurm-wlm, munge)")
    # Not below pytest's folders: munge wants the way to its socket to be open to all.
    folder = Path(tempfile.mkdtemp(prefix="yoi-slurm-", dir="/tmp"))
    folder.chmod(0o755)
    cluster = Cluster(folder, **options)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _can_be_another_machine() -> bool:
    command = ["unshare", "--mount", "--pid", "--fork", "--mount-proc"]
    command += ["mount", "--bind", "/dev/null", _BOOT_ID]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _found(program: str) -> str:
    return shutil.which(program, path=_PATH) or program


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


def _user_name() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


def _await(is_so: object, why: str) -> None:
    end = time.monotonic() + _START_SECONDS
    while not is_so():  # type: ignore[operator]
        if time.monotonic() > end:
            pytest.fail(f"Slurm does not start: {why}")
        time.sleep(0.05)
