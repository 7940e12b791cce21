"""A repository whose tickets are worked on by shell scripts, for tests of `yoi orchestrate`.

A coder's script is `coder.sh`, or `coder-ROUND.sh` for one round, or those in a folder with the
ticket's id; it runs in the worktree. `runs.log` has a line for every worker that really ran.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from support.file_stores import open_store
from support.process import Program, Result

from yoi_cli.model.events import Author
from yoi_cli.model.fold import fold
from yoi_cli.model.ids import TicketId
from yoi_cli.tickets.create import Draft, create_ticket
from yoi_cli.tickets.move import move_ticket
from yoi_cli.tickets.move_rules import MoveRequest

#: Does what a ticket asks for: one file with its id in it, committed.
GOOD = """\
echo "$YOI_TICKET" > "$YOI_TICKET.txt"
git add --all
git commit --quiet --message "Work $YOI_ROUND on $YOI_TICKET"
"""
APPROVE = 'echo "Looked at it."\necho "YOI-REVIEW: approve"\n'
REQUEST_CHANGES = 'echo "Not like this."\necho "YOI-REVIEW: request_changes"\n'
#: In a profile: what its workers could do where the kernel kept them from nothing.
UNCONFINED = 'confine = "off"'
CRITERIA = "## Acceptance criteria\n\n- The file is there.\n"

_AGENT = """\
cat > /dev/null
agents=%s
echo "$YOI_TICKET $YOI_ROLE ${YOI_ROUND:-0}" >> "$agents/runs.log"
for script in "$agents/$YOI_TICKET/$YOI_ROLE-$YOI_ROUND.sh" "$agents/$YOI_TICKET/$YOI_ROLE.sh" \\
  "$agents/$YOI_ROLE-$YOI_ROUND.sh" "$agents/$YOI_ROLE.sh"; do
  if [ -f "$script" ]; then . "$script"; exit; fi
done
exit 1
"""
_CONFIG = """
[profiles.script]
command = ["sh", "{agent}"]
{profile}

[roles.coder]
profile = "script"

[roles.reviewer]
profile = "script"

[orchestration]
{settings}
"""
_HEADER = re.compile(r"^<!-- event: (\w+) .*? -->$", re.MULTILINE)
_WORD = re.compile(r" (step|status): (\w+)")


@dataclass
class Shop:
    """A workspace with its scripted agents."""

    repo: Path
    agents: Path
    yoi: Program
    git: Program
    runs: Path = field(init=False)

    def __post_init__(self) -> None:
        self.runs = self.agents / "runs.log"
        self.agents.mkdir(exist_ok=True)
        (self.agents / "agent.sh").write_text(_AGENT % self.agents)
        self.script("coder", GOOD)
        self.script("reviewer", APPROVE)
        self.configure()

    def configure(self, settings: str = "close = true", profile: str = "") -> None:
        """Set `[orchestration]`, and more of the agents' profile."""
        path = self.repo / ".yoi/ticket.config.toml"
        text = path.read_text().split("\n[profiles.script]")[0].rstrip() + "\n"
        agent = self.agents / "agent.sh"
        path.write_text(text + _CONFIG.format(agent=agent, settings=settings, profile=profile))

    def script(self, name: str, text: str, ticket: str = "") -> None:
        """What `coder`, `reviewer`, or one of them in a round (`coder-2`), does."""
        path = self.agents / ticket / f"{name}.sh"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def queue(self, title: str = "A piece of work", depends_on: str = "") -> str:
        """A new ticket, queued; its id. `depends_on` has the ids that it waits for."""
        store, by = open_store(self.repo, in_git=True), Author("Ada")
        relations = tuple(("depends_on", one) for one in depends_on.split())
        ticket = create_ticket(store, Draft(title, CRITERIA, relations=relations), by).ticket
        for state in ("ready", "queued"):
            move_ticket(store, ticket, MoveRequest(state), by)
        return ticket

    def run(self, *arguments: str, code: int = 0) -> Result:
        """`yoi orchestrate`, which must exit with `code`."""
        done = self.yoi("orchestrate", *arguments, check=False)
        assert done.code == code, done
        return done

    def state(self, ticket: str) -> str:
        store = open_store(self.repo, in_git=True)
        return fold(store.thread(TicketId(ticket)).events).state

    def thread(self, ticket: str) -> str:
        return (self.repo / ".yoi/tickets" / ticket / "thread.md").read_text()

    def steps(self, ticket: str) -> list[str]:
        """The events of a ticket since it was queued: kind, step and status of each."""
        found = [
            " ".join([match[1], *(word for _, word in _WORD.findall(match[0]))])
            for match in _HEADER.finditer(self.thread(ticket))
        ]
        last = max(n for n, word in enumerate(found) if word == "decision")
        begun = found.index("decision") if "decision" in found else last
        return found[begun:]

    def ran(self) -> list[str]:
        """The workers that really ran: ticket, role and round of each."""
        return self.runs.read_text().splitlines() if self.runs.exists() else []

    def head(self, revision: str = "main") -> str:
        return self.git("rev-parse", revision).out.strip()

    def merges(self) -> list[str]:
        return self.git("log", "--merges", "--format=%s", "main").out.splitlines()

    def files(self) -> set[str]:
        """What the target branch holds."""
        return set(self.git("ls-tree", "-r", "--name-only", "main").out.splitlines())

    def worktree(self, ticket: str) -> Path:
        return next((self.repo / ".worktree").glob(f"{ticket}*"))


def shop_in(repo: Path, yoi: Program, git: Program) -> Shop:
    """A shop in the workspace `repo`, its settings committed."""
    shop = Shop(repo, repo.parent / "agents", yoi, git)
    git("add", "--all", cwd=repo)
    git("commit", "--quiet", "--message", "A workspace", cwd=repo)
    return shop


def copy_of(shop: Shop, folder: Path) -> Shop:
    """The same shop in another folder, as if its tickets had been queued there."""
    shutil.copytree(shop.repo.parent, folder, symlinks=True)
    yoi = Program(shop.yoi.argv, shop.yoi.env, folder)
    git = Program(shop.git.argv, shop.git.env, folder)
    git("update-index", "-q", "--refresh", check=False)
    agents = folder / shop.agents.name
    (agents / "agent.sh").write_text(_AGENT % agents)
    config = folder / "repo/.yoi/ticket.config.toml"
    config.write_text(config.read_text().replace(str(shop.agents), str(agents)))
    other = object.__new__(Shop)
    other.repo, other.agents, other.yoi, other.git = folder / "repo", agents, yoi, git
    other.runs = agents / "runs.log"
    return other
