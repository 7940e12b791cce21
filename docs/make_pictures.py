"""Draw the pictures of README and docs from the real program: `make pictures`.

docs/list.svg, its kin at 40, 80 and 120 columns and docs/ticket.svg are what commands print on a
terminal, by Rich's export;
docs/panel.svg and docs/board.svg are the panel, driven by its keys, by Textual's. The pages of
`yoi web` are what Chromium shows of them (docs/web-*.png).
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from html import unescape
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

WIDTH, HEIGHT = 96, 60
DOCS = Path(__file__).parent
YOI = str(Path(sys.executable).parent / "yoi")
CHROMIUM = "/usr/bin/chromium"
_TEXT = re.compile(r'textLength="([\d.]+)"([^>]*>)([^<]+)')
PRICES = """from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def rounded(price: Decimal) -> Decimal:
    return price.quantize(CENT, rounding=ROUND_HALF_UP)
"""


def on_terminal(
    arguments: list[str], folder: Path, environment: dict[str, str], width: int = WIDTH
) -> str:
    """What the program prints on a terminal of `width` columns, escape sequences and all."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, width, 0, 0))
    process = subprocess.Popen(
        [YOI, *arguments], cwd=folder, env=environment, stdin=slave, stdout=slave, stderr=slave
    )
    os.close(slave)
    chunks: list[bytes] = []
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:  # how Linux says that the other end of a terminal is closed
            break
        if not chunk:
            break
        chunks.append(chunk)
    process.wait()
    os.close(master)
    return b"".join(chunks).decode().replace("\r\n", "\n")


def draw(shown: str, title: str, path: Path, width: int = WIDTH) -> None:
    """Export what a terminal showed as an SVG."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=width, file=nowhere, force_terminal=True)
        console.print(Text.from_ansi(shown.rstrip("\n")))
        save(console.export_svg(title=title), path)


def make_store(folder: Path, environment: dict[str, str]) -> str:
    """A small store; the id of the ticket that the second picture shows."""

    def yoi(*arguments: str) -> str:
        done = subprocess.run(
            [YOI, *arguments],
            cwd=folder,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.split("\t")[1].strip() if "\t" in done.stdout else ""

    subprocess.run(["git", "init", "-q"], cwd=folder, env=environment, check=True)
    yoi("init")
    rounding = yoi(
        "ticket", "create", "--title", "Prices are rounded wrongly", "--priority", "P1",
        "--tag", "bug", "--assignee", "ada", "--message",
        "## Background\n\n0.125 becomes 0.12 in the basket, and 0.13 on the bill.\n\n"
        "## Acceptance criteria\n\n- Basket and bill round half up.\n",
    )  # fmt: skip
    basket = yoi(
        "ticket", "create", "--title", "Show the rounded price in the basket", "--tag", "ui",
        "--depends-on", rounding, "--due", "3d",
    )  # fmt: skip
    yoi("ticket", "create", "--title", "Write down how prices are rounded", "--priority", "P3")
    yoi("ticket", "create", "--title", "日本語の請求書を印刷する", "--tag", "i18n")
    yoi("ticket", "intake", rounding, "--message", "Rounding half up is settled.")
    yoi("ticket", "state", rounding, "queued")
    yoi("ticket", "state", rounding, "inprogress")
    yoi("ticket", "comment", rounding, "--role", "implementation_report", "--message",
        "Rounds half up in one place; 3 tests.")  # fmt: skip
    yoi("ticket", "state", basket, "ready")
    yoi("ticket", "state", basket, "queued")
    return rounding


def draw_panel(folder: Path, environment: dict[str, str], ticket: str) -> None:
    """The panel with a ticket selected, and its board."""
    from yoi_cli.api.session import Start
    from yoi_cli.tui.app import PanelApp
    from yoi_cli.tui.backend.local import LocalBackend

    async def drive() -> None:
        app = PanelApp(LocalBackend(Start(str(folder), False, "pictures", environment)))
        async with app.run_test(size=(WIDTH, 18)) as pilot:
            while not app.first_content:
                await pilot.pause(0.05)
            app.main.list.select(f"ticket:{ticket}")
            await pilot.pause()
            save(app.export_screenshot(title="yoi panel"), DOCS / "panel.svg")
            await pilot.press("f6")
            await pilot.pause()
            save(app.export_screenshot(title="yoi panel: board"), DOCS / "board.svg")
            app.feed.end()

    os.environ.update(environment)
    asyncio.run(drive())


def draw_pages(folder: Path, environment: dict[str, str], ticket: str) -> None:
    """The board, a ticket and a review as Chromium shows them; without it this ends here."""
    if not Path(CHROMIUM).exists():
        sys.exit(f"{CHROMIUM} is not here: the pictures of pages stay as they are")
    from playwright.sync_api import sync_playwright

    def run(*words: str) -> None:
        subprocess.run(words, cwd=folder, env=environment, check=True, capture_output=True)

    listed = subprocess.run(
        [YOI, "list", "--json"], cwd=folder, env=environment, check=True, capture_output=True
    )
    # Not every machine has a font for every language.
    for one in json.loads(listed.stdout)["data"]["tickets"]:
        if not one["title"].isascii():
            run(YOI, "ticket", "edit", one["id"], "--title", "Print invoices in Japanese")
    run("git", "add", "--all")
    who = ("-c", "user.name=ada", "-c", "user.email=ada@example.org")
    run("git", *who, "commit", "-q", "-m", "Begin")
    run("git", "switch", "-q", "-c", f"work/{ticket}")
    (folder / "prices.py").write_text(PRICES, encoding="utf-8")
    run("git", "add", "prices.py")
    run("git", *who, "commit", "-q", "-m", "Round half up in one place")
    run("git", "switch", "-q", "-")
    server = subprocess.Popen(
        [YOI, "serve", "--name", "shop"], cwd=folder, env=environment, stdout=subprocess.PIPE
    )
    try:
        said = json.loads(next(iter(server.stdout or ())))["data"]
        base = f"{said['address']}/w/{said['workspace_id']}"
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1180, "height": 640})
            page.goto(said["login"])
            for name, path, scheme in (
                ("web-board", "/board", "light"),
                ("web-ticket", f"/tickets/{ticket}", "light"),
                ("web-review", f"/tickets/{ticket}/review", "dark"),
            ):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                page.goto(f"{base}{path}")
                page.wait_for_selector("#live[data-state=on]")
                page.wait_for_load_state("networkidle")
                page.screenshot(path=DOCS / f"{name}.png")
            browser.close()
    finally:
        server.terminate()
        server.wait()


def save(picture: str, path: Path) -> None:
    """Write a picture down, without spaces that end lines."""
    lines = _TEXT.sub(_as_wide_as_shown, picture).split("\n")
    path.write_text("\n".join(line.rstrip() for line in lines), encoding="utf-8")


def _as_wide_as_shown(found: re.Match[str]) -> str:
    """A text of a picture as wide as terminals show it: Rich counts characters, and not cells."""
    length, between, shown = found.groups()
    text = unescape(shown)
    return f'textLength="{float(length) * cell_len(text) / len(text):.1f}"{between}{shown}'


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="yoi-pictures-"))
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "YOI_AUTHOR": "ada",
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    shop = folder / "shop"
    shop.mkdir()
    try:
        ticket = make_store(shop, environment)
        draw(on_terminal(["ticket", "list"], shop, environment), "yoi ticket list",
             DOCS / "list.svg")  # fmt: skip
        draw(on_terminal(["ticket", "show", ticket], shop, environment),
             f"yoi ticket show {ticket[-4:]}", DOCS / "ticket.svg")  # fmt: skip
        for width in (40, 80, 120):
            draw(on_terminal(["list"], shop, environment, width), f"yoi list: {width} columns",
                 DOCS / f"list-{width}.svg", width)  # fmt: skip
        draw_panel(shop, environment, ticket)
        draw_pages(shop, environment, ticket)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
