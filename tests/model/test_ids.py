"""Ids sort by time, are never given twice, and can name no path (docs/format.md)."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.errors import UsageError
from yoi_cli.model import ids

INSTANTS = st.integers(0, (1 << 48) - 2)
ENTROPIES = st.integers(0, (1 << 80) - 1)
NOW = 1_782_405_032_000
YEAR_2099 = 4_070_908_800_000


def test_the_alphabet_has_no_letter_that_looks_like_a_digit() -> None:
    assert len(set(ids.ALPHABET)) == 32
    assert not set("ILOU") & set(ids.ALPHABET)
    assert list(ids.ALPHABET) == sorted(ids.ALPHABET)


@given(st.integers(0, 32**13 - 1))
def test_a_number_is_read_back_from_its_digits(number: int) -> None:
    assert ids.decode(ids.encode(number, 13)) == number


@given(INSTANTS, INSTANTS)
def test_ticket_ids_sort_by_time(one: int, other: int) -> None:
    assert (ids.ticket_id_at(one) < ids.ticket_id_at(other)) == (one < other)
    assert ids.is_ticket_id(ids.ticket_id_at(one))


@given(INSTANTS, st.sets(st.integers(0, 8)))
def test_a_taken_ticket_id_gives_way_to_the_next_free_one(now: int, taken: set[int]) -> None:
    used = [ids.ticket_id_at(now + offset) for offset in taken]
    found = ids.next_ticket_id(now, used)
    assert found not in used
    assert found >= ids.ticket_id_at(now)
    assert all(ids.ticket_id_at(n) in used for n in range(now, ids.decode(found)))


@given(INSTANTS, ENTROPIES, st.lists(st.tuples(INSTANTS, ENTROPIES), min_size=1, max_size=5))
def test_a_new_event_id_is_greater_than_any_before(
    now: int, entropy: int, earlier: list[tuple[int, int]]
) -> None:
    greatest = max(ids.next_event_id(ms, noise) for ms, noise in earlier)
    new = ids.next_event_id(now, entropy, greatest)
    assert new > greatest
    assert ids.is_event_id(new)
    assert ids.event_id_ms(new) >= now


@given(ENTROPIES, st.lists(st.sampled_from([0, 1, NOW, NOW - 86_400_000, YEAR_2099]), min_size=1))
def test_event_ids_rise_whatever_the_clock_does(entropy: int, clock: list[int]) -> None:
    given_out: list[str] = []
    for now in clock:
        given_out.append(ids.next_event_id(now, entropy, given_out[-1] if given_out else ""))
    assert given_out == sorted(set(given_out))


@given(ENTROPIES, ENTROPIES)
def test_two_clones_that_go_on_from_one_event_do_not_meet(one: int, other: int) -> None:
    greatest = ids.next_event_id(YEAR_2099, 0)
    first, second = (ids.next_event_id(NOW, noise, greatest) for noise in (one, other))
    assert (first == second) == (one == other)


def test_an_event_id_carries_its_instant() -> None:
    assert ids.event_id_ms(ids.next_event_id(NOW, 7)) == NOW
    assert ids.next_event_id(0, 0) == "0" * 26


def test_an_id_that_none_can_follow_stops_nobody() -> None:
    last = ids.next_event_id((1 << 48) - 1, (1 << 80) - 1)
    assert last == "7" + "Z" * 25
    assert ids.next_event_id(NOW, 5, last) == ids.next_event_id(NOW, 5)
    before = ids.next_event_id((1 << 48) - 2, 0)
    assert ids.next_event_id(NOW, 5, before) > before


@pytest.mark.parametrize(
    "word",
    [
        "",
        "8" + "0" * 25,
        "0" * 25,
        "0" * 27,
        "01jyk2z5j8q0v6w3n4r7t9x1ab",
        "I" + "0" * 25,
        "０" * 26,
        "0" * 25 + "\n",
    ],
)
def test_what_is_no_ulid_in_its_canonical_form_is_no_event_id(word: str) -> None:
    assert not ids.is_event_id(word)


@given(st.text(max_size=20))
def test_only_words_of_the_alphabet_are_ticket_ids(word: str) -> None:
    assert ids.is_ticket_id(word) == (len(word) == 13 and set(word) <= set(ids.ALPHABET))


@given(st.text(max_size=30))
def test_nothing_that_passes_for_an_id_can_name_a_path(word: str) -> None:
    try:
        cleaned = ids.clean_abbreviation(word)
    except UsageError:
        return
    assert set(cleaned) <= set(string.ascii_uppercase + string.digits)
    assert 4 <= len(cleaned) <= 13


def test_an_id_is_read_as_a_person_types_it() -> None:
    assert ids.clean_abbreviation("00001ksko") == "00001KSK0"
    assert ids.clean_abbreviation("iIlL") == "1111"


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("", "ticket_id_invalid"),
        ("../x", "ticket_id_invalid"),
        (".git", "ticket_id_invalid"),
        ("/etc/passwd", "ticket_id_invalid"),
        ("0" * 14, "ticket_id_invalid"),
        ("0" * 300, "ticket_id_invalid"),
        ("%00%00", "ticket_id_invalid"),
        ("0000\0", "ticket_id_invalid"),
        ("ABC", "ticket_id_too_short"),
    ],
)
def test_a_word_that_can_be_no_id_is_refused(word: str, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        ids.clean_abbreviation(word)
    assert caught.value.code == code


@given(st.sets(st.integers(0, 2**20), min_size=1, max_size=30))
def test_the_end_of_an_id_that_is_said_to_be_enough_names_it_alone(numbers: set[int]) -> None:
    words = [ids.ticket_id_at(number) for number in numbers]
    for one, length in ids.distinct_ends(words).items():
        end = one[-length:]
        assert length >= 4
        assert [other for other in words if other.startswith(end) or other.endswith(end)] == [one]
