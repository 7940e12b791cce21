"""What is written to a forge, and what is kept of what comes from there (docs/orchestrate.md, "Pull
requests")."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from yoi_cli.orchestration.forge_port import NewRequest
from yoi_cli.orchestration.texts import fenced, plain_text, short

if TYPE_CHECKING:
    from yoi_cli.model.redaction import Redaction
    from yoi_cli.orchestration.forge_port import ForgeReview
    from yoi_cli.orchestration.position import Position

WAITS = "It waits for the request to be merged: "
#: Forges take titles of 255 characters, and texts of 65536.
_LONGEST_TITLE, _LONGEST_REPORT = 200, 20_000
_LONGEST_TEXT = 16_000
_URL = re.compile(r"https?://[!-~]{1,500}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}(?:\[bot\])?")
_MARK = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:=-]{0,119}")


def new_request(ticket: str, title: str, at: Position, redaction: Redaction) -> NewRequest:
    """The request for the reported commit. The report holds what others wrote: as a block of code,
    in which a forge finds nobody to notify, no issue to close and no command."""
    name = " ".join(redaction.text(title).split())[:_LONGEST_TITLE].strip() or ticket
    report = redaction.text(at.report)
    if len(report) > _LONGEST_REPORT:
        report = f"{report[:_LONGEST_REPORT]}\n[…]"
    body = f"Ticket {ticket}, as reported and approved at {at.reported}:\n\n{fenced(report)}\n"
    return NewRequest(at.branch, at.target, name, body)


def waiting_text(url: str, *, is_open: bool) -> str:
    """What a ticket waits for whose request is at `url`, or is to be opened there."""
    if is_open:
        return WAITS + url
    if "://" not in url:
        return f"{WAITS}{url}. Its remote's URL says nothing of a page to open it at."
    return f"{WAITS}{url} is where to open it."


def closed_text(url: str, last_word: str) -> str:
    """Why a person is asked for where a request was closed. What was said there is others'."""
    text = f"the request was closed without being merged: {url}"
    said = _plain(last_word)
    return f"{text}\n\nThe last word there:\n\n{fenced(said)}" if said else text


def review_text(review: ForgeReview, url: str) -> str:
    """The body of a review that was given at a forge."""
    text = _plain(review.text)
    return f"{text}\n\nGiven at {url}" if text else f"Given without a word at {url}"


def review_author(review: ForgeReview, host: str) -> str:
    name = review.author if _NAME.fullmatch(review.author) else "somebody"
    return f"{name} ({host})" if host else name


def mark_of(review: ForgeReview) -> str:
    """The mark of a review as a header can say it."""
    if _MARK.fullmatch(review.mark):
        return review.mark
    return sha256(review.mark.encode("utf-8", "replace")).hexdigest()[:32]


def url_of(url: str) -> str:
    """`url`, as a forge told it, where it is one; else nothing."""
    return url if _URL.fullmatch(url) else ""


def forwarded_report(at: Position, remote: str, problem: str) -> str:
    """The body of the last report: what stands in the remote's target, and what of it is here."""
    text = (
        f"{short(at.reported)} of `{at.branch}` was merged into `{at.target}` of `{remote}` as "
        f"{short(at.merge)}{f', by {at.url}' if at.url else ''}."
    )
    here = f"`{at.target}` here has it as well."
    if problem:
        here = f"`{at.target}` here stays where it is: {problem}."
    return f"{text}\n\n{here}"


def _plain(text: str) -> str:
    said = plain_text(text.encode("utf-8", "replace")).strip()
    return f"{said[:_LONGEST_TEXT]}\n[…]" if len(said) > _LONGEST_TEXT else said
