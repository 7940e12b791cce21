"""What pages are made of: every word has its Japanese, and every request of a script its route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from yoi_cli.server.backend.table import ROUTES
from yoi_cli.server.pages import templates
from yoi_cli.server.pages.japanese import TEXTS

WEB = Path(templates.__file__).parents[2] / "web"
SCRIPTS = {path.name: path.read_text() for path in sorted((WEB / "assets").glob("*.js"))}
TEMPLATES = {path.name: path.read_text() for path in sorted((WEB / "templates").glob("*.html"))}
#: What the browser gives to pages of https and of this machine alone.
SECURE_ONLY = re.compile(
    r"randomUUID|crypto\.subtle|navigator\.(clipboard|credentials|locks|serviceWorker|storage)"
    r"|caches\.|Notification\b|showOpenFilePicker|cookieStore"
)
#: The address of a worker, below the workspace's routes, as its page says it.
WORKER = "/runtimes/${}/workers/${}"


def test_every_word_of_a_template_has_its_japanese() -> None:
    said = re.compile(r"\bt\(\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")\s*[)|]")
    for name, text in TEMPLATES.items():
        for single, double in said.findall(text):
            word = (single or double).replace("\\'", "'")
            assert word in TEXTS, f"{name}: {word}"


def test_every_word_of_a_script_has_its_japanese() -> None:
    known = set(re.findall(r'"((?:[^"\\]|\\.)*)":', SCRIPTS["words.js"]))
    for name, text in SCRIPTS.items():
        for word in re.findall(r'\bt\(\s*"((?:[^"\\]|\\.)*)"', text):
            assert word in known, f"{name}: {word}"


def requests() -> Iterator[tuple[str, str, str]]:
    """The script, the method and the path of every request for the api; `${…}` for what varies."""
    made = re.compile(r'\bcall\(\s*"([A-Z]+)",\s*(?:`([^`]*)`|"([^"]*)")')
    for name, text in SCRIPTS.items():
        for method, template, path in made.findall(text):
            varying = re.sub(r"\$\{.*?\}", "${}", template.replace("${address}", WORKER))
            found = (varying or path).partition("?")[0]
            yield name, method, found if found.startswith("/api") else f"/api/w/${{}}{found}"


@pytest.mark.parametrize(("script", "method", "path"), list(requests()))
def test_every_request_of_a_script_has_a_route(script: str, method: str, path: str) -> None:
    assert any(route.method == method and is_of(path, route.path) for route in ROUTES), script


def is_of(path: str, route: str) -> bool:
    """Whether what a script asks for is a route's path; what varies may be anything."""
    asked, there = path.split("/"), route.split("/")
    return len(asked) == len(there) and all(
        a.startswith("${") or b.startswith("{") or a == b for a, b in zip(asked, there, strict=True)
    )


def test_the_look_for_requests_finds_them_all_and_control() -> None:
    assert len(list(requests())) == sum(text.count('call("') for text in SCRIPTS.values())
    assert not any(is_of("/api/w/${}/tickets/${}/thread", route.path) for route in ROUTES)


def test_no_script_needs_a_secure_context() -> None:
    for name, text in SCRIPTS.items():
        assert SECURE_ONLY.search(text) is None, name
