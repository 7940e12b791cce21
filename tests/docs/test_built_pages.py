"""What `make docs` writes: a man page for every command, and HTML in which every link leads on."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from yoi_cli.cli.registry import GROUPS

pytestmark = pytest.mark.process

DOCS = Path(__file__).parents[2] / "docs"


def built(kind: str, folder: Path) -> Path:
    subprocess.run([sys.executable, DOCS / f"make_{kind}.py", folder], check=True, timeout=60)
    return folder


@pytest.fixture(scope="module")
def man(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("man", tmp_path_factory.mktemp("man"))


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("html", tmp_path_factory.mktemp("html"))


def test_every_command_has_a_man_page(man: Path) -> None:
    named = {f"yoi {path} {one.name}" for path, group in GROUPS.items() for one in group.entries}
    pages = {"-".join(name.split()) for name in named}
    assert {page.stem for page in man.iterdir()} == {"yoi", *pages}


@pytest.mark.skipif(not shutil.which("groff"), reason="there is no groff")
def test_the_man_pages_are_sound_and_say_what_help_says(man: Path) -> None:
    groff = ["groff", "-man", "-ww", "-Tutf8", "-P-cbou", "-rLL=200n"]
    checked = subprocess.run(
        [*groff, "-z", *sorted(man.iterdir())],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert checked.stderr == ""
    shown = subprocess.run(
        [*groff, man / "yoi-ticket-list.1"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert "yoi-ticket-list - List tickets; open ones unless asked otherwise" in shown
    assert re.search(r"-s, --state STATE\s+Only in this state", shown)
    assert "yoi ticket list --all --tag bug --json" in shown
    assert '`[filters] NAME = "…"`'.replace("`", "") in shown


@pytest.mark.skipif(not shutil.which("man"), reason="there is no man")
def test_man_shows_one(man: Path) -> None:
    shown = subprocess.run(
        ["man", "-l", man / "yoi.1"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", "MANWIDTH": "80", "LC_ALL": "C.UTF-8"},
    ).stdout
    assert "yoi-start(1)" in shown


def test_every_page_of_docs_is_html_and_no_link_leads_nowhere(html: Path) -> None:
    texts = {page.name: page.read_text(encoding="utf-8") for page in html.glob("*.html")}
    assert {f"{page.stem}.html" for page in DOCS.glob("*.md")} | {"index.html"} <= set(texts)
    for name, text in texts.items():
        for path, anchor in re.findall(r'(?:href|src)="([^":#]*)(?:#([^"]*))?"', text):
            target = path or name
            assert (html / target).is_file(), f"{name}: {path}"
            if anchor and target in texts:
                assert f'id="{anchor}"' in texts[target], f"{name}: {path}#{anchor}"
