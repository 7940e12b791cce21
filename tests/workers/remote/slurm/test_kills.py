"""What survives what, of workers that Slurm runs (docs/machines.md): the transcript is whole, the
exit code kept, or the worker lost with its evidence; and nothing runs twice."""

from __future__ import annotations

import pytest
from support.slurm_workers import SlurmWorkers
from support.workers import PATIENCE, wait_until

from yoi_cli.errors import OperationError

pytestmark = pytest.mark.slow


def went_on(workers: SlurmWorkers, worker_id: str) -> None:
    """See it to its end: its code was kept, its transcript is whole, and it ran once."""
    workers.go()
    view = workers.wait(worker_id)
    assert (view.state, view.exit_code) == ("exited", 7), view
    assert workers.output(worker_id) == b"began\nwent on\n"
    assert workers.runs() == 1


@pytest.mark.parametrize("killed", ["shim", "stub", "shim stub"])
def test_what_stands_over_a_worker_may_die(workers: SlurmWorkers, killed: str) -> None:
    worker_id = workers.began()
    workers.kill(worker_id, *killed.split())
    if "shim" in killed:
        wait_until(lambda: "adopted" in workers.events(worker_id))
    assert workers.runtime.show(worker_id).state == "running"
    went_on(workers, worker_id)
    assert workers.events(worker_id).count("started") == 1


def test_the_guardian_may_die_and_what_it_started_is_ended_or_goes_on(
    workers: SlurmWorkers,
) -> None:
    """Slurm ends what it finds of a job whose script died, and may not find all of it."""
    worker_id = workers.began()
    workers.kill(worker_id, "guardian")
    workers.go()
    view = workers.wait(worker_id)
    assert view.state in ("exited", "killed", "lost")
    assert view.exit_code in (7, None)
    assert workers.output(worker_id).startswith(b"began\n")
    assert workers.runs() == 1


def test_where_all_of_a_job_dies_at_once_the_worker_is_lost_with_what_slurm_says(
    workers: SlurmWorkers,
) -> None:
    worker_id = workers.began()
    workers.kill(worker_id, "guardian", "shim", "stub", "worker")
    view = workers.wait(worker_id)
    assert (view.state, view.exit_code) == ("lost", None)
    assert "Slurm says of the job" in view.evidence
    assert "FAILED" in view.evidence
    assert workers.output(worker_id) == b"began\n"
    assert workers.new_runtime().show(worker_id) == view


def test_a_worker_that_is_killed_says_by_which_signal(workers: SlurmWorkers) -> None:
    worker_id = workers.began()
    workers.kill(worker_id, "worker")
    view = workers.wait(worker_id)
    assert (view.state, view.signal, view.cause) == ("killed", 9, "")


def test_the_controller_may_die_and_come_back(workers: SlurmWorkers) -> None:
    worker_id = workers.began()
    workers.cluster.kill_controller()
    try:
        assert workers.runtime.show(worker_id).state == "running"
        went_on(workers, worker_id)
    finally:
        workers.cluster.restart_controller()
    assert workers.runtime.show(worker_id).exit_code == 7


def test_what_waits_and_what_is_asked_for_while_the_controller_is_dead_is_not_lost(
    workers: SlurmWorkers,
) -> None:
    worker_id = workers.began()
    workers.cluster.kill_controller()
    workers.kill(worker_id, "guardian", "shim", "stub", "worker")
    try:
        wait_until(lambda: "does not answer" in workers.runtime.show(worker_id).evidence)
        assert workers.runtime.show(worker_id).state == "running"
        with pytest.raises(OperationError) as refused:
            workers.spawn(key="meanwhile")
        assert refused.value.code in ("runtime_unreachable", "runtime_timeout")
    finally:
        workers.cluster.restart_controller()
    assert workers.wait(worker_id).state == "lost"
    meanwhile = workers.spawn(key="meanwhile")
    workers.until(lambda: workers.runs() == 2)
    workers.go()
    assert workers.wait(meanwhile).exit_code == 7
    assert workers.runs() == 2


def test_the_daemon_of_the_node_may_die_and_come_back(workers: SlurmWorkers) -> None:
    worker_id = workers.began()
    workers.cluster.kill("slurmd")
    try:
        assert workers.runtime.show(worker_id).state == "running"
        went_on(workers, worker_id)
    finally:
        workers.cluster.start_node()
        workers.cluster.await_node()


def test_where_the_machine_of_a_worker_dies_it_is_lost_once_slurm_says_so(
    workers: SlurmWorkers,
) -> None:
    if not workers.cluster.is_another_machine:
        pytest.skip("the node cannot have a machine of its own here (root and unshare)")
    worker_id = workers.began()
    workers.cluster.kill_machine()
    try:
        assert workers.runtime.show(worker_id).state == "running"
        workers.cluster.ask("scontrol", "update", "NodeName=ALL", "State=DOWN", "Reason=test")
        view = workers.runtime.wait(worker_id, PATIENCE)
    finally:
        workers.cluster.start_node()
        workers.cluster.await_node()
    assert (view.state, view.cause) == ("lost", "node_fail")
    assert "NODE_FAIL" in view.evidence
    assert workers.output(worker_id) == b"began\n"
    assert workers.runs() == 1


def test_what_somebody_cancels_by_slurm_has_that_as_its_cause(workers: SlurmWorkers) -> None:
    worker_id = workers.began()
    workers.cluster.ask("scancel", f"--name={worker_id}")
    view = workers.wait(worker_id)
    assert (view.state, view.cause) == ("killed", "cancelled"), view
    assert "CANCELLED" in view.evidence
    assert workers.new_runtime().show(worker_id) == view


def test_a_job_that_slurm_forgot_is_no_end_of_its_own(workers: SlurmWorkers) -> None:
    """The controller comes back without what it knew of jobs, as after MinJobAge."""
    ended, worker_id = workers.spawn("sh", "-c", "exit 3"), workers.began()
    workers.wait(ended)
    workers.program("squeue", """case "$*" in *--json*) echo '{"jobs": []}' ;; esac""")
    assert workers.new_runtime().show(ended).exit_code == 3
    assert workers.new_runtime().show(worker_id).state == "running"
    went_on(workers, worker_id)
