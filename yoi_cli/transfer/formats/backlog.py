"""Reads the tasks of Backlog.md (MrLesk/Backlog.md): what is in `tasks/`, `completed/` and
`drafts/`, and in folders below them.

Frontmatter keys are `id`, `title`, `status`, `assignee`, `created_date`, `updated_date`,
`labels`, `dependencies`, `priority`, `parent_task_id`, `type` and others that have no place
here. The body has `## ` sections whose contents are between marker comments; older tasks
have the headings alone. Times without an offset are UTC. Ids differ in case and in leading
zeros between the places that name them (`task-7`, `TASK-07`), and may lack their prefix.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from yoi_cli.model.relations import DEPENDS_ON
from yoi_cli.transfer.formats.common import (
    Files,
    Frontmatter,
    Imported,
    outside_fences,
    read_tickets,
    settle_links,
    utc,
    without_last_heading,
)
from yoi_cli.transfer.model import (
    PARENT,
    ForeignMilestone,
    ForeignNote,
    ForeignTicket,
    as_text,
)

_STATES = {
    "to do": "planning",
    "draft": "planning",
    "todo": "planning",
    "in progress": "inprogress",
    "done": "done",
}
_PRIORITIES = {"high": "P1", "medium": "P2", "low": "P3"}
#: Where tasks are.
FOLDERS = ("tasks", "completed", "drafts")
#: The prefix of drafts, always, and the one of tasks unless a project chooses another.
_DRAFT, _DEFAULT = "draft", "task"
_OTHERS = {"docs": "document", "decisions": "decision", "milestones": "milestone"}
_ARCHIVED = {"drafts": "draft", "milestones": "milestone"}
_ID = re.compile(r"(?:([A-Za-z]+)-)?(\d+(?:\.\d+)*)", re.ASCII)
_FILE_ID = re.compile(r"[A-Za-z]+-\d+(?:\.\d+)*(?=[ .])", re.ASCII)
_MARKER = re.compile(
    r"\s*<!--\s*(SECTION:\w+|AC|DOD|COMMENTS|COMMENT):(BEGIN|END)\s*-->\s*", re.IGNORECASE
)
_CRITERIA = re.compile(r"## Acceptance Criteria(?: \(Optional\))?\s*", re.IGNORECASE)
_SECTION = re.compile(
    r"## (Description|Acceptance Criteria|Definition of Done|Implementation Plan"
    r"|Implementation Notes|Comments|Final Summary)\b.*",
    re.IGNORECASE,
)
#: A comment's lines of keys, then its lines of text.
_Block: TypeAlias = tuple[Sequence[str], Sequence[str]]
_COMMENT_KEY = re.compile(r"(index|author|created):\s*(.*)", re.IGNORECASE)


def read_backlog(files: Files) -> Imported:
    """Read Backlog.md tasks: (path, content) pairs in, tickets and unreadable files out.

    Documents, decisions, milestones, the configuration and what is in `archive/` are passed
    over; `no_task` says so of each.
    """
    tasks = [file for file in files if _folder(file[0])]
    tickets, problems = read_tickets(tasks, _read)
    find = find_backlog([ticket.source_id for ticket in tickets])
    return settle_links(tickets, find), problems


def find_backlog(ids: Collection[str]) -> Callable[[str], str | None]:
    """A look-up by what tasks are known by; what several go by names none.

    A project may give its tasks another prefix, and old tasks name others by the one that the tool
    gives otherwise: where no task has that, the number decides.
    """
    holders: dict[str, set[str]] = {}
    prefixes: set[str] = set()
    for one in ids:
        whole, *number = _names(one)
        prefix = whole.partition("-")[0] if number else ""
        prefixes.add(prefix)
        # A draft has a number of its own, under which nobody names it.
        for name in (whole, *(() if prefix == _DRAFT else number)):
            holders.setdefault(name, set()).add(one)

    def find(name: str) -> str | None:
        whole, *number = _names(name)
        is_old = whole.startswith(f"{_DEFAULT}-") and _DEFAULT not in prefixes
        found = holders.get(number[0] if number and is_old else whole, set())
        return next(iter(found)) if len(found) == 1 else None

    return find


def name_milestones(tickets: Sequence[ForeignTicket], paths: Iterable[str]) -> list[ForeignTicket]:
    """Tickets whose milestones have the titles that their files in `paths` are named by: tasks know
    them by their ids (`m-2 - Title.md`)."""
    stems = (path.rpartition("/")[2].removesuffix(".md").partition(" - ") for path in paths)
    titles = {id_.casefold(): title for id_, _, title in stems if title}

    def named(ticket: ForeignTicket) -> ForeignTicket:
        milestone = ticket.milestone
        title = None if milestone is None else titles.get(milestone.source_id.casefold())
        if milestone is None or title is None:
            return ticket
        return replace(ticket, milestone=replace(milestone, title=title))

    return [named(ticket) for ticket in tickets]


def no_task(path: str) -> tuple[str, str] | None:
    """Of what kind a file is that holds no task to take in, and why; None for one that may."""
    *folders, name = path.split("/")
    if "archive" in folders:
        kinds = (kind for folder, kind in _ARCHIVED.items() if folder in folders)
        return f"archived {next(kinds, 'task')}", "put away in archive/"
    if not name.endswith(".md"):
        kind = "configuration" if name.endswith((".yml", ".yaml")) else "other file"
        return kind, "not markdown"
    if _folder(path) and name.casefold() != "readme.md":
        return None
    kind = next((kind for folder, kind in _OTHERS.items() if folder in folders), "other file")
    return kind, "no task"


def _folder(path: str) -> str:
    """The folder that says what a file is; a file named like a task needs none."""
    *folders, name = path.split("/")
    if "archive" in folders or not name.endswith(".md"):
        return ""
    if folders:
        return next((folder for folder in reversed(folders) if folder in FOLDERS), "")
    return "tasks" if _FILE_ID.match(name) else ""


def _names(identifier: str) -> tuple[str, ...]:
    """What a task is known by: prefix and numbers, then the numbers alone."""
    match = _ID.fullmatch(identifier)
    if match is None:
        return (identifier.casefold(),)
    numbers = ".".join(part.lstrip("0") or "0" for part in match[2].split("."))
    return (f"{match[1].casefold()}-{numbers}", numbers) if match[1] else (numbers,)


def _read(path: str, front: Frontmatter, body: str) -> ForeignTicket:
    front.require_ticket("a Backlog.md task")
    source_id = front.text("id") or _id_of(path)
    title = front.text("title")
    if not title:
        front.warnings.append("there is no title")
    status = front.text("status")
    state = _state(front, status, _folder(path))
    body, notes = _comments(front, body)
    created_at = front.time("created_date")
    milestone = as_text(front.value("milestone"))
    front.keep("milestone")
    return ForeignTicket(
        source_id=source_id,
        source_path=path,
        source_status=status,
        title=title or source_id,
        description=_description(body),
        state=state,
        created_at=created_at,
        updated_at=front.time("updated_date") or created_at,
        fields={
            "priority": _priority(front),
            "assignee": _assignee(front),
            "tags": front.tags("labels"),
        },
        links=_links(front, source_id),
        notes=notes,
        resolution=_final_summary(body) if state == "closed" else None,
        extra=front.rest(),
        warnings=tuple(front.warnings),
        milestone=ForeignMilestone(milestone, milestone) if milestone else None,
    )


def _id_of(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    match = _FILE_ID.match(name)
    return match[0] if match else name.removesuffix(".md")


def _state(front: Frontmatter, status: str, folder: str) -> str:
    if folder == "completed":
        return "closed"
    if folder == "drafts" and not status:
        return "planning"
    state = _STATES.get(re.sub(r"[\s_-]+", " ", status).casefold())
    if state is None:
        front.warnings.append(f"the status {status!r} is the project's own; taken as To Do")
    return state or "planning"


def _priority(front: Frontmatter) -> str | None:
    text = front.text("priority")
    priority = _PRIORITIES.get(text.casefold())
    if text and priority is None:
        front.keep("priority", f"the priority {text!r} is the project's own")
    return priority


def _assignee(front: Frontmatter) -> str | None:
    assignees = front.texts("assignee")
    if len(assignees) > 1:
        front.keep("assignee", f"of {len(assignees)} assignees only the first was taken")
    return assignees[0] if assignees else None


def _links(front: Frontmatter, source_id: str) -> tuple[tuple[str, str], ...]:
    """Dependencies and the parent, which the id `task-1.2` names where no key does."""
    parents = front.texts("parent_task_id")
    if not parents and _ID.fullmatch(source_id) and "." in source_id:
        parents = (source_id.rpartition(".")[0],)
    return (
        *((DEPENDS_ON, name) for name in front.texts("dependencies")),
        *((PARENT, name) for name in parents),
    )


def _description(body: str) -> str:
    lines = body.split("\n")
    kept = [
        "## Acceptance criteria" if outside and _CRITERIA.fullmatch(line) else line
        for line, outside in zip(lines, outside_fences(lines), strict=True)
        if not (outside and _MARKER.fullmatch(line))
    ]
    return "\n".join(kept).strip("\n")


def _final_summary(body: str) -> str | None:
    """The section of that name: between its markers, else up to the next known heading."""
    lines = body.split("\n")
    if span := _span(lines, "section:final_summary"):
        return "\n".join(lines[slice(*span)]).strip() or None
    headings = [
        (number, match[1].casefold())
        for number, outside in enumerate(outside_fences(lines))
        if outside and (match := _SECTION.fullmatch(lines[number]))
    ]
    ends = [*(number for number, _ in headings[1:]), len(lines)]
    for (begin, name), end in zip(headings, ends, strict=False):
        if name == "final summary":
            return "\n".join(lines[begin + 1 : end]).strip() or None
    return None


def _span(lines: Sequence[str], name: str) -> tuple[int, int] | None:
    """Where the text between the two markers of `name` begins and ends."""
    begin = None
    for number, outside in enumerate(outside_fences(lines)):
        marker = _MARKER.fullmatch(lines[number])
        if marker is None or marker[1].casefold() != name:
            continue
        edge = marker[2].casefold()
        if begin is None and edge == "begin" and outside:
            begin = number + 1
        elif begin is not None and edge == "end":
            return begin, number
    return None


def _comments(front: Frontmatter, body: str) -> tuple[str, tuple[ForeignNote, ...]]:
    """The body without its comments, and the comments; unread ones stay in the body."""
    lines = body.split("\n")
    span = _span(lines, "comments")
    if span is None:
        return body, ()
    notes = _parse_comments(front, lines[slice(*span)])
    if notes is None:
        front.warnings.append("the comments cannot be told apart; they are in the description")
        return body, ()
    before = without_last_heading(lines[: span[0] - 1], "## Comments")
    after = "\n".join(lines[span[1] + 1 :]).strip("\n")
    return "\n\n".join(part for part in (before, after) if part), notes


def _parse_comments(front: Frontmatter, lines: Sequence[str]) -> tuple[ForeignNote, ...] | None:
    """Comments between `---` lines, or in the older form between markers of their own.

    None where anything but comments is there, so that nothing is lost.
    """
    blocks = _marked(lines) if any(map(_MARKER.fullmatch, lines)) else _delimited(lines)
    if blocks is None:
        return None
    notes: list[ForeignNote] = []
    for head, text in blocks:
        keys = [_COMMENT_KEY.fullmatch(line.strip()) for line in head if line.strip()]
        facts = {key[1].casefold(): key[2].strip() for key in keys if key}
        if len(facts) < len(keys):
            return None
        at = utc(facts.get("created", ""))
        if at is None:
            front.warnings.append(f"the time of a comment cannot be read: {facts['created']!r}")
        notes.append(ForeignNote(facts.get("author", ""), at or "", "\n".join(text).strip("\n")))
    return tuple(note for note in notes if note.body)


def _delimited(lines: Sequence[str]) -> list[_Block] | None:
    parts: list[list[str]] = [[]]
    for line in lines:
        if line.strip() == "---":
            parts.append([])
        else:
            parts[-1].append(line)
    if any(line.strip() for line in parts[-1]) or len(parts) % 2 == 0:
        return None
    return list(zip(parts[:-1:2], parts[1::2], strict=True))


def _marked(lines: Sequence[str]) -> list[_Block] | None:
    blocks: list[_Block] = []
    block: list[str] | None = None
    for line in lines:
        marker = _MARKER.fullmatch(line)
        if marker is None and block is not None:
            block.append(line)
        elif marker and marker[2].casefold() == "begin" and block is None:
            block = []
        elif marker and marker[2].casefold() == "end" and block is not None:
            gap = next((n for n, text in enumerate(block) if not text.strip()), None)
            if gap is None:
                return None
            blocks.append((block[:gap], block[gap:]))
            block = None
        elif line.strip():
            return None
    return blocks if block is None else None
