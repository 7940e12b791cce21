"""Claims: one holder at a time, fenced by a generation (docs/routing.md)."""

from __future__ import annotations

import pytest

from yoi_cli.errors import ConflictError
from yoi_cli.model.claim import Claim, ClaimRequest, release, renew, take

T = "0000000000T01"
NOW = 1_000_000
ADA, BOB = ClaimRequest("Ada", lease=1000), ClaimRequest("Bob", lease=1000)


def held(by: ClaimRequest = ADA, at: int = NOW) -> Claim:
    return take(T, None, by, at)


def test_the_first_claim_has_generation_one_and_ends_with_its_lease() -> None:
    claim = held()
    assert (claim.holder, claim.generation, claim.expires_at) == ("Ada", 1, NOW + 1000)
    assert claim.is_alive(NOW + 999)
    assert not claim.is_alive(NOW + 1000)


@pytest.mark.parametrize("request_", [ADA, BOB], ids=["the same name", "another"])
def test_nobody_takes_a_ticket_whose_claim_is_alive(request_: ClaimRequest) -> None:
    with pytest.raises(ConflictError) as refused:
        take(T, held(), request_, NOW + 999)
    assert refused.value.code == "claimed"
    assert refused.value.details["holder"] == "Ada"
    assert "--renew 1" in (refused.value.hint or "")


def test_a_claim_that_ran_out_is_replaced_by_the_next_generation() -> None:
    claim = take(T, held(), BOB, NOW + 1000)
    assert (claim.holder, claim.generation) == ("Bob", 2)


def test_no_generation_is_given_twice_where_the_log_is_ahead() -> None:
    assert take(T, None, BOB, NOW, logged=7).generation == 8
    assert take(T, held()._replace(generation=9), BOB, NOW + 1000, logged=7).generation == 10


def test_the_holder_renews_with_the_generation_that_it_was_given() -> None:
    assert renew(T, held(), 1, 5000, NOW + 10).expires_at == NOW + 5010


def test_a_lease_that_ran_out_and_was_taken_by_nobody_can_be_renewed() -> None:
    assert renew(T, held(), 1, 5000, NOW + 9999).is_alive(NOW + 10_000)


@pytest.mark.parametrize("change", [renew, release])
def test_a_stale_generation_is_refused_and_told_who_holds_the_ticket(change: object) -> None:
    standing = take(T, held(), BOB, NOW + 1000)
    with pytest.raises(ConflictError) as refused:
        if change is renew:
            renew(T, standing, 1, 5000, NOW + 1001)
        else:
            release(T, standing, 1, NOW + 1001)
    assert refused.value.code == "generation_stale"
    assert refused.value.details["holder"] == "Bob"
    assert refused.value.details["generation"] == 2


def test_a_claim_given_back_stands_so_that_its_generation_never_comes_again() -> None:
    released = release(T, held(), 1, NOW + 10)
    assert not released.is_alive(NOW + 10)
    assert take(T, released, BOB, NOW + 11).generation == 2


def test_a_person_may_give_back_a_claim_without_knowing_its_generation() -> None:
    assert release(T, held(), None, NOW + 10).is_released


def test_what_nobody_holds_can_be_neither_renewed_nor_given_back() -> None:
    for standing in (None, release(T, held(), 1, NOW)):
        with pytest.raises(ConflictError, match="claimed by nobody"):
            renew(T, standing, 1, 1000, NOW)
        with pytest.raises(ConflictError, match="claimed by nobody"):
            release(T, standing, None, NOW)
