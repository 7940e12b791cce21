"""How many agents are at work at once, over all runtimes and on each."""

from __future__ import annotations

from yoi_cli.orchestration.places import Places


def places(at_once: int, **limits: int) -> Places:
    """With so many in all; `here` is this clone's own bound."""
    known = {"" if name == "here" else name: limit for name, limit in limits.items()}
    return Places(at_once, known.get)


def test_a_run_is_full_once_all_its_places_are_taken_wherever_they_are() -> None:
    found = places(2, big=5)
    found.enter("A", "big")
    assert not found.are_full()
    found.enter("B")
    assert found.are_full()
    found.leave("A")
    assert not found.are_full()


def test_a_runtime_that_is_full_holds_up_none_of_another() -> None:
    found = places(9, here=1, big=2)
    found.enter("A", "big")
    found.enter("B", "big")
    assert found.are_full("big")
    assert not found.are_full("")
    assert not found.are_full()


def test_who_goes_on_elsewhere_gives_its_place_up_also_where_it_has_to_wait_for_the_next() -> None:
    found = places(9, here=1, big=1)
    found.enter("A", "big")
    found.enter("B")
    assert not found.move("A", "")
    assert not found.are_full("big")
    found.leave("B")
    assert found.move("A", "")
    assert found.are_full("")


def test_who_stays_keeps_its_place_however_full_it_is() -> None:
    found = places(1, here=1)
    found.enter("A")
    assert found.move("A", "")


def test_a_place_that_comes_free_is_counted() -> None:
    found = places(9, big=1)
    found.enter("A", "big")
    before = found.freed
    found.move("A", "big")
    found.leave("B")
    assert found.freed == before
    found.move("A", "")
    found.leave("A")
    assert found.freed == before + 2


def test_several_coders_on_a_ticket_have_a_place_each() -> None:
    found = places(3)
    found.use("A", running=2, wanted=3)
    assert found.are_full()
    assert found.is_free("A", 2)
    assert not found.is_free("B", 1)
    assert not found.are_crowded()
