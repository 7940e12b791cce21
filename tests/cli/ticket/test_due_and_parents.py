"""What is due, how much work it is, what it is a part of, and lists that were saved."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.process import Program
from support.workspaces import put

from yoi_cli.model.time import days_until, last_due, parse_due

TODAY = datetime.now().astimezone().date()


def day(ahead: int) -> str:
    return (TODAY + timedelta(days=ahead)).isoformat()


def listed(yoi: Program, *options: str) -> list[str]:
    return [line.split("\t")[2] for line in yoi("list", *options).out.splitlines()[1:]]


def test_a_day_is_typed_as_people_say_it_and_kept_as_a_date(yoi: Program, workspace: Path) -> None:
    made = str(
        yoi("create", "Pay", "-m", "x", "--due", "3d", "--estimate", "4h", "--json").json["id"]
    )
    assert f"due: '{day(3)}'" in (workspace / ".yoi/tickets" / made / "item.md").read_text()
    row = yoi("list", "--json").json["tickets"]
    assert isinstance(row, list)
    assert (row[0]["due"], row[0]["estimate"]) == (day(3), "4h")
    assert f"due:{day(3)} estimate:4h" in yoi("list").out
    yoi("edit", made, "--due", "", "--estimate", "3")
    assert "due:" not in yoi("list").out


@pytest.mark.parametrize(
    ("option", "value"), [("--due", "soon"), ("--due", "2026-13-01"), ("--estimate", "long")]
)
def test_what_is_no_day_and_no_size_is_refused(
    yoi: Program, workspace: Path, option: str, value: str
) -> None:
    refused = yoi("create", "x", "-m", "y", option, value, "--json", check=False)
    assert refused.code == 2
    assert refused.error["code"] == f"{option[2:]}_invalid"


def test_lists_ask_for_what_is_due_by_a_day_and_is_not_resolved(
    yoi: Program, workspace: Path
) -> None:
    for number, (title, ahead) in enumerate(
        [("late", -2), ("now", 0), ("soon", 5), ("far", 30)], start=1
    ):
        yoi("edit", put(workspace, number, "ready", title=title), "--due", day(ahead))
    done = put(workspace, 5, "done", title="finished")
    yoi("edit", done, "--due", day(-1))
    put(workspace, 6, "ready", title="whenever")
    assert set(listed(yoi, "--due", "overdue")) == {"late"}
    assert set(listed(yoi, "--due", "today")) == {"late", "now"}
    assert set(listed(yoi, "--due", "week")) == {"late", "now", "soon"}
    assert set(listed(yoi, "--due", day(40))) == {"late", "now", "soon", "far"}
    assert yoi("list", "--due", "never", check=False).code == 2


def test_a_tree_has_tickets_below_their_parents_and_says_how_far_these_are(
    yoi: Program, workspace: Path
) -> None:
    whole = put(workspace, 1, "ready", title="whole")
    first, second = put(workspace, 2, "closed", title="first"), put(workspace, 3, "ready")
    made = yoi("create", "third", "-m", "x", "--parent", whole, "--json").json
    for part in (first, second):
        yoi("ticket", "relation", "add", part, "parent", whole)
    document = yoi("list", "--tree", "--json").json["tickets"]
    assert isinstance(document, list)
    places = {row["id"]: row["place"] for row in document}
    assert places[whole] == {"depth": 0, "parent": None, "children": 3, "resolved": 1}
    assert places[second]["parent"] == places[made["id"]]["parent"] == whole
    order = [row["id"] for row in document]
    assert order[0] == whole
    assert set(order[1:]) == {second, made["id"]}
    assert "1 of 3 children resolved" in yoi("show", whole).out


def test_a_ticket_has_one_parent_and_stands_below_no_child_of_its_own(
    yoi: Program, workspace: Path
) -> None:
    one, two, three = (put(workspace, number, "ready") for number in (1, 2, 3))
    yoi("ticket", "relation", "add", one, "parent", two)
    yoi("ticket", "relation", "add", two, "parent", three)
    second = yoi("ticket", "relation", "add", one, "parent", three, "--json", check=False)
    assert second.error["code"] == "parent_exists"
    loop = yoi("ticket", "relation", "add", three, "parent", one, "--json", check=False)
    assert loop.error["code"] == "cycle"
    assert listed(yoi, "--blocked") == [], "a parent holds nobody up"


def test_a_saved_filter_stands_for_its_options_and_what_is_typed_goes_before(
    yoi: Program, workspace: Path
) -> None:
    config = workspace / ".yoi/ticket.config.toml"
    config.write_text(config.read_text() + '\n[filters]\nmine = "--assignee ada -s ready,queued"\n')
    for number, state in enumerate(("ready", "queued", "planning"), start=1):
        yoi("edit", put(workspace, number, state, title=state), "--assignee", "ada")
    put(workspace, 4, "ready", title="another's")
    assert set(listed(yoi, "@mine")) == {"ready", "queued"}
    assert set(listed(yoi, "@mine", "-s", "planning")) == {"planning"}
    unknown = yoi("list", "@min", "--json", check=False)
    assert (unknown.code, unknown.error["code"]) == (3, "filter_not_found")
    assert "mine" in str(unknown.error["hint"])


def test_days_are_counted_from_today() -> None:
    assert parse_due("tomorrow", TODAY) == day(1)
    assert parse_due("2w", TODAY) == day(14)
    assert last_due("week", TODAY) == day(7)
    assert [days_until(day(ahead), TODAY) for ahead in (-2, 0, 3)] == ["2d over", "today", "in 3d"]


def test_a_description_begins_with_a_template_of_the_store(yoi: Program, workspace: Path) -> None:
    folder = workspace / ".yoi/templates"
    folder.mkdir()
    (folder / "bug.md").write_text("## Steps\n\n1.\n")
    made = str(yoi("create", "x", "--template", "bug", "--json").json["id"])
    assert "## Steps" in yoi("show", made).out
    (folder / "ticket.md").write_text("## Ours\n")
    plain = str(yoi("create", "y", "--json").json["id"])
    assert "## Ours" in yoi("show", plain).out
    for name, code in (("feature", "template_not_found"), ("../item", "template_invalid")):
        refused = yoi("create", "z", "--template", name, "--json", check=False)
        assert refused.error["code"] == code
    assert yoi("create", "z", "--template", "bug", "-m", "x", check=False).code == 2
