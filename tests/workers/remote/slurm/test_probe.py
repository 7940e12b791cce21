"""A job tries what its machine sees of the workers' folder, and is gone afterwards."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.api import session_at
from support.runtimes import by_slurm
from support.slurm import Cluster
from support.slurm_workers import SlurmWorkers, slurm_workers
from support.workers import wait_until

from yoi_cli.api.negotiation import test as negotiate
from yoi_cli.api.registry import Registry
from yoi_cli.workers.remote.slurm import probe
from yoi_cli.workers.remote.slurm.probe import Finding

GOOD = [(name, True) for name in ("job", "folder", "locks", "python")]


def told(findings: tuple[Finding, ...]) -> list[tuple[str, bool]]:
    return [(one.name, one.is_good) for one in findings]


def left(workers: SlurmWorkers) -> str:
    """The probes of which anything is left: in the queue, or in the folder."""
    asked = ("squeue", "--noheader", "--states=PD,R,CG", "--format=%j")
    jobs = [name for name in workers.cluster.ask(*asked).split() if name.startswith("yoi-probe")]
    return " ".join([*jobs, *os.listdir(workers.folder / "workers/probes")])


def test_a_test_of_the_runtime_tries_folder_locks_and_python_by_a_job(
    workspace: Path, slurm_cluster: Cluster
) -> None:
    by_slurm(workspace, slurm_cluster)
    registry = Registry(session_at(workspace, **slurm_cluster.environment))
    found = negotiate(registry, "cluster")
    assert found.is_compatible, found
    assert [(one.name, one.is_there) for one in found.checks[-4:]] == GOOD
    assert not any(one.why or one.hint for one in found.checks)


def test_a_queue_that_is_full_is_said_to_be_and_nothing_is_held_against_the_folder(
    slurm_cluster: Cluster, tmp_path: Path
) -> None:
    with slurm_workers(slurm_cluster, tmp_path, partition="full") as workers:
        (found,) = workers.runtime.probe(0.5)
        assert (found.name, found.is_good) == ("job", True)
        assert "PENDING" in found.why
        assert "not tried" in found.why
        wait_until(lambda: not left(workers), workers.cluster.said)


@pytest.mark.slow
def test_locks_that_do_not_hold_are_told_with_what_helps(
    workers: SlurmWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(path: str) -> int:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    monkeypatch.setattr(probe, "hold_lock", opened)
    found = workers.runtime.probe()
    assert told(found) == [(name, name != "locks") for name, _ in GOOD]
    assert found[2].why == "A lock that the other side holds is free there."
    assert "flock" in found[2].hint


@pytest.mark.slow
def test_a_machine_that_does_not_see_the_folder_is_told(workers: SlurmWorkers) -> None:
    if not workers.cluster.is_another_machine:
        pytest.skip("this machine cannot be another one to itself: it may not unshare")
    workers.cluster.hide(workers.folder)
    found = workers.runtime.probe()
    assert told(found) == [("job", True), ("folder", False)]
    assert "does not see" in found[1].why
    assert "folder" in found[1].hint


@pytest.mark.slow
def test_a_python_that_is_not_there_is_told_in_its_own_words(
    slurm_cluster: Cluster, tmp_path: Path
) -> None:
    with slurm_workers(slurm_cluster, tmp_path, python="/nowhere/python") as workers:
        found = workers.runtime.probe()
        assert told(found) == [("job", True), ("python", False)]
        assert "/nowhere/python: not found" in found[1].why
        wait_until(lambda: not left(workers), workers.cluster.said)


@pytest.mark.parametrize(
    ("options", "said"),
    [({"partition": "nowhere"}, "Invalid partition"), ({}, "cannot be reached")],
)
def test_a_slurm_that_takes_no_job_is_told(
    slurm_cluster: Cluster, tmp_path: Path, options: dict[str, str], said: str
) -> None:
    with slurm_workers(slurm_cluster, tmp_path, **options) as workers:
        if not options:
            workers.program(
                "sbatch", "echo 'sbatch: error: Unable to contact slurm controller' >&2; exit 1"
            )
        (found,) = workers.runtime.probe()
        assert (found.name, found.is_good) == ("job", False)
        assert said in found.why
        assert found.hint
