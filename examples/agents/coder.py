"""A coder for `yoi orchestrate` that needs no model: it follows a script.

A coding agent stands in its place in earnest. What it is told is the same: the ticket's
contract on standard input (and in the file that YOI_INTENT_FILE names), a worktree to work
in, and in a later round what came of the round before.

    python coder.py SCRIPT

SCRIPT is JSON: a list of steps, each with `when` (words that the contract must hold), `files`
(path to content) and `message` of the commit. A round makes the first step that fits and is
not made yet, runs the tests, and commits.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def main() -> int:
    steps = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    contract = sys.stdin.read()
    made = subprocess.run(
        ["git", "log", "--format=%s"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for step in steps:
        if step["message"] in made or not all(words in contract for words in step["when"]):
            continue
        for path, content in step["files"].items():
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(content, encoding="utf-8")
            print(f"wrote {path}")
        tested = subprocess.run([sys.executable, "-m", "unittest", "-q"], check=False)
        print(f"the tests exit with {tested.returncode}")
        subprocess.run(["git", "add", "--all"], check=True)
        subprocess.run(["git", "commit", "--quiet", "--message", step["message"]], check=True)
        print(f"committed: {step['message']}")
        return 0
    print(f"nothing in the script fits ticket {os.environ.get('YOI_TICKET')}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
