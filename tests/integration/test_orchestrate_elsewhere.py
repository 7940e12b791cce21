"""`yoi orchestrate` with roles on the runtime of another clone: the coder works there, on the
ticket's branch, and everything else goes on here (docs/orchestrate.md, "Other runtimes")."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from support.data import Data
from support.orchestration import GOOD, REQUEST_CHANGES, Shop, shop_in
from support.process import Program, git_program
from support.servers import RunningServer, serving
from support.slurm import Cluster
from support.sshd import Sshd

from yoi_cli.model.workers.runtimes import RuntimeEntry
from yoi_cli.workers.remote.registry_file import RegistryFile

PATIENCE = 60.0


class Far(NamedTuple):
    """A shop whose roles work on the runtime of another clone, that clone, and the port at which
    its server listens."""

    shop: Shop
    clone: Path
    port: int

    def serving(self) -> contextlib.AbstractContextManager[RunningServer]:
        return serving(self.shop.yoi, "--bind", f"127.0.0.1:{self.port}", cwd=self.clone)

    def register(self, **more: object) -> None:
        """Let the shop know the server, by a git remote that is its clone."""
        file = RegistryFile(str(self.shop.repo / ".git/yoi"))
        given = {
            "url": f"http://127.0.0.1:{self.port}",
            "token_file": str(self.clone / ".git/yoi/servers/runtime.json"),
            "remote": "far",
            **more,
        }
        with file.locked():
            if "far" in file.read().entries:
                file.remove("far")
            file.add("far", RuntimeEntry(**given))  # type: ignore[arg-type]

    def there(self, *words: str) -> str:
        """What git says in the other clone."""
        return self.shop.git(*words, cwd=self.clone).out

    def workers(self) -> list[Data]:
        """All workers that the other clone ever had."""
        found = self.shop.yoi("worker", "list", "--json", cwd=self.clone).json
        return [*found["workers"]]

    def leaves_nothing(self, *places: Path) -> None:
        """Nothing of the work is left in any clone but what was merged."""
        for place in (self.shop.repo, self.clone, *places):
            refs = self.shop.git("for-each-ref", "refs/yoi/work", "refs/heads/work", cwd=place)
            assert refs.out == "", place
            assert ".worktree" not in self.shop.git("worktree", "list", cwd=place).out


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def on_far(shop: Shop, *roles: str, settings: str = "close = true") -> None:
    """Have roles work there."""
    shop.configure(settings)
    path = shop.repo / ".yoi/ticket.config.toml"
    text = path.read_text()
    for role in roles:
        text = text.replace(f"[roles.{role}]\n", f'[roles.{role}]\nruntime = "far"\n')
    path.write_text(text)


@pytest.fixture
def far(workspace: Path, yoi: Program, git: Program, tmp_path: Path) -> Far:
    """Coders work there; nobody listens yet."""
    shop = shop_in(workspace, yoi, git)
    on_far(shop, "coder")
    git("add", "--all")
    git("commit", "--quiet", "--message", "Coders work on far")
    clone = tmp_path / "far"
    git("clone", "--quiet", str(workspace), str(clone), cwd=tmp_path)
    git("remote", "add", "far", str(clone))
    yoi("trust", "--yes", cwd=clone)
    far = Far(shop, clone, free_port())
    far.register()
    return far


@pytest.fixture
def server(far: Far) -> Iterator[RunningServer]:
    with far.serving() as running:
        yield running


def test_a_ticket_whose_coder_works_elsewhere_is_reviewed_merged_and_closed_here(
    far: Far, server: RunningServer
) -> None:
    ticket = far.shop.queue()
    steps = far.shop.run().out
    assert "the coder (script on far) begins" in steps
    assert far.shop.state(ticket) == "closed"
    assert f"{ticket}.txt" in far.shop.files()
    assert far.shop.ran() == [f"{ticket} coder 1", f"{ticket} reviewer 1"]
    (worker,) = far.workers()
    assert (worker["ticket"], worker["role"], worker["state"]) == (ticket, "coder", "exited")
    assert "on far: exit code 0" in far.shop.thread(ticket)
    far.leaves_nothing()


@pytest.mark.slow
def test_a_reviewer_works_elsewhere_too_and_sends_the_coder_back(
    far: Far, server: RunningServer
) -> None:
    on_far(far.shop, "coder", "reviewer")
    far.shop.script("reviewer-1", REQUEST_CHANGES)
    far.shop.script("coder-2", "echo more > more.txt\ngit add --all\ngit commit --quiet -m More\n")
    ticket = far.shop.queue()
    far.shop.run()
    assert far.shop.ran() == [
        f"{ticket} {one}" for one in ("coder 1", "reviewer 1", "coder 2", "reviewer 2")
    ]
    assert far.shop.files() >= {f"{ticket}.txt", "more.txt"}
    assert len(far.workers()) == 4
    far.leaves_nothing()


@pytest.mark.slow
def test_commits_travel_by_a_remote_of_both_as_well(
    far: Far, server: RunningServer, tmp_path: Path, git: Program
) -> None:
    hub = tmp_path / "hub.git"
    git("clone", "--quiet", "--bare", str(far.shop.repo), str(hub), cwd=tmp_path)
    git("remote", "add", "hub", str(hub))
    git("remote", "set-url", "origin", str(hub), cwd=far.clone)
    far.register(remote="hub")
    ticket = far.shop.queue()
    far.shop.run()
    assert far.shop.state(ticket) == "closed"
    assert far.shop.head("main^2") != ""
    far.leaves_nothing(hub)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("true\n", "Nothing was committed."),
        (GOOD + "echo left > left.txt\n", "Not committed: `left.txt`."),
        (GOOD + "git checkout --quiet --detach\n", "HEAD of the worktree is detached"),
        (GOOD + "exit 3\n", "The coder exited with 3."),
    ],
    ids=["nothing", "left over", "detached", "failed"],
)
def test_what_is_not_good_enough_goes_back_to_the_coder(
    far: Far, server: RunningServer, script: str, said: str
) -> None:
    far.shop.script("coder-1", script)
    again = 'git checkout --quiet -B "$YOI_BRANCH"\necho again > again.txt\ngit add --all\n'
    far.shop.script("coder-2", f"{again}git commit --quiet --message Again\n")
    ticket = far.shop.queue()
    far.shop.run()
    assert said in far.shop.thread(ticket)
    assert far.shop.ran().count(f"{ticket} coder 2") == 1
    assert far.shop.state(ticket) == "closed"


@pytest.mark.slow
def test_a_coder_may_write_its_commits_anew(far: Far, server: RunningServer) -> None:
    far.shop.script("reviewer-1", REQUEST_CHANGES)
    far.shop.script(
        "coder-2", "echo more > more.txt\ngit add --all\ngit commit -q --amend -m New\n"
    )
    ticket = far.shop.queue()
    far.shop.run()
    assert far.shop.git("log", "-1", "--format=%s", "main^2").out == "New\n"
    assert "The branch was rewritten" in far.shop.thread(ticket)


@pytest.mark.slow
def test_a_coder_asks_and_goes_on_with_the_answer(far: Far, server: RunningServer) -> None:
    far.shop.script("coder-1", "echo 'Which colour?'\n")
    ticket = far.shop.queue()
    far.shop.run(code=5)
    (waiting,) = far.shop.yoi("inbox", "--json").json["waiting"]
    assert (waiting["reason"], waiting["message"]) == ("needs_answer", "Which colour?")
    far.shop.yoi("ticket", "answer", ticket, "-m", "Blue.")
    far.shop.run()
    assert far.shop.state(ticket) == "closed"


@pytest.mark.slow
def test_the_coder_finds_the_target_as_it_is_here(far: Far, server: RunningServer) -> None:
    """Its clone is behind: what it is to merge into its branch is brought there."""
    (far.shop.repo / "new.txt").write_text("new\n")
    far.shop.git("add", "new.txt")
    far.shop.git("commit", "--quiet", "-m", "Since then")
    head = far.shop.head()
    far.shop.script("coder-1", f"git merge-base --is-ancestor {head} HEAD || exit 4\n{GOOD}")
    ticket = far.shop.queue()
    far.shop.run()
    assert far.shop.ran().count(f"{ticket} coder 1") == 1
    assert far.shop.state(ticket) == "closed"


def test_no_secret_of_this_clone_goes_there(far: Far, server: RunningServer) -> None:
    secret = "s3cr3t-t0ken-4711"
    ticket = far.shop.queue(f"Use {secret}")
    done = far.shop.yoi("orchestrate", env={"MY_TOKEN": secret})
    assert done.code == 0
    prompts = [one.read_text() for one in (far.clone / ".git/yoi/prompts").iterdir()]
    assert any(ticket in one and "Use [redacted]" in one for one in prompts)
    assert not any(secret in one for one in prompts)


def test_a_runtime_that_nobody_serves_begins_nothing(far: Far) -> None:
    ticket = far.shop.queue()
    done = far.shop.run("--json", code=5)
    (outcome,) = done.json["outcomes"]
    assert (outcome["result"], outcome["reason"]) == ("waits", "runtime_unreachable")
    assert "far cannot be asked since" in outcome["message"]
    assert far.shop.state(ticket) == "queued"


def test_a_runtime_without_a_git_remote_begins_nothing(far: Far, server: RunningServer) -> None:
    far.register(remote=None)
    ticket = far.shop.queue()
    (outcome,) = far.shop.run("--json", code=1).json["outcomes"]
    assert (outcome["result"], outcome["reason"]) == ("refused", "runtime_without_remote")
    assert far.shop.state(ticket) == "queued"
    (planned,) = far.shop.run("--dry-run", "--json").json["plan"]
    assert planned["obstacles"][0]["code"] == "runtime_without_remote"


@pytest.mark.slow
def test_a_ticket_chooses_a_runtime_that_the_settings_allow_and_no_other(
    far: Far, server: RunningServer
) -> None:
    far.shop.configure()
    path = far.shop.repo / ".yoi/ticket.config.toml"
    allowed = path.read_text().replace("[roles.coder]\n", '[roles.coder]\nruntimes = ["far"]\n')
    path.write_text(allowed)
    here, there = (far.shop.queue(name) for name in ("Here", "There"))
    far.shop.yoi("ticket", "edit", there, "--set", "runtime=far")
    refused = far.shop.yoi("ticket", "edit", here, "--set", "runtime=other", check=False)
    assert "they allow far, local" in refused.err
    far.shop.run()
    assert [one["ticket"] for one in far.workers()] == [there]
    assert {far.shop.state(one) for one in (here, there)} == {"closed"}


class Run:
    """`yoi orchestrate` as a process that can be killed; its steps as they come."""

    def __init__(self, shop: Shop, *options: str) -> None:
        self.process = subprocess.Popen(
            [*shop.yoi.argv, "orchestrate", *options],
            cwd=shop.repo,
            env=shop.yoi.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.steps: list[Data] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.steps.append(json.loads(line))

    def await_step(self, step: str) -> Data:
        found: list[Data] = []

        def is_there() -> bool:
            found[:] = [one for one in self.steps if one["step"] == step]
            return bool(found) or self.process.poll() is not None

        wait_for(is_there)
        assert found, f"it ended without {step}: {self.steps}"
        return found[0]

    def end(self, number: int | None = None) -> int:
        """Wait for its end, having sent a signal if one is given; its exit code."""
        if number is not None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return code


@contextlib.contextmanager
def running(shop: Shop, *options: str) -> Iterator[Run]:
    run = Run(shop, *options)
    try:
        yield run
    finally:
        if run.process.poll() is None:
            run.end(signal.SIGKILL)
        elif run.process.stdout is not None and not run.process.stdout.closed:
            run.end()


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


def waits_for(shop: Shop, name: str) -> str:
    """A coder's script that goes on once the file `name` is there."""
    return f"while [ ! -e '{shop.agents}/{name}' ]; do sleep 0.05; done\n{GOOD}"


def let_go(shop: Shop, name: str) -> None:
    (shop.agents / name).touch()


@pytest.mark.slow
def test_a_server_that_is_killed_and_started_again_is_waited_for_by_the_run(far: Far) -> None:
    far.shop.script("coder", waits_for(far.shop, "go"))
    ticket = far.shop.queue()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(far.serving())
        run = stack.enter_context(running(far.shop))
        wait_for(lambda: far.shop.ran() == [f"{ticket} coder 1"])
        server.end(signal.SIGKILL)
        told = run.await_step("runtime_unreachable")
        assert "no other is started" in told["message"]
        (waiting,) = far.shop.yoi("inbox", "--json").json["waiting"]
        assert (waiting["ticket"], waiting["reason"]) == (ticket, "runtime_unreachable")
        assert waiting["commands"][0] == "yoi runtime test far"
        stack.enter_context(far.serving())
        run.await_step("runtime_reached")
        let_go(far.shop, "go")
        assert run.end() == 0
    assert far.shop.ran() == [f"{ticket} coder 1", f"{ticket} reviewer 1"]
    assert far.shop.yoi("inbox", "--json").json["waiting"] == []


@pytest.mark.slow
def test_a_run_with_nothing_else_to_do_ends_and_the_next_one_finds_the_worker(far: Far) -> None:
    on_far(far.shop, "coder", settings="close = true\nruntime_patience = 1")
    far.shop.script("coder", waits_for(far.shop, "go"))
    ticket = far.shop.queue()
    with far.serving() as server, running(far.shop, "--json") as run:
        wait_for(lambda: far.shop.ran() == [f"{ticket} coder 1"])
        server.end(signal.SIGKILL)
        assert run.end() == 5
    let_go(far.shop, "go")
    outcome = far.shop.run("--json", code=5).json["outcomes"][0]
    assert (outcome["result"], outcome["reason"]) == ("waits", "runtime_unreachable")
    with far.serving():
        far.shop.run()
    assert far.shop.ran() == [f"{ticket} coder 1", f"{ticket} reviewer 1"]
    assert far.shop.state(ticket) == "closed"
    far.leaves_nothing()


def test_work_here_goes_on_while_a_runtime_hangs(far: Far) -> None:
    on_far(far.shop, "coder", settings="close = true\nruntime_patience = 3")
    path = far.shop.repo / ".yoi/ticket.config.toml"
    local = path.read_text().replace("[roles.coder]\n", '[roles.coder]\nruntimes = ["local"]\n')
    path.write_text(local)
    far.register(timeout=1.0)
    with far.serving() as server:
        server.process.send_signal(signal.SIGSTOP)
        try:
            there, here = far.shop.queue("There"), far.shop.queue("Here")
            far.shop.yoi("ticket", "edit", here, "--set", "runtime=local")
            far.shop.run(code=5)
            assert (far.shop.state(here), far.shop.state(there)) == ("closed", "queued")
        finally:
            server.process.send_signal(signal.SIGCONT)


def test_a_ticket_that_is_taken_back_has_its_worker_there_stopped(
    far: Far, server: RunningServer
) -> None:
    far.shop.script("coder", waits_for(far.shop, "never"))
    ticket = far.shop.queue()
    with running(far.shop) as run:
        wait_for(lambda: far.shop.ran() == [f"{ticket} coder 1"])
        far.shop.yoi("ticket", "state", ticket, "planning", "--reason", "Not now.")
        run.end()
    wait_for(lambda: [one["cause"] for one in far.workers()] == ["stopped"])


def test_a_worker_whose_run_was_killed_is_stopped_by_the_next_where_its_ticket_was_taken_back(
    far: Far, server: RunningServer
) -> None:
    far.shop.script("coder", waits_for(far.shop, "never"))
    ticket = far.shop.queue()
    with running(far.shop) as run:
        wait_for(lambda: far.shop.ran() == [f"{ticket} coder 1"])
        run.end(signal.SIGKILL)
    far.shop.yoi("ticket", "state", ticket, "planning", "--reason", "Not now.")
    assert "worker_ended" in far.shop.run().out
    wait_for(lambda: [one["cause"] for one in far.workers()] == ["stopped"])


@pytest.mark.slow
def test_places_are_counted_for_each_runtime(far: Far, server: RunningServer) -> None:
    """Three coders at once there, one worker at a time here."""
    at_work = far.shop.agents / "at-work"
    at_work.mkdir()
    count = f"""\
touch '{at_work}/'$YOI_ROLE-$YOI_TICKET
for i in $(seq 100); do
  found=$(ls '{at_work}' | grep -c "^$YOI_ROLE-")
  echo $found >> '{far.shop.agents}/most-'$YOI_ROLE
  if [ $found -ge $most ]; then break; fi
  sleep 0.05
done
rm '{at_work}/'$YOI_ROLE-$YOI_TICKET
"""
    far.shop.script("coder", f"most=3\n{count}{GOOD}")
    far.shop.script("reviewer", f"most=2\n{count}echo 'YOI-REVIEW: approve'\n")
    on_far(far.shop, "coder", settings="close = true\nmax_workers = 1")
    far.register(places=3)
    tickets = [far.shop.queue(f"Number {n}") for n in range(4)]
    far.shop.run("--max", "9")
    assert {far.shop.state(one) for one in tickets} == {"closed"}
    most = {
        role: max(map(int, (far.shop.agents / f"most-{role}").read_text().split()))
        for role in ("coder", "reviewer")
    }
    assert most == {"coder": 3, "reviewer": 1}


def test_what_was_merged_is_taken_away_there_while_others_work(
    far: Far, server: RunningServer
) -> None:
    """The second coder ends once nothing is left of the first ticket, reviewed meanwhile."""
    agents = far.shop.agents
    others = "git for-each-ref refs/heads/work | grep -v $YOI_TICKET"
    far.shop.script(
        "coder",
        f"""\
if ! mkdir '{agents}/first'; then
  {others} > '{agents}/second'
  for i in $(seq 600); do {others} || break; sleep 0.1; done
fi
{GOOD}""",
    )
    wait = f"for i in $(seq 600); do [ -s '{agents}/second' ] && break; sleep 0.1; done"
    far.shop.script("reviewer", f"{wait}\necho 'YOI-REVIEW: approve'\n")
    on_far(far.shop, "coder", settings="close = true")
    far.register(places=1)
    tickets = [far.shop.queue(f"Number {n}") for n in range(2)]
    far.shop.run("--max", "2")
    assert {far.shop.state(one) for one in tickets} == {"closed"}
    assert (agents / "second").read_text()


KILLER = Path(__file__).parents[1] / "support" / "killed_orchestrate.py"


def killed(shop: Shop, number: int) -> int:
    """Run it with a kill at that boundary; the exit code, -9 where it came so far."""
    import sys

    command = [sys.executable, "-P", str(KILLER), str(number)]
    done = subprocess.run(
        command, cwd=shop.repo, env=shop.yoi.environment(), capture_output=True, check=False
    )
    return done.returncode


#: Boundaries of about a hundred and fifty; the campaign `elsewhere` of `make torture` takes all.
@pytest.mark.slow
@pytest.mark.parametrize("first", [10, 16, 40])
def test_killed_again_and_again_with_its_server_each_ticket_is_merged_once_by_one_coder_a_round(
    far: Far, env: dict[str, str], first: int
) -> None:
    on_far(far.shop, "coder", "reviewer")
    far.shop.script("reviewer-1", REQUEST_CHANGES)
    far.shop.script("coder-2", "echo more >> $YOI_TICKET\ngit add --all\ngit commit -q -m More\n")
    tickets = [far.shop.queue(f"Number {n}") for n in range(2)]
    for number in (first, first + 7, first + 21):
        with far.serving() as server:
            killed(far.shop, number)
            server.end(signal.SIGKILL)
    with far.serving():
        far.shop.run()
    rounds = [f"{role} {n}" for role in ("coder", "reviewer") for n in (1, 2)]
    expected = [f"{ticket} {one}" for ticket in tickets for one in rounds]
    assert sorted(far.shop.ran()) == sorted(expected)
    assert {far.shop.state(one) for one in tickets} == {"closed"}
    assert len(far.shop.merges()) == len(tickets)
    far.leaves_nothing()
    git_program(env, far.clone)("fsck", "--no-dangling", cwd=far.clone)


@pytest.mark.slow
def test_jobs_of_a_cluster_work_in_the_worktrees_of_this_clone(
    workspace: Path, yoi: Program, git: Program, slurm_cluster: Cluster
) -> None:
    at_cluster = Program(yoi.argv, {**yoi.env, **slurm_cluster.environment}, yoi.base)
    shop = shop_in(workspace, at_cluster, git)
    on_far(shop, "coder", "reviewer", settings='close = true\nsetup = [["touch", "made"]]')
    (shop.repo / ".git/info/exclude").write_text("made\n")
    shop.script("coder-1", f"test -e made || exit 4\n{GOOD}")
    shop.script("reviewer-1", REQUEST_CHANGES)
    shop.script("coder-2", "echo more > more.txt\ngit add --all\ngit commit --quiet -m More\n")
    shop.yoi("runtime", "add", "far", "--kind", "slurm")
    ticket = shop.queue()
    shop.run()
    assert shop.state(ticket) == "closed"
    rounds = ("coder 1", "reviewer 1", "coder 2", "reviewer 2")
    assert shop.ran() == [f"{ticket} {one}" for one in rounds]
    assert shop.files() >= {f"{ticket}.txt", "more.txt"}
    assert ".worktree" not in git("worktree", "list").out
    assert git("for-each-ref", "refs/yoi/work", "refs/yoi/rescue").out == ""


@pytest.mark.slow
def test_roles_over_ssh_work_in_a_clone_on_that_host(
    workspace: Path, yoi: Program, git: Program, tmp_path: Path, far_host: Sshd
) -> None:
    over_ssh = {**yoi.env, **far_host.environment}
    shop = shop_in(workspace, Program(yoi.argv, over_ssh, yoi.base), git)
    on_far(shop, "coder", "reviewer")
    shop.script("reviewer-1", REQUEST_CHANGES)
    shop.script("coder-2", "echo more > more.txt\ngit add --all\ngit commit --quiet -m More\n")
    clone = tmp_path / "far"
    git("clone", "--quiet", str(workspace), str(clone), cwd=tmp_path)
    git("remote", "add", "far", f"far:{clone}")
    shop.yoi(
        *("runtime", "add", "far", "--kind", "ssh", "--host", "far", "--folder", str(clone)),
        *("--remote", "far"),
    )
    ticket = shop.queue()
    shop.run()
    assert shop.state(ticket) == "closed"
    rounds = ("coder 1", "reviewer 1", "coder 2", "reviewer 2")
    assert shop.ran() == [f"{ticket} {one}" for one in rounds]
    assert shop.files() >= {f"{ticket}.txt", "more.txt"}
    assert git("log", "-1", "--format=%an", "main^2").out == "Far Away\n"
    Far(shop, clone, 0).leaves_nothing()
