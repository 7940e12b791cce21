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
from collections.abc import Callable, Iterator
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
PartitionName=full Nodes={host} MaxTime=INFINITE State=DOWN
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

    @classmethod
    def at(cls, folder: Path) -> Cluster:
        """A cluster that another process runs, to be asked."""
        found = cls.__new__(cls)
        found.folder = folder
        return found

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
        if "machine" not in self._running:
            self._start_machine()
        spaces = ("--mount", "--pid", f"--target={self._first_process()}")
        self._start("nsenter", *spaces, *node, name="slurmd")

    def _start_machine(self) -> None:
        """What the node runs on: it has processes and a boot of its own, until it is killed."""
        boot = self.folder / "boot_id"
        boot.write_text(f"{_ANOTHER_BOOT}\n")
        spaces = ("--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
        ready = self.folder / "machine.ready"
        ready.unlink(missing_ok=True)
        then = f"mount --bind {boot} {_BOOT_ID} && : >{ready} && exec sleep infinity"
        self._start("unshare", *spaces, "sh", "-c", then, name="machine")
        _await(ready.exists, "there is no machine for the node")

    def _first_process(self) -> int:
        """The process whose death is the end of the node's machine."""
        pid = self._running["machine"].pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def kill_machine(self) -> None:
        """Have the machine of the node lose its power: nothing of it runs any more."""
        os.kill(self._first_process(), signal.SIGKILL)
        for name in ("slurmd", "machine"):
            self._running.pop(name).wait()

    def hide(self, folder: Path) -> None:
        """Let the machine of the node not see `folder`, for as long as it runs."""
        spaces = ("nsenter", "--mount", f"--target={self._first_process()}")
        subprocess.run([*spaces, "mount", "-t", "tmpfs", "none", folder], check=True, timeout=30)

    def await_node(self) -> None:
        """Wait until the node takes jobs; what Slurm holds against it is forgiven."""

        _await(self.forgive, "no node takes jobs")

    def forgive(self) -> bool:
        """Let the node have jobs again, whatever Slurm holds against it; whether it has."""
        state = self.ask("sinfo", "--noheader", "--format=%T", "--partition=main").strip()
        if state.startswith(("down", "drain")):
            self.ask("scontrol", "update", f"NodeName={self._host}", "State=RESUME")
        return state in ("idle", "mixed")

    def kill_controller(self) -> None:
        """Kill it once it has saved what it knows of all jobs: it would give the number of one that
        it lost to the next, which the node does not take."""
        saved, asked = self.folder / "state/job_state", time.time()
        for number in self.ask("squeue", "--noheader", "--format=%A").split():
            self.ask("scontrol", "update", f"JobId={number}", "Comment=saved")
        _await(lambda: saved.exists() and saved.stat().st_mtime > asked, "no state is saved")
        self.kill("slurmctld")

    def restart_controller(self) -> None:
        """Start the controller again after it was killed, and wait until it is at one with the
        node: it may have forgotten that jobs ended, starts them anew, and then drains the node."""
        self.start_controller()

        def is_at_rest() -> bool:
            self.await_node()
            return not self.ask("squeue", "--noheader", "--states=PD,CF,CG")

        for _ in range(3):
            _await(is_at_rest, "the controller does not come to rest")
            time.sleep(0.5)

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

    def said(self) -> str:
        """What Slurm says of all that it has, and wrote last: for whoever waits in vain."""
        jobs = self.ask("squeue", "--states=all", "--format=%A %T %r %j")
        logs = (self.folder / f"{name}.log" for name in ("slurmctld", "slurmd"))
        ends = ["\n".join(log.read_text().splitlines()[-25:]) for log in logs]
        return "\n".join((self.ask("sinfo", "--long"), jobs, *ends))

    def kill(self, *names: str) -> None:
        """Kill daemons by SIGKILL, and nothing else."""
        for name in names:
            process = self._running.pop(name)
            process.send_signal(signal.SIGKILL)
            process.wait()

    def stop(self) -> None:
        """End all of it."""
        self.ask("scancel", "--full", "--signal=KILL", f"--user={os.geteuid()}")
        self.ask("scancel", f"--user={os.geteuid()}")
        if "machine" in self._running:
            self.kill_machine()
        for process in reversed([*self._running.values()]):
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()
            process.wait()
        self._running.clear()

    def _start(self, program: str, *arguments: str, name: str = "") -> None:
        name = name or program
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


def _await(is_so: Callable[[], bool], why: str) -> None:
    end = time.monotonic() + _START_SECONDS
    while not is_so():
        if time.monotonic() > end:
            pytest.fail(f"Slurm does not start: {why}")
        time.sleep(0.05)
