"""The example pipeline, the example hook and docs/ci.md, run as they stand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from support.data import Data
from support.environment import ROOT
from support.process import TIMEOUT_SECONDS, Program, Result
from support.tickets import created, moved, put_ticket

PIPELINE = ROOT / "examples" / "ci" / "yoi-gate.yml"
HOOK = ROOT / "examples" / "hooks" / "pre-push"
PAGE = ROOT / "docs" / "ci.md"
AT = "2026-06-02T00:00:00Z"
STEPS = (created(), moved(AT, 1, "planning", "ready"), moved(AT, 2, "ready", "queued"))
#: Needs the package index; in the tests `yoi` is on PATH already.
INSTALL = "Install yoi"


@dataclass(frozen=True, slots=True)
class Origin:
    """A bare remote, a clone in which a ticket waits for another, and those two tickets."""

    bare: Path
    clone: Path
    ticket: str
    blocker: str

    def shas(self, git: Program) -> tuple[str, str]:
        found = git("rev-parse", "origin/main", "HEAD", cwd=self.clone).out.split()
        return found[0], found[1]


@pytest.fixture
def origin(git: Program, yoi: Program, workspace: Path, tmp_path: Path) -> Origin:
    blocker = put_ticket(workspace, 1, title="The types")
    relations = (("depends_on", blocker),)
    ticket = put_ticket(workspace, 2, *STEPS, state="queued", title="Use", relations=relations)
    for id_ in (ticket, blocker):
        folder = workspace / ".yoi/tickets" / id_ / "artifacts"
        folder.mkdir(exist_ok=True)
        (folder / ".gitkeep").touch()
    git("add", "--all")
    git("commit", "--quiet", "--message", "The store")
    bare, clone = tmp_path / "origin.git", tmp_path / "clone"
    git("clone", "--quiet", "--bare", workspace, bare, cwd=tmp_path)
    git("clone", "--quiet", bare, clone, cwd=tmp_path)
    git("switch", "--quiet", "--create", f"work/{ticket}-use", cwd=clone)
    message = f"Use the types\n\nTicket: {ticket}"
    git("commit", "--quiet", "--allow-empty", "--message", message, cwd=clone)
    return Origin(bare, clone, ticket, blocker)


def run(script: str, cwd: Path, env: dict[str, str]) -> Result:
    """Run a step as a hosted runner does."""
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=cwd,
        env=env,
        capture_output=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    return Result(script, done.returncode, done.stdout, done.stderr)


def run_pipeline(cwd: Path, env: dict[str, str], base: str, head: str) -> dict[str, Result]:
    """Run the `run` steps of the pipeline in their order, as `if:` says; results by name."""
    pipeline: Data = yaml.safe_load(PIPELINE.read_text(encoding="utf-8"))
    given = {"base": base, "head": head}
    expression = re.compile(r"\$\{\{ github\.event\.pull_request\.(base|head)\.sha \}\}")
    variables = {
        str(name): expression.sub(lambda found: given[found[1]], str(value))
        for name, value in pipeline["env"].items()
    }
    results: dict[str, Result] = {}
    for step in pipeline["jobs"]["gate"]["steps"]:
        if "run" not in step or step["name"] == INSTALL:
            continue
        has_failed = any(result.code for result in results.values())
        if not has_failed or step.get("if") == "always()":
            results[str(step["name"])] = run(str(step["run"]), cwd, env | variables)
    return results


def finish_blocker(yoi: Program, git: Program, origin: Origin) -> None:
    """Close what blocks the ticket, in the clone, and commit that."""
    close = ("ticket", "close", origin.blocker, "--message", "Done.", "--commit")
    yoi(*close, cwd=origin.clone)


def test_the_pipeline_is_shut_while_a_ticket_is_blocked_and_open_when_it_is_not(
    yoi: Program, git: Program, env: dict[str, str], origin: Origin
) -> None:
    results = run_pipeline(origin.clone, env, *origin.shas(git))
    assert [(name, result.code) for name, result in results.items()] == [
        ("Look over the store", 0),
        ("Gate", 5),
        ("Report", 5),
    ]
    assert results["Gate"].out.startswith(f"::error title={origin.ticket}%3A not ready::")
    report = origin.clone / "yoi-gate.xml"
    assert ElementTree.parse(report).getroot().attrib["failures"] == "1"
    finish_blocker(yoi, git, origin)
    results = run_pipeline(origin.clone, env, *origin.shas(git))
    assert {result.code for result in results.values()} == {0}
    assert ElementTree.parse(report).getroot().attrib["failures"] == "0"


def test_the_pipeline_fails_in_a_clone_without_the_beginning_of_the_range(
    git: Program, env: dict[str, str], origin: Origin, tmp_path: Path
) -> None:
    base, head = origin.shas(git)
    git("push", "--quiet", "origin", "HEAD", cwd=origin.clone)
    shallow = tmp_path / "shallow"
    branch = f"work/{origin.ticket}-use"
    url = origin.bare.as_uri()
    git("clone", "--quiet", "--depth=1", "--branch", branch, url, shallow, cwd=tmp_path)
    gate = run_pipeline(shallow, env, base, head)["Gate"]
    assert (gate.code, "fetch-depth" in gate.err) == (3, True)


@pytest.fixture
def hook(origin: Origin) -> Path:
    installed = origin.clone / ".git" / "hooks" / "pre-push"
    installed.parent.mkdir(exist_ok=True)
    shutil.copy(HOOK, installed)
    return installed


def branches_of(git: Program, origin: Origin) -> list[str]:
    return git("for-each-ref", "--format=%(refname:short)", cwd=origin.bare).out.split()


def test_a_push_is_refused_while_the_ticket_is_blocked_and_accepted_when_ready(
    yoi: Program, git: Program, origin: Origin, hook: Path
) -> None:
    push = ("push", "--quiet", "origin", "HEAD")
    refused = git(*push, cwd=origin.clone, check=False)
    assert refused.code != 0
    assert origin.blocker in refused.err
    assert branches_of(git, origin) == ["main"]
    finish_blocker(yoi, git, origin)
    git(*push, cwd=origin.clone)
    assert branches_of(git, origin) == ["main", f"work/{origin.ticket}-use"]


def test_on_other_branches_the_trailers_of_the_new_commits_are_gated(
    yoi: Program, git: Program, origin: Origin, hook: Path
) -> None:
    for target in ("main", "topic"):
        refused = git("push", "origin", f"HEAD:{target}", cwd=origin.clone, check=False)
        assert (refused.code != 0, origin.blocker in refused.err) == (True, True)
    git("switch", "--quiet", "--create", "free", "origin/main", cwd=origin.clone)
    git("commit", "--quiet", "--allow-empty", "--message", "Names no ticket", cwd=origin.clone)
    git("push", "--quiet", "origin", "HEAD:main", cwd=origin.clone)
    git("push", "--quiet", "origin", "HEAD:topic", cwd=origin.clone)
    git("push", "--quiet", "origin", ":topic", cwd=origin.clone)
    assert branches_of(git, origin) == ["main"]


def test_a_push_of_several_branches_tells_of_every_one(
    git: Program, origin: Origin, hook: Path
) -> None:
    git("branch", f"work/{origin.blocker}-types", "origin/main", cwd=origin.clone)
    refused = git("push", "origin", "--all", cwd=origin.clone, check=False)
    assert refused.code != 0
    lines = [line.split("\t") for line in refused.err.splitlines() if line.startswith("gate\t")]
    assert {line[1] for line in lines} == {origin.ticket, origin.blocker}


def test_the_page_on_pipelines_is_true_as_it_stands(
    workspace: Path, git: Program, env: dict[str, str]
) -> None:
    git("add", "--all")
    git("commit", "--quiet", "--message", "Init")
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) > 5
    result = run("set -u\n" + "".join(blocks), workspace, env)
    assert result.code == 0, result


def test_the_page_names_files_that_are_there() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (PAGE.parent / target).exists(), target


def test_the_hook_can_be_run() -> None:
    assert os.access(HOOK, os.X_OK)
