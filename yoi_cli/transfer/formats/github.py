"""Reads GitHub's issues: `gh issue list --json …`, and pages of `gh api`.

Either way of writing is read: `createdAt` of gh, `created_at` of the API. Comments stand in the
issue (gh) or are records of their own that name it by `issue_url` (API); `issues?state=all`
has pull requests as well, which are left out. Links are `parent`, `subIssues`, `blockedBy` and
`blocking`, and the words `Duplicate of #N` of an issue that was closed as one.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from yoi_cli.model.relations import BLOCKS, DEPENDS_ON, DUPLICATE_OF, RELATED
from yoi_cli.transfer.formats.collecting import (
    Skip,
    collect_records,
    mappings,
    text_of,
)
from yoi_cli.transfer.formats.common import Frontmatter, utc
from yoi_cli.transfer.formats.records import Record, read_records
from yoi_cli.transfer.model import (
    PARENT,
    ForeignMilestone,
    ForeignNote,
    ForeignTicket,
    ForeignTickets,
    ImportProblem,
    UnreadableTicketError,
    as_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.transfer.model import Value

GITHUB = "github"
_STATES = {"open": "planning", "closed": "closed"}
_ISSUE = re.compile(r"https?://[^/\s]+/(?:api/v3/)?(?:repos/)?([^/\s]+/[^/\s]+)/issues/(\d+)")
_DUPLICATE = re.compile(r"^Duplicate of (?:(\S+/\S+)?#(\d+)|(https://\S+))\s*$", re.MULTILINE)
#: What the API computes, or where else it has more of an issue.
_TOLD_ELSEWHERE = (
    "id",
    "node_id",
    "number",
    "repository_url",
    "labels_url",
    "comments_url",
    "events_url",
    "timeline_url",
    "author_association",
    "performed_via_github_app",
    "sub_issues_summary",
    "issue_dependencies_summary",
    "reactions",
    "assignee",
    "closed",
)
#: One thing, as gh and as the API call it.
_TWICE = {
    "html_url": "url",
    "created_at": "createdAt",
    "updated_at": "updatedAt",
    "closed_at": "closedAt",
    "state_reason": "stateReason",
    "user": "author",
}


def read_github(data: bytes, path: str) -> ForeignTickets:
    """Read the issues of `data`, with the comments that stand beside them."""
    records = list(read_records(data, path))
    comments = _loose_comments(records)
    issues = (one for one in records if not _is_comment(one))
    found = collect_records(issues, path, _read)
    found.tickets = [_with_comments(one, comments.pop(one.source_id, ())) for one in found.tickets]
    for name, entries in comments.items():
        for record in entries:
            message = f"record {record.number}: a comment on {name}, which is not in this file"
            found.problems.append(ImportProblem(path, record.line, message))
    return found.of(GITHUB)


def _is_comment(record: Record | ImportProblem) -> bool:
    return isinstance(record, Record) and "issue_url" in record.values


def _loose_comments(
    records: Sequence[Record | ImportProblem],
) -> dict[str, tuple[Record, ...]]:
    found: dict[str, tuple[Record, ...]] = {}
    for record in records:
        if isinstance(record, Record) and _is_comment(record):
            name = _named(text_of(record.values, "issue_url"))
            found[name] = (*found.get(name, ()), record)
    return found


def _with_comments(ticket: ForeignTicket, records: Sequence[Record]) -> ForeignTicket:
    warnings: list[str] = []
    loose = tuple(_notes([record.values for record in records], warnings))
    extra = tuple(one for one in ticket.extra if one[0] != "comments") if loose else ticket.extra
    return replace(
        ticket,
        notes=(*ticket.notes, *loose),
        warnings=(*ticket.warnings, *warnings),
        extra=extra,
    )


def _read(path: str, front: Frontmatter) -> ForeignTicket | Skip:
    number = front.text("number")
    if not number.isdecimal() or not number.isascii():
        raise UnreadableTicketError("there is no `number`: not an issue of GitHub")
    for key, other in _TWICE.items():
        front.rename(key, other)
    url = front.text("url")
    front.keep("url")
    source_id = _named(url) if _ISSUE.match(url) else f"#{number}"
    if front.value("pull_request") or "/pull/" in url:
        return Skip("pull request", "a pull request, no issue", url or f"#{number}")
    if source_id.startswith("#"):
        front.warnings.append("without `url` nobody can tell of which repository it is")
    for key in _TOLD_ELSEWHERE:
        front.text(key)
    state = front.text("state").casefold()
    if state not in _STATES:
        front.warnings.append(f"the state {state[:40]!r} is neither open nor closed; taken as open")
    notes = tuple(_notes(mappings(front.value("comments")), front.warnings))
    _count_comments(front, notes)
    created_at, body = front.time("createdAt"), front.text("body")
    milestone = _milestone(front.value("milestone"), source_id.partition("#")[0])
    return ForeignTicket(
        source_id=source_id,
        source_path=path,
        source_status=" ".join([state, front.text("stateReason").casefold()]).strip(),
        title=front.text("title") or source_id,
        description=body,
        state=_STATES.get(state, "planning"),
        created_at=created_at,
        updated_at=front.time("updatedAt") or created_at,
        fields={"assignee": _assignee(front), "tags": _tags(front)},
        links=_links(front, source_id, [body, *(note.body for note in notes)]),
        notes=notes,
        extra=(*_people(front), *front.rest()),
        warnings=tuple(front.warnings),
        milestone=milestone,
    )


def _named(url: str) -> str:
    """`owner/name#N` of the address of an issue."""
    found = _ISSUE.match(url)
    return f"{found[1]}#{found[2]}" if found else url


def _count_comments(front: Frontmatter, notes: Sequence[ForeignNote]) -> None:
    """The API says how many comments there are, and has them elsewhere."""
    said = front.value("comments")
    if isinstance(said, str) and said not in ("", "0") and not notes:
        front.keep("comments")


def _notes(entries: Sequence[dict[str, Value]], warnings: list[str]) -> Iterator[ForeignNote]:
    for entry in entries:
        written = text_of(entry, "createdAt", "created_at")
        at = utc(written)
        if at is None:
            warnings.append(f"the time of a comment cannot be read: {written[:40]!r}")
        author = _login(entry.get("author") or entry.get("user") or "")
        body = text_of(entry, "body")
        if body:
            yield ForeignNote(author, at or "", body)


def _login(value: Value) -> str:
    return text_of(value, "login", "name") if isinstance(value, dict) else as_text(value)


def _assignee(front: Frontmatter) -> str | None:
    logins = [_login(entry) for entry in mappings(front.value("assignees"))]
    if len(logins) > 1:
        front.keep("assignees", f"of {len(logins)} assignees only the first was taken")
    return logins[0] if logins else None


def _people(front: Frontmatter) -> tuple[tuple[str, str], ...]:
    author, closed_by = _login(front.value("author")), _login(front.value("closed_by"))
    named = (("author", author), ("closed by", closed_by))
    return tuple((key, name) for key, name in named if name)


def _tags(front: Frontmatter) -> tuple[str, ...]:
    """The labels, the type and the milestone."""
    names = [text_of(entry, "name") for entry in mappings(front.value("labels"))]
    for key, prefix in (("issueType", "type:"), ("type", "type:"), ("milestone", "milestone:")):
        value = front.value(key)
        name = text_of(value, "name", "title") if isinstance(value, dict) else ""
        names += [prefix + name] if name else []
    return tuple(dict.fromkeys(name for name in names if name))


def _milestone(value: Value, repository: str) -> ForeignMilestone | None:
    """What an issue is to be done for; its number tells it from others of the repository."""
    title = text_of(value, "title") if isinstance(value, dict) else ""
    if not isinstance(value, dict) or not title:
        return None
    due = utc(text_of(value, "dueOn", "due_on")) or ""
    return ForeignMilestone(
        source_id=f"{repository}#{text_of(value, 'number') or title}",
        title=title,
        description=text_of(value, "description"),
        due=due[:10],
        is_closed=text_of(value, "state").casefold() == "closed",
    )


def _links(front: Frontmatter, source_id: str, texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    repository = source_id.partition("#")[0]

    def name(value: Value) -> str:
        if isinstance(value, str):
            return _named(value)
        if not isinstance(value, dict):
            return ""
        url, number = text_of(value, "url", "html_url"), text_of(value, "number")
        return _named(url) if _ISSUE.match(url) else f"{repository}#{number}" if number else ""

    def names(*keys: str) -> list[str]:
        return [name(entry) for key in keys for entry in mappings(front.value(key))]

    links = [(DEPENDS_ON, one) for one in names("blockedBy", "blocked_by")]
    links += [(BLOCKS, one) for one in names("blocking")]
    parents = [name(front.value("parent")), name(front.value("parent_issue_url"))]
    links += [(PARENT, one) for one in parents]
    links += [(RELATED, one) for one in names("subIssues", "sub_issues")]
    if front.text("stateReason").casefold() == "duplicate":
        links += [(DUPLICATE_OF, one) for one in _duplicates(texts, repository)]
    return tuple(dict.fromkeys(link for link in links if link[1]))


def _duplicates(texts: Sequence[str], repository: str) -> Iterator[str]:
    for text in texts:
        for found in _DUPLICATE.finditer(text):
            yield _named(found[3]) if found[3] else f"{found[1] or repository}#{found[2]}"
