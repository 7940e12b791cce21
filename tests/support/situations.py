"""A workspace whose tickets stand in situations of the table of docs/orchestrate.md."""

from __future__ import annotations

from support.orchestration import APPROVE, GOOD, UNCONFINED, Shop

#: Long enough to be cut on any terminal.
TITLE = "A longer piece of work, which says in many words what it is about and still goes on"
_VALIDATE = 'validate = [["sh", "-c", "! test -f bad-*.txt || { echo It is red.; exit 1; }"]]'
_MOVES_TARGET = GOOD + 'git update-ref refs/heads/main "$(git rev-parse HEAD)"\n'
_ASKS = "echo 'I read it.'\necho\necho 'Which of the two colours is meant?'\n"
_NO_LOGIN = "echo 'Error: you are not logged in, please run /login' >&2\nexit 1\n"
#: By a word for each: the scripts of its coder and its reviewer, and what the ticket chooses.
SITUATIONS: dict[str, tuple[str, str, dict[str, str]]] = {
    "merged": (GOOD, APPROVE, {}),
    "question": (_ASKS, APPROVE, {}),
    "review": (GOOD, "", {"reviewer": "person"}),
    "nothing_committed": ("echo 'I am done with everything.'\n", APPROVE, {}),
    "red": (f"echo > bad-$YOI_TICKET.txt\n{GOOD}", APPROVE, {}),
    "no_verdict": (GOOD, "echo 'It is fine, I think.'\n", {}),
    "reviewer_changed": (GOOD, f"echo > changed.txt\n{APPROVE}", {}),
    "choice": (GOOD, "", {"reviewer": "person", "best_of": "2"}),
    "target_moved": (_MOVES_TARGET, APPROVE, {}),
    "no_target": (GOOD, APPROVE, {"target": "nowhere"}),
    "login": (_NO_LOGIN, APPROVE, {}),
    "paused": (GOOD, APPROVE, {}),
}


def bring_about(shop: Shop, *words: str) -> dict[str, str]:
    """A ticket for each of the situations `words`, as `yoi orchestrate` leaves it; their ids."""
    shop.configure(f"close = true\nrounds = 1\n{_VALIDATE}", UNCONFINED)
    made: dict[str, str] = {}
    for word in words:
        coder, reviewer, choices = SITUATIONS[word]
        ticket = shop.queue(f"{word.replace('_', ' ').capitalize()}. {TITLE}")
        shop.script("coder", coder, ticket)
        shop.script("reviewer", reviewer, ticket)
        chosen = [part for key, value in choices.items() for part in ("--set", f"{key}={value}")]
        if chosen:
            shop.yoi("ticket", "edit", ticket, *chosen)
        made[word] = ticket
    shop.yoi("orchestrate", "--max", "4", check=False)
    return made
