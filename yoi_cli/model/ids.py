"""Ticket ids and event ids: Crockford base32 words that sort by time (docs/format.md)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NewType

from yoi_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

TicketId = NewType("TicketId", str)

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TICKET_ID_LENGTH = 13
EVENT_ID_LENGTH = 26
SHORTEST_ABBREVIATION = 4
_DIGITS = frozenset(ALPHABET)
_ENTROPY_BITS = 80
#: How the ids begin that no greater one can follow: those of the last millisecond there is.
_END_OF_TIME = "7ZZZZZZZZZ"


def encode(number: int, length: int) -> str:
    """`number` in Crockford base32, left-padded with 0 to `length` characters."""
    return "".join([ALPHABET[number >> bits & 31] for bits in range(5 * (length - 1), -1, -5)])


def decode(word: str) -> int:
    """The number that `word`, of the alphabet's characters, stands for."""
    number = 0
    for character in word:
        number = number * 32 + ALPHABET.index(character)
    return number


def is_ticket_id(word: str) -> bool:
    """Whether `word` has the shape of a full ticket id."""
    return len(word) == TICKET_ID_LENGTH and _DIGITS.issuperset(word)


def ticket_id_at(milliseconds: int) -> TicketId:
    """The ticket id of an instant, in Unix milliseconds."""
    return TicketId(encode(milliseconds, TICKET_ID_LENGTH))


def next_ticket_id(milliseconds: int, taken: Iterable[str]) -> TicketId:
    """The first id from `milliseconds` upward that is not among `taken`."""
    used = taken if isinstance(taken, (set, frozenset)) else set(taken)
    candidate = ticket_id_at(milliseconds)
    while candidate in used:
        milliseconds += 1
        candidate = ticket_id_at(milliseconds)
    return candidate


def clean_abbreviation(word: str) -> str:
    """`word` as part of a ticket id, upper-cased, with Crockford's look-alikes resolved.

    Raises `UsageError` where it can be no part of an id: too short, too long, or with
    characters that no id has. Nothing that passes can name a path outside the store.
    """
    cleaned = word.upper().replace("O", "0").replace("I", "1").replace("L", "1")
    if len(cleaned) > TICKET_ID_LENGTH or not _DIGITS.issuperset(cleaned) or not cleaned:
        raise UsageError(
            "ticket_id_invalid",
            f"{word[:40]!r} is not a ticket id.",
            hint="A ticket id has 13 characters of 0-9 and A-Z without I, L, O and U; "
            "`yoi ticket list --all` shows them.",
        )
    if len(cleaned) < SHORTEST_ABBREVIATION:
        raise UsageError(
            "ticket_id_too_short",
            f"{word!r} is too short for a ticket id.",
            hint=f"Give at least {SHORTEST_ABBREVIATION} characters of its beginning or end.",
        )
    return cleaned


def distinct_ends(ids: Iterable[str]) -> dict[str, int]:
    """For each of `ids`, of one length, how many of its last characters are enough to name it.

    That is how `tickets.lookup` takes them: no other id begins or ends with these.
    """
    found: dict[str, int] = {}
    everything = tuple(ids)
    pending: Iterable[str] = everything
    for length in range(SHORTEST_ABBREVIATION, TICKET_ID_LENGTH + 1):
        if not pending:
            break
        begins = {one[:length] for one in everything}
        ends = Counter(one[-length:] for one in everything)
        for one in pending:
            if ends[one[-length:]] == 1 and one[-length:] not in begins:
                found[one] = length
        pending = [one for one in pending if one not in found]
    return {**found, **dict.fromkeys(pending, TICKET_ID_LENGTH)}


def is_event_id(word: str) -> bool:
    """Whether `word` is a ULID in its canonical form: 26 characters, at most 128 bits."""
    return len(word) == EVENT_ID_LENGTH and word[0] in "01234567" and _DIGITS.issuperset(word)


def event_id_ms(event_id: str) -> int:
    """The Unix milliseconds that an event id carries."""
    return decode(event_id[:10])


def can_be_followed(event_id: str) -> bool:
    """Whether a greater event id exists; none does where it is of the last millisecond there is,
    as only a hand, or a stranger's merge, brings it."""
    return event_id < _END_OF_TIME


def next_event_id(milliseconds: int, entropy: int, greatest: str = "") -> str:
    """A ULID for `milliseconds` that is greater than `greatest`, where that can be followed.

    `entropy` is 80 random bits. Where the clock stands at or behind `greatest`, the id's
    time runs ahead of the clock rather than its randomness being counted up: two clones
    that go on from the same event must not arrive at the same id.
    """
    if greatest and can_be_followed(greatest):
        milliseconds = max(milliseconds, event_id_ms(greatest) + 1)
    return encode((milliseconds << _ENTROPY_BITS) | entropy, EVENT_ID_LENGTH)
