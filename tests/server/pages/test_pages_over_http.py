"""Pages as any client gets them: who may see them, what they may load, and what they never hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx2
import pytest
from support.process import Program
from support.servers import PATIENCE, Backend

from yoi_cli.server.pages.routes import PAGES, PUBLIC

pytestmark = pytest.mark.process

#: Text that would run, or drive something, if it were ever taken for more than text.
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'`{{7*7}} \u202egnp \x1b[31m"


class _Reading(HTMLParser):
    """What of a page is no plain text: code and styles within it, and what it loads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.loaded: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        is_code = tag == "style" or (tag == "script" and "src" not in given)
        self.inline += [tag] if is_code else []
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        self.inline += [one for one in given.values() if re.match(r"\s*(?:javascript|data):", one)]
        if tag in ("script", "link", "img", "iframe", "object", "embed", "source", "video"):
            self.loaded += [given.get("src", ""), given.get("href", "")]


@pytest.fixture(scope="module")
def signed_in(served: Backend) -> Iterator[httpx2.Client]:
    """A client with the cookie of a session and nothing else, as a browser."""
    client = httpx2.Client(
        base_url=served.server.address,
        timeout=PATIENCE,
        trust_env=False,
        headers={"sec-fetch-site": "same-origin", "origin": served.server.address},
    )
    with client:
        answer = client.post("/api/login", json={"token": served.server.token})
        client.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
        yield client


@pytest.fixture(scope="module")
def hostile_ticket(served: Backend, served_yoi: Program) -> str:
    """A ticket every field of which is hostile."""
    text = HOSTILE.replace("\x1b", "")
    made = served.data(
        "POST",
        "tickets",
        {
            "title": text,
            "description": f"# {text}\n\n{text}\n\n[x](javascript:alert(3)) ![y](http://h.invalid/y)",
            "tags": [text],
            "assignee": text,
            "acceptance": [text],
        },
    )["id"]
    served.data("POST", f"tickets/{made}/events", {"text": text})
    return str(made)


def address(page: str, served: Backend, ticket: str = "0000000000000") -> str:
    """The address of a page of the table."""
    return page.format(
        workspace_id=served.workspace_id,
        ticket_id=ticket,
        objective_id="0000000000000",
        runtime_id="local",
        worker_id="w-00000000000000000000000000",
    )


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_a_page_without_a_credential(page: str, served: Backend) -> None:
    answer = served.server.ask("GET", address(page, served), token="")
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin")
    assert answer.text == ""


def test_what_needs_no_credential_is_where_one_signs_in_and_what_pages_are_made_of() -> None:
    assert {"/", "/w/", "/signin", "/assets/", "/favicon.ico"} == PUBLIC


def test_public_pages_make_no_route_of_the_api_public(served: Backend) -> None:
    answer = served.server.ask("GET", served.path("tickets"), token="")
    assert answer.status_code == 401


@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs_nothing_of_what_people_wrote(
    page: str, served: Backend, signed_in: httpx2.Client, hostile_ticket: str
) -> None:
    answer = signed_in.get(address(page, served, hostile_ticket))
    assert answer.status_code in (200, 404), answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy and "require-trusted-types-for 'script'" in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    read = _Reading(answer.text)
    assert read.inline == []
    assert all(one.startswith("/assets/") for one in read.loaded if one)
    # What stands in a field is sent back as it is, and so is not made visible there.
    shown = re.sub(r'value="[^"]*"|<textarea.*?</textarea>', "", answer.text, flags=re.DOTALL)
    assert "<img" not in answer.text
    assert "\u202e" not in shown and "\x1b" not in shown
    assert "49" not in re.findall(r"&#34;&#39;`(\d+)", answer.text)


def test_the_look_for_inline_code_finds_some() -> None:
    for planted in ("<script>x", "<p onclick=x>", '<p style="a">', "<a href='javascript:x'>"):
        assert _Reading(planted).inline, planted
    assert "https://h.invalid/x" in _Reading('<script src="https://h.invalid/x">').loaded


def test_what_people_wrote_is_there_as_they_wrote_it(
    served: Backend, signed_in: httpx2.Client, hostile_ticket: str
) -> None:
    page = signed_in.get(f"/w/{served.workspace_id}/tickets/{hostile_ticket}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\\u202egnp" in page


@pytest.mark.parametrize(
    "name",
    ["../pages/routes.py", "..%2f..%2f__init__.py", "%2e%2e/templates/base.html", "x.js", "%00"],
)
def test_nothing_but_the_assets_is_an_asset(name: str, served: Backend) -> None:
    assert served.server.ask("GET", f"/assets/{name}", token="").status_code in (401, 404)


def test_an_asset_is_not_sent_twice(served: Backend) -> None:
    first = served.server.ask("GET", "/assets/yoi.css", token="")
    known = {"if-none-match": first.headers["etag"]}
    assert served.server.ask("GET", "/assets/yoi.css", token="", headers=known).status_code == 304


def test_another_workspace_and_an_unknown_page_are_told_in_words(
    served: Backend, signed_in: httpx2.Client
) -> None:
    for path in ("/w/00000000-0000-0000-0000-000000000000/", f"/w/{served.workspace_id}/nowhere"):
        answer = signed_in.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert "<h1>" in answer.text
    assert "There is no such page." in answer.text
    japanese = signed_in.get(path, headers={"accept-language": "ja"}).text
    assert "このページはありません。" in japanese
    assert "/v1/openapi.json" not in japanese, "who reads a page asked for no route"


def test_optional_parts_that_are_absent_are_said_in_words(
    served: Backend, signed_in: httpx2.Client
) -> None:
    for path, words in (
        ("objectives", "There is no objective."),
        ("workers", "There is no worker."),
        ("claims", "Nobody has claimed a ticket."),
        ("graph", "No open ticket waits for another."),
    ):
        assert words in signed_in.get(f"/w/{served.workspace_id}/{path}").text


def test_pages_are_japanese_where_the_browser_is(served: Backend, signed_in: httpx2.Client) -> None:
    page = signed_in.get(f"/w/{served.workspace_id}/board", headers={"accept-language": "ja"}).text
    assert '<html lang="ja"' in page
    assert "絞り込み" in page


def test_a_page_names_no_path_of_the_server(
    served: Backend, served_yoi: Program, signed_in: httpx2.Client, hostile_ticket: str
) -> None:
    for page in PAGES:
        text = signed_in.get(address(page, served, hostile_ticket)).text
        assert str(served_yoi.base) not in text, page
        assert served.server.token not in text, page
