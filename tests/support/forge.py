"""A shop whose approved work is merged at a forge: a bare remote, and stand-ins for its program."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from support.data import Data
from support.orchestration import Shop
from support.process import Program

_STAND_INS = Path(__file__).with_name("forge_stand_ins.py")
HOSTS = {"gh": "github.com", "glab": "gitlab.com"}
PATH = "acme/widgets"
#: What a forge that `gh` asks has for a review.
CHANGES, APPROVED = "CHANGES_REQUESTED", "APPROVED"


class ForgeShop:
    """`shop` with the remote `origin` at the forge that `program` asks (none: nothing asks it)."""

    def __init__(self, shop: Shop, program: str = "gh", *, is_installed: bool = True) -> None:
        self.shop, self.program = shop, program
        host = HOSTS[program]
        folder = shop.repo.parent
        self.bare, self.state = folder / "origin.git", folder / "forge.json"
        programs = folder / "programs"
        programs.mkdir()
        if is_installed:
            script = programs / program
            called = f'exec {sys.executable} -I "{_STAND_INS}" {program} "{self.state}" "$@"'
            script.write_text(f"#!/bin/sh\n{called}\n")
            script.chmod(0o755)
        url = f"https://{host}/{PATH}.git"
        shop.git("init", "--quiet", "--bare", self.bare)
        shop.git("config", f"url.{self.bare}.insteadOf", url)
        shop.git("remote", "add", "origin", url)
        shop.git("push", "--quiet", "origin", "main")
        self.write(
            {
                "bare": str(self.bare),
                "host": host,
                "path": PATH,
                "logged_in": True,
                "requests": [],
                "calls": [],
            }
        )
        path = f"{programs}{os.pathsep}{shop.yoi.env.get('PATH', os.defpath)}"
        shop.yoi = Program(shop.yoi.argv, {**shop.yoi.env, "PATH": path}, shop.yoi.base)
        self.configure()

    def configure(self, more: str = "") -> None:
        self.shop.configure(f'close = true\nmerge = "pull_request"\n{more}')

    def read(self) -> Data:
        data: Data = json.loads(self.state.read_text())
        return data

    def write(self, state: Data) -> None:
        self.state.write_text(json.dumps(state))

    def change(self, **values: Data) -> None:
        self.write({**self.read(), **values})

    def change_request(self, number: int = 1, **values: Data) -> None:
        state = self.read()
        state["requests"][number - 1].update(values)
        self.write(state)

    @property
    def requests(self) -> list[Data]:
        found: list[Data] = self.read()["requests"]
        return found

    def calls(self, *words: str) -> list[list[str]]:
        """The calls of a command, such as `pr create`."""
        found: list[list[str]] = self.read()["calls"]
        return [one for one in found if tuple(one[1 : len(words) + 1]) == words]

    def at(self, branch: str) -> str:
        """The commit at a branch of the remote."""
        git = self.shop.git
        return git("--git-dir", self.bare, "rev-parse", f"refs/heads/{branch}").out.strip()

    def review(
        self, state: str, text: str, number: int = 1, *, by: str = "octo", house: str = "MEMBER"
    ) -> None:
        """Somebody's review at GitHub."""
        request = self.requests[number - 1]
        made = {
            "id": f"PRR_{len(request['reviews'])}",
            "author": {"login": by},
            "body": text,
            "authorAssociation": house,
            "state": state,
            "commit": {"oid": "1" * 40},
        }
        self.change_request(number, reviews=[*request["reviews"], made])

    def merge(self, how: str = "merge", number: int = 1) -> str:
        """Merge a request as people do at a forge; the commit that it was merged as."""
        request = self.requests[number - 1]
        clone = self.shop.repo.parent / f"clone-{how}-{number}"
        git = self.shop.git
        git("clone", "--quiet", self.bare, clone)
        branch = f"origin/{request['head']}"
        oid = git("rev-parse", branch, cwd=clone).out.strip()
        if how == "merge":
            git("merge", "--quiet", "--no-ff", "-m", "Merge it", branch, cwd=clone)
        elif how == "squash":
            git("merge", "--quiet", "--squash", branch, cwd=clone)
            git("commit", "--quiet", "--message", "All of it (#1)", cwd=clone)
        else:
            (clone / "other.txt").write_text("other\n")
            git("add", "--all", cwd=clone)
            git("commit", "--quiet", "--message", "Something else", cwd=clone)
            git("cherry-pick", f"HEAD..{branch}", cwd=clone)
        git("push", "--quiet", "origin", "HEAD:main", cwd=clone)
        merge = git("rev-parse", "HEAD", cwd=clone).out.strip()
        self.change_request(number, state="merged", merge=merge, oid=oid)
        return merge
