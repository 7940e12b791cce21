"""What the kernel keeps a worker from, and that it can work all the same (docs/security.md)."""

from __future__ import annotations

import pytest
from support.attacks import ATTACKS, WORK, AttackedClone

from yoi_cli.workers.local.shim.landlock import kernel_abi

ABI = kernel_abi()
ALL = {attack.name for attack in ATTACKS}
needs_landlock = pytest.mark.skipif(ABI == 0, reason="this kernel has no Landlock")
#: What an older kernel cannot keep a worker from.
SINCE_ABI_6 = {"signal a process outside"}


def test_without_confinement_every_attack_comes_to_something(clone: AttackedClone) -> None:
    assert clone.play("--confine", "off") == ALL


@needs_landlock
@pytest.mark.parametrize("options", [(), ("--confine", "strict")], ids=["protect", "strict"])
def test_a_confined_worker_comes_to_nothing(clone: AttackedClone, options: tuple[str, ...]) -> None:
    assert clone.play(*options) == (set() if ABI >= 6 else SINCE_ABI_6)


@needs_landlock
@pytest.mark.parametrize("abi", range(1, min(ABI, 5) + 1))
def test_every_older_kernel_keeps_what_it_can(clone: AttackedClone, abi: int) -> None:
    assert clone.play(landlock=str(abi)) == SINCE_ABI_6


@needs_landlock
@pytest.mark.parametrize("mode", ["protect", "strict"])
def test_a_confined_worker_can_work(clone: AttackedClone, mode: str) -> None:
    worker = clone.run(WORK, "--confine", mode)
    assert clone.yoi("worker", "show", worker, "--json", cwd=clone.main).json["exit_code"] == 0, (
        clone.log(worker)
    )
    head = clone.git("rev-parse", "HEAD", cwd=clone.tree).out.strip()
    log = clone.thread()
    assert f"commit: {head}" in log
    assert f'author: "worker {worker}"' in log
    assert "Half way." in log
    assert "event: implementation_report" in log
    assert "event: question" in log
    assert log.count("Half way.") == 1
