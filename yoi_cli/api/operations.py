"""The operations of a batch: what each is given, and what it does (docs/batch.md).

Their schema is made from these types (`yoi schema operation`), and lines are held against them.
Each does what the command of its name does, by the same function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar

from msgspec import Meta, Struct
from msgspec.structs import replace

from yoi_cli.api import relations, routing, tickets
from yoi_cli.errors import NotFoundError, UsageError
from yoi_cli.model.fields import CHOICE, FIELDS, LIST, TEXT
from yoi_cli.model.states import PLANNING
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.api.held import Held
    from yoi_cli.api.tickets import Committed, Moved
    from yoi_cli.model.item import FieldValue
    from yoi_cli.workspace.session import Session

Ticket = Annotated[
    str, Meta(description="id, 4+ characters of its beginning or end, or @ and a create's label")
]
Message = Annotated[str, Meta(description="the text, in markdown")]
Value: TypeAlias = str | tuple[str, ...] | None
Fields = Annotated[
    dict[str, Value], Meta(description="by their names in item.md; null takes one away")
]
Texts = Annotated[dict[str, tuple[str, ...]], Meta(description="by the name of their list: tags")]
#: Fields that operations of their own change.
_OWN = frozenset({"title", "state", "queued_by"})
_WRITABLE = frozenset({TEXT, LIST, CHOICE})


class Done(NamedTuple):
    """What came of an operation. `state` is the ticket's where the operation says it, and
    `changed` is False where all stood already."""

    ticket: str
    at: str
    event_ids: tuple[str, ...] = ()
    changed: bool = True
    state: str | None = None
    unblocked: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Operation(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="op",
):
    """What every operation may say: who writes, where it is not who runs the batch."""

    author: str | None = None

    def perform(self, session: Session, held: Held) -> Done:
        """Do it. Raises what the function of the same name in `api` raises."""
        raise NotImplementedError


class RelationTo(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A relation of a new ticket."""

    kind: str
    target: Ticket


class CreateTicket(Operation, frozen=True, kw_only=True, tag="create"):
    """Make a ticket. Later lines may name it by `@` and its `label`."""

    title: str
    label: Annotated[str, Meta(min_length=1)] | None = None
    message: Message | None = None
    template: str | None = None
    fields: Fields = {}
    relations: tuple[RelationTo, ...] = ()
    acceptance: tuple[str, ...] = ()

    def perform(self, session: Session, held: Held) -> Done:
        done = tickets.create(
            session,
            self.title,
            description=self.message,
            fields={k: v for k, v in _checked(self.fields).items() if v is not None},
            relations=tuple((one.kind, one.target) for one in self.relations),
            acceptance=self.acceptance,
            template_name=self.template,
            author=self.author,
            held=held,
        )
        return _written(done)._replace(state=PLANNING)


class EditTicket(Operation, frozen=True, kw_only=True, tag="edit"):
    """Change a ticket's title, fields or description; `add` and `remove` are for lists."""

    ticket: Ticket
    title: str | None = None
    message: Message | None = None
    fields: Fields = {}
    add: Texts = {}
    remove: Texts = {}
    acceptance: tuple[str, ...] = ()

    def perform(self, session: Session, held: Held) -> Done:
        fields = _checked(self.fields)
        _checked({**self.add, **self.remove})
        if self.title is not None:
            fields["title"] = self.title
        if not (fields or self.add or self.remove or self.acceptance or self.message is not None):
            raise UsageError(
                "edit_empty", "Nothing to change was given.", hint="Give a title, or fields."
            )
        edited = tickets.edit(
            session,
            self.ticket,
            fields=fields,
            added=self.add,
            removed=self.remove,
            description=self.message,
            acceptance=self.acceptance,
            held=held,
        )
        return _written(edited.committed)._replace(changed=bool(edited.changed))


class AddComment(Operation, frozen=True, kw_only=True, tag="comment"):
    """Add a comment, or with a `role` a plan, decision or implementation report."""

    ticket: Ticket
    message: Message
    role: str = "comment"
    commit: str | None = None

    def perform(self, session: Session, held: Held) -> Done:
        return _written(
            tickets.comment(
                session,
                self.ticket,
                self.message,
                role=self.role,
                sha=self.commit,
                author=self.author,
                held=held,
            )
        )


class AskQuestion(Operation, frozen=True, kw_only=True, tag="ask"):
    """Ask what the work cannot go on without."""

    ticket: Ticket
    message: Message

    def perform(self, session: Session, held: Held) -> Done:
        return _written(
            tickets.ask(session, self.ticket, self.message, author=self.author, held=held)
        )


class MoveTicket(Operation, frozen=True, kw_only=True, tag="state"):
    """Move a ticket to another state; `expect` is the one that it must be in."""

    ticket: Ticket
    state: str
    message: Message | None = None
    reason: str | None = None
    expect: str | None = None
    steal: bool = False

    def perform(self, session: Session, held: Held) -> Done:
        return _moved(
            tickets.move(
                session,
                self.ticket,
                self.state,
                text=self.message,
                reason=self.reason,
                expect=self.expect,
                steal=self.steal,
                author=self.author,
                held=held,
            )
        )


class IntakeTicket(Operation, frozen=True, kw_only=True, tag="intake"):
    """Mark a planned ticket ready, with a summary of what was decided."""

    ticket: Ticket
    message: Message
    reason: str | None = None
    expect: str | None = None

    def perform(self, session: Session, held: Held) -> Done:
        return _moved(
            tickets.intake(
                session,
                self.ticket,
                self.message,
                reason=self.reason,
                expect=self.expect,
                author=self.author,
                held=held,
            )
        )


class CloseTicket(Operation, frozen=True, kw_only=True, tag="close"):
    """Close a ticket with its outcome; with `force` even while a worker runs for it."""

    ticket: Ticket
    message: Message
    expect: str | None = None
    force: bool = False

    def perform(self, session: Session, held: Held) -> Done:
        return _moved(
            tickets.close(
                session,
                self.ticket,
                self.message,
                expect=self.expect,
                force=self.force,
                author=self.author,
                held=held,
            )
        )


class ReopenTicket(Operation, frozen=True, kw_only=True, tag="reopen"):
    """Take a done or closed ticket back to planning."""

    ticket: Ticket
    reason: str
    message: Message | None = None
    expect: str | None = None

    def perform(self, session: Session, held: Held) -> Done:
        return _moved(
            tickets.reopen(
                session,
                self.ticket,
                self.reason,
                text=self.message,
                expect=self.expect,
                author=self.author,
                held=held,
            )
        )


class AddRelation(Operation, frozen=True, kw_only=True, tag="relation add"):
    """Add a relation between two tickets."""

    ticket: Ticket
    kind: str
    target: Ticket
    note: str | None = None

    def perform(self, session: Session, held: Held) -> Done:
        found = relations.add(
            session,
            self.ticket,
            self.kind,
            self.target,
            note=self.note,
            author=self.author,
            held=held,
        )
        return _written(found.committed)._replace(changed=found.changed)


class RemoveRelation(Operation, frozen=True, kw_only=True, tag="relation remove"):
    """Remove a relation; the log keeps a record of it."""

    ticket: Ticket
    kind: str
    target: Ticket
    note: str | None = None

    def perform(self, session: Session, held: Held) -> Done:
        found = relations.remove(
            session,
            self.ticket,
            self.kind,
            self.target,
            note=self.note,
            author=self.author,
            held=held,
        )
        return _written(found.committed)._replace(changed=found.changed)


class AddPlan(Operation, frozen=True, kw_only=True, tag="plan add"):
    """Add a plan record of order, conflict or capacity to a ticket."""

    ticket: Ticket
    kind: str
    target: Ticket | None = None
    note: str | None = None

    def perform(self, session: Session, held: Held) -> Done:
        found = routing.add_plan(
            session,
            self.ticket,
            self.kind,
            self.target,
            note=self.note,
            author=self.author,
            held=held,
        )
        return _written(found.committed)._replace(changed=found.changed)


AnyOperation: TypeAlias = (
    CreateTicket
    | EditTicket
    | AddComment
    | AskQuestion
    | MoveTicket
    | IntakeTicket
    | CloseTicket
    | ReopenTicket
    | AddRelation
    | RemoveRelation
    | AddPlan
)
_Named = TypeVar("_Named", bound=Struct)


def resolved(operation: Operation, labels: Mapping[str, str]) -> Operation:
    """`operation` with the ids of the tickets that it names by `labels`. Raises `NotFoundError`
    (`label_unknown`)."""
    if isinstance(operation, CreateTicket):
        links = tuple(_resolved(one, labels) for one in operation.relations)
        return replace(operation, relations=links)
    return _resolved(operation, labels)


def _resolved(named: _Named, labels: Mapping[str, str]) -> _Named:
    for name in ("ticket", "target"):
        word: object = getattr(named, name, None)
        if isinstance(word, str) and word.startswith("@"):
            if word[1:] not in labels:
                raise NotFoundError(
                    "label_unknown",
                    f"No ticket was made with the label {word[1:41]!r} before this line.",
                    hint="A create with that label has to come first, and to succeed.",
                )
            named = replace(named, **{name: labels[word[1:]]})
    return named


def _checked(fields: Mapping[str, Value]) -> dict[str, FieldValue]:
    """Raise `UsageError` (`field_unknown`, `field_invalid`) for what is no field to be written, or
    has not its type."""
    for name, value in fields.items():
        field = FIELDS.get(name)
        if field is None or name in _OWN or field.is_obsolete or field.type not in _WRITABLE:
            raise UsageError(
                "field_unknown",
                f"{name[:40]!r} is no field that can be written so.",
                hint="`yoi ticket edit --help` names them; states and titles have their own keys.",
            )
        if value is not None and isinstance(value, str) == (field.type == LIST):
            what = "a list of texts" if field.type == LIST else "a text"
            raise UsageError("field_invalid", f"{name} is {what}.", hint="Nothing was written.")
    return dict(fields)


def _written(done: Committed) -> Done:
    return Done(done.ticket, done.at, done.event_ids, warnings=done.warnings)


def _moved(moved: Moved) -> Done:
    return Done(
        moved.ticket,
        moved.at,
        moved.event_ids,
        moved.changed,
        moved.state,
        moved.unblocked,
        moved.warnings,
    )
