"""Workers that Slurm runs: what waits, what is asked, what they are given."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from support.slurm import Cluster
from support.slurm_workers import SlurmWorkers, slurm_workers
from support.workers import wait_until

from yoi_cli.errors import OperationError
from yoi_cli.model.workers.spec import WorkerRequest

SECRET = "s3cret-value-of-a-token"


@pytest.mark.parametrize("word", ["stop", "cancel"])
def test_what_waits_for_slurm_is_given_up_at_once_and_never_runs(
    slurm_cluster: Cluster, tmp_path: Path, word: str
) -> None:
    with slurm_workers(slurm_cluster, tmp_path, partition="full", start_wait=0.0) as workers:
        worker_id = workers.spawn()
        wait_until(lambda: "PENDING" in workers.runtime.show(worker_id).evidence)
        assert workers.runtime.show(worker_id).state == "queued"
        end = workers.runtime.stop if word == "stop" else workers.runtime.cancel
        view = end(worker_id)
        assert (view.state, view.started_at) == ("killed", None)
        assert view.cause == {"stop": "stopped", "cancel": "cancelled"}[word]
        asked = ("squeue", "--noheader", f"--name={worker_id}", "--states=PD,R")
        wait_until(lambda: not workers.cluster.ask(*asked), workers.cluster.said)
        assert workers.runs() == 0


def test_a_job_that_is_started_all_the_same_finds_that_its_worker_was_given_up(
    slurm_cluster: Cluster, tmp_path: Path
) -> None:
    with slurm_workers(slurm_cluster, tmp_path, partition="full", start_wait=0.0) as workers:
        workers.program("scancel", "exit 0")
        worker_id = workers.spawn()
        workers.runtime.stop(worker_id)
        (number,) = slurm_cluster.ask("squeue", "-h", f"--name={worker_id}", "-o", "%A").split()
        slurm_cluster.ask("scontrol", "update", f"JobId={number}", "Partition=main")

        def said() -> str:
            return slurm_cluster.ask("scontrol", "show", "job", number)

        wait_until(lambda: "JobState=FAILED" in said(), said)
        assert workers.runtime.show(worker_id).state == "killed"
        assert workers.runs() == 0


def test_who_does_not_listen_is_killed(workers: SlurmWorkers) -> None:
    worker_id = workers.spawn("sh", "-c", "trap '' TERM; echo began; while :; do sleep 1; done")
    wait_until(lambda: workers.output(worker_id) == b"began\n")
    view = workers.runtime.stop(worker_id, 0.2)
    assert (view.state, view.signal, view.cause) == ("killed", 9, "stopped")


def test_where_the_shim_cannot_hear_a_command_slurm_ends_the_job(workers: SlurmWorkers) -> None:
    worker_id = workers.began()
    workers.signal(worker_id, "STOP", "shim")
    view = workers.runtime.stop(worker_id, 0.0)
    assert view.has_ended
    assert view.cause == "stopped"


def test_slurm_is_asked_for_all_workers_at_once_and_not_again_before_the_time(
    slurm_cluster: Cluster, tmp_path: Path
) -> None:
    options = {"partition": "full", "start_wait": 0.0, "interval": 60.0}
    with slurm_workers(slurm_cluster, tmp_path, **options) as workers:
        asked = tmp_path / "asked"
        ids = [workers.spawn() for _ in range(3)]
        (tmp_path / "workers/queue.json").unlink()
        workers.program("squeue", f'echo x >>{asked}; real "$@"')
        for _ in range(3):
            found = workers.new_runtime().all()
            assert [view.worker_id for view in found] == ids
            assert all("PENDING" in view.evidence for view in found)
        assert asked.read_text() == "x\n"


def test_where_squeue_prints_no_json_its_lines_are_read(
    slurm_cluster: Cluster, tmp_path: Path
) -> None:
    with slurm_workers(slurm_cluster, tmp_path, partition="full", start_wait=0.0) as workers:
        workers.program("squeue", 'case "$*" in *--json*) exit 1 ;; *) real "$@" ;; esac')
        worker_id = workers.spawn()
        wait_until(lambda: "PENDING" in workers.runtime.show(worker_id).evidence)


@pytest.mark.parametrize("said", ["", "nonsense", '{"jobs": 3}', "\\xff\\xfe"])
def test_nothing_that_squeue_may_print_breaks_anything(workers: SlurmWorkers, said: str) -> None:
    worker_id = workers.began()
    workers.program("squeue", f"printf '{said}'")
    assert workers.new_runtime().show(worker_id).state == "running"
    workers.go()
    assert workers.wait(worker_id).exit_code == 7


def test_without_slurms_programs_nothing_is_started(tmp_path: Path, slurm_cluster: Cluster) -> None:
    with slurm_workers(slurm_cluster, tmp_path) as workers:
        workers.environment["PATH"] = str(tmp_path)
        with pytest.raises(OperationError) as refused:
            workers.new_runtime().spawn(workers.request())
        assert refused.value.code == "runtime_unsupported"
        assert workers.runtime.ids() == []


def test_values_of_variables_reach_the_worker_and_no_file_and_no_command_line(
    workers: SlurmWorkers,
) -> None:
    given = workers.folder / "given"
    workers.program(
        "sbatch", f'echo "$@" >>{given}; cat >{given}.script; real "$@" <{given}.script'
    )
    request = WorkerRequest(
        workers.request("sh", "-c", "echo $TOKEN $PLAIN $SLURM_JOB_ID; echo done").spec,
        {"TOKEN": SECRET, "PLAIN": "a plain value"},
    )
    worker_id = workers.runtime.spawn(request).worker_id
    workers.wait(worker_id)
    number = workers.job(worker_id)["job_id"]
    assert workers.output(worker_id) == f"[redacted] a plain value {number}\ndone\n".encode()
    for path in workers.folder.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
            assert b"a plain value" not in path.read_bytes() or path.name == "output.raw", path


def test_what_the_job_itself_has_to_say_is_kept(slurm_cluster: Cluster, tmp_path: Path) -> None:
    with slurm_workers(slurm_cluster, tmp_path, python="/nowhere/python") as workers:
        worker_id = workers.spawn()
        view = workers.wait(worker_id)
        assert (view.state, view.started_at) == ("lost", None)
        assert "it never began" in view.evidence
        assert b"/nowhere/python" in workers.file(worker_id, "slurm.out")


def test_a_worker_of_another_version_goes_on_with_the_code_that_it_was_started_with(
    workers: SlurmWorkers,
) -> None:
    """The code lies under its digest; what was changed there is not trusted again."""
    worker_id = workers.began()
    (code,) = (workers.folder / "workers/code").iterdir()
    shim = code / "yoi_cli/workers/local/shim/main.py"
    shim.write_text("raise SystemExit('changed')\n")
    workers.go()
    assert workers.wait(worker_id).exit_code == 7
    another = workers.spawn()
    assert workers.wait(another).exit_code == 7
    assert "changed" not in shim.read_text()


def test_a_stop_that_finds_an_end_takes_no_time(workers: SlurmWorkers) -> None:
    worker_id = workers.spawn("true")
    first = workers.wait(worker_id)
    began = time.monotonic()
    assert workers.runtime.stop(worker_id, 5) == first
    assert time.monotonic() - began < 3
