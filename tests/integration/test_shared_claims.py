"""Two clones of one remote that share claims, by the commands that people and programs run."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from support.orchestration import Shop, shop_in
from support.process import Program, Result
from support.shared_claims import REFS
from support.sync_clones import git_wrapper
from support.workers import wait_until

BODY = "## Acceptance criteria\n\n- It is there.\n"


@pytest.fixture
def clones(tmp_path: Path, repo: Path, yoi: Program, git: Program) -> tuple[Path, Path, str]:
    """Clones `a` and `b`, with a queued ticket in both; its id."""
    yoi("init", cwd=repo)
    config = repo / ".yoi/ticket.config.toml"
    config.write_text(config.read_text() + '\n[claims]\nremote = "origin"\ntimeout = 60\n')
    made = yoi("ticket", "create", "--title", "T", "-m", BODY, "--json", cwd=repo)
    ticket = str(made.json["id"])
    for state in ("ready", "queued"):
        yoi("ticket", "state", ticket, state, cwd=repo)
    git("add", "--all", cwd=repo)
    git("commit", "--quiet", "-m", "A workspace", cwd=repo)
    git("clone", "--quiet", "--bare", str(repo), "hub.git", cwd=tmp_path)
    for name in ("a", "b"):
        git("clone", "--quiet", "hub.git", name, cwd=tmp_path)
    return tmp_path / "a", tmp_path / "b", ticket


def test_one_clone_has_the_ticket_and_the_other_is_told(
    clones: tuple[Path, Path, str], yoi: Program, git: Program, tmp_path: Path
) -> None:
    a, b, ticket = clones
    yoi("claim", ticket, "--holder", "ada", cwd=a)
    for command in (("claim", ticket), ("route", ticket, "--accept"), ("start", ticket)):
        refused = yoi(*command, "--json", cwd=b, check=False)
        assert refused.code == 4, command
        assert "ada on " in refused.out
    assert yoi("next", "--claim", cwd=b, check=False).code in (4, 5)
    listed = yoi("claims", "--remote", "--json", cwd=b).json["claims"]
    assert [(one["ticket"], one["holder"], one["own"]) for one in listed] == [
        (ticket, "ada", False)
    ]
    yoi("claim", ticket, "--renew", "1", cwd=a)
    yoi("release", ticket, "--generation", "1", cwd=a)
    taken = yoi("next", "--claim", "--json", cwd=b).json["claim"]
    assert (taken["ticket"], taken["generation"]) == (ticket, 2)
    log = git("log", "--format=%s", REFS + ticket, cwd=tmp_path / "hub.git").out.splitlines()
    assert [line.split()[0] for line in log] == ["held", "released", "held", "held"]


def test_a_remote_that_is_gone_lets_nothing_begin_and_local_says_what_is_given_up(
    clones: tuple[Path, Path, str], yoi: Program, tmp_path: Path
) -> None:
    a, _, ticket = clones
    (tmp_path / "hub.git").rename(tmp_path / "gone.git")
    for command in (
        ("claim", ticket),
        ("next", "--claim"),
        ("start", ticket),
        ("claims", "--remote"),
    ):
        refused = yoi(*command, "--json", cwd=a, check=False)
        assert refused.code == 4, command
        assert "claim_remote_unreachable" in refused.out
    assert not yoi("claims", "--json", cwd=a).json["claims"]
    done = yoi("claim", ticket, "--local", cwd=a)
    assert "another clone may work on the same ticket" in done.err


def test_a_command_that_was_killed_after_its_push_is_gone_on_with(
    clones: tuple[Path, Path, str], yoi: Program, tmp_path: Path
) -> None:
    a, b, ticket = clones
    script = (
        '"$GIT" "$@"; code=$?\nfor word; do [ "$word" = push ] && kill -9 $PPID; done\nexit $code'
    )
    killing = git_wrapper(tmp_path / "bin", script)
    run = subprocess.run(
        [*yoi.argv, "claim", ticket],
        cwd=a,
        env={k: v for k, v in {**yoi.env, **killing}.items() if v is not None},
        check=False,
    )
    assert run.returncode == -9
    assert not yoi("claims", "--json", cwd=a).json["claims"], "it was not recorded"
    assert yoi("claim", ticket, cwd=b, check=False).code == 4, "and it was pushed"
    assert yoi("claim", ticket, "--json", cwd=a).json["generation"] == 1
    assert yoi("claim", ticket, cwd=a, check=False).code == 4


def test_without_the_remote_a_comment_is_taken_back_and_the_end_of_a_claim_is_not(
    clones: tuple[Path, Path, str], yoi: Program, tmp_path: Path
) -> None:
    a, _, ticket = clones
    there, gone = tmp_path / "hub.git", tmp_path / "gone.git"
    yoi("claim", ticket, "--holder", "ada", cwd=a)
    yoi("ticket", "comment", ticket, "-m", "Said.", cwd=a)
    there.rename(gone)
    assert "withdrawn" in yoi("undo", cwd=a).out
    gone.rename(there)
    yoi("release", ticket, cwd=a)
    there.rename(gone)
    refused = yoi("undo", "--json", cwd=a, check=False)
    assert (refused.code, refused.error["code"]) == (4, "claim_remote_unreachable")
    assert not yoi("claims", "--json", cwd=a).json["claims"]


class SlowPush(NamedTuple):
    """A command that claims, in the middle of its push."""

    run: Future[Result]
    go: Path

    def end(self) -> Result:
        """Let it arrive; what the command says."""
        self.go.touch()
        return self.run.result(timeout=60)


@pytest.fixture
def slow_push(clones: tuple[Path, Path, str], yoi: Program, tmp_path: Path) -> Iterator[SlowPush]:
    """A `yoi claim` in the clone `a`."""
    begun, go = tmp_path / "begun", tmp_path / "go"
    hook = tmp_path / "hub.git/hooks/pre-receive"
    hook.write_text(f"#!/bin/sh\ntouch {begun}\nwhile [ ! -e {go} ]; do sleep 0.02; done\n")
    hook.chmod(0o755)
    words = ("claim", clones[2], "--holder", "ada", "--json")
    with ThreadPoolExecutor(1) as threads:
        slow = SlowPush(threads.submit(yoi, *words, cwd=clones[0], check=False), go)
        try:
            wait_until(lambda: begun.exists() or slow.run.done())
            assert not slow.run.done(), str(slow.run.result())
            yield slow
        finally:
            go.touch()


def test_who_writes_in_the_clone_does_not_wait_for_a_claim_that_is_being_pushed(
    slow_push: SlowPush, clones: tuple[Path, Path, str], yoi: Program
) -> None:
    a, _, ticket = clones
    yoi("ticket", "comment", ticket, "-m", "Said meanwhile.", cwd=a)
    yoi("ticket", "create", "--title", "U", "-m", BODY, cwd=a)
    assert not slow_push.run.done()
    assert slow_push.end().json["generation"] == 1
    thread = yoi("ticket", "show", ticket, cwd=a).out
    assert thread.index("Said meanwhile.") < thread.index("ada took generation 1")


def test_what_was_decided_before_the_push_is_decided_anew_after_it(
    slow_push: SlowPush, clones: tuple[Path, Path, str], yoi: Program
) -> None:
    """The ticket goes back to planning meanwhile: nobody has it, here or elsewhere."""
    a, b, ticket = clones
    yoi("ticket", "state", ticket, "planning", "--reason", "x", cwd=a)
    refused = slow_push.end()
    assert (refused.code, refused.error["code"]) == (4, "not_claimable")
    assert not yoi("claims", "--json", cwd=a).json["claims"]
    assert yoi("claim", ticket, "--json", cwd=b).json["generation"] == 2


def test_another_process_of_the_clone_takes_the_next_ticket_meanwhile(
    slow_push: SlowPush, clones: tuple[Path, Path, str], yoi: Program
) -> None:
    a, _, ticket = clones
    second = str(yoi("ticket", "create", "--title", "U", "-m", BODY, "--json", cwd=a).json["id"])
    for state in ("ready", "queued"):
        yoi("ticket", "state", second, state, cwd=a)
    with ThreadPoolExecutor(1) as threads:
        taking = threads.submit(yoi, "next", "--claim", "--json", cwd=a)
        records = a / ".git/yoi/shared_claims"
        wait_until(lambda: (records / f"{second}.json").exists() or taking.done())
        slow_push.end()
        assert taking.result(timeout=60).json["claim"]["ticket"] == second
    held = {one["ticket"]: one["holder"] for one in yoi("claims", "--json", cwd=a).json["claims"]}
    assert held[ticket] == "ada"
    assert second in held


def test_without_a_remote_for_claims_no_remote_is_asked(
    clones: tuple[Path, Path, str], yoi: Program, tmp_path: Path
) -> None:
    """The control: with it, the same commands ask."""
    a, _, ticket = clones
    log = tmp_path / "asked"
    told = git_wrapper(tmp_path / "bin", f'echo "$*" >> {log}\nexec "$GIT" "$@"')
    config = a / ".yoi/ticket.config.toml"
    text = config.read_text()

    def asked() -> set[str]:
        log.write_text("")
        yoi("claim", ticket, cwd=a, env=told)
        yoi("release", ticket, cwd=a, env=told)
        return {"ls-remote", "push", "fetch", "hash-object"} & set(log.read_text().split())

    config.write_text(text.partition("\n[claims]")[0])
    assert asked() == set()
    config.write_text(text)
    assert {"ls-remote", "push"} <= asked()


@pytest.fixture
def shop(clones: tuple[Path, Path, str], yoi: Program, git: Program, tmp_path: Path) -> Shop:
    """The clone `a`, in which scripts work."""
    shop = shop_in(clones[0], yoi, git)
    yoi("trust", "--yes", cwd=clones[0])
    return shop


def test_an_orchestrator_that_was_overtaken_merges_nothing(
    shop: Shop, clones: tuple[Path, Path, str], yoi: Program, git: Program, tmp_path: Path
) -> None:
    a, b, ticket = clones
    flag = tmp_path / "agents" / "go"
    waiting = f"while [ ! -e {flag} ]; do sleep 0.05; done\n"
    shop.script("coder", f"{waiting}echo x > x.txt\ngit add --all\ngit commit --quiet -m X\n")
    before = git("rev-parse", "main", cwd=a).out
    run = subprocess.Popen(
        [*yoi.argv, "orchestrate", "--json"], cwd=a, env=dict(yoi.env), stdout=subprocess.PIPE
    )
    wait_until(lambda: bool(shop.ran()))
    yoi("release", ticket, cwd=b)
    yoi("claim", ticket, "--holder", "eve", cwd=b)
    flag.touch()
    said, _ = run.communicate(timeout=120)
    assert b"claim_lost" in said
    assert git("rev-parse", "main", cwd=a).out == before
    assert shop.state(ticket) == "inprogress"


def test_what_one_clone_merged_is_not_begun_by_another_that_knows_nothing_of_it(
    shop: Shop, clones: tuple[Path, Path, str], yoi: Program, git: Program, tmp_path: Path
) -> None:
    a, b, ticket = clones
    done = yoi("orchestrate", "--json", cwd=a)
    assert done.json["outcomes"][0]["result"] == "merged"
    refused = yoi("claim", ticket, "--json", cwd=b, check=False)
    assert (refused.code, "claim_finished" in refused.out) == (4, True)
    log = git("log", "--format=%s", REFS + ticket, cwd=tmp_path / "hub.git").out.splitlines()
    assert [line.split()[0] for line in log] == ["finished", "published", "held"]
