"""One coding agent at a time on one ticket, in the situations that people meet."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from agents.installed import lead
from agents.model_server import ASK, CLAIM, HANG, LIMIT, LOGIN, PRETEND, QUESTION, WORK, ModelServer

from yoi_cli.workers.local.shim.landlock import kernel_abi

_ROOT = Path(__file__).parents[2]
_SECONDS = 400
#: Agents that tell by themselves, before anything is started, that they are not logged in.
TELL_LOGIN = frozenset({"claude", "codex"})


class Failure(Exception):
    """What was to be seen, and was not."""


class Trial:
    """A repository with one queued ticket, an agent for both roles, and its model."""

    def __init__(self, agent: str, programs: Path, folder: Path) -> None:
        self.agent, self.model = agent, ModelServer()
        self.repo, self.home = folder / "repo", folder / "home"
        self.repo.mkdir(parents=True)
        self.home.mkdir()
        self.ready = lead(agent, self.model.url, self.home)
        path = f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        env = {"PATH": path, "HOME": str(self.home), "LANG": "C.UTF-8", "YOI_AUTHOR": "Ada"}
        self.env = {**env, "PYTHONPATH": str(_ROOT), **self.ready.variables}
        who = "[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n"
        (self.home / ".gitconfig").write_text(who)
        self.git("init", "--quiet")
        self.git("commit", "--quiet", "--allow-empty", "-m", "Begin")
        self.yoi("init")
        self.configure()
        criteria = "## Acceptance criteria\n\n- answer.txt holds the answer.\n"
        made = self.yoi("ticket", "create", "--title", "Write the answer", "-m", criteria)
        self.ticket = made.split()[1]
        self.yoi("ticket", "intake", self.ticket, "-m", "Nothing is left to ask.")
        self.yoi("ticket", "state", self.ticket, "queued")

    def configure(self, table: str = "") -> None:
        """The agent for both roles, with more lines for its profile."""
        names = json.dumps(sorted(set(self.ready.variables) - set(self.ready.keys)))
        roles = f'[roles]\ncoder = {{ profile = "{self.agent}" }}\n'
        roles += f'reviewer = {{ profile = "{self.agent}" }}\n'
        more = f"[profiles.{self.agent}]\n{self.ready.table}{table}\n" if table else ""
        run = (
            '[orchestration]\nrounds = 1\nclose = true\nvalidate = [["test", "-s", "answer.txt"]]\n'
        )
        path = self.repo / ".yoi/ticket.config.toml"
        base = path.read_text().split("# trial\n")[0]
        path.write_text(f"{base}# trial\n{roles}{more}[worker]\nenvironment = {names}\n{run}")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "Settings")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.repo, env=self.env, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout

    def yoi(self, *arguments: str, code: int = 0) -> str:
        done = self.start(*arguments)
        try:
            out, said = done.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            done.kill()
            raise Failure(f"yoi {arguments[0]} did not end") from None
        if done.returncode != code:
            raise Failure(f"yoi {arguments[0]} exited with {done.returncode}: {said}{out[-600:]}")
        return out

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "yoi_cli", *arguments],
            cwd=self.repo, env=self.env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    @property
    def thread(self) -> str:
        return (self.repo / ".yoi/tickets" / self.ticket / "thread.md").read_text()

    def must(self, holds: bool, what: str) -> None:
        if not holds:
            raise Failure(f"{what}\n{self.thread[-3000:]}")

    def sees(self, *words: str) -> None:
        """The ticket's log has all of these."""
        for one in words:
            self.must(one in self.thread, f"the log lacks {one!r}")

    def is_merged(self) -> None:
        self.must("answer.txt" in self.git("ls-tree", "--name-only", "main"), "it is not merged")
        self.must("closed" in self.yoi("ticket", "state", self.ticket), "it is not closed")

    def is_not_merged(self) -> None:
        self.must("answer.txt" not in self.git("ls-tree", "--name-only", "main"), "it is merged")

    def workers(self) -> list[dict[str, object]]:
        found = json.loads(self.yoi("worker", "list", "--json"))["data"]["workers"]
        return [one for one in found if one["role"] in ("coder", "reviewer")]

    def ends(self) -> None:
        """Nothing of the agent runs any more."""
        self.model.stop()
        for folder in Path("/proc").iterdir():
            try:
                if (
                    folder.name.isdigit()
                    and str(self.home).encode() in (folder / "environ").read_bytes()
                ):
                    raise Failure(f"the process {folder.name} is left")
            except OSError:
                continue


def whole(trial: Trial) -> None:
    """From queued to merged, by the agent as coder and as reviewer, confined as its preset says."""
    trial.yoi("orchestrate")
    trial.is_merged()
    coder, reviewer = trial.workers()
    trial.must(reviewer["role"] == "reviewer", "nobody reviewed it")
    shown = json.loads(trial.yoi("worker", "show", str(coder["worker_id"]), "--json"))["data"]
    kept = (coder["confine"], reviewer["confine"], coder["landlock"])
    trial.must(kept[:2] == ("strict", "strict"), f"it was confined otherwise: {kept}")
    trial.must(bool(kernel_abi()) is bool(kept[2]), "the kernel did not confine it")
    report = shown["report"]
    trial.must(bool(report["input_tokens"] and report["output_tokens"]), "no tokens are known")
    if trial.agent != "aider":
        trial.must(bool(report["session"]), "no session is known")
    said = trial.yoi("worker", "logs", str(coder["worker_id"]))
    trial.must("answer.txt" in said and '{"' not in said, f"the log is no text: {said[:600]}")


def not_logged_in(trial: Trial) -> None:
    """Refused before anything is started where the agent tells, else told and no round spent."""
    if trial.agent in TELL_LOGIN:
        for name in trial.ready.keys:
            del trial.env[name]
        (trial.home / ".codex/config.toml").unlink(missing_ok=True)
        said = trial.yoi("orchestrate", code=1)
        trial.must("not logged in" in said and not trial.workers(), f"it was started: {said}")
        trial.must("queued" in trial.yoi("ticket", "state", trial.ticket), "it is not queued")
        return
    trial.model.scenario = LOGIN
    trial.yoi("orchestrate", code=5)
    trial.sees("step: could_not_run", "status: login")
    trial.must("step: person" not in trial.thread, "a person was called")


def rate_limited(trial: Trial) -> None:
    """No round is spent, the profile is paused, and the log says why."""
    trial.configure("timeout = 100")
    trial.model.scenario = LIMIT
    trial.yoi("orchestrate", code=5)
    trial.sees("step: could_not_run", "status: limit")
    trial.must("step: evidence" not in trial.thread, "a round was spent")
    trial.must("step: person" not in trial.thread, "a person was called")


def hanging(trial: Trial) -> None:
    """Ended once it printed nothing for too long, and told."""
    trial.configure("idle_timeout = 15")
    trial.model.scenario = HANG
    trial.yoi("orchestrate", code=5)
    trial.sees("idle_timeout")
    trial.is_not_merged()


def asking(trial: Trial) -> None:
    """Its question stands on the ticket; once it is answered, its session goes on where it can."""
    trial.model.scenario = ASK
    trial.yoi("orchestrate", code=5)
    trial.sees("step: needs_answer", QUESTION)
    trial.is_not_merged()
    trial.model.scenario = WORK
    trial.yoi("ticket", "answer", trial.ticket, "-m", "42, please.")
    trial.yoi("orchestrate")
    trial.is_merged()
    first, second, _ = trial.workers()
    if trial.agent != "aider":
        shown = json.loads(trial.yoi("worker", "show", str(first["worker_id"]), "--json"))["data"]
        spec = trial.repo / ".git/yoi/workers" / str(second["worker_id"]) / "spec.json"
        trial.must(shown["report"]["session"] in spec.read_text(), "its session does not go on")


def claiming(trial: Trial) -> None:
    """Its word is not taken for it: nothing was committed, whatever it says."""
    trial.model.scenario = PRETEND
    trial.yoi("orchestrate", code=5)
    trial.sees("Nothing was committed.", CLAIM)
    trial.is_not_merged()


def killed(trial: Trial) -> None:
    """A `kill -9` of the agent costs a round, and the next one ends well."""
    trial.model.scenario = HANG
    run = trial.start("orchestrate")
    end = time.monotonic() + 120
    while not trial.model.bodies and time.monotonic() < end:
        time.sleep(0.2)
    (coder,) = trial.workers()
    state = trial.repo / ".git/yoi/workers" / str(coder["worker_id"]) / "state.json"
    trial.model.scenario = "work"
    os.kill(json.loads(state.read_text())["worker"]["pid"], signal.SIGKILL)
    out, said = run.communicate(timeout=_SECONDS)
    trial.must(run.returncode == 0, f"the run exited with {run.returncode}: {said}{out[-600:]}")
    trial.sees("killed by signal 9")
    trial.is_merged()


CASES: dict[str, Callable[[Trial], None]] = {
    "whole job": whole,
    "not logged in": not_logged_in,
    "rate limited": rate_limited,
    "hanging": hanging,
    "asking": asking,
    "claiming": claiming,
    "killed": killed,
}
