"""What is submitted to Slurm runs once, whatever becomes of `sbatch`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.slurm import Cluster
from support.slurm_workers import SlurmWorkers, slurm_workers
from support.workers import wait_until

from yoi_cli.errors import OperationError
from yoi_cli.workers.remote.slurm.guardian import WAS_STARTED


def test_a_job_that_slurm_took_before_sbatch_failed_runs_once(workers: SlurmWorkers) -> None:
    workers.program("sbatch", 'real "$@"; exit 1')
    worker_id = workers.began()
    workers.go()
    assert workers.wait(worker_id).exit_code == 7
    assert workers.runs() == 1
    assert isinstance(workers.job(worker_id)["job_id"], int)


def test_a_job_that_slurm_took_before_sbatch_hung_runs_once(
    slurm_cluster: Cluster, tmp_path: Path
) -> None:
    with slurm_workers(slurm_cluster, tmp_path, timeout=3.0) as workers:
        workers.program("sbatch", 'real "$@" >/dev/null; exec sleep 30')
        worker_id = workers.began()
        workers.go()
        assert workers.wait(worker_id).exit_code == 7
        assert workers.runs() == 1


def test_whoever_was_killed_after_submitting_left_a_worker_that_is_found_again(
    workers: SlurmWorkers,
) -> None:
    """sbatch is not heard of: the process that would write down the number is killed by it."""
    workers.program("sbatch", 'real "$@"; kill -9 $PPID')
    code = (
        "import sys; sys.path[:0] = sys.argv[1:3]\n"
        "from support.slurm import Cluster; from support.slurm_workers import SlurmWorkers\n"
        "from pathlib import Path; cluster = Cluster.at(Path(sys.argv[3]))\n"
        "SlurmWorkers(cluster, Path(sys.argv[4])).spawn(key='again')\n"
    )
    here = Path(__file__)
    paths = (here.parents[3], here.parents[4], workers.cluster.folder, workers.folder)
    killed = subprocess.run([sys.executable, "-c", code, *map(str, paths)], check=False)
    assert killed.returncode == -signal.SIGKILL
    (worker_id,) = workers.runtime.ids()
    assert workers.job(worker_id)["job_id"] is None
    os.unlink(workers.bin / "sbatch")
    assert workers.spawn(key="again") == worker_id
    wait_until(lambda: workers.runs() == 1)
    assert isinstance(workers.job(worker_id)["job_id"], int)
    workers.go()
    assert workers.wait(worker_id).exit_code == 7
    assert workers.runs() == 1


def test_recovery_finds_the_job_of_a_worker_whose_number_nobody_wrote_down(
    slurm_cluster: Cluster, tmp_path: Path
) -> None:
    with slurm_workers(slurm_cluster, tmp_path, start_wait=0.0, partition="full") as workers:
        worker_id = workers.spawn()
        path = tmp_path / "workers" / worker_id / "job.json"
        path.write_text(json.dumps({**workers.job(worker_id), "job_id": None}))

        def is_adopted() -> bool:
            return [one.action for one in workers.runtime.recover()] == ["adopted"]

        wait_until(is_adopted)
        assert isinstance(workers.job(worker_id)["job_id"], int)


def test_what_slurm_does_not_take_is_refused_in_its_words_and_leaves_nothing(
    slurm_cluster: Cluster, tmp_path: Path
) -> None:
    with slurm_workers(slurm_cluster, tmp_path, partition="nowhere") as workers:
        with pytest.raises(OperationError, match="Invalid partition") as refused:
            workers.spawn()
        assert refused.value.code == "slurm_refused"
        assert workers.runtime.ids() == []


def test_a_second_job_of_a_worker_starts_nothing(workers: SlurmWorkers) -> None:
    script = workers.folder / "script"
    workers.program("sbatch", f'cat >{script}; real "$@" <{script}')
    worker_id = workers.began()
    again = ("--parsable", f"--job-name={worker_id}", "--dependency=singleton", str(script))
    second = workers.cluster.ask("sbatch", *again, "--output=/dev/null").strip()
    workers.go()
    assert workers.wait(worker_id).exit_code == 7

    def said() -> str:
        return workers.cluster.ask("scontrol", "show", "job", second)

    wait_until(lambda: "JobState=FAILED" in said(), said)
    assert f"ExitCode={WAS_STARTED}:0" in said()
    assert workers.runs() == 1
    assert workers.runtime.show(worker_id).exit_code == 7


def test_two_that_start_a_worker_with_one_key_submit_one_job(workers: SlurmWorkers) -> None:
    workers.program("sbatch", f'echo x >>{workers.folder}/submitted; real "$@"')
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(workers.spawn, key="one") for _ in range(4)]
        ids = {one.result() for one in asked}
    assert len(ids) == 1
    assert (workers.folder / "submitted").read_text() == "x\n"
