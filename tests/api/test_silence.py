"""A surface owns its streams and its process: the api neither prints, reads nor ends anything."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.api import session_at, start_at
from support.process import Program

from yoi_cli.api import (
    claims,
    doctor,
    hooks,
    merge,
    objectives,
    prime,
    queries,
    relations,
    routing,
    setup,
    tickets,
    transfer,
    workers,
    worktrees,
)
from yoi_cli.api.session import Session
from yoi_cli.errors import YoiError
from yoi_cli.model.event_views import EventFilter


class Closed(io.StringIO):
    """A stream that nobody may touch."""

    def write(self, text: str) -> int:
        raise AssertionError(f"written: {text!r}")

    def read(self, size: int | None = -1) -> str:
        raise AssertionError("read")


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, Closed())


def use_everything(session: Session, folder: Path) -> None:
    """Each use case once, as far as it needs no remote."""
    start = start_at(folder)
    setup.init(start, agents=True)
    setup.where(session)
    first = tickets.create(session, "First", fields={"tags": ("a",)}, commit=True).ticket
    second = tickets.create(session, "Second", relations=(("depends_on", first),)).ticket
    tickets.edit(session, first, fields={"priority": "P1"}, added={"tags": ("b",)})
    tickets.comment(session, first, "Said.", role="plan")
    tickets.review(session, first, "Good.", approve=True)
    tickets.intake(session, first, "Settled.")
    tickets.move(session, first, "planning", reason="No.")
    relations.add(session, second, "related", first)
    relations.remove(session, second, "related", first)
    relations.list_relations(session, second)
    tickets.close(session, first, "Done.")
    tickets.reopen(session, first, "Not done.")
    queries.list_tickets(session, closed_too=True, only_blocked=True)
    queries.neighbours(session, queries.show(session, second).view)
    queries.intent_packet(session, first)
    queries.search(session, "f.rst", regex=True)
    queries.newest_events(session, EventFilter())
    assert not queries.follow_events(session, EventFilter()).poll()
    queries.measure(session)
    queries.measure_waiting(session)
    queries.draw_graph(session, related=True)
    routing.route(session)
    routing.route_one(session, second)
    claims.list_claims(session)
    routing.add_plan(session, second, "after", first)
    routing.list_plans(session)
    routing.replay(session, routing.replayed_tickets(session))
    workers.list_workers(session)
    worktrees.list_worktrees(session)
    worktrees.examine(session)
    goal = objectives.create(session, "A goal", tickets=(first,)).id
    objectives.link(session, goal, (second,))
    objectives.show(session, goal)
    objectives.list_objectives(session)
    objectives.examine(session)
    assert len(list(transfer.export_tickets(session, transfer.chosen_tickets(session)))) == 2
    transfer.import_lines(session, [b"{}\n"], source="a test")
    found = doctor.examine_store(session)
    doctor.repair(session, found, fix=True)
    report = doctor.look_over(session)
    doctor.set_up(session, report)
    doctor.with_environment(report, start, encoding="utf-8", is_utf8=True)
    hooks.install(start)
    hooks.status(start)
    hooks.uninstall(start)
    merge.resolve(session)
    prime.prime(start)


def test_no_use_case_touches_a_standard_stream(streams: None, workspace: Path) -> None:
    use_everything(session_at(workspace), workspace)


FAILURES: dict[str, Callable[[Session], object]] = {
    "no ticket": lambda session: tickets.comment(session, "ZZZZ", "x"),
    "no title": lambda session: tickets.create(session, " "),
    "no state": lambda session: tickets.move(session, "ZZZZ", "nowhere"),
    "no role": lambda session: tickets.comment(session, "ZZZZ", "x", role="oracle"),
    "no author": lambda session: tickets.create(session, "x", author=""),
    "no sort": lambda session: queries.list_tickets(session, sort="smell"),
    "no state to list": lambda session: queries.list_tickets(session, states=("nowhere",)),
    "no pattern": lambda session: queries.search(session, "(", regex=True),
    "no kind": lambda session: relations.list_relations(session, kind="cousin"),
    "no folder": lambda session: transfer.import_folder(session, "/there/is/none"),
}


@pytest.mark.parametrize("fail", FAILURES.values(), ids=FAILURES)
def test_a_failure_is_a_typed_error_and_silent(
    streams: None, workspace: Path, fail: Callable[[Session], object]
) -> None:
    with pytest.raises(YoiError) as caught:
        fail(session_at(workspace))
    assert caught.value.code
    assert caught.value.hint


def test_the_warning_of_a_commit_that_git_refused_is_in_the_result(
    git: Program, workspace: Path
) -> None:
    # Git refuses to commit single paths in the middle of a merge.
    git("commit", "--allow-empty", "--quiet", "--message", "more", cwd=workspace)
    head = git("rev-parse", "HEAD", cwd=workspace).out
    (workspace / ".git" / "MERGE_HEAD").write_text(head, encoding="ascii")
    session = session_at(workspace)

    made = tickets.create(session, "x", commit=True)
    said = tickets.comment(session, made.ticket, "x", commit=True)
    edited = tickets.edit(session, made.ticket, fields={"priority": "P1"}, commit=True).committed
    other = tickets.create(session, "y").ticket
    related = relations.add(session, made.ticket, "related", other, commit=True).committed
    moved = tickets.close(session, made.ticket, "x", commit=True)
    goal = objectives.create(session, "x", commit=True)

    for done in (made, said, edited, related, moved, goal):
        (warning,) = done.warnings
        assert warning.startswith("Recorded, but not committed (git commit did not succeed")
    assert queries.show(session, made.ticket).view.folded.state == "closed"
