"""The options and arguments that several commands share, so that they mean the same.

Every command loads this module: what only some of them need is imported where it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.cli.candidates import complete_states, complete_tickets, complete_workers
from yoi_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


def ticket_argument(what: str, metavar: str = "[TICKET]") -> object:
    """An argument that names a ticket, or tickets; `what` it is for is its help."""
    return typer.Argument(
        metavar=metavar, help=what, autocompletion=complete_tickets, show_default=False
    )


def tickets_argument(what: str) -> object:
    """An argument that names any number of tickets; `what` it is for is its help."""
    return ticket_argument(what, "[TICKET]...")


def ticket_option(flag: str, what: str, metavar: str = "TICKET", short: str = "") -> object:
    """An option that names a ticket; `what` it is for is its help, `short` another flag for it."""
    flags = (flag, short) if short else (flag,)
    return typer.Option(*flags, metavar=metavar, help=what, autocompletion=complete_tickets)


TicketArgument = Annotated[
    str,
    ticket_argument(
        "The ticket's id, or 4 or more characters of its beginning or end.", metavar="TICKET"
    ),
]
OwnTicketArgument = Annotated[
    str | None,
    ticket_argument("The ticket; default the one whose worktree one stands in."),
]
SourceArgument = Annotated[
    str | None,
    typer.Argument(metavar="[-]", help="Read the text from standard input.", show_default=False),
]
MoreArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[MORE]...",
        help="More tickets.",
        autocompletion=complete_tickets,
        show_default=False,
    ),
]
MessageOption = Annotated[
    list[str] | None,
    typer.Option(
        "--message", "-m", metavar="TEXT", help="The text; each repetition is a paragraph."
    ),
]
FileOption = Annotated[
    str | None,
    typer.Option("--file", "-F", metavar="FILE", help="Read the text from FILE; - for stdin."),
]
CriteriaOption = Annotated[
    list[str] | None,
    typer.Option(
        "--acceptance",
        "--ac",
        metavar="TEXT",
        help="How to tell that it is done; each repetition is a criterion.",
    ),
]
AuthorOption = Annotated[
    str | None,
    typer.Option(
        "--author", metavar="NAME", help="The author; default YOI_AUTHOR or git's user.name."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
DatesOption = Annotated[
    bool, typer.Option("--dates", help="On a terminal, dates in place of ages.")
]
CommitOption = Annotated[
    bool, typer.Option("--commit", help="Commit this ticket's files to git afterwards.")
]
ExpectOption = Annotated[
    str | None,
    typer.Option(
        "--expect",
        metavar="STATE",
        help="Fail unless the ticket is in STATE now.",
        autocompletion=complete_states,
    ),
]
ReasonOption = Annotated[
    str | None,
    typer.Option("--reason", metavar="TEXT", help="Why, in one line; kept in the log."),
]
ShaOption = Annotated[
    str | None,
    typer.Option("--sha", metavar="COMMIT", help="Bind the event to this commit."),
]
DueOption = Annotated[
    str | None,
    typer.Option(
        "--due", metavar="DAY", help="When it is due: 2026-12-01, today, tomorrow, 3d or 2w."
    ),
]
EstimateOption = Annotated[
    str | None,
    typer.Option("--estimate", metavar="SIZE", help="How much work it is: 4h, 2d, or points."),
]
NoteOption = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Why.")]
OutputOption = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to FILE, atomically."),
]
StatesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--state",
        "-s",
        metavar="STATE",
        help="Only in this state; comma-separated or repeated.",
        autocompletion=complete_states,
    ),
]
LimitOption = Annotated[
    int | None, typer.Option("--limit", "-n", metavar="N", min=1, help="At most N.")
]
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="TIME", help="From TIME on: 2026-06-01, a full time, or an age: 3d."
    ),
]
LocalOption = Annotated[
    bool,
    typer.Option("--local", help="Do not ask other clones: one may take the same ticket."),
]
HolderOption = Annotated[
    str | None,
    typer.Option("--holder", metavar="NAME", help="Who holds it; default the author."),
]
LeaseOption = Annotated[
    str | None,
    typer.Option(
        "--lease", metavar="TIME", help="How long it lasts, such as 30m or 1d; default 1h."
    ),
]
WorktreeOption = Annotated[
    str | None, typer.Option("--worktree", metavar="DIR", help="Where the work is done.")
]
WorkerOption = Annotated[
    str | None, typer.Option("--worker", metavar="ID", help="The worker that does it.")
]
AtOption = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="TIME|REV",
        help="The store as of a time (2026-06-25, a full time, 3d ago) or a commit; "
        "time: or rev: in front says which.",
    ),
]
MergeOption = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--merge",
        metavar="A B",
        help="The store as a merge of two revisions; nothing is written.",
    ),
]
WorkerArgument = Annotated[
    str,
    typer.Argument(
        metavar="WORKER",
        help="The worker's id, or 4 or more characters of its beginning or end.",
        autocompletion=complete_workers,
        show_default=False,
    ),
]
RuntimeOption = Annotated[
    str | None,
    typer.Option("--runtime", metavar="ID", help="On this runtime; default this clone's own."),
]
WaitOption = Annotated[
    float | None,
    typer.Option("--timeout", min=0, metavar="SECONDS", help="Give up after SECONDS."),
]


def check_format(form: str, formats: Sequence[str]) -> None:
    """Raise `UsageError` where `--format` names none of `formats`."""
    if form not in formats:
        raise UsageError(
            "format_unknown",
            f"Unknown format {form[:40]!r}.",
            hint=f"The formats are {', '.join(formats)}.",
        )
