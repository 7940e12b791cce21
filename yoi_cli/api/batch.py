"""Many operations, read as JSON lines and made under one lock (docs/batch.md).

Each does what the command of its name does. They are made one by one, some hundred under one
lock, and one that fails keeps no other from its turn; or all of them or none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.autocommit import commit_folders_if_asked
from yoi_cli.api.held import Held
from yoi_cli.api.operation_lines import Line, read_lines
from yoi_cli.api.operations import CreateTicket, Operation, resolved
from yoi_cli.errors import ConflictError, UsageError, YoiError, system_refused
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.transfer.report import BATCH, BATCH_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import BinaryIO

    from yoi_cli.api.operations import Done
    from yoi_cli.model.claim import Claim
    from yoi_cli.store.files.writer import FileWriter
    from yoi_cli.store.ports import ClaimEnds
    from yoi_cli.workspace.session import Session


class Answer(NamedTuple):
    """What came of the operation on a line: `done`, or an `error`."""

    line: int
    op: str | None
    label: str | None
    done: Done | None = None
    error: YoiError | None = None


class BatchOutcome(NamedTuple):
    """The error of the last operation that failed, if any did, and what went wrong besides."""

    error: YoiError | None
    warnings: tuple[str, ...]


def run_batch(
    session: Session,
    source: BinaryIO,
    give: Callable[[Answer], None],
    *,
    atomic: bool = False,
    author: str | None = None,
    commit: bool = False,
) -> BatchOutcome:
    """Make the operations on the lines of `source`, and `give` an answer for each, in order.

    `atomic` makes all of them or none. What is wrong with a line is its answer; nothing is raised
    for it. `author` is who writes where a line does not say it. `commit` asks for one commit of all
    folders that were written to, as `[git] autocommit` does.
    """
    batch = _Batch(session, session.author(author).author, give)
    lines = read_lines(source)
    if atomic:
        batch.make_all(list(lines))
    else:
        for chunk in _chunks(lines):
            batch.make_each(chunk)
    return BatchOutcome(batch.error, batch.commit(asked=commit))


class _Batch:
    """One batch: what its labels mean, which tickets it wrote to, and how it went."""

    def __init__(self, session: Session, author: str, give: Callable[[Answer], None]) -> None:
        self.error: YoiError | None = None
        self._session = session
        #: A commit for each operation would cost more than all of them.
        self._quiet = session._replace(config=session.config._replace(autocommit=False))
        self._author, self._give, self._claims = author, give, _ToldLater(session.claims)
        self._labels: dict[str, str] = {}
        self._written: dict[str, None] = {}
        self._lock_error: YoiError | None = None

    def make_each(self, lines: Sequence[Line]) -> None:
        """Make the operations on `lines` one by one. Whoever reads the answers is waited for
        without the lock."""
        answers: list[Answer] = []
        try:
            while len(answers) < len(lines):
                self._make_some(lines[len(answers) :], answers)
        finally:
            for answer in answers:
                self._tell(answer)

    def _make_some(self, lines: Sequence[Line], answers: list[Answer]) -> None:
        """Make operations under one lock, up to the first that leaves something to be finished by
        the next writer."""
        if self._lock_error is None and any(line.operation for line in lines):
            try:
                with self._session.store.write() as writer:
                    for line in lines:
                        answers.append(self._make_one(writer, line))
                        if writer.left_undone:
                            return
                return
            except YoiError as error:
                self._lock_error = error
            finally:
                _warn_last(answers, self._claims.tell())
        answers += [_failed(line, line.error or self._lock_error) for line in lines[len(answers) :]]

    def _make_one(self, writer: FileWriter, line: Line) -> Answer:
        try:
            return self._made(line, Held(writer, self._claims))
        except YoiError as error:
            return _failed(line, error)
        except OSError as error:
            writer.left_undone = True
            return _failed(line, system_refused(error))

    def make_all(self, lines: Sequence[Line]) -> None:
        """Make the operations on `lines`, all or none."""
        broken = [line for line in lines if line.error is not None]
        answers = [_failed(line, line.error) for line in broken]
        if not broken:
            try:
                with self._session.store.write() as writer:
                    answers = self._staged(writer, lines)
                _warn_last(answers, self._claims.tell())
            except YoiError as error:
                answers = [_failed(line, error) for line in lines]
            except OSError as error:
                answers = [_failed(line, system_refused(error)) for line in lines]
        failed = {one.line: one for one in answers if one.error is not None}
        if failed:
            self._written.clear()
            first = min(failed)
            answers = [failed.get(one.number) or _failed(one, _given_up(first)) for one in lines]
        for answer in answers:
            self._tell(answer)
        if failed:  # it is what the exit code says, and not that others were given up for it
            self.error = failed[first].error

    def _staged(self, writer: FileWriter, lines: Sequence[Line]) -> list[Answer]:
        """Decide on every line, then write; the answer of the first that fails, alone, or all."""
        from yoi_cli.store.files.batch import carry_out
        from yoi_cli.store.files.staging import StagedWriter

        writer.made_folder()
        staged, ends = StagedWriter(writer), _EndedLater(self._claims)
        answers, ranges = list[Answer](), list[tuple[int, int]]()
        for line in lines:
            before = len(staged.steps)
            try:
                answers.append(self._made(line, Held(staged, ends)))
            except YoiError as error:
                return [_failed(line, error)]
            ranges.append((before, len(staged.steps)))
        warnings = carry_out(writer, staged.steps)
        staged.forget_folder()
        said = [[text for step in warnings[begin:end] for text in step] for begin, end in ranges]
        if said:
            said[-1] += ends.tell()
        return [_warned(one, more) for one, more in zip(answers, said, strict=True)]

    def _made(self, line: Line, held: Held) -> Answer:
        """The answer of an operation that was made. Raises what it raises."""
        if line.operation is None:
            raise line.error or _given_up(line.number)
        operation = resolved(line.operation, self._labels)
        if operation.author is None:
            operation = _by(operation, self._author)
        label = operation.label if isinstance(operation, CreateTicket) else None
        if label in self._labels:
            raise UsageError(
                "label_taken",
                f"Another ticket of this batch has the label {label!r}.",
                hint="Nothing was written for this line; give it a label of its own.",
            )
        done = operation.perform(self._quiet, held)
        if label is not None:
            self._labels[label] = done.ticket
        if done.changed or done.event_ids:
            self._written[done.ticket] = None
        return Answer(line.number, line.op, line.label, done)

    def _tell(self, answer: Answer) -> None:
        self.error = answer.error or self.error
        self._give(answer)

    def commit(self, *, asked: bool) -> tuple[str, ...]:
        """Commit what was written to, where that is asked for; warnings, if any."""
        if not self._written:
            return ()
        folders = [f"{self._session.location.folder}/{ticket}" for ticket in self._written]
        many = "1 ticket" if len(folders) == 1 else f"{len(folders)} tickets"
        return commit_folders_if_asked(self._session, folders, f"batch: {many}", asked=asked)


class _ToldLater:
    """Claims of whose ends other clones are told once the store's lock is given back."""

    def __init__(self, claims: ClaimEnds) -> None:
        self._claims = claims
        self._untold: list[Callable[[], None]] = []

    def get(self, ticket: str) -> Claim | None:
        return self._claims.get(ticket)

    def put(self, claim: Claim) -> None:
        self._claims.put(claim)

    def finish(self, claim: Claim, *, is_done: bool) -> None:
        self._untold.append(lambda: self._claims.finish(claim, is_done=is_done))

    def tell(self) -> list[str]:
        """Tell them; what went wrong."""
        untold, self._untold = self._untold, []
        return _all_done(untold)


class _EndedLater(_ToldLater):
    """Ends of claims that wait until the batch is written, here as well."""

    def put(self, claim: Claim) -> None:
        self._untold.append(lambda: self._claims.put(claim))


def _all_done(ends: Iterable[Callable[[], None]]) -> list[str]:
    said = []
    for end in ends:
        try:
            end()
        except (OSError, YoiError) as error:
            said.append(f"All is recorded, but a claim could not be ended: {error}")
    return said


def _warn_last(answers: list[Answer], said: list[str]) -> None:
    if said and answers:
        answers[-1] = _warned(answers[-1], said)


def _chunks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """As many lines as are made under one lock."""
    chunk, size = list[Line](), 0
    for line in lines:
        chunk.append(line)
        size += line.size
        if len(chunk) >= BATCH or size >= BATCH_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _by(operation: Operation, author: str) -> Operation:
    from msgspec.structs import replace

    return replace(operation, author=author)


def _failed(line: Line, error: YoiError | None) -> Answer:
    return Answer(line.number, line.op, line.label, error=error or _given_up(line.number))


def _given_up(first: int) -> YoiError:
    return ConflictError(
        "batch_not_written",
        f"Line {first} failed, so nothing of this batch was written.",
        hint="Mend that line and run the batch again, or leave out --atomic.",
        details={"line": first},
    )


def _warned(answer: Answer, more: list[str]) -> Answer:
    if answer.done is None or not more:
        return answer
    return answer._replace(done=answer.done._replace(warnings=(*answer.done.warnings, *more)))
