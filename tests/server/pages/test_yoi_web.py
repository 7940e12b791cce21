"""`yoi web`: it leads a browser to the pages, and starts no second server."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import httpx2
import pytest
from support.process import Program

from yoi_cli.server.pages.graph import fitting
from yoi_cli.server.pages.markup import markdown
from yoi_cli.server.pages.patch import parse_patch
from yoi_cli.server.pages.serve import has_browser
from yoi_cli.server.pages.words import language_of, translate


@pytest.mark.process
def test_it_prints_an_address_that_lets_a_browser_in_and_a_second_one_opens_the_first(
    yoi: Program, workspace: Path
) -> None:
    process = subprocess.Popen(
        [*yoi.argv, "web", "--no-browser", "--json"],
        cwd=workspace,
        env=yoi.environment(None),
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())["data"]
        again = yoi("web", "--no-browser").out
        assert again.startswith(f"Open this once, within a minute: {said['address']}/login?code=")
        with httpx2.Client(trust_env=False) as client:
            answer = client.get(said["login"])
            assert answer.headers["location"] == f"/w/{said['workspace_id']}/"
    finally:
        process.terminate()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.parametrize(
    ("variables", "is_there"),
    [({}, False), ({"DISPLAY": ":0"}, True), ({"DISPLAY": ":0", "SSH_CONNECTION": "x"}, False)],
)
def test_a_browser_is_opened_where_somebody_would_see_it(
    variables: dict[str, str], is_there: bool
) -> None:
    assert has_browser(variables) is is_there


def test_markdown_has_no_markup_of_others_and_its_headings_skip_no_level() -> None:
    made = markdown(
        "# A\n\n### B\n\n<b>x</b> ![y](http://h.invalid) [z](javascript:x) <u@h.invalid>", "/w/1"
    )
    assert "<h3>A</h3>" in made and "<h4>B</h4>" in made
    assert "<b>" not in made and "<img" not in made and "javascript" not in made.split("<p>")[0]
    assert 'href="javascript' not in made


def test_ids_of_tickets_in_text_lead_to_them() -> None:
    made = markdown("See 00001M8PPNVR8, not work/00001M8PPNVR8-x.", "/w/1")
    assert made.count('href="/w/1/tickets/00001M8PPNVR8"') == 1


def test_a_patch_is_taken_apart_by_files_and_numbered_lines() -> None:
    text = (
        b"diff --git a/one b/one\nindex 1..2 100644\n--- a/one\n+++ b/one\n@@ -1,2 +1,2 @@\n"
        b" same\n-old\n+new\n\\ No newline at end of file\n"
        b"diff --git a/bin b/bin\nBinary files a/bin and b/bin differ\n"
    )
    first, second = parse_patch(text).files
    assert (first.name, first.added, first.removed) == ("one", 1, 1)
    assert [(one.kind, one.old, one.new) for one in first.lines[1:4]] == [
        ("same", 1, 1),
        ("del", 2, None),
        ("add", None, 2),
    ]
    assert (second.name, second.notes) == ("bin", ("Binary files a/bin and b/bin differ",))
    assert not parse_patch(text, most=4).is_whole


def test_titles_are_cut_by_how_wide_they_are() -> None:
    assert fitting("short") == "short"
    assert fitting("検索を速くする", 8) == "検索を…"


def test_the_language_is_that_of_whoever_chose_then_of_the_records_then_of_the_browser() -> None:
    assert language_of("en", "ja", "ja") == "en"
    assert language_of("", "en", "ja") == "ja"
    assert language_of("", "fr, ja;q=0.8", "") == "ja"
    assert language_of("xx", "", "") == "en"
    assert translate("ja", "Board") == "ボード"
    assert translate("ja", "Not a text of pages") == "Not a text of pages"
