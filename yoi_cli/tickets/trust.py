"""Whether a store can be trusted about a ticket: one rule for whatever starts work.

docs/routing.md, "What is not trusted". `doubts_about` decides, from facts; `StoreFacts` reads
them. Routing, the gate, claims, acceptance, orchestration and the moves that begin work ask it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol

from yoi_cli.errors import NotFoundError, StoreInvalidError, YoiError
from yoi_cli.model import states
from yoi_cli.model.ids import TicketId, is_ticket_id
from yoi_cli.model.lost import RECORDS_LOST
from yoi_cli.model.missing import EVENTS_MISSING, concerning, hint_for
from yoi_cli.model.relations import (
    DIVERGED,
    DUPLICATE_OF,
    KINDS,
    MISSING,
    TARGET,
    UNREADABLE,
    place_of,
)
from yoi_cli.model.routing import ThreadSummary, summary_of_thread
from yoi_cli.model.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from yoi_cli.model.missing import MissingWrites
    from yoi_cli.model.relations import Relation
    from yoi_cli.store.ports import TicketReader

_RELATIONS = "artifacts/relations.json"
_SHOWN = 3


class TicketStatus(NamedTuple):
    """The state that a ticket is in, None where it is not known, and what is wrong with it.

    `seen` is the state by what can be read of its thread, None where nothing can.
    """

    state: str | None
    problem: str | None = None
    seen: str | None = None

    @property
    def is_resolved(self) -> bool:
        """Whether it holds nobody up: done or closed, and its log whole and consistent."""
        return self.problem is None and self.state in states.RESOLVED_STATES

    @property
    def seems_resolved(self) -> bool:
        """Whether it is done or closed, by what can be read of its thread."""
        return self.seen in states.RESOLVED_STATES


class Uncertain(NamedTuple):
    """What the relations or plan records of `ticket` hold and cannot be understood.

    `code` is that of the doubt; `path` the file below the store. `ends` are the tickets that it
    may concern, None where it may be any.
    """

    ticket: str
    code: str
    path: str
    ends: frozenset[str] | None = None

    def concerns(self, ticket: str) -> bool:
        """Whether it may speak of `ticket`."""
        return self.ends is None or ticket in self.ends


class Doubt(NamedTuple):
    """Why nothing is decided about a ticket: a code of `DOUBTS`, the ticket whose files give
    cause for it, and what is meant, mostly a file of it. `hint` says what takes it away, where
    that is not what its kind says."""

    code: str
    ticket: str
    about: str
    hint: str = ""

    def text(self, *, japanese: bool) -> str:
        """The sentence for it."""
        return DOUBTS[self.code].sentence.text(japanese=japanese, about=self.about)

    def remedy(self, *, japanese: bool) -> str:
        """What takes it away."""
        return self.hint or DOUBTS[self.code].remedy.text(japanese=japanese, about=self.ticket)


class DoubtKind(NamedTuple):
    """A kind of doubt with its words; `remedy` names a command that loses nothing."""

    code: str
    sentence: Wording
    remedy: Wording


_REPAIR = Wording(
    "Repair {about}: `yoi ticket doctor {about}` says what is wrong with it, and what to do.",
    "{about} を修復する（`yoi ticket doctor {about}` が問題と対処を示します）。",
)

#: Every kind of doubt by its code.
DOUBTS: Mapping[str, DoubtKind] = {
    kind.code: kind
    for kind in (
        DoubtKind(
            EVENTS_MISSING,
            Wording(
                "What was recorded is not in the store's files: {about}.",
                "記録された内容がストアのファイルにありません: {about}。",
            ),
            Wording(
                "`yoi restore` brings back what git does not keep.",
                "`yoi restore` が git に残っていないものを復元します。",
            ),
        ),
        DoubtKind(
            "events_lost",
            Wording(
                "Events of {about} are lost: git's history has them, its log has not.",
                "merge により {about} の event が失われました。git の履歴にはありますが、"
                "ログにはありません。",
            ),
            _REPAIR,
        ),
        DoubtKind(
            RECORDS_LOST,
            Wording(
                "A relation or plan record that holds it up is lost: git's history has "
                "{about}, the store has not.",
                "この Ticket を妨げる relation または計画記録が失われました。git の履歴には "
                "{about} がありますが、ストアにはありません。",
            ),
            Wording(
                "`yoi restore {about}` brings it back from git's history; if it was taken away on "
                "purpose, say so with `yoi ticket relation remove` afterwards.",
                "`yoi restore {about}` が git の履歴から復元します。意図した削除なら、その後 "
                "`yoi ticket relation remove` で記録してください。",
            ),
        ),
        DoubtKind(
            "log_damaged",
            Wording(
                "Part of its own log cannot be read: {about}.",
                "自身のログの一部を読み取れません: {about}。",
            ),
            Wording(
                "Repair {about}: `yoi ticket doctor {about}` says where its log is damaged; "
                "`yoi resolve` parts events that a merge fused.",
                "{about} を修復する（`yoi ticket doctor {about}` が箇所を示し、`yoi resolve` が "
                "merge で繋がった event を分けます）。",
            ),
        ),
        DoubtKind(
            "item_unreadable",
            Wording("{about} cannot be read.", "{about} を読み取れません。"),
            _REPAIR,
        ),
        DoubtKind(
            "diverged",
            Wording("Its own log is not consistent.", "自身のログが分岐しています。"),
            Wording("Settle its log by a legal move.", "自身の分岐を正しい状態遷移で解消する。"),
        ),
        DoubtKind(
            "records_unreadable",
            Wording(
                "Its own relations or plan records cannot be read; they might hold it up: {about}.",
                "自身の relations または計画記録を読み取れません。妨げがある可能性があります: "
                "{about}。",
            ),
            _REPAIR,
        ),
        DoubtKind(
            "relations_unreadable",
            Wording(
                "The relations in {about} cannot be read; they might name this ticket.",
                "{about} の relations を読み取れません。この Ticket を指す可能性があります。",
            ),
            _REPAIR,
        ),
        DoubtKind(
            "relations_unknown",
            Wording(
                "A relation in {about} is of no known kind, or speaks of another ticket; it might "
                "hold this one up.",
                "{about} に未知の種類または別の Ticket の relation があります。"
                "この Ticket を妨げる可能性があります。",
            ),
            _REPAIR,
        ),
        DoubtKind(
            "plans_unreadable",
            Wording(
                "The plan records in {about} cannot be read; they might name this ticket.",
                "{about} の計画記録を読み取れません。この Ticket を指す可能性があります。",
            ),
            _REPAIR,
        ),
        DoubtKind(
            "plans_unknown",
            Wording(
                "A plan record in {about} is of no known kind, or does not say which tickets it "
                "means; it might hold this one back.",
                "{about} に未知の種類または対象の不明な計画記録があります。"
                "この Ticket を妨げる可能性があります。",
            ),
            _REPAIR,
        ),
        DoubtKind(
            "blocker_unreadable",
            Wording("It waits for {about}, which cannot be read.", "{about} を読み取れません。"),
            _REPAIR,
        ),
        DoubtKind(
            "blocker_diverged",
            Wording(
                "It waits for {about}, whose log is not consistent.",
                "{about} のログが分岐しています。",
            ),
            Wording(
                "Settle {about} by a legal move.", "{about} の分岐を正しい状態遷移で解消する。"
            ),
        ),
        DoubtKind(
            "duplicate_unreadable",
            Wording(
                "It is a duplicate of {about}, which cannot be read and might be open.",
                "{about} と重複していますが、そちらを読み取れず、未完了の可能性があります。",
            ),
            _REPAIR,
        ),
    )
}


class TrustFacts(Protocol):
    """What `doubts_about` is decided from."""

    def status(self, ticket: str) -> TicketStatus: ...

    def blocker_status(self, ticket: str) -> TicketStatus: ...

    def has_broken_item(self, ticket: str) -> bool: ...

    def missing_for(self, ticket: str, *, behind: bool) -> Iterable[MissingWrites]: ...

    def blockers_behind(self, ticket: str) -> Iterable[str]: ...

    @property
    def uncertain(self) -> Sequence[Uncertain]: ...

    @property
    def waits_for(self) -> Mapping[str, Mapping[str, str]]: ...

    @property
    def relations(self) -> Mapping[str, tuple[Relation, ...]]: ...


def doubts_about(ticket: str, facts: TrustFacts, *, behind: bool = False) -> Iterator[Doubt]:
    """Why nothing should be decided about `ticket` from this store; nothing where it may be.

    Nothing that was recorded may be missing, of it or of what it waits for. Its item and its log
    must be whole, the log consistent. Of a ticket that is not resolved, besides: nothing that
    anybody's relations or plan records may say of it is unknown, but for those of tickets that a
    whole log resolves, which hold nobody up; and what it waits for can be read, with `behind` also
    what is behind unresolved blockers. A blocker that is resolved counts too: the part of it that
    cannot be read may say otherwise.
    """
    status = facts.status(ticket)
    for one in facts.missing_for(ticket, behind=not status.seems_resolved):
        yield Doubt(EVENTS_MISSING, one.ticket, one.sentence, hint_for((one,)))
    if status.problem == UNREADABLE:
        yield Doubt("log_damaged", ticket, f"{ticket}/thread.md")
    elif status.problem == DIVERGED:
        yield Doubt("diverged", ticket, ticket)
    if facts.has_broken_item(ticket):
        yield Doubt("item_unreadable", ticket, f"{ticket}/item.md")
    if status.seems_resolved:
        return
    for found in facts.uncertain:
        if found.ticket == ticket:
            yield Doubt("records_unreadable", ticket, found.path)
        elif found.concerns(ticket) and not facts.status(found.ticket).is_resolved:
            yield Doubt(found.code, found.ticket, found.path)
    yield from _about_others(ticket, facts, behind=behind)


def _about_others(ticket: str, facts: TrustFacts, *, behind: bool) -> Iterator[Doubt]:
    """The doubts that come from tickets which this one names, or is named by."""
    blockers = facts.blockers_behind(ticket) if behind else facts.waits_for.get(ticket, ())
    for blocker in blockers:
        state, problem, _ = facts.blocker_status(blocker)
        if behind and problem is None and facts.has_broken_item(blocker):
            state, problem = None, UNREADABLE
        if problem in (UNREADABLE, DIVERGED) and blocker != ticket:
            about = f"{blocker} ({state})" if state else blocker
            yield Doubt(f"blocker_{problem}", blocker, about)
    for relation in facts.relations.get(ticket, ()):
        if relation.kind == DUPLICATE_OF and facts.status(relation.target).problem == UNREADABLE:
            yield Doubt("duplicate_unreadable", relation.target, relation.target)


def untrusted(ticket: str, doubts: Sequence[Doubt]) -> StoreInvalidError:
    """The error of a command that would decide about `ticket` in spite of `doubts`."""
    shown = " ".join(doubt.text(japanese=False) for doubt in doubts[:_SHOWN])
    more = f" There are {len(doubts) - _SHOWN} more causes." if len(doubts) > _SHOWN else ""
    return StoreInvalidError(
        EVENTS_MISSING if doubts[0].code == EVENTS_MISSING else "store_untrusted",
        f"Nothing is decided about {ticket}: {shown}{more}",
        hint=doubts[0].remedy(japanese=False),
        details={
            "ticket": ticket,
            "doubts": [{"code": d.code, "ticket": d.ticket, "about": d.about} for d in doubts],
        },
    )


class StoreFacts:
    """Facts about a store, as it is while they are asked; nothing is read twice."""

    def __init__(self, reader: TicketReader) -> None:
        self._reader = reader
        self._summaries: dict[str, ThreadSummary] = {}
        self._statuses: dict[str, TicketStatus] = {}
        self._items: dict[str, bool] = {}
        # Before anything is read: what is put back meanwhile was not there when it was read.
        self._missing_at_first = reader.missing_writes()

    @cached_property
    def missing(self) -> Mapping[str, MissingWrites]:
        """What was acknowledged and is in no file, by ticket, or was in none when the reading
        began."""
        return {**self._reader.missing_writes(), **self._missing_at_first}

    def missing_for(self, ticket: str, *, behind: bool) -> Iterable[MissingWrites]:
        """What is missing of a ticket, with `behind` also of what it waits for."""
        if "missing" not in self.__dict__ and behind:
            self.blockers_behind(ticket)  # read before it is asked what is missing
        more = self._missing_behind.get(ticket, ()) if behind else ()
        return concerning(self.missing, (ticket, *more))

    @cached_property
    def _missing_behind(self) -> Mapping[str, set[str]]:
        """For each ticket: those that it waits for, or did, and of which something is missing.

        From those that are missing upwards, so that a long chain of tickets is walked once and not
        from each of them.
        """
        found: dict[str, set[str]] = {}
        concerned = {name for one in self.missing.values() for name in one.concerns}
        waiting: dict[str, list[str]] = {}
        for above, blockers in self.waits_for.items() if concerned else ():
            for blocker in blockers:
                waiting.setdefault(blocker, []).append(above)
        for missed in concerned:
            pending = [missed]
            while pending:
                for above in waiting.get(pending.pop(), ()):
                    behind = found.setdefault(above, set())
                    if missed not in behind and above != missed:
                        behind.add(missed)
                        if not self.blocker_status(above).is_resolved:
                            pending.append(above)
        return found

    def _read_summary(self, ticket: TicketId) -> ThreadSummary:
        return summary_of_thread(self._reader.thread(ticket))

    def thread_summary(self, ticket: str) -> ThreadSummary:
        """The summary of a ticket's thread. Raises where the thread cannot be read."""
        known = self._summaries.get(ticket)
        if known is None:
            known = self._summaries[ticket] = self._read_summary(TicketId(ticket))
        return known

    def status(self, ticket: str) -> TicketStatus:
        """The state of `ticket` by the fold of its thread, and what is wrong with it.

        What can be read of a damaged thread says nothing: the rest may say otherwise.
        """
        known = self._statuses.get(ticket)
        if known is None:
            known = self._statuses[ticket] = self._read_status(ticket)
        return known

    def _read_status(self, ticket: str) -> TicketStatus:
        try:
            seen = self.thread_summary(ticket)
        except NotFoundError:
            return TicketStatus(None, MISSING)
        except YoiError:
            return TicketStatus(None, UNREADABLE)
        if seen.is_damaged:
            return TicketStatus(None, UNREADABLE, seen.state)
        return TicketStatus(seen.state, DIVERGED if seen.is_diverged else None, seen.state)

    def blocker_status(self, ticket: str) -> TicketStatus:
        """As `status`, for one that another waits for: with an item that cannot be read it is
        not resolved, whatever its log says."""
        status = self.status(ticket)
        if status.is_resolved and self.has_broken_item(ticket):
            return TicketStatus(None, UNREADABLE, status.seen)
        return status

    def has_broken_item(self, ticket: str) -> bool:
        """Whether a ticket's `item.md` cannot be read, as where a byte of it is not UTF-8, or its
        frontmatter says nothing, as where its first line stands there twice."""
        known = self._items.get(ticket)
        if known is None:
            try:
                known = "state" not in self._reader.item(TicketId(ticket)).fields
            except YoiError:
                known = True
            self._items[ticket] = known
        return known

    def unresolved_blockers(self, ticket: str) -> tuple[str, ...]:
        """The ids of the unresolved blockers of `ticket`."""
        blockers = self.waits_for.get(ticket, ())
        return tuple([one for one in blockers if not self.blocker_status(one).is_resolved])

    def blockers_behind(self, ticket: str) -> tuple[str, ...]:
        """All that `ticket` waits for or did: its blockers, and those behind unresolved ones."""
        found: dict[str, None] = {}
        pending = [ticket]
        while pending:
            waiting = pending.pop()
            for blocker in self.waits_for.get(waiting, ()):
                if blocker not in found and blocker != ticket:
                    found[blocker] = None
                    if not self.blocker_status(blocker).is_resolved:
                        pending.append(blocker)
        return tuple(found)

    @cached_property
    def _relations_read(
        self,
    ) -> tuple[Mapping[str, tuple[Relation, ...]], tuple[Uncertain, ...]]:
        found: dict[str, tuple[Relation, ...]] = {}
        uncertain: list[Uncertain] = []
        for row in self._reader.all_relations():
            path = f"{row.id}/{_RELATIONS}"
            if row.error is not None:
                uncertain.append(Uncertain(row.id, "relations_unreadable", path))
                continue
            owner = row.id
            found[owner] = row.relations
            for relation in row.relations:
                if not _is_understood(relation, owner):
                    ends = ends_of(row.id, relation.ticket_id, relation.target)
                    uncertain.append(Uncertain(row.id, "relations_unknown", path, ends))
        return found, tuple(sorted(uncertain, key=lambda one: one.ticket))

    @property
    def relations(self) -> Mapping[str, tuple[Relation, ...]]:
        """The forward relations of every ticket that has any."""
        return self._relations_read[0]

    @property
    def uncertain(self) -> Sequence[Uncertain]:
        """What anybody's relations hold and cannot be understood."""
        return self._relations_read[1]

    @cached_property
    def waits_for(self) -> Mapping[str, Mapping[str, str]]:
        """For each ticket that others may hold up: those others, each with the relation's kind.

        The others by rising id, and one that holds it up by several kinds with the first of
        them, so that nothing depends on the order of files.
        """
        graph: dict[str, dict[str, str]] = {}
        for relations in self.relations.values():
            for relation in relations:
                edge = relation.edge
                if edge is not None:
                    others = graph.setdefault(edge[0], {})
                    kind = others.get(edge[1])
                    if kind is None or place_of(relation.kind) < place_of(kind):
                        others[edge[1]] = relation.kind
        return {
            ticket: dict(sorted(others.items())) if len(others) > 1 else others
            for ticket, others in graph.items()
        }


def _is_understood(relation: Relation, owner: str) -> bool:
    """Whether a relation in the file of `owner` says whom it concerns, and how."""
    kind = KINDS.get(relation.kind)
    if kind is None or relation.ticket_id != owner:
        return False
    return kind.blocks != TARGET or is_ticket_id(relation.target)


def ends_of(*tickets: str) -> frozenset[str] | None:
    """The tickets that a record may concern, by the ids in it; None where one of them is no id,
    and so may stand for any."""
    return frozenset(tickets) if all(map(is_ticket_id, tickets)) else None
