"""Everything that orchestration writes passes one redaction, whoever writes it."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest
from support.file_stores import open_store

import yoi_cli.orchestration
from yoi_cli.model.events import Author, new_event
from yoi_cli.orchestration.open import open_ports
from yoi_cli.orchestration.ports import OrchestrationPorts, Progress
from yoi_cli.store.values import Change
from yoi_cli.tickets.create import Draft, create_ticket
from yoi_cli.workspace.session import open_session
from yoi_cli.workspace.start import Start

#: What a run is handed and can bring a text out with; each is bound to the redaction.
WRITERS = {"store", "tell", "local_state", "forge"}
#: What it is handed besides: none of it takes a text that a person is to read.
OTHERS = {
    "run_budget",
    "own_events", "approvals", "claims", "share", "by", "routing", "worktrees", "repository",
    "runtime", "elsewhere", "history", "machine", "settings", "target", "holder", "lease", "now",
    "environment", "redaction", "setup",
}  # fmt: skip

SECRET = "s3cr3t-t0ken-4711"


@pytest.mark.process
def test_whoever_writes_with_what_a_run_is_handed_writes_no_secret(workspace: Path) -> None:
    ticket = create_ticket(open_store(workspace, in_git=True), Draft("T", ""), Author("a")).ticket
    environment = {**os.environ, "MY_TOKEN": SECRET}
    told: list[Progress] = []
    ports = open_ports(
        open_session(Start(str(workspace), False, "test", environment)), "ada", told.append
    )
    text = f"It is {SECRET} \x1b[31m."
    with ports.store.write() as writer:
        writer.commit(ticket, Change((new_event("comment", Author("a"), text),), resolution=text))
    ports.tell(Progress(ticket, "step", text))
    kept = ports.local_state.keep_prompt(ticket, "coder-1.md", text)
    thread = ports.store.thread(ticket).events[-1].body
    written = (thread, ports.store.resolution(ticket), told[0].text, Path(kept).read_text())
    clean = "It is [redacted] \\x1b[31m."
    assert tuple((one or "").strip() for one in written) == (clean,) * 4


def test_nothing_else_that_a_run_is_handed_takes_texts() -> None:
    """Whoever gives a run another port says here whether texts leave by it."""
    assert set(OrchestrationPorts._fields) == WRITERS | OTHERS


def test_orchestration_writes_tickets_by_the_one_way_that_is_redacted() -> None:
    folder = Path(str(yoi_cli.orchestration.__file__)).parent
    called = {
        f"{path.name}: {node.func.attr}"
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("create", "install")
    }
    assert called == {"line.py: create"}  # which is an order, whose prompt has passed it
