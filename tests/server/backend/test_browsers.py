"""Browsers at `yoi serve`: real Chromium, and what pages of others make it send."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import httpx2
import pytest
from support.browser import chromium
from support.servers import Backend, error_of

from yoi_cli.server.backend.table import ROUTES, SOCKETS
from yoi_cli.server.http.permissions import PUBLIC

pytestmark = [pytest.mark.process, pytest.mark.slow]
REBOUND = "rebound.example"


@contextlib.contextmanager
def other_site(page: str) -> Iterator[tuple[str, list[str]]]:
    """Another server of the same host, with a page; and the cookies that it is sent."""
    cookies: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            cookies.append(self.headers.get("Cookie", ""))
            body = page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", cookies
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def logged_in(backend: Backend) -> Iterator[httpx2.Client]:
    """A client with the cookie of a session, and nothing else."""
    address = backend.server.address
    with httpx2.Client(base_url=address, timeout=30, trust_env=False) as client:
        assert client.get(backend.login.removeprefix(address)).status_code == 303
        yield client


def test_a_name_that_was_rebound_to_this_machine_is_refused_and_control(backend: Backend) -> None:
    with (
        other_site("open to all") as (open_site, _),
        chromium(f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1") as browser,
    ):
        context = browser.new_context()
        page = context.new_page()
        refused = page.goto(f"http://{REBOUND}:{backend.server.port}/api/session")
        assert refused is not None and refused.status == 421
        control = page.goto(f"http://{REBOUND}:{urlsplit(open_site).port}/")
        assert control is not None and control.status == 200, (
            "without a check of Host the name leads there"
        )


def test_a_page_on_another_port_gets_the_cookie_but_changes_and_sees_nothing(
    backend: Backend,
) -> None:
    target, stream = backend.path("tickets"), backend.path("stream")
    page_of_others = f"""<script>
      const there = "{backend.server.address}";
      const body = JSON.stringify({{title: "Made by another page"}});
      async function attack() {{
        const heard = [];
        for (const type of ["text/plain", "application/json"]) {{
          for (const mode of ["no-cors", "cors"]) {{
            try {{
              const answer = await fetch(there + "{target}", {{
                method: "POST", credentials: "include", mode, body,
                headers: {{"Content-Type": type}}}});
              heard.push(mode + " " + answer.type + " " + answer.status);
            }} catch (error) {{ heard.push(mode + " failed"); }}
          }}
        }}
        heard.push(await new Promise((done) => {{
          const socket = new WebSocket(there.replace("http", "ws") + "{stream}");
          socket.onopen = () => done("socket open");
          socket.onerror = () => done("socket refused");
        }}));
        document.title = JSON.stringify(heard);
      }}
      attack();
    </script>"""
    with other_site(page_of_others) as (site, cookies), chromium() as browser:
        # Its own pages allow no script but their own.
        context = browser.new_context(bypass_csp=True)
        page = context.new_page()
        page.goto(backend.login)
        page.goto(site)
        page.wait_for_function("document.title !== ''")
        heard = json.loads(page.title())
        assert "yoi-" in "".join(cookies), "control: cookies know no port, and were sent along"
        assert heard[-1] == "socket refused"
        assert not any(" 2" in one for one in heard), heard
        assert backend.data("GET", "tickets")["total"] == 0

        page.goto(f"{backend.server.address}/api/session")
        made = page.evaluate(
            """async ([path, stream]) => {
              const session = (await (await fetch("/api/session")).json()).data;
              const answer = await fetch(path, {method: "POST",
                headers: {"Content-Type": "application/json", "Yoi-Session": session.proof},
                body: JSON.stringify({title: "Made by its own page"})});
              const open = await new Promise((done) => {
                const socket = new WebSocket(location.origin.replace("http", "ws") + stream);
                socket.onopen = () => done(true);
                socket.onerror = () => done(false);
              });
              return [answer.status, open];
            }""",
            [target, stream],
        )
        assert made == [201, True], "control: the same is let in from a page of its own"
        assert backend.data("GET", "tickets")["total"] == 1


def test_the_code_leaves_the_address_and_is_good_once(backend: Backend) -> None:
    code = backend.login.rpartition("=")[2]
    with chromium() as browser:
        # Its own pages allow no script but their own.
        context = browser.new_context(bypass_csp=True)
        page = context.new_page()
        page.goto(backend.login)
        assert code not in page.url and urlsplit(page.url).query == ""
        (cookie,) = context.cookies()
        assert cookie.get("name") == f"yoi-{backend.server.port}-{backend.workspace_id}"
        assert (cookie.get("httpOnly"), cookie.get("sameSite")) == (True, "Strict")
        assert page.evaluate("document.cookie") == ""
    again = backend.server.ask("GET", f"/login?code={code}", token="")
    assert error_of(again) == (401, "login_refused")
    assert again.headers["referrer-policy"] == "no-referrer"
    assert code.encode() not in b"".join(backend.server.errors)


def test_a_cookie_alone_changes_nothing_on_any_route_and_control(backend: Backend) -> None:
    filled = {"workspace_id": backend.workspace_id, "runtime_id": "local", "kind": "depends_on"}
    names = ("ticket_id", "worker_id", "objective_id", "target")
    with logged_in(backend) as client:
        proof = client.get("/api/session").json()["data"]["proof"]
        for route in ROUTES:
            if route.method == "GET" or route.permission is PUBLIC:
                continue
            path = route.path.format(**filled, **dict.fromkeys(names, "x1234"))
            for headers in ({}, {"Yoi-Session": "x"}, {"Yoi-Session": proof[:-1]}):
                answer = client.request(route.method, path, json={}, headers=headers)
                assert error_of(answer) == (403, "session_unproven"), path
        made = client.post(
            backend.path("tickets"), json={"title": "With it"}, headers={"Yoi-Session": proof}
        )
        assert made.status_code == 201


def test_forms_and_overrides_of_others_are_refused(backend: Backend) -> None:
    path = backend.path("tickets")
    with logged_in(backend) as client:
        proof = {"Yoi-Session": client.get("/api/session").json()["data"]["proof"]}
        for content, kind in (
            (b"title=x", "application/x-www-form-urlencoded"),
            (b'{"title":"x"}', "text/plain"),
            (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
        ):
            answer = client.post(path, content=content, headers={"Content-Type": kind, **proof})
            assert error_of(answer) == (415, "unsupported_media_type")
        for site in ("same-site", "cross-site"):
            answer = client.get(path, headers={"Sec-Fetch-Site": site})
            assert error_of(answer) == (403, "origin_refused")
        overridden = client.get(path, headers={"X-HTTP-Method-Override": "POST", **proof})
        assert overridden.json()["kind"] == "ticket_page"
    assert backend.data("GET", "tickets")["total"] == 0


def test_a_session_ends_for_good_and_outlives_a_restart_otherwise(backend: Backend) -> None:
    with logged_in(backend) as client:
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        proof = {"Yoi-Session": client.get("/api/session").json()["data"]["proof"]}
        assert client.delete("/api/session", headers=proof).json()["data"] == {"ended": True}
    answer = backend.server.ask("GET", "/api/session", token="", headers={"Cookie": cookie})
    assert error_of(answer) == (401, "unauthorized")


def test_the_owners_token_lets_a_browser_in_and_a_wrong_one_does_not(backend: Backend) -> None:
    for body in ({"token": "x"}, {"code": "x"}, {}, {"token": backend.server.token[:-1]}):
        answer = backend.server.ask("POST", "/api/login", body, token="")
        assert error_of(answer) == (401, "login_refused")
    let_in = backend.server.ask("POST", "/api/login", {"token": backend.server.token}, token="")
    assert let_in.status_code == 200 and backend.server.token not in let_in.text
    assert "HttpOnly; SameSite=Strict" in let_in.headers["set-cookie"]


def test_no_route_and_no_socket_answers_without_a_credential(backend: Backend) -> None:
    names = ("workspace_id", "ticket_id", "runtime_id", "worker_id", "objective_id", "kind")
    asked = [(one.method, one.path) for one in ROUTES if one.permission is not PUBLIC]
    asked += [("GET", one.path) for one in SOCKETS]
    for method, template in asked:
        path = template.format(**dict.fromkeys(names, "x"), target="x")
        answer = backend.server.ask(method, path, token="")
        assert error_of(answer) == (401, "unauthorized"), path
