"""A clone with everything that a worker might want to change, and workers that try.

Each attack is a line of shell that a worker runs in its own worktree, where `$MAIN` is the main
checkout; afterwards it is seen whether it came to anything. Nothing here stands for anything else:
the clone, git, the worker and the kernel are real.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from support.environment import ROOT
from support.process import Program

OTHER_BRANCH = "work/0000000000DEF-other"


class Attack(NamedTuple):
    """What a worker does, and how to see that it worked: a shell command that exits with 0."""

    name: str
    script: str
    worked: str


#: What is to be kept from a worker. They are tried in this order, one after the other.
ATTACKS = (
    Attack(
        "forge an event",
        'echo forged >> "$MAIN/.yoi/tickets/$YOI_TICKET/thread.md"',
        'grep -q forged "$MAIN/.yoi/tickets/$TICKET/thread.md"',
    ),
    Attack(
        "change the commands that are run",
        'echo "# mine" >> "$MAIN/.yoi/ticket.config.toml"',
        'grep -q mine "$MAIN/.yoi/ticket.config.toml"',
    ),
    Attack(
        "change a file of the main checkout",
        'echo changed >> "$MAIN/README.md"',
        'grep -q changed "$MAIN/README.md"',
    ),
    Attack("add a file there", 'echo x > "$MAIN/added.txt"', 'test -e "$MAIN/added.txt"'),
    Attack(
        "move a file there",
        'echo x > moved.txt; mv moved.txt "$MAIN/moved.txt"',
        'test -e "$MAIN/moved.txt"',
    ),
    Attack(
        "take a file away there",
        'mv "$MAIN/LICENSE" license.txt || cp "$MAIN/LICENSE" .; test -e "$MAIN/LICENSE"',
        '! test -e "$MAIN/LICENSE"',
    ),
    Attack(
        "install a hook",
        'echo "#!/bin/sh" > "$MAIN/.git/hooks/post-checkout"',
        'test -e "$MAIN/.git/hooks/post-checkout"',
    ),
    Attack(
        "configure a filter",
        "git config filter.x.clean true",
        'grep -q "^.filter" "$MAIN/.git/config"',
    ),
    Attack(
        "give attributes",
        'mkdir -p "$MAIN/.git/info"; echo "* -diff" > "$MAIN/.git/info/attributes"',
        'test -s "$MAIN/.git/info/attributes"',
    ),
    Attack(
        "write through a hard link",
        'ln "$MAIN/.git/description" d && echo linked >> d',
        'grep -q linked "$MAIN/.git/description"',
    ),
    Attack(
        "write through a symlink",
        'ln -s "$MAIN/.git" g; echo x > g/through',
        'test -e "$MAIN/.git/through"',
    ),
    Attack(
        "move the target branch",
        "git commit --quiet --allow-empty -m evil; git update-ref refs/heads/main HEAD",
        'git --no-replace-objects -C "$MAIN" log -1 --format=%s refs/heads/main | grep -q evil',
    ),
    Attack(
        "tag like a branch", "git tag main", 'git -C "$MAIN" rev-parse -q --verify refs/tags/main'
    ),
    Attack(
        "replace an object",
        "git replace HEAD HEAD~1",
        'test -n "$(git -C "$MAIN" for-each-ref refs/replace)"',
    ),
    Attack("graft", 'echo > "$MAIN/.git/info/grafts"', 'test -e "$MAIN/.git/info/grafts"'),
    Attack(
        "change another worktree's files",
        'echo x > "$OTHER/planted.txt"',
        'test -e "$OTHER/planted.txt"',
    ),
    Attack(
        "stage in another worktree",
        'git -C "$OTHER" rm -q --cached README.md',
        'git -C "$OTHER" diff --cached --name-only | grep -q README',
    ),
    Attack(
        "stop another worker",
        'echo > "$MAIN/.git/yoi/workers/$VICTIM/commands/9.stop"',
        'test -e "$MAIN/.git/yoi/workers/$VICTIM/commands/9.stop"',
    ),
    Attack(
        "write another worker's end",
        'echo x > "$MAIN/.git/yoi/workers/$VICTIM/forged"',
        'test -e "$MAIN/.git/yoi/workers/$VICTIM/forged"',
    ),
    Attack(
        "take a claim",
        'mkdir -p "$MAIN/.git/yoi/claims"; echo x > "$MAIN/.git/yoi/claims/forged"',
        'test -e "$MAIN/.git/yoi/claims/forged"',
    ),
    Attack("signal a process outside", 'kill -USR1 "$PREY"', '! kill -0 "$PREY" 2> /dev/null'),
    Attack(
        "leave a daemon with another environment",
        'env -i MAIN="$MAIN" setsid sh -c \'echo x > "$MAIN/.git/daemon"\' & wait',
        'test -e "$MAIN/.git/daemon"',
    ),
    Attack(
        "start a worker of its own",
        'yoi worker spawn --confine off -- sh -c "echo x > $MAIN/.git/spawned"; sleep 0.3',
        'test -e "$MAIN/.git/spawned"',
    ),
    Attack(
        "ask for changes as somebody else",
        'yoi ticket review "$YOI_TICKET" --request-changes -m no --author ada',
        'grep -q "event: review" "$MAIN/.yoi/tickets/$TICKET/thread.md"',
    ),
    Attack(
        "close the ticket",
        'yoi ticket close "$YOI_TICKET" -m done',
        'grep -q "event: close" "$MAIN/.yoi/tickets/$TICKET/thread.md"',
    ),
)

#: What Landlock cannot keep from a worker, and the end of the path by which it is noticed.
NOTICED = {
    "forge another ticket's branch": (
        'cd "$MAIN/.git/refs/heads/work" && git rev-parse HEAD > 0000000000ABC-forged',
        "/refs/heads/work/0000000000ABC-forged",
    ),
    "configure its own worktree": (
        "git config --worktree filter.x.clean true",
        "/config.worktree",
    ),
    "lead git elsewhere": (
        'echo "$PWD" > "$(git rev-parse --git-dir)/commondir"',
        "/commondir",
    ),
    "have a git folder of its own": ('echo "gitdir: /tmp" > .git', "/.git"),
    "borrow objects": (
        'mkdir -p "$MAIN/.git/objects/info"; echo /tmp > "$MAIN/.git/objects/info/alternates"',
        "/objects/info/alternates",
    ),
}

#: What a worker must be able to do, whatever it is kept from.
WORK = """\
set -e
echo work > work.txt
mkdir -p a b && echo x > a/f
mv a/f b/f
git add work.txt b
git commit --quiet -m 'The work'
git mv work.txt b/work.txt
git commit --quiet -m 'Moved'
git commit --quiet --amend -m 'Moved on'
git status > /dev/null
git rebase --quiet --force-rebase HEAD~1
echo x > "$(mktemp)"
echo quiet > /dev/null
mkfifo "$(mktemp -d)/pipe"
yoi ticket comment "$YOI_TICKET" -m 'Half way.'
yoi ticket comment "$YOI_TICKET" --role implementation_report -m 'All of it.'
yoi ticket ask "$YOI_TICKET" -m 'Is that all?'
"""


@dataclass
class AttackedClone:
    """A clone, `tree` being the worktree of `ticket`, with a worker `victim` at work in `other`."""

    main: Path
    tree: Path
    other: Path
    ticket: str
    victim: str
    yoi: Program
    git: Program

    def run(self, script: str, *options: str, landlock: str = "", prey: int = 0) -> str:
        """Run `script` as a worker of the ticket to its end; its id."""
        variables = {
            "MAIN": str(self.main),
            "OTHER": str(self.other),
            "VICTIM": self.victim,
            "PREY": str(prey),
            "PYTHONPATH": str(ROOT),
        }
        env = {"YOI_LANDLOCK": landlock} if landlock else {}
        given = [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
        command = ("worker", "spawn", "--ticket", self.ticket, *options, *given)
        started = self.yoi(*command, "--", "sh", "-c", script, cwd=self.main, env=env)
        worker = started.out.split("\t")[1].strip()
        self.yoi("worker", "wait", worker, cwd=self.main, check=False)
        return worker

    def changes(self, worker: str) -> list[str]:
        """What was noticed of a worker."""
        found: list[str] = self.yoi("worker", "show", worker, "--json", cwd=self.main).json[
            "changes"
        ]
        return found

    def play(self, *options: str, landlock: str = "") -> set[str]:
        """Have one worker play every attack; the names of those that came to anything."""
        script = "\n".join(f"( {one.script} ) < /dev/null" for one in ATTACKS)
        with subprocess.Popen(["sleep", "600"]) as prey:
            try:
                self.run(script, *options, landlock=landlock, prey=prey.pid)
                return {one.name for one in ATTACKS if self._worked(one, prey)}
            finally:
                prey.kill()

    def _worked(self, attack: Attack, prey: subprocess.Popen[bytes]) -> bool:
        prey.poll()
        facts = {
            "MAIN": str(self.main),
            "OTHER": str(self.other),
            "VICTIM": self.victim,
            "TICKET": self.ticket,
            "PREY": str(prey.pid),
        }
        words = ["sh", "-c", attack.worked]
        env = {**self.git.env, **facts}
        return subprocess.run(words, env=env, capture_output=True, check=False).returncode == 0

    def log(self, worker: str) -> str:
        return self.yoi("worker", "logs", worker, cwd=self.main).out

    def thread(self) -> str:
        return (self.main / ".yoi/tickets" / self.ticket / "thread.md").read_text()


def attacked_clone(main: Path, yoi: Program, git: Program) -> AttackedClone:
    """Make the workspace `main` such a clone. Its worker is to be stopped by whoever asked."""
    (main / "LICENSE").write_text("free\n")
    (main / "README.md").write_text("read\n")
    git("add", "--all", cwd=main)
    git("commit", "--quiet", "-m", "Base", cwd=main)
    yoi("hook", "install", cwd=main)
    titles = ("Own", "Its")
    made = [yoi("ticket", "create", "--title", word, "-m", "x", cwd=main) for word in titles]
    ticket, another = (one.out.split("\t")[1].strip() for one in made)
    trees = [yoi("worktree", "add", one, cwd=main).out.split("\t")[3] for one in (ticket, another)]
    tree, other = (Path(one.strip()) for one in trees)
    spawned = yoi("worker", "spawn", "--ticket", another, "--", "sleep", "600", cwd=main)
    victim = spawned.out.split("\t")[1].strip()
    return AttackedClone(main, tree, other, ticket, victim, yoi, git)
