"""Pull requests of GitHub's, by its `gh` (https://cli.github.com/manual/)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from yoi_cli.model.events import APPROVE, REQUEST_CHANGES
from yoi_cli.orchestration.forge_port import CLOSED, MERGED, OPEN, ForgeReview, PullRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.orchestration.forge.address import Address
    from yoi_cli.orchestration.forge.programs import ForgeProgram
    from yoi_cli.orchestration.forge_port import NewRequest

T = TypeVar("T")
_STATES = {"OPEN": OPEN, "MERGED": MERGED, "CLOSED": CLOSED}
_VERDICTS = {"APPROVED": APPROVE, "CHANGES_REQUESTED": REQUEST_CHANGES}
#: What GitHub calls those who may write to the repository. Anybody may review a public one.
_OF_THE_HOUSE = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_ROW = "number,url,state,headRefOid,isCrossRepository,mergeCommit"
_SEEN = f"{_ROW},reviews,comments"


class _Author(msgspec.Struct):
    login: str = ""


class _Commit(msgspec.Struct):
    oid: str = ""


class _Comment(msgspec.Struct):
    author: _Author | None = None
    body: str = ""


class _Review(msgspec.Struct, rename="camel"):
    id: str
    state: str
    author: _Author | None = None
    author_association: str = ""
    body: str = ""
    commit: _Commit | None = None


class _Row(msgspec.Struct, rename="camel"):
    number: int
    url: str
    state: str
    head_ref_oid: str
    is_cross_repository: bool = False
    merge_commit: _Commit | None = None
    reviews: list[_Review] = []
    comments: list[_Comment] = []


class _RestReview(msgspec.Struct):
    id: int
    node_id: str


class _RestComment(msgspec.Struct):
    path: str = ""
    line: int | None = None
    body: str = ""
    pull_request_review_id: int | None = None


class GitHub:
    """The requests of the repository at `address`, asked for by `program`."""

    def __init__(self, program: ForgeProgram, address: Address) -> None:
        self._program = program
        self._address = address
        self._repo = f"--repo={address.host}/{address.path}"

    def find(self, branch: str, target: str) -> PullRequest | None:
        wanted = [f"--head={branch}", f"--base={target}", "--state=all", "--limit=50"]
        printed = self._program.run(["pr", "list", self._repo, *wanted, f"--json={_ROW}"])
        rows = self._read(printed, list[_Row], "a list of pull requests")
        own = sorted((one for one in rows if not one.is_cross_repository), key=_newest)
        return self._request(own[-1]) if own else None

    def open(self, new: NewRequest) -> None:
        said = [f"--head={new.branch}", f"--base={new.target}", f"--title={new.title}"]
        draft = ["--draft"] if new.is_draft else []
        asked = ["pr", "create", self._repo, *said, "--body-file=-", *draft]
        self._program.run(asked, stdin=new.body)

    def look(self, number: str) -> PullRequest:
        printed = self._program.run(["pr", "view", number, self._repo, f"--json={_SEEN}"])
        row = self._read(printed, _Row, "a pull request")
        reviews = tuple(self._review(number, one) for one in _verdicts(row.reviews))
        last = row.comments[-1] if row.comments else None
        said = f"{_login(last.author)}: {last.body}" if last is not None else ""
        return self._request(row)._replace(reviews=reviews, last_word=said)

    def _request(self, row: _Row) -> PullRequest:
        state = _STATES.get(row.state)
        if state is None:
            raise self._program.invalid("the state of a pull request")
        merge = row.merge_commit.oid if row.merge_commit is not None else ""
        return PullRequest(str(row.number), row.url, state, row.head_ref_oid, merge)

    def _review(self, number: str, one: _Review) -> ForgeReview:
        status = _VERDICTS[one.state]
        lines = self._lines(number, one.id) if status == REQUEST_CHANGES else ()
        text = "\n\n".join(filter(None, [one.body.strip(), *lines]))
        commit = one.commit.oid if one.commit is not None else ""
        return ForgeReview(one.id, _login(one.author), status, text, commit)

    def _lines(self, number: str, review: str) -> Sequence[str]:
        """What a review says of single lines, which `gh pr view` does not tell."""
        base = f"repos/{self._address.path}/pulls/{number}"
        reviews = self._get(f"{base}/reviews?per_page=100", list[_RestReview])
        named = {one.id for one in reviews if one.node_id == review}
        if not named:
            return ()
        comments = self._get(f"{base}/comments?per_page=100", list[_RestComment])
        return [
            f"{one.path}{f':{one.line}' if one.line else ''}: {one.body.strip()}"
            for one in comments
            if one.pull_request_review_id in named
        ]

    def _get(self, endpoint: str, form: type[T]) -> T:
        printed = self._program.run(["api", f"--hostname={self._address.host}", endpoint])
        return self._read(printed, form, "reviews and comments")

    def _read(self, printed: bytes, form: type[T], what: str) -> T:
        try:
            return msgspec.json.decode(printed, type=form)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._program.invalid(what) from error


def _newest(row: _Row) -> tuple[bool, int]:
    return row.state == "OPEN", row.number


def _verdicts(reviews: Sequence[_Review]) -> list[_Review]:
    """The newest verdict of everybody who may write to the repository."""
    newest = {
        _login(one.author): one
        for one in reviews
        if one.state in (*_VERDICTS, "DISMISSED") and one.author_association in _OF_THE_HOUSE
    }
    return [one for one in newest.values() if one.state in _VERDICTS]


def _login(author: _Author | None) -> str:
    return author.login if author is not None and author.login else "somebody"
