"""What the kernel keeps a worker from, and that it can work all the same (docs/security.md)."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.attacks import ATTACKS, NOTICED, WORK, AttackedClone

from yoi_cli.workers.local.shim.landlock import kernel_abi

pytestmark = pytest.mark.slow

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


@pytest.mark.parametrize("landlock", ["", "0"], ids=["confined", "without Landlock"])
def test_work_alone_is_not_noticed(clone: AttackedClone, landlock: str) -> None:
    worker = clone.run(WORK, landlock=landlock)
    assert clone.changes(worker) == []


@pytest.mark.parametrize("attack", NOTICED)
def test_what_landlock_cannot_prevent_is_noticed(clone: AttackedClone, attack: str) -> None:
    script, path = NOTICED[attack]
    found = clone.changes(clone.run(script))
    assert [one for one in found if one.endswith(path)], found
    assert len(found) == 1


@pytest.mark.parametrize("attack", NOTICED)
def test_nobody_compares_for_a_worker_that_is_not_confined(
    clone: AttackedClone, attack: str
) -> None:
    assert clone.changes(clone.run(NOTICED[attack][0], "--confine", "off")) == []


def test_without_landlock_the_attacks_are_noticed(clone: AttackedClone) -> None:
    script = "\n".join(f"( {one.script} ) < /dev/null" for one in ATTACKS[:17])
    worker = clone.run(script, landlock="0")
    found = clone.changes(worker)
    ends = (
        *("/hooks/post-checkout", "/.git/config", "/info/attributes", "/refs/heads/main"),
        *("/refs/tags/main", "/info/grafts", "/planted.txt", "/.yoi/ticket.config.toml"),
    )
    assert [end for end in ends if not any(one.endswith(end) for one in found)] == []
    assert any("/refs/replace/" in one for one in found)


@needs_landlock
def test_an_agent_writes_what_is_its_own_and_what_leads_it_later_is_noticed(
    clone: AttackedClone, tmp_path: Path
) -> None:
    home, programs = tmp_path / "ada", tmp_path / "programs"
    for folder in (home, programs):
        folder.mkdir()
    for name in (".bashrc", ".claude.json"):
        (home / name).write_text("")
    agent = programs / "codex"
    paths = "~/.codex/auth.json ~/.codex/config.toml ~/.bashrc ~/.claude.json ~/new work.txt"
    agent.write_text(f"#!/bin/sh\nfor one in {paths}; do echo x > $one; done\ntrue\n")
    agent.chmod(0o755)
    env = {"HOME": str(home), "PATH": f"{programs}:{clone.yoi.env['PATH']}"}
    given = ("worker", "spawn", "--profile", "codex", "--ticket", clone.ticket)
    worker = clone.yoi(*given, cwd=clone.main, env=env).out.split("\t")[1].strip()
    clone.yoi("worker", "wait", worker, cwd=clone.main, check=False)
    written = sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())
    assert written == [".bashrc", ".claude.json", ".codex/auth.json", ".codex/config.toml"]
    assert not (home / ".bashrc").read_text()
    assert not (home / ".claude.json").read_text()
    assert (clone.tree / "work.txt").read_text() == "x\n"
    assert clone.changes(worker) == [f"{home}/.codex/config.toml"]
