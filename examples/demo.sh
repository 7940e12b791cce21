#!/usr/bin/env bash
# The whole job: three queued tickets become one merged, tested branch. The coder and the reviewer
# are small scripts (examples/agents); a coding agent is one line of configuration instead.
# Works in a temporary folder of its own and leaves nothing behind.
set -euo pipefail

agents=$(cd "$(dirname "$0")/agents" && pwd)
place=$(mktemp -d)
trap 'rm -rf -- "$place"' EXIT
export HOME="$place/home" GIT_CONFIG_NOSYSTEM=1 YOI_AUTHOR=ada PYTHONDONTWRITEBYTECODE=1
unset YOI_WORKSPACE XDG_CONFIG_HOME GIT_CONFIG_GLOBAL
mkdir -p "$HOME" "$place/shop"
git config --global user.name ada
git config --global user.email ada@example.com
git config --global init.defaultBranch main
cd "$place/shop"

bold= green= plain=
if [[ -t 1 ]]; then bold=$'\033[1m' green=$'\033[32m' plain=$'\033[0m'; fi
say() { printf '\n%s# %s%s\n' "$bold" "$*" "$plain"; }
# A command as a person would type it, and what it prints.
run() {
  local word line=
  for word in "$@"; do
    [[ $word =~ ^[A-Za-z0-9_./:=-]+$ ]] || word="'$word'"
    line+="$word "
  done
  printf '%s$ %s%s\n' "$green" "${line% }" "$plain"
  "$@"
}
# A queued ticket; its id is the last thing printed.
queue() {
  local title=$1 criterion=$2
  shift 2
  yoi ticket create --title "$title" --message "## Acceptance criteria

- $criterion" "$@" | cut -f2
}

say 'A shop whose one test fails'
run git init -q
cat >prices.py <<'END'
"""Prices in cents."""


def rounded(tenths: int) -> int:
    """Tenths of a cent as cents."""
    return tenths // 10
END
cat >test_prices.py <<'END'
import unittest

from prices import rounded


class Prices(unittest.TestCase):
    def test_halves_are_rounded_up(self) -> None:
        self.assertEqual(rounded(125), 13)
END
printf '__pycache__/\n' >.gitignore
run python3 -m unittest 2>&1 | grep -E '^(\$|.\[|Assert|FAILED)' || true

say 'A workspace'
run yoi init
git add .
git commit -qm 'A shop'

say 'By hand: create, start, finish'
run yoi create 'Say hello' --acceptance 'There is a greeting.' | tee "$place/created"
hello=$(tail -n 1 "$place/created" | cut -f2)
run yoi start "$hello"
cd "$(yoi start "$hello" --print)"
echo 'print("hello")' >hello.py
git add hello.py
git commit -qm 'Say hello'
run yoi finish
cd "$place/shop"

say 'Who works in it besides'
cat >>.yoi/ticket.config.toml <<END

[profiles.script]
command = ["python3", "$agents/coder.py", "$agents/script.json"]

[profiles.judge]
command = ["python3", "$agents/reviewer.py"]

[roles.coder]
profile = "script"

[roles.reviewer]
profile = "judge"

[orchestration]
validate = [["python3", "-m", "unittest"]]
close = true
END
run tail -n 16 .yoi/ticket.config.toml
git add .
git commit -qm 'Who works here'
run yoi profile check

say 'Three tickets: the second depends on the first, the third is to come after it'
first=$(queue 'Round half up' 'rounded(125) is 13.' --priority P1)
second=$(queue 'Add up a basket' 'total() rounds every price by itself.' --depends-on "$first")
third=$(queue 'Write prices in euro' 'euro(1203) is 12.03 EUR.')
yoi plan add "$third" after "$first" --note 'The tests are red until then.' >/dev/null
for ticket in "$first" "$second" "$third"; do
  yoi ticket state "$ticket" ready >/dev/null
  yoi ticket state "$ticket" queued >/dev/null
done
run yoi route

say 'The work: worktree, coder, evidence, review, merge, one after the other or side by side'
run yoi orchestrate --max 2

say 'What came of it'
run git log --graph --oneline
run python3 -m unittest
run git worktree list
run yoi ticket list --all

say 'A thread: the reviewer asked once for a test, and every step stands there'
run yoi ticket show "$second"
run yoi ticket doctor
