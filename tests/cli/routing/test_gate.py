"""`yoi gate` as a pipeline and a hook meet it: exit codes, where tickets come from, formats."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from support.process import Program, Result
from support.terminal import on_terminal
from support.tickets import created, moved, put_ticket, ticket

AT = "2026-06-02T00:00:00Z"
STEPS = (created(), moved(AT, 1, "planning", "ready"), moved(AT, 2, "ready", "queued"))
TITLE = "Round: the <prices>, 50%"


@pytest.fixture
def ready(workspace: Path) -> str:
    return put_ticket(workspace, 1, *STEPS, state="queued", title=TITLE)


@pytest.fixture
def blocked(workspace: Path) -> str:
    """A queued ticket that waits for one that is only planned."""
    planned = put_ticket(workspace, 3)
    relations = (("depends_on", planned),)
    return put_ticket(workspace, 2, *STEPS, state="queued", title="Show", relations=relations)


def commit(git: Program, *messages: str) -> None:
    for message in messages:
        git("commit", "--quiet", "--allow-empty", "--message", message)


def code(result: Result) -> tuple[int, str]:
    return (result.code, str(result.error["code"]))


def test_the_exit_code_is_the_answer(
    yoi: Program, workspace: Path, ready: str, blocked: str
) -> None:
    assert yoi("gate", ready).code == 0
    assert yoi("gate", blocked, check=False).code == 5
    assert yoi("gate", ready, blocked, check=False).code == 5
    (workspace / ".yoi/tickets" / ticket(3) / "thread.md").unlink()
    assert yoi("gate", blocked, check=False).code == 6
    assert yoi("gate", ready).code == 0
    assert yoi("gate", "0000000000000", check=False).code == 3


def test_a_pipe_gets_a_line_for_each_ticket(yoi: Program, ready: str, blocked: str) -> None:
    result = yoi("gate", ready, blocked, check=False)
    rows = [line.split("\t") for line in result.out.splitlines()]
    long = "blocked_by_dependency_or_missing_authority"
    assert [row[:4] for row in rows] == [
        ["gate", ready, "ready", "implementation_ready"],
        ["gate", blocked, "not_ready", long],
    ]
    assert ticket(3) in rows[1][4]


def test_json_holds_everything_that_the_answer_was_made_from(
    yoi: Program, ready: str, blocked: str
) -> None:
    for form in (["--json"], ["--format", "json"]):
        result = yoi("gate", ready, blocked, *form, check=False)
        data = result.json
        assert (result.code, data["ready"], data["required"]) == (5, False, "ready")
        first, second = data["tickets"]
        assert (first["ticket"], first["ready"]) == (ready, True)
        assert second["decision"]["blockers"][0]["ticket"] == ticket(3)
        assert second["reasons"][0]["code"] == "blocked"


def test_format_json_prints_errors_as_json_too(yoi: Program, workspace: Path) -> None:
    assert code(yoi("gate", "nonsense!", "--format", "json", check=False)) == (
        2,
        "ticket_id_invalid",
    )


def test_junit_can_be_read_by_any_reader_of_xml(yoi: Program, ready: str, blocked: str) -> None:
    result = yoi("gate", ready, blocked, "--format", "junit", check=False)
    (suite,) = ElementTree.fromstring(result.out)
    assert [case.attrib["name"] for case in suite] == [f"{ready} {TITLE}", f"{blocked} Show"]
    assert [len(case) for case in suite] == [0, 1]


def test_annotations_stand_one_to_a_line(yoi: Program, ready: str, blocked: str) -> None:
    result = yoi("gate", ready, blocked, "--format", "github", check=False)
    notice, error = result.out.splitlines()
    assert notice.startswith(f"::notice title={ready}%3A ready::Round: the <prices>, 50%25 ")
    assert error.startswith(f"::error title={blocked}%3A not ready::Show ")


def test_explain_draws_what_a_ticket_waits_for(yoi: Program, blocked: str) -> None:
    assert f"└─ {ticket(3)}" in yoi("gate", blocked, "--explain", check=False).out


def test_a_person_is_told_why(yoi: Program, workspace: Path, ready: str) -> None:
    shown = on_terminal(yoi, "gate", ready, cwd=workspace)
    assert shown.startswith(f"ready  {ready}  {TITLE}\n")
    assert "It is queued, and nothing holds it up." in shown


def test_the_branch_names_the_ticket(yoi: Program, git: Program, ready: str, blocked: str) -> None:
    git("switch", "--quiet", "--create", f"work/{ready}-round")
    assert yoi("gate").out.split("\t")[1] == ready
    assert yoi("gate", "--branch", f"refs/heads/work/{blocked}", check=False).code == 5
    git("switch", "--quiet", "--detach")
    assert code(yoi("gate", "--json", check=False)) == (2, "ticket_not_named")
    assert code(yoi("gate", "--branch", "main", "--json", check=False)) == (2, "ticket_not_named")


def test_in_a_linked_worktree_its_own_branch_counts(
    yoi: Program, git: Program, ready: str, tmp_path: Path
) -> None:
    linked = tmp_path / "linked"
    git("worktree", "add", "--quiet", "-b", f"work/{ready}-round", linked)
    assert yoi("gate", cwd=linked).out.split("\t")[1] == ready


def test_every_ticket_that_a_range_names_is_gated(
    yoi: Program, git: Program, ready: str, blocked: str
) -> None:
    commit(git, f"One\n\nTicket: {ready}", "Two", f"Three\n\nTicket: {ready}\nTicket: {blocked}")
    assert yoi("gate", "--commits", "HEAD~3..HEAD~1").code == 0
    result = yoi("gate", "--commits", "HEAD~3..HEAD", check=False)
    assert result.code == 5
    assert {line.split("\t")[1] for line in result.out.splitlines()} == {ready, blocked}


def test_a_range_that_names_no_ticket_is_an_error_unless_it_may(
    yoi: Program, git: Program, workspace: Path
) -> None:
    commit(git, "One", "Two\n\nMentions Ticket: nothing\n\nSigned-off-by: Ada")
    result = yoi("gate", "--commits", "HEAD~2..HEAD", "--json", check=False)
    assert code(result) == (2, "trailers_missing")
    allowed = yoi("gate", "--commits", "HEAD~2..HEAD", "--allow-none", "--json")
    assert (allowed.json["ready"], allowed.json["tickets"]) == (True, [])


def test_a_trailer_that_names_no_ticket_shuts_the_gate(
    yoi: Program, git: Program, ready: str
) -> None:
    commit(git, f"One\n\nTicket: {ready}", "Two\n\nTicket: 00000000NNNNN")
    result = yoi("gate", "--commits", "HEAD~2..HEAD", check=False)
    assert result.code == 5
    assert "There is no ticket 00000000NNNNN." in result.out


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("HEAD", (2, "range_invalid")),
        ("..HEAD", (2, "range_invalid")),
        ("HEAD..", (2, "range_invalid")),
        ("HEAD...HEAD", (2, "range_invalid")),
        ("HEAD..HEAD..HEAD", (2, "range_invalid")),
        ("--all..HEAD", (2, "revision_invalid")),
        ("HEAD..--output=stolen", (2, "revision_invalid")),
        ("nowhere..HEAD", (3, "revision_not_found")),
        ("0" * 40 + "..HEAD", (3, "revision_not_found")),
    ],
)
def test_what_is_no_range_never_reaches_git_as_an_option(
    yoi: Program, workspace: Path, given: str, expected: tuple[int, str]
) -> None:
    assert code(yoi("gate", f"--commits={given}", "--json", check=False)) == expected
    assert not (workspace / "stolen").exists()


def test_a_folder_outside_of_git_is_not_taken_for_a_shallow_clone(
    yoi: Program, tmp_path: Path
) -> None:
    answer = yoi("gate", "--commits=a..b", "--json", check=False, cwd=tmp_path)
    assert code(answer) == (3, "repository_not_found")


def test_configuration_and_notes_do_not_change_what_a_range_names(
    yoi: Program, git: Program, ready: str
) -> None:
    commit(git, f"One\n\nTicket: {ready}")
    for key, value in (("log.showSignature", "true"), ("log.decorate", "full")):
        git("config", key, value)
    git("notes", "add", "--message", "Ticket: nonsense")
    assert yoi("gate", "--commits", "HEAD~1..HEAD").out.count("gate\t") == 1


def test_approval_is_bound_to_the_head(yoi: Program, git: Program, ready: str) -> None:
    commit(git, f"One\n\nTicket: {ready}")
    approved = ("gate", "--commits", "HEAD~1..HEAD", "--require", "approved")
    assert yoi(*approved, check=False).code == 5
    sha = git("rev-parse", "--short", "HEAD").out.strip()
    yoi("ticket", "review", ready, "--approve", "--message", "Good.", "--sha", sha)
    assert yoi(*approved).code == 0
    commit(git, f"Two\n\nTicket: {ready}")
    assert yoi(*approved, check=False).code == 5
    assert yoi("gate", ready, "--require", "approved", check=False).code == 5
    assert yoi("gate", ready, "--require", "approved", "--head", sha).code == 0


def test_ones_own_claim_keeps_nobody_out(yoi: Program, ready: str) -> None:
    yoi("claim", ready)
    assert yoi("gate", ready).code == 0
    assert yoi("gate", ready, "--holder", "Grace", check=False).code == 5


def test_the_gate_may_be_asked_about_another_time(yoi: Program, ready: str) -> None:
    assert yoi("gate", ready, "--at", "2026-06-03").code == 0
    assert yoi("gate", ready, "--at", "2026-06-01T12:00:00Z", check=False).code == 5


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["x", "--branch", "main"], "tickets_given_twice"),
        (["--commits", "A..B", "--branch", "main"], "tickets_given_twice"),
        (["--allow-none"], "tickets_given_twice"),
        (["--require", "luck"], "requirement_unknown"),
    ],
)
def test_a_question_that_means_nothing_is_refused(
    yoi: Program, workspace: Path, arguments: list[str], error: str
) -> None:
    assert code(yoi("gate", *arguments, "--json", check=False)) == (2, error)


def test_an_unknown_format_is_refused(yoi: Program, workspace: Path) -> None:
    result = yoi("gate", "--format", "poem", check=False)
    assert (result.code, "format_unknown" in result.err) == (2, True)
