"""Acknowledged writes that are in no file: what git, or somebody with git, took away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.text import counted, some_of
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EVENTS_MISSING = "events_missing"

#: The place of what commits have, and a merge or a checkout took out of the files.
IN_HISTORY = "git's history"


class MissingWrites(NamedTuple):
    """What of one ticket was acknowledged, and is neither in its files nor in a commit.

    `places` are where it may be (`stash@{0}`, `autostash`). `is_gone` says that some of it is in
    none that git gives back, so that `yoi restore` can bring it back. `is_waiting` says that all
    of it waits for its file, and comes there by itself. `concerns` are the tickets that it may
    be about: its own, and those that relations and plan records name.
    """

    ticket: str
    events: int = 0
    relations: int = 0
    records: int = 0
    fields: tuple[str, ...] = ()
    is_whole: bool = False
    is_gone: bool = False
    is_waiting: bool = False
    places: tuple[str, ...] = ()
    concerns: frozenset[str] = frozenset()

    @property
    def what(self) -> str:
        """What is missing, in words."""
        if self.is_whole:
            return "the whole ticket"
        words = [
            counted(number, word)
            for number, word in (
                (self.events, "event"),
                (self.relations, "relation"),
                (self.records, "plan record"),
            )
            if number
        ]
        return ", ".join([*words, *self.fields])

    @property
    def where(self) -> str:
        """Where it may be, in words."""
        if self.places:
            return ", ".join(self.places)
        return "waiting beside the store" if self.is_waiting else "in no file, stash or autostash"

    @property
    def sentence(self) -> str:
        """What is missing of which ticket, and where it may be."""
        return f"{self.ticket}: {self.what} ({self.where})"


def concerning(
    missing: Mapping[str, MissingWrites], tickets: Iterable[str]
) -> tuple[MissingWrites, ...]:
    """Those of `missing` that may be about one of `tickets`."""
    if not missing:
        return ()
    wanted = frozenset(tickets)
    return tuple(one for one in missing.values() if not wanted.isdisjoint(one.concerns))


def require_present(missing: Mapping[str, MissingWrites], ticket: str) -> None:
    """Raise `StoreInvalidError` (`events_missing`) where something of `ticket` is missing: what its
    files say is not what was recorded."""
    found = concerning(missing, (ticket,))
    if found:
        raise events_missing(found)


def events_missing(missing: Iterable[MissingWrites]) -> StoreInvalidError:
    """The error by which nothing is decided: acknowledged writes are not in the files."""
    found = tuple(missing)
    shown = some_of(tuple(one.sentence for one in found))
    return StoreInvalidError(
        EVENTS_MISSING,
        f"What was recorded is not in the store's files: {shown}.",
        hint=hint_for(found),
        details={
            "tickets": [one.ticket for one in found],
            "places": sorted({place for one in found for place in one.places}),
        },
    )


def hint_for(missing: Iterable[MissingWrites]) -> str:
    """What to do about `missing`."""
    found = tuple(missing)
    hints: list[str] = []
    if any("the branch that is rebased" in one.places for one in found):
        hints.append("`git rebase --continue` or `--abort` brings back what the branch has.")
    if any("autostash" in one.places for one in found):
        hints.append(
            "`git rebase --continue` (or the end of the merge) brings the autostash back; where "
            "git knows of no rebase, `git rebase --quit` makes a stash of it."
        )
    if any(place.startswith("stash@") for one in found for place in one.places):
        hints.append(
            "`git stash pop` brings the stash back; where git refuses, since its files were "
            "written meanwhile, commit them first."
        )
    if any(one.is_waiting for one in found):
        hints.append("What waits is written by the next command, once git is done here.")
    if any(IN_HISTORY in one.places for one in found):
        hints.append(
            "`yoi restore` brings back what git's history has; `yoi ticket relation remove` then "
            "says of a relation that it goes on purpose."
        )
    others = [one for one in found if one.places != (IN_HISTORY,)]
    if any(one.is_gone for one in others):
        hints.append("`yoi restore` brings back what git does not keep.")
    if others or not found:
        hints.append("`yoi restore --leave` says that it was taken away on purpose.")
    return " ".join(hints)
