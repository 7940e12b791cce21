"""Merge requests of GitLab's, by its `glab` (https://docs.gitlab.com/cli/)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import msgspec

from yoi_cli.model.events import APPROVE, REQUEST_CHANGES
from yoi_cli.orchestration.forge_port import CLOSED, MERGED, OPEN, ForgeReview, PullRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.orchestration.forge.address import Address
    from yoi_cli.orchestration.forge.programs import ForgeProgram
    from yoi_cli.orchestration.forge_port import NewRequest

T = TypeVar("T")
#: A request that is being merged is locked for the moment.
_STATES = {"opened": OPEN, "locked": OPEN, "merged": MERGED, "closed": CLOSED}
_VERDICTS = {"approved": APPROVE, "requested_changes": REQUEST_CHANGES}


class _Row(msgspec.Struct):
    iid: int
    web_url: str
    state: str
    sha: str = ""
    source_project_id: int = 0
    target_project_id: int = 0
    merge_commit_sha: str | None = None
    squash_commit_sha: str | None = None


class _User(msgspec.Struct):
    username: str = ""


class _Reviewer(msgspec.Struct):
    user: _User
    state: str = ""


class _Place(msgspec.Struct):
    new_path: str | None = None
    new_line: int | None = None


class _Note(msgspec.Struct):
    id: int
    author: _User
    body: str = ""
    system: bool = False
    position: _Place | None = None


class GitLab:
    """The requests of the project at `address`, asked for by `program`."""

    def __init__(self, program: ForgeProgram, address: Address) -> None:
        self._program = program
        self._address = address
        self._repo = f"--repo={address.url}"

    def find(self, branch: str, target: str) -> PullRequest | None:
        wanted = [f"--source-branch={branch}", f"--target-branch={target}", "--all"]
        asked = ["mr", "list", self._repo, *wanted, "--per-page=50", "--output=json"]
        rows = self._read(self._program.run(asked), list[_Row], "a list of merge requests")
        own = [one for one in rows if one.source_project_id == one.target_project_id]
        own.sort(key=lambda one: (_STATES.get(one.state) == OPEN, one.iid))
        return self._request(own[-1]) if own else None

    def open(self, new: NewRequest) -> None:
        said = [f"--source-branch={new.branch}", f"--target-branch={new.target}"]
        said += [f"--title={new.title}", f"--description={new.body}"]
        draft = ["--draft"] if new.is_draft else []
        self._program.run(["mr", "create", self._repo, *said, *draft, "--yes"])

    def look(self, number: str) -> PullRequest:
        printed = self._program.run(["mr", "view", number, self._repo, "--output=json"])
        found = self._request(self._read(printed, _Row, "a merge request"))
        if found.state == MERGED:
            return found
        base = f"projects/{quote(self._address.path, safe='')}/merge_requests/{number}"
        notes = self._get(f"{base}/notes?sort=asc&per_page=100", list[_Note])
        said = [one for one in notes if not one.system]
        last = f"{said[-1].author.username}: {said[-1].body}" if said else ""
        reviewers = self._get(f"{base}/reviewers", list[_Reviewer]) if found.state == OPEN else ()
        reviews = tuple(_reviews(found, reviewers, said))
        return found._replace(reviews=reviews, last_word=last)

    def _request(self, row: _Row) -> PullRequest:
        state = _STATES.get(row.state)
        if state is None:
            raise self._program.invalid("the state of a merge request")
        merge = row.merge_commit_sha or row.squash_commit_sha or ""
        return PullRequest(str(row.iid), row.web_url, state, row.sha, merge)

    def _get(self, endpoint: str, form: type[T]) -> T:
        printed = self._program.run(["api", f"--hostname={self._address.host}", endpoint])
        return self._read(printed, form, "reviewers and notes")

    def _read(self, printed: bytes, form: type[T], what: str) -> T:
        try:
            return msgspec.json.decode(printed, type=form)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._program.invalid(what) from error


def _reviews(
    found: PullRequest, reviewers: Sequence[_Reviewer], said: Sequence[_Note]
) -> Iterator[ForgeReview]:
    """The verdicts of the reviewers. GitLab keeps one a reviewer and gives it no id: asking for
    changes is a new word where the reviewer has written something since, approving where the
    commit is another."""
    for one in reviewers:
        status = _VERDICTS.get(one.state)
        if status is None:
            continue
        own = [note for note in said if note.author.username == one.user.username]
        newest = str(own[-1].id) if own else "0"
        mark = newest if status == REQUEST_CHANGES else found.head
        text = "\n\n".join(map(_told, own)) if status == REQUEST_CHANGES else ""
        name = one.user.username
        yield ForgeReview(f"{found.number}:{name}:{one.state}:{mark}", name, status, text)


def _told(note: _Note) -> str:
    place = note.position
    if place is None or not place.new_path:
        return note.body.strip()
    line = f":{place.new_line}" if place.new_line else ""
    return f"{place.new_path}{line}: {note.body.strip()}"
