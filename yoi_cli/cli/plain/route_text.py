"""Routing decisions, on a terminal, in a pipe and as JSON."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import is_terminal
from yoi_cli.cli.text.page import Page
from yoi_cli.cli.text.report import report_json, report_lines, warn, with_next, write_next
from yoi_cli.cli.text.table import ID, TEXT, TITLE, Cell, Column, Row, print_table, state_style
from yoi_cli.model.routing import (
    BLOCKED,
    CLOSE_READY,
    IMPLEMENTATION_READY,
    IN_PROGRESS,
    MOST_IN_TREE,
    REQUIREMENTS_SYNC_NEEDED,
    REVIEW_NEEDED,
    WAITING,
)
from yoi_cli.model.time import stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yoi_cli.api.claims import Accepted
    from yoi_cli.api.routing import (
        Decision,
        DecisionSummary,
        RecordedDecision,
        RoutedTickets,
        Unroutable,
        WaitTree,
    )
    from yoi_cli.api.session import Session


_COLUMNS = (
    Column("ticket", ID, style="bold"),
    Column("state", is_spare=True),
    Column("classification", heading="class"),
    Column("reason", TEXT),
    Column("title", TITLE),
    Column("turn"),
)
#: What a terminal shows of the long words; pipes and JSON have them whole.
_SHORT = {
    BLOCKED: "blocked",
    IMPLEMENTATION_READY: "ready",
    REQUIREMENTS_SYNC_NEEDED: "requirements",
}
#: How far a tree is indented: what is deeper goes on below, or a long chain would fill the
#: screen with blanks, and a pipe with megabytes of them.
_DEEPEST = 3 * 12
_STYLES = {
    IMPLEMENTATION_READY: "bold green",
    WAITING: "yellow",
    BLOCKED: "red",
    REVIEW_NEEDED: "magenta",
    IN_PROGRESS: "cyan",
    CLOSE_READY: "green",
}


def print_route(
    decisions: Sequence[Decision],
    unroutable: Sequence[Unroutable],
    *,
    as_json: bool,
    as_card: bool,
) -> None:
    """Print decisions: all as JSON or rows, a card for each where there are few."""
    if as_json:
        from yoi_cli.api.documents.routing import route_document

        report_json("route", route_document(decisions, unroutable))
        return
    if as_card and is_terminal(sys.stdout):
        for decision in decisions:
            _card(decision)
    else:
        print_summaries([decision.summary for decision in decisions], ())
    warn_of_unroutable(unroutable)


def print_summaries(summaries: Sequence[DecisionSummary], unroutable: Sequence[Unroutable]) -> None:
    """Print what many tickets are ready for, a row for each; what may start comes first."""
    shown = _SHORT if is_terminal(sys.stdout) else {}
    rows = [_row(one, shown) for one in sorted(summaries, key=lambda one: not one.is_ready)]
    print_table(_COLUMNS, rows, empty="There is nothing to route.")
    warn_of_unroutable(unroutable)


def warn_of_unroutable(unroutable: Sequence[Unroutable]) -> None:
    """Name the tickets that could not be routed, and why."""
    warn(f"{row.ticket} cannot be read: {row.error.message}" for row in unroutable)


def warn_of_notices(notices: Mapping[str, Sequence[str]], shown: Sequence[str]) -> None:
    """Tell what is to be told of the tickets `shown`, where no card has it."""
    warn(f"{ticket}: {text}" for ticket in shown for text in notices.get(ticket, ()))


def _row(row: DecisionSummary, shown: Mapping[str, str]) -> Row:
    first = row.causes[0]
    reason = first.code if first.ticket is None else f"{first.code} {first.ticket}"
    if len(row.causes) > 1:
        reason += f" +{len(row.causes) - 1}"
    word = shown.get(row.classification, row.classification)
    return [
        row.ticket,
        Cell(row.state, state_style(row.state)),
        Cell(word, style_of(row.classification)),
        reason,
        row.title,
        row.turn,
    ]


def style_of(classification: str) -> str:
    """The style in which a classification is shown."""
    return _STYLES.get(classification, "")


def _card(decision: Decision) -> None:
    classified = decision.classified
    page = Page()
    page.line(Cell(decision.ticket, "bold"), "  ", decision.title)
    page.line(
        Cell(classified.classification, style_of(classified.classification)),
        f"  ({decision.state})",
    )
    page.facts(
        [
            *(("why", reason.text) for reason in classified.reasons),
            *(("behind it", _chain(b.chain, is_cut=b.is_cut)) for b in decision.blockers),
            *(("to free it", text) for text in classified.unblock),
            *(("notice", text) for text in classified.notices),
            ("turn", classified.turn),
            ("next", classified.next_action),
            *(("read", f"{e.fact} [{e.where}]") for e in decision.evidence),
        ]
    )
    page.blank()
    page.show()


def _chain(chain: Sequence[str], *, is_cut: bool) -> str:
    """The tickets behind a blocker, nothing where it is the last itself."""
    if len(chain) < 2:
        return ""
    return " ← ".join(chain) + (" ← …" if is_cut else "")


def print_explanations(routed: RoutedTickets) -> None:
    """Draw why each of the tickets waits."""
    drawn: set[str] = set()
    for decision in routed.decisions:
        print_explanation(decision, routed.tree(decision.ticket), drawn)
    warn_of_notices(routed.notices, [row.ticket for row in routed.decisions])
    warn_of_unroutable(routed.unroutable)


def print_explanation(decision: Decision, tree: WaitTree, drawn: set[str] | None = None) -> None:
    """Draw why a ticket waits: `tree` gives, for each ticket, what it waits for and how that is.

    What a ticket waits for is drawn once, so that a graph of any shape stays readable: `drawn` has
    the tickets that were drawn before, for others. The walk has its own stack, so that a chain of
    any length can be drawn.
    """
    page = Page()
    classified = decision.classified
    page.line(
        Cell(decision.ticket, "bold"),
        f"  {decision.title}  ",
        Cell(classified.classification, style_of(classified.classification)),
    )
    for prefix, ticket, note in _branches(decision.ticket, tree, set() if drawn is None else drawn):
        page.line(Cell(prefix, "dim"), Cell(ticket, "bold"), f"  {note}")
    if len(tree) >= MOST_IN_TREE:
        page.line("   … and more behind these: `yoi route ID --explain` goes on at one of them.")
    for reason in classified.reasons:
        if reason.ticket is None:
            page.line("   ", reason.text)
    page.line("next: ", classified.next_action)
    page.show()


def _branches(root: str, tree: WaitTree, drawn: set[str]) -> Iterator[tuple[str, str, str]]:
    """The lines of a tree below `root`: (branch, ticket, what is told of it)."""
    pending = [("", root, "", True)]
    is_root = True
    while pending:
        prefix, ticket, note, is_last = pending.pop()
        below = tree.get(ticket, ())
        again = ticket in drawn and bool(below) and not is_root
        deeper = ""
        if not is_root:
            yield prefix + ("└─ " if is_last else "├─ "), ticket, note + again * " (see above)"
            deeper = (prefix + ("   " if is_last else "│  "))[:_DEEPEST]
        is_root = False
        if below:
            drawn.add(ticket)
        if not again:
            last = len(below) - 1
            pending += [
                (deeper, other, how, index == last)
                for index, (other, how) in reversed(list(enumerate(below)))
            ]


def print_recorded(session: Session, recorded: RecordedDecision, *, as_json: bool) -> None:
    """A decision stands in the log."""
    ticket, word = recorded.decision.ticket, recorded.classification
    if as_json:
        from yoi_cli.api.documents.routing import recorded_document

        report_json("recorded", with_next(session, ticket, recorded_document(recorded)))
    else:
        report_lines(
            [("recorded", ticket, word, recorded.state)], [f"Recorded for {ticket}: {word}"]
        )
        write_next(session, ticket)
    warn(recorded.committed.warnings)


def print_accepted(session: Session, accepted: Accepted, *, as_json: bool) -> None:
    """A ticket was taken up."""
    claim, plan = accepted.claim, accepted.plan
    if as_json:
        from yoi_cli.api.documents.routing import accepted_document

        document = accepted_document(accepted)
        report_json("accepted", with_next(session, accepted.ticket, document))
    else:
        word = "Accepted" if accepted.changed else "Accepted already"
        report_lines(
            [("accepted", accepted.ticket, claim.holder, str(claim.generation), plan.branch or "")],
            [
                f"{word}: {accepted.ticket} is in progress, held by {claim.holder}, "
                f"generation {claim.generation}, until {stamp(claim.expires_at)}",
                f"Branch {plan.branch}, worktree {plan.worktree}",
            ],
        )
        write_next(session, accepted.ticket)
    warn(accepted.warnings)
