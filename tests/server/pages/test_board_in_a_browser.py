"""The board in a real browser: what others do shows, cards move, refusals name what is legal."""

from __future__ import annotations

import pytest
from support.browser import Visitor, until
from support.process import Program
from support.servers import Backend

pytestmark = pytest.mark.process


def create(served: Backend, title: str, state: str = "planning") -> str:
    made = str(served.data("POST", "tickets", {"title": title, "acceptance": ["Done."]})["id"])
    if state == "ready":
        served.data("POST", f"tickets/{made}/ready", {"text": "Settled."})
    return made


def test_a_change_shows_in_every_browser_within_a_second(
    visitor: Visitor, served: Backend, served_yoi: Program
) -> None:
    ticket = create(served, "Seen by all", "ready")
    other = visitor.open()
    for page in (visitor.page, other):
        page.goto(f"{visitor.base}/board")
        page.wait_for_selector("#live[data-state=on]")
        page.wait_for_selector(f"#section-ready #card-{ticket}")
    visitor.page.focus(f"#card-{ticket} h4 a")
    visitor.page.wait_for_timeout(300)  # what the connection itself asked for is over
    served_yoi("ticket", "state", ticket, "queued")
    took = until(
        lambda: all(
            page.locator(f"#section-queued #card-{ticket}").count()
            for page in (visitor.page, other)
        )
    )
    # One second on a machine that does nothing else; without the stream it would be thirty.
    assert took < 10.0
    focused = "document.activeElement.closest('.card')?.dataset.ticket"
    assert visitor.page.evaluate(focused) == ticket
    assert "Seen by all: Queued" in (visitor.page.text_content("#said") or "")


def test_a_page_that_could_not_be_looked_at_again_is_looked_at_once_more(
    visitor: Visitor, served: Backend
) -> None:
    page = visitor.go("/board")
    page.wait_for_selector("#live[data-state=on]")
    page.wait_for_timeout(300)  # what the connection itself asked for is over
    page.route("**/board", lambda route: route.abort("timedout"), times=1)
    ticket = create(served, "Behind a request that was lost")
    page.wait_for_selector(f"#card-{ticket}")
    assert visitor.troubles, "no request was lost"
    visitor.troubles.clear()


def test_a_card_goes_where_it_may_by_its_menu(visitor: Visitor, served: Backend) -> None:
    ticket = create(served, "By its menu", "ready")
    page = visitor.go("/board")
    page.click(f"#card-{ticket} button.more")
    page.click("#ask .options >> text=Queue")
    page.wait_for_selector(f"#section-queued #card-{ticket}")
    assert served.data("GET", f"tickets/{ticket}/state")["state"] == "queued"


def test_a_card_is_dragged_to_a_legal_state_and_a_refusal_names_those(
    visitor: Visitor, served: Backend
) -> None:
    ticket = create(served, "Dragged", "ready")
    page = visitor.go("/board")
    page.drag_and_drop(f"#card-{ticket}", "#section-done")
    refused = page.wait_for_selector("#alert p")
    assert refused is not None
    assert "It may go to: Queued, Planning" in (refused.text_content() or "")
    assert served.data("GET", f"tickets/{ticket}/state")["state"] == "ready"
    page.drag_and_drop(f"#card-{ticket}", "#section-queued")
    page.wait_for_selector(f"#section-queued #card-{ticket}")


def test_filters_stand_in_the_address_and_lanes_count_what_is_not_shown(
    visitor: Visitor, served: Backend
) -> None:
    for number in range(33):
        create(served, f"Many {number}")
    page = visitor.go("/board?text=many")
    assert page.text_content("#lane-open .count") == "30/33"
    page.click("#lane-open >> text=30 more")
    page.wait_for_selector("#lane-open h2 .count >> text=33/33")
    page.check("text=Mine")
    page.wait_for_url("**mine=1*")
    assert "text=many" in page.url
    assert page.text_content("#lane-open .count") == "0/0"


def test_arrow_keys_go_from_card_to_card(visitor: Visitor, served: Backend) -> None:
    create(served, "First of keys", "ready")
    create(served, "Second of keys", "ready")
    page = visitor.go("/board?text=of+keys")
    first, second = page.locator("#section-ready .card h4").all_text_contents()
    assert {first, second} == {"First of keys", "Second of keys"}
    page.focus("#lane-open .card:first-of-type h4 a")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == second
    page.keyboard.press("m")
    page.wait_for_selector("#ask[open] .options")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == second
