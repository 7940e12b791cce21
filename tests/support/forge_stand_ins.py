"""Stand-ins for `gh` and `glab`: they take the documented flags of the commands below and nothing
else, and keep what they were told in a file.

    python forge_stand_ins.py gh|glab STATE ARGUMENT...

The flags are those of `gh pr create|list|view`, `gh api`, `gh auth status`
(https://cli.github.com/manual/) and of `glab mr create|list|view`, `glab api`, `glab auth status`
(https://docs.gitlab.com/cli/). Nothing else is claimed of either. `STATE` is a JSON file with the
bare repository, who is logged in, and the requests; `calls` there are the arguments of each call.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
from typing import NoReturn, cast

Json = dict[str, object]

#: By program and command: the flags with a value, and those without. What is marked with `!` must
#: be there.
FLAGS: dict[str, dict[str, tuple[set[str], set[str]]]] = {
    "gh": {
        "pr create": (
            {"!repo", "!head", "!base", "!title", "!body-file", "label", "reviewer", "milestone"},
            {"draft", "dry-run", "no-maintainer-edit"},
        ),
        "pr list": (
            {"!repo", "!json", "head", "base", "state", "limit", "author", "label", "search", "jq"},
            set(),
        ),
        "pr view": ({"!repo", "!json", "jq", "template"}, {"comments"}),
        "api": ({"hostname", "jq", "method", "cache"}, {"paginate", "slurp", "include", "silent"}),
        "auth status": ({"hostname", "json", "jq"}, {"active", "show-token"}),
    },
    "glab": {
        "mr create": (
            {"!repo", "!source-branch", "!target-branch", "!title", "!description", "label"},
            {"draft", "wip", "no-editor", "push", "signoff", "!yes"},
        ),
        "mr list": (
            {"!repo", "!output", "source-branch", "target-branch", "per-page", "page", "author"},
            {"all", "closed", "merged", "draft"},
        ),
        "mr view": ({"!repo", "!output", "page", "per-page", "jq"}, {"comments", "system-logs"}),
        "api": ({"hostname", "method", "output"}, {"paginate", "include", "silent"}),
        "auth status": ({"hostname", "output"}, {"all", "show-token"}),
    },
}
#: Of `gh pr list|view --json`.
FIELDS = {
    *("additions", "assignees", "author", "baseRefName", "body", "changedFiles", "closed"),
    *("closedAt", "comments", "commits", "createdAt", "deletions", "files", "headRefName"),
    *("headRefOid", "headRepository", "headRepositoryOwner", "id", "isCrossRepository", "isDraft"),
    *("labels", "latestReviews", "mergeCommit", "mergeStateStatus", "mergeable", "mergedAt"),
    *("mergedBy", "milestone", "number", "reviewDecision", "reviews", "state", "title", "url"),
}
#: How a request is called, by program and state.
STATES = {
    "gh": {"open": "OPEN", "merged": "MERGED", "closed": "CLOSED"},
    "glab": {"open": "opened", "merged": "merged", "closed": "closed"},
}


def fail(message: str, code: int = 1) -> NoReturn:
    sys.stderr.write(f"{message}\n")
    raise SystemExit(code)


def main() -> None:
    program, path, *words = sys.argv[1:]
    with open(path, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        state = json.load(file)
        state["calls"].append([program, *words])
        try:
            printed = Forge(program, state).answer(words)
        finally:
            file.seek(0)
            file.truncate()
            json.dump(state, file)
    if " ".join(words[:2]) == state.get("kill_after"):
        os.kill(os.getppid(), signal.SIGKILL)
    sys.stdout.write(printed)


class Forge:
    def __init__(self, program: str, state: Json) -> None:
        self.program, self.state = program, state

    def answer(self, words: list[str]) -> str:
        name = words[0] if words[0] == "api" else " ".join(words[:2])
        command = FLAGS[self.program].get(name)
        if command is None:
            fail(f"unknown command {name!r} for {self.program!r}")
        flags, rest = parse(words[1 if name == "api" else 2 :], *command)
        host = flags.get("hostname") or re.sub(r"^https://", "", flags.get("repo", ""))
        if host.split("/")[0] != self.state["host"]:
            fail(f"none of the git remotes point to a known host: {host}")
        if name == "auth status" and self.state["logged_in"]:
            return ""
        if not self.state["logged_in"]:
            fail(f"To get started, please run:  {self.program} auth login", 1)
        if self.state.get("fails") == name:
            fail("HTTP 502: Bad gateway")
        if name == "api":
            return json.dumps(self.api(*rest))
        repo = flags["repo"].removeprefix("https://")
        if repo != f"{self.state['host']}/{self.state['path']}":
            fail(f"Could not resolve to a Repository with the name {repo!r}.")
        verb = name.split()[1]
        if verb == "create":
            return self.create(flags)
        if verb == "list":
            return self.listed(flags)
        return self.viewed(flags, *rest)

    def create(self, flags: dict[str, str]) -> str:
        head = flags.get("head") or flags["source-branch"]
        base = flags.get("base") or flags["target-branch"]
        body = flags.get("description", "")
        if self.program == "gh":
            if flags["body-file"] != "-":
                fail(f"open {flags['body-file']}: no such file or directory")
            body = sys.stdin.read()
        if self.at(head) is None:
            fail(f"pull request create failed: GraphQL: Head sha can't be blank ({head})")
        if any(one["head"] == head and one["state"] == "open" for one in self.requests):
            fail(f"a pull request for branch {head!r} into branch {base!r} already exists")
        number = len(self.requests) + 1
        self.requests.append(
            {
                "number": number,
                "head": head,
                "base": base,
                "title": flags["title"],
                "body": body,
                "draft": "draft" in flags,
                "state": "open",
                "merge": "",
                "reviews": [],
                "comments": [],
                "lines": [],
            }
        )
        return f"{self.url(number)}\n"

    def listed(self, flags: dict[str, str]) -> str:
        head = flags.get("head") or flags.get("source-branch")
        base = flags.get("base") or flags.get("target-branch")
        found = [one for one in self.requests if head in (None, one["head"])]
        found = [one for one in found if base in (None, one["base"])]
        if flags.get("state", "open") != "all" and "all" not in flags:
            found = [one for one in found if one["state"] == "open"]
        return json.dumps([self.row(one, flags) for one in found])

    def viewed(self, flags: dict[str, str], number: str = "") -> str:
        for one in self.requests:
            if str(one["number"]) == number:
                return json.dumps(self.row(one, flags))
        fail(f"no pull requests found for {number!r}")

    def row(self, one: Json, flags: dict[str, str]) -> Json:
        head = one.get("oid") or self.at(str(one["head"])) or "0" * 40
        state = STATES[self.program][str(one["state"])]
        if self.program == "glab":
            if flags["output"] != "json":
                fail("only JSON is claimed")
            return {
                "id": 1000,
                "iid": one["number"],
                "state": state,
                "sha": head,
                "web_url": self.url(one["number"]),
                "source_branch": one["head"],
                "source_project_id": 7,
                "target_project_id": 7,
                "title": one["title"],
                "merge_commit_sha": one["merge"] or None,
                "squash_commit_sha": None,
            }
        wanted = flags["json"].split(",")
        if unknown := set(wanted) - FIELDS:
            fail(f"Unknown JSON field: {sorted(unknown)[0]!r}")
        merge = {"oid": one["merge"]} if one["merge"] else None
        full: Json = {
            "number": one["number"],
            "url": self.url(one["number"]),
            "state": state,
            "headRefOid": head,
            "isCrossRepository": False,
            "mergeCommit": merge,
            "reviews": one["reviews"],
            "comments": one["comments"],
            "title": one["title"],
        }
        return {name: full[name] for name in wanted}

    def api(self, endpoint: str) -> object:
        path, _, query = endpoint.partition("?")
        assert re.fullmatch(r"((sort=asc|per_page=100)(&|$))*", query), query
        if self.program == "gh":
            match = re.fullmatch(
                rf"repos/{self.state['path']}/pulls/(\d+)/(reviews|comments)", path
            )
        else:
            project = str(self.state["path"]).replace("/", "%2F")
            pattern = rf"projects/{project}/merge_requests/(\d+)/(reviewers|notes)"
            match = re.fullmatch(pattern, path)
        if match is None:
            fail(f"HTTP 404: Not Found ({path})")
        one = self.requests[int(match[1]) - 1]
        if match[2] == "reviews":
            reviews = one["reviews"]
            assert isinstance(reviews, list)
            return [{"id": n, "node_id": each["id"]} for n, each in enumerate(reviews, 501)]
        return one["lines" if match[2] == "comments" else match[2]]

    @property
    def requests(self) -> list[Json]:
        return cast("list[Json]", self.state["requests"])

    def url(self, number: object) -> str:
        kind = "pull" if self.program == "gh" else "-/merge_requests"
        return f"https://{self.state['host']}/{self.state['path']}/{kind}/{number}"

    def at(self, branch: str) -> str | None:
        asked = ["git", "--git-dir", str(self.state["bare"]), "rev-parse", "--verify", "-q"]
        done = subprocess.run(
            [*asked, f"refs/heads/{branch}"], capture_output=True, text=True, check=False
        )
        return done.stdout.strip() or None


def parse(words: list[str], valued: set[str], plain: set[str]) -> tuple[dict[str, str], list[str]]:
    flags: dict[str, str] = {}
    rest: list[str] = []
    for word in words:
        if not word.startswith("-"):
            rest.append(word)
            continue
        name, is_given, value = word.removeprefix("--").partition("=")
        allowed = plain if not is_given else valued
        if not word.startswith("--") or not {name, f"!{name}"} & allowed:
            fail(f"unknown flag: {word}")
        flags[name] = value
    for name in (one[1:] for one in valued | plain if one.startswith("!")):
        if name not in flags:
            fail(f"must provide --{name} when not running interactively")
    return flags, rest


if __name__ == "__main__":
    main()
