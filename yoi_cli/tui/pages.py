"""The text of pages: a ticket, what it waits for, what its branch changes, the inbox, the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style

from yoi_cli.model.fields import shown_fields
from yoi_cli.model.item import field_text, field_texts
from yoi_cli.model.spending import Spending
from yoi_cli.model.time import stamp
from yoi_cli.tui.cells import (
    BOLD,
    DIM,
    GOOD,
    HEADING,
    LINK,
    WAITING,
    WRONG,
    cut,
    fit,
    state_style,
)
from yoi_cli.tui.keys import PLACES
from yoi_cli.tui.text_view import Line, prose, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yoi_cli.api.documents.inbox import InboxDocument
    from yoi_cli.api.documents.moves import MovesDocument
    from yoi_cli.api.documents.overview import WaitDocument, WaitsDocument
    from yoi_cli.api.documents.ticket import EventDocument, ShownDocument
    from yoi_cli.api.workers import WorkerView
    from yoi_cli.tui.backend.port import Difference, ShownTicket
    from yoi_cli.tui.cells import Piece

#: So many events of a ticket are shown at first.
NEWEST_EVENTS = 200
_PLAIN = Style.null()
_INDENT = "  "
_NAME_WIDTH = 12
#: The deepest that a tree of waiting is drawn.
_DEEPEST = 40


def ticket_page(
    found: ShownTicket,
    moves: MovesDocument,
    findings: Sequence[str],
    *,
    workers: Sequence[WorkerView] = (),
    claim: str = "",
    words: str = "",
) -> list[Line]:
    """A ticket, whole: what it is, what may be done, its text, relations, worker and log.

    `findings` are doctor's, `words` the end of its worker's transcript.
    """
    view = found.ticket
    lines = list(_head(view, moves, claim))
    lines += _section("Broken", [said(f"{_INDENT}{one}", WRONG) for one in findings])
    if view.item.body.strip():
        lines += _section("Description", prose(view.item.body.strip("\n"), indent=_INDENT))
    lines += _section("Relations", _relations(found))
    lines += _section("Workers", [line for one in workers for line in worker_lines(one)])
    if words:
        lines += _section("Its worker's last words", prose(words, indent=_INDENT))
    if view.resolution:
        lines += _section("Resolution", prose(view.resolution.strip("\n"), indent=_INDENT))
    lines += _section("Log", list(_log(view)))
    return lines


def _head(view: ShownDocument, moves: MovesDocument, claim: str) -> Iterator[Line]:
    fields, state = view.item.fields, view.state or "unknown"
    yield Line(((view.title or "(no title)", BOLD),), wraps=True)
    yield _fact("id", view.id)
    yield Line((_name("state"), (state, state_style(state) + BOLD)))
    for reason in moves.reasons:
        yield Line((_name(""), (reason, WAITING)))
    if moves.primary is None and moves.why:
        yield from _wrapped_fact("first", moves.why, WRONG if not moves.moves else WAITING)
    offered = [move for move in moves.moves if move.is_enabled]
    if offered:
        yield _fact("F4", ", ".join(dict.fromkeys(move.label for move in offered)))
    for field in shown_fields():
        texts = field_texts(fields, field.name)
        if texts and field.name not in ("title", "state"):
            yield _fact(field.name, ", ".join(texts))
    if claim:
        yield _fact("claim", claim)
    yield _fact("created", field_text(fields, "created_at"))
    yield _fact("updated", field_text(fields, "updated_at"))
    spent = Spending(view.tokens, view.cost).text
    if spent:
        yield _fact("spent", spent)
    for divergence in view.diverged:
        yield _fact("diverged", divergence.message, WRONG)


def _name(text: str) -> Piece:
    return fit(f"{text}:" if text else "", _NAME_WIDTH), DIM


def _fact(name: str, value: str, style: Style = _PLAIN) -> Line:
    return Line((_name(name), (value, style)))


def _wrapped_fact(name: str, value: str, style: Style) -> list[Line]:
    return [said(f"{name}:", DIM), *prose(value, style, indent=_INDENT)]


def _section(title: str, lines: Sequence[Line]) -> list[Line]:
    return [said(""), said(title, HEADING), *lines] if lines else []


def _relations(shown: ShownTicket) -> list[Line]:
    around = shown.ticket.relations
    blocking = {one.ticket for one in around.blockers}
    lines: list[Line] = []

    def add(kind: str, other: str) -> None:
        found = shown.neighbours.get(other)
        state = "" if found is None else found.problem or found.state
        title = "" if found is None else found.title
        mark = ("blocks ", WAITING) if other in blocking else ("", _PLAIN)
        words = kind.replace("_", " ")
        lines.append(
            Line(
                (
                    (f"{_INDENT}{words} ", DIM),
                    (f"{other} ", BOLD),
                    (f"{state} ", state_style(state)),
                    mark,
                    (title, _PLAIN),
                )
            )
        )

    for relation in around.outgoing:
        add(relation.kind, relation.target)
    for incoming in around.incoming:
        add(incoming.inverse, incoming.ticket_id)
    lines += [said(f"{_INDENT}{notice}", WAITING) for notice in around.notices]
    return lines


def _log(view: ShownDocument) -> Iterator[Line]:
    older = view.events_total - len(view.events)
    if older:
        yield said(f"{_INDENT}{older} older events: F5 shows them", DIM)
    for event in view.events:
        yield from _event(event, is_elsewhere=event.identity in view.elsewhere)


def _event(event: EventDocument, *, is_elsewhere: bool) -> Iterator[Line]:
    about = " ".join(
        f"{name} {value}"
        for name, value in event.attributes.items()
        if name in ("status", "step", "commit", "reason", "holder", "role")
    )
    move = event.attributes
    if "from" in move and "to" in move:
        about = f"{move['from']} → {move['to']} {about}"
    pieces = (
        (f"{event.at}  ", DIM),
        (event.kind, LINK),
        (f"  {event.author}  ", BOLD),
        (about, DIM),
    )
    yield Line(pieces)
    if is_elsewhere:
        yield said(f"{_INDENT}not written by this clone: it drives nothing here", WRONG)
    if event.body.strip():
        yield from prose(event.body.strip("\n"), indent=_INDENT)


def worker_lines(view: WorkerView) -> list[Line]:
    """How a worker stands, and by what that is known."""
    about = " ".join(one for one in (view.role, view.profile or view.agent) if one)
    began = stamp(view.started_at or view.created_at)
    state = (view.ending, DIM) if view.has_ended else (view.state, GOOD)
    return [
        Line(
            (
                (f"{_INDENT}{view.worker_id}  ", BOLD),
                state,
                (f"  {about}  since {began}", DIM),
            )
        ),
        said(f"{_INDENT}{_INDENT}{view.evidence}", DIM),
    ]


def waits_page(found: WaitsDocument) -> list[Line]:
    """What a ticket waits for, and what that waits for, as a tree."""
    decision = found.decision
    lines = [Line(((f"{decision.ticket}  ", BOLD), (decision.title, _PLAIN)))]
    lines.append(said(decision.classification, WAITING))
    lines += prose("\n".join(reason.text for reason in decision.reasons))
    lines.append(said(""))
    lines.append(said(decision.ticket, BOLD))
    lines += _branches(found.tree, decision.ticket, "", {decision.ticket}, 0)
    if not found.tree.get(decision.ticket):
        lines.append(said("  it waits for no other ticket", DIM))
    lines.append(said(""))
    if decision.unblocks:
        lines.append(said(f"{decision.unblocks} tickets wait for it.", BOLD))
    lines += [said(f"next: {decision.next_action}", LINK)]
    lines += [said(f"free it: {one}") for one in decision.unblock]
    return lines


def _branches(
    tree: Mapping[str, Sequence[WaitDocument]],
    ticket: str,
    before: str,
    above: set[str],
    depth: int,
) -> Iterator[Line]:
    others = tree.get(ticket, ())
    for place, one in enumerate(others):
        other, how = one.ticket, one.how
        is_last = place == len(others) - 1
        mark = "└─ " if is_last else "├─ "
        state = how.rpartition(": ")[2]
        again = "  (above)" if other in above else ""
        yield Line(
            (
                (f"{before}{mark}", DIM),
                (f"{other}  ", BOLD),
                (how, state_style(state)),
                (again, DIM),
            )
        )
        if not again and depth < _DEEPEST:
            above.add(other)
            deeper = before + ("   " if is_last else "│  ")
            yield from _branches(tree, other, deeper, above, depth + 1)


def difference_page(shown: Difference) -> list[Line]:
    """What a branch changes: files, commits, then the patch."""
    found = shown.found
    how = "merged into" if found.is_merged else "to be merged into"
    lines = [Line(((found.branch, BOLD), (f"  {how} {found.target}", DIM)))]
    lines.append(said(f"{found.base[:12]}..{found.head[:12]}", DIM))
    if found.uncommitted:
        lines.append(said(f"not committed: {', '.join(found.uncommitted[:5])}", WRONG))
    files = [
        Line(
            (
                (f"{_INDENT}{one.path}  ", _PLAIN),
                ("binary" if one.added is None else f"+{one.added} ", GOOD),
                ("" if one.removed is None else f"-{one.removed}", WRONG),
            )
        )
        for one in found.files
    ]
    lines += _section(f"{found.file_count} files", files)
    commits = [
        Line(((f"{_INDENT}{one.commit[:12]}  ", DIM), (one.subject, _PLAIN)))
        for one in found.commits
    ]
    lines += _section(f"{found.commit_count} commits", commits)
    patch = [_patch_line(one) for one in shown.patch.decode("utf-8", "replace").split("\n")]
    lines += _section("Patch", patch)
    if shown.is_cut:
        lines.append(said("The patch is longer: `yoi ticket diff` has all of it.", WAITING))
    return lines


def _patch_line(text: str) -> Line:
    if text.startswith("diff --git"):
        return said(text, BOLD)
    if text.startswith(("+++", "---", "index ")):
        return said(text, DIM)
    style = {"+": GOOD, "-": WRONG, "@": LINK}.get(text[:1], _PLAIN)
    return said(text.expandtabs(4), style)


def inbox_page(found: InboxDocument) -> list[Line]:
    """What waits for a person, and what answers it."""
    if not found.waiting and not found.unreadable:
        return [said("Nothing waits for you.", GOOD)]
    lines: list[Line] = []
    for one in found.waiting:
        lines.append(Line(((f"{one.ticket or 'profile'}  ", BOLD), (one.title, _PLAIN))))
        lines.append(Line(((one.reason, WAITING), (f"  {one.since or ''}", DIM))))
        lines += prose(one.why, indent=_INDENT)
        words = one.last_words.removesuffix(one.why).rstrip()
        if words:
            lines += prose("\n".join(words.split("\n")[-8:]), DIM, indent=_INDENT)
        lines += [said(f"{_INDENT}$ {command}", LINK) for command in one.commands]
        lines.append(said(""))
    lines += [said(f"{one.ticket}: {one.message}", WRONG) for one in found.unreadable]
    return lines


def keys_page() -> list[Line]:
    """Every key, from the table that binds them."""
    lines: list[Line] = []
    for title, keys in PLACES:
        lines += _section(title, [_key(key.shown, key.does) for key in keys])
    return lines[1:]


def _key(shown: str, does: str) -> Line:
    return Line(((f"{_INDENT}{cut(shown, 16):<16}", LINK), (does, _PLAIN)))
