"""Every screen in a real browser, of a workspace in which everything that people and programs write
is hostile: nothing of it runs, nobody is kept out, and pages ask for nothing that there is not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from support.browser import AXE, Visitor, undeclared
from support.process import Program, git_program
from support.servers import Backend

from yoi_cli.server.pages.routes import PAGES

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.process, pytest.mark.slow]

HOSTILE = (
    "<script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">'\"`\u202egnp"
)
OUTPUT = (
    "\\033[31mred\\033[0m <script>document.title=1</script> \\033]0;title\\007 \\342\\200\\256gnp"
)
SCREENS = {
    "overview": "/",
    "board": "/board?closed=1",
    "board by state": "/board?by=state",
    "ticket": "/tickets/{ticket}",
    "new ticket": "/tickets/new",
    "review": "/tickets/{ticket}/review",
    "objectives": "/objectives",
    "objective": "/objectives/{objective}",
    "workers": "/workers",
    "new worker": "/workers/new",
    "console": "/runtimes/local/workers/{worker}",
    "graph": "/graph",
    "claims": "/claims",
    "stats": "/stats",
    "settings": "/settings",
    "doctor": "/doctor",
    "nowhere": "/nowhere",
}


@pytest.fixture(scope="module")
def names(served: Backend, served_yoi: Program) -> dict[str, str]:
    """The ids of a ticket, an objective and a worker; the ticket has a branch."""
    repo = served_yoi.base / "repo"
    git = git_program(served_yoi.env, served_yoi.base)
    made = {
        "title": HOSTILE,
        "description": f"# {HOSTILE}\n\n- [ ] {HOSTILE}\n\n```\n{HOSTILE}\n```\n",
    }
    more = {"tags": [HOSTILE], "assignee": HOSTILE, "priority": "P0", "acceptance": [HOSTILE]}
    ticket = str(served.data("POST", "tickets", {**made, **more})["id"])
    last = str(served.data("POST", "tickets", {**made, "depends_on": [ticket]})["id"])
    served.data("POST", f"tickets/{last}/events", {"text": HOSTILE, "kind": "question"})
    served.data("POST", f"tickets/{ticket}/ready", {"text": HOSTILE})
    served.data("POST", f"tickets/{ticket}/queue")
    served.data("POST", f"tickets/{ticket}/moves", {"action": "accept"})
    git("switch", "--quiet", "--create", f"work/{ticket}", cwd=repo)
    (repo / "page.html").write_text(f"{HOSTILE}\n")
    git("add", "page.html", cwd=repo)
    git("commit", "--quiet", "--message", HOSTILE, cwd=repo)
    git("switch", "--quiet", "main", cwd=repo)
    objective = served_yoi("objective", "create", "--title", HOSTILE, "--link", ticket, "--json")
    worker = served_yoi(
        *("worker", "spawn", "--ticket", ticket, "--json", "--"),
        *("sh", "-c", f"printf '{OUTPUT}\\n'"),
    ).json["worker_id"]
    served_yoi("worker", "wait", worker)
    return {"ticket": ticket, "objective": str(objective.json["id"]), "worker": str(worker)}


@pytest.fixture(scope="module")
def seen(browser: object, served: Backend) -> Iterator[Visitor]:
    """One browser for all screens, so that what they ask for is known at the end."""
    somebody = Visitor(browser, served, viewport={"width": 1280, "height": 800})  # type: ignore[arg-type]
    yield somebody
    somebody.context.close()


def violations(visitor: Visitor) -> list[str]:
    """What axe finds on the page, in a line each."""
    visitor.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = visitor.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:150] for node in one['nodes'][:3]]}"
        for one in found["violations"]
    ]


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_is_fit_for_everybody(screen: str, seen: Visitor, names: dict[str, str]) -> None:
    page = seen.page
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        if scheme == "light":
            seen.go(SCREENS[screen].format(**names))
            if page.locator("#live").count():
                page.wait_for_selector("#live[data-state=on]")
        assert violations(seen) == [], f"{screen}, {scheme}"
    assert page.evaluate("document.getAnimations().length") == 0, "it moves"
    page.set_viewport_size({"width": 360, "height": 740})
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1], f"{screen} scrolls sideways"
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.locator("main img").count() == 0
    assert page.title() not in ("ran", "1")
    known = [one for one in seen.troubles if "404" not in one]
    assert known == []


@pytest.mark.parametrize("path", ["/signin", "/login?code=used"])
def test_whoever_is_not_let_in_sees_where_to_sign_in(
    path: str, browser: Browser, served: Backend
) -> None:
    somebody = Visitor(browser, served, viewport={"width": 360, "height": 740})
    somebody.context.clear_cookies()
    for scheme in ("light", "dark"):
        somebody.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        somebody.page.goto(f"{served.server.address}{path}")
        assert violations(somebody) == [], scheme
        assert somebody.page.locator("#signin").count() == 1
        is_refused = somebody.page.locator("text=used already").count() == 1
        assert is_refused == path.startswith("/login")
    width = somebody.page.evaluate("document.documentElement.scrollWidth")
    somebody.context.close()
    assert width <= 360


def test_an_objective_is_made_and_linked(
    seen: Visitor, served: Backend, names: dict[str, str]
) -> None:
    page = seen.go("/objectives")
    page.fill("#objective-form input[name=title]", "A press that prints")
    page.click("#objective-form button")
    page.wait_for_selector("h1 >> text=A press that prints")
    page.fill("#link-form input", names["ticket"])
    page.click("#link-form button")
    page.wait_for_selector(f"#objective a[href$='{names['ticket']}']")
    found = page.url.rpartition("/")[2]
    assert served.data("GET", f"objectives/{found}")["linked"] == 1


def test_what_waits_for_a_person_stands_first(seen: Visitor, names: dict[str, str]) -> None:
    page = seen.go("/")
    assert page.locator(f"#overview .panel:first-child #asking-{names['ticket']}").count() == 1


def test_axe_finds_what_is_planted(seen: Visitor) -> None:
    seen.go("/doctor")
    seen.page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any("button-name" in one for one in violations(seen))


def test_output_is_text_with_colours(seen: Visitor, names: dict[str, str]) -> None:
    page = seen.go(SCREENS["console"].format(**names))
    page.wait_for_selector("#blocks .f1 >> text=red")
    shown = page.text_content("#blocks") or ""
    assert "red <script>document.title=1</script>  \\u{202e}gnp" in shown


def test_pages_ask_for_nothing_that_the_server_does_not_declare(
    seen: Visitor, served: Backend, names: dict[str, str]
) -> None:
    page = seen.go(f"/tickets/{names['ticket']}")
    page.fill("#comment-form textarea", "Seen in a browser.")
    page.click("#comment-form button")
    page.wait_for_selector("text=Seen in a browser.")
    page.click("#act-release")
    page.click("#ask >> text=Release")
    page.wait_for_selector("#said p")
    document = json.loads(served.server.ask("GET", "/api/openapi.json").text)
    routes = [
        (method.upper(), _pattern(path))
        for path, item in document["paths"].items()
        for method in item
    ]
    pages = [("GET", _pattern(path)) for path in (*PAGES, "/assets/{name}", "/w/{w}/nowhere")]
    assert {url.partition("/")[0] for _, url in seen.asked} == {"http:"}
    for method, url in seen.asked:
        assert url.startswith(served.server.address), url
        path = url.removeprefix(served.server.address)
        known = [one for one in (*routes, *pages) if one[0] == method and one[1].fullmatch(path)]
        assert known, f"{method} {path}"
    paths = {url.removeprefix(served.server.address) for _, url in seen.asked}
    assert served.path("stream") in paths, "the socket of a page was not recorded"
    assert seen.undeclared == []


def test_control_a_request_that_nobody_declares_is_found(served: Backend) -> None:
    """The original's pages wrote comments to a path that no route had."""
    ticket = served.path("tickets/0000000000000")
    assert undeclared("POST", f"{ticket}/events", '{"text": "x"}') == []
    for method, path, body in (
        ("POST", f"{ticket}/thread", '{"text": "x"}'),
        ("POST", f"{ticket}/events", '{"text": "x", "author": "y"}'),
        ("GET", f"{ticket}?colour=red", None),
        ("GET", f"{ticket}/moves", "{}"),
    ):
        assert undeclared(method, path, body), (method, path)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))
