"""`yoi ticket show` as a person and a script meet it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program
from support.terminal import on_terminal
from support.tickets import created, moved, put_ticket, said, ticket


def at(day: int) -> str:
    return f"2026-06-{day:02}T00:00:00Z"


@pytest.fixture
def long_thread(workspace: Path) -> str:
    comments = (said(at(day), day, f"Comment of day {day}.") for day in range(2, 12))
    return put_ticket(workspace, 1, created(), *comments, title="A long story")


def test_a_pipe_gets_the_whole_ticket(yoi: Program, workspace: Path, long_thread: str) -> None:
    out = yoi("ticket", "show", long_thread).out
    assert out.startswith(f"A long story\nid:      {long_thread}\nstate:   planning\n")
    assert "Thread (11 events)" in out
    assert all(f"Comment of day {day}." in out for day in range(2, 12))
    assert out == yoi("ticket", "show", long_thread).out


def test_a_terminal_folds_old_events_away_and_says_how_to_see_them(
    yoi: Program, workspace: Path, long_thread: str
) -> None:
    shown = on_terminal(yoi, "ticket", "show", long_thread, cwd=workspace)
    assert "6 events not shown; --events 11 shows all." in shown
    assert "day 6." not in shown
    assert "day 7." in shown
    shown = on_terminal(yoi, "ticket", "show", long_thread, "--events", "11", cwd=workspace)
    assert "not shown" not in shown
    assert "day 2." in shown


def test_a_window_narrows_text_and_json_alike(
    yoi: Program, workspace: Path, long_thread: str
) -> None:
    for window in (("--events", "2"), ("--since", at(10)), ("--since", "2026-06-10")):
        out = yoi("ticket", "show", long_thread, *window).out
        assert "day 9." not in out
        assert "day 10." in out
        data = yoi("ticket", "show", long_thread, *window, "--json").json
        assert [event["at"] for event in data["events"]] == [at(10), at(11)]
        assert data["events_total"] == 11


def test_a_time_that_is_none_is_refused(yoi: Program, workspace: Path, long_thread: str) -> None:
    done = yoi("ticket", "show", long_thread, "--since", "soon", "--json", check=False)
    assert (done.code, done.error["code"]) == (2, "time_invalid")


def test_json_is_one_whole_ticket(yoi: Program, workspace: Path) -> None:
    one = put_ticket(workspace, 1, relations=(("depends_on", put_ticket(workspace, 2)),))
    data = yoi("ticket", "show", one, "--json").json
    promised = [
        "id",
        "title",
        "state",
        "item",
        "events",
        "relations",
        "plan",
        "artifacts",
        "resolution",
        "diverged",
    ]
    assert set(promised) <= set(data.keys())
    assert set(data["item"].keys()) == {"frontmatter", "body"}
    assert set(data["relations"].keys()) == {"outgoing", "incoming", "blockers", "notices"}
    assert {"id", "kind", "at", "author", "heading", "body", "attributes"} <= set(
        data["events"][0].keys()
    )
    assert [blocker["ticket"] for blocker in data["relations"]["blockers"]] == [ticket(2)]


def test_relations_are_told_from_both_ends_with_the_others_states(
    yoi: Program, workspace: Path
) -> None:
    one = put_ticket(workspace, 1, title="The ground")
    two = put_ticket(workspace, 2, title="The house", relations=(("depends_on", one),))
    out = yoi("ticket", "show", two).out
    assert f"Blocked by\n  {one} planning  The ground\n" in out
    assert f"Relations\n  depends_on {one} planning  The ground\n" in out
    assert f"  dependency_of {two} planning  The house\n" in yoi("ticket", "show", one).out


def test_a_divergence_stands_in_the_card(yoi: Program, workspace: Path) -> None:
    first, odd = moved(at(2), 1, "planning", "ready"), moved(at(3), 2, "queued", "inprogress")
    one = put_ticket(workspace, 1, created(), first, odd, state="ready")
    out = yoi("ticket", "show", one).out
    assert out.index("Diverged: ") < out.index("Thread (")
    assert "queued → inprogress" in out


def test_an_item_that_disagrees_with_the_log_is_told(yoi: Program, workspace: Path) -> None:
    one = put_ticket(workspace, 1, state="done")
    assert "The log says planning, item.md says done" in yoi("ticket", "show", one).out


def test_what_is_passed_over_in_the_thread_is_told(yoi: Program, workspace: Path) -> None:
    one = put_ticket(workspace, 1, created(), b"<!-- event: comment")
    out = yoi("ticket", "show", one).out
    assert "Passed over in the thread\n  thread.md:9 A torn append" in out


def test_no_body_can_pass_for_another_event(yoi: Program, workspace: Path) -> None:
    forged = "Thread (9 events)\ncomment  Eve  2026-06-09T00:00:00Z\n\x1b]52;c;x\x07\u2028end"
    one = put_ticket(workspace, 1, created(), said(at(2), 1, forged), body=forged)
    out = yoi("ticket", "show", one).out
    lines = out.split("\n")
    assert sum(line.startswith("Thread (") for line in lines) == 1
    assert sum(line.startswith("comment") for line in lines) == 1
    assert lines.count("  \\x1b]52;c;x\\x07\\u2028end") == 2
    shown = on_terminal(yoi, "ticket", "show", one, cwd=workspace)
    assert "\x1b]52" not in shown
    assert "\n  comment  Eve" in shown


def test_markdown_is_shown_as_it_is(yoi: Program, workspace: Path) -> None:
    body = "# Head\n\n- [x] **done** [link](https://example.org)\n\n```sh\n  ls\n```\n"
    one = put_ticket(workspace, 1, body=body)
    indented = "".join(f"  {line}".rstrip() + "\n" for line in body.rstrip().split("\n"))
    assert f"Description\n{indented}" in yoi("ticket", "show", one).out
    assert indented in on_terminal(yoi, "ticket", "show", one, cwd=workspace)


def broken(workspace: Path, path: str) -> str:
    """A ticket whose file at `path` is broken, amid two others; everything else is sound."""
    ground = put_ticket(workspace, 1, title="The ground")
    house = put_ticket(
        workspace,
        2,
        created(),
        said(at(2), 1, "Said of it."),
        title="The house",
        body="What it is.",
        relations=(("depends_on", ground),),
    )
    put_ticket(workspace, 3, title="The roof", relations=(("depends_on", house),))
    (workspace / ".yoi/tickets" / house / path).write_bytes(b"\xff{\n")
    return house


PLAN = "artifacts/orchestration-plan.jsonl"
RELATIONS = "artifacts/relations.json"
PARTS = {
    "item.md": ("item_not_utf8", ["What it is."], ["Said of it.", "The ground", "The roof"]),
    RELATIONS: ("relations_invalid", ["The ground"], ["What it is.", "Said of it.", "The roof"]),
    PLAN: ("plan_invalid", [], ["What it is.", "Said of it.", "The ground", "The roof"]),
}


@pytest.mark.parametrize("path", PARTS)
def test_what_can_be_read_of_a_broken_ticket_is_shown_and_the_rest_is_named(
    yoi: Program, workspace: Path, path: str
) -> None:
    code, lost, shown = PARTS[path]
    house = broken(workspace, path)
    done = yoi("ticket", "show", house, check=False)
    assert done.code == 6
    assert all(text in done.out for text in shown)
    assert not any(text in done.out for text in lost)
    named = f"Broken\n  .yoi/tickets/{house}/{path}:1 "
    assert named in done.out
    assert f"[{code}]\n" in done.out[done.out.index(named) :]
    assert f"[{code}]\nHint: " in done.err


@pytest.mark.parametrize("path", PARTS)
def test_in_json_a_broken_ticket_is_an_error_with_the_rest_in_its_details(
    yoi: Program, workspace: Path, path: str
) -> None:
    code = PARTS[path][0]
    house = broken(workspace, path)
    done = yoi("ticket", "show", house, "--json", check=False)
    assert (done.code, done.error["code"]) == (6, code)
    details = done.error["details"]
    assert [found["path"] for found in details["broken"]] == [f".yoi/tickets/{house}/{path}"]
    whole = yoi("ticket", "show", ticket(3), "--json").json
    assert set(details["readable"]) == set(whole)
    # What was never imported, and holds the ticket up, stands in its item.
    unread = {"item.md": ["item", "blockers"], RELATIONS: ["relations"], PLAN: ["plan"]}
    assert details["unread"] == unread[path]


def test_nothing_is_said_of_what_blocks_a_ticket_whose_relations_are_broken(
    yoi: Program, workspace: Path
) -> None:
    house = broken(workspace, RELATIONS)
    out = yoi("ticket", "show", house, check=False).out
    assert "Blocked by\n  unknown, for its own relations cannot be read\n" in out
    assert f"dependency_of {ticket(3)} planning  The roof" in out


def test_a_ticket_without_its_thread_has_no_known_state(yoi: Program, workspace: Path) -> None:
    house = broken(workspace, PLAN)
    (workspace / ".yoi/tickets" / house / "thread.md").unlink()
    done = yoi("ticket", "show", house, check=False)
    assert (done.code, "\nstate:   unknown\n" in done.out) == (6, True)
    assert "thread.md is missing. Bring the file back from git. [thread_missing]\n" in done.out
    assert "orchestration-plan.jsonl:1 " in done.out
    assert "Thread (" not in done.out
