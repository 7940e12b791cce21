#!/usr/bin/env bash
# Makes git_bug_list.json and git_bug_show.json beside this script with the git-bug of this machine
# (built from its main branch of July 2025).
set -eu
OUT=$(cd "$(dirname "$0")" && pwd); D=$(mktemp -d); trap 'rm -rf "$D"' EXIT
export HOME="$D/home" GIT_CONFIG_NOSYSTEM=1 TZ=UTC; mkdir "$HOME"; git init -q "$D/r"; cd "$D/r"
git config user.name Ada; git config user.email ada@example.org
git-bug user new -n "Ada Example" -e ada@example.org --non-interactive >/dev/null
git-bug bug new -t "The board is slow" -m $'It takes a second to draw.\n\n- [ ] below 100 ms' --non-interactive >/dev/null
A=$(git-bug bug --format id)
git-bug bug label new "$A" bug ui >/dev/null
git-bug bug comment new "$A" -m "Measured: 1.2 s." --non-interactive >/dev/null
git-bug bug comment new "$A" -m "Now 90 ms." --non-interactive >/dev/null
git-bug bug new -t "Closed one" -m "" --non-interactive >/dev/null
git-bug bug status close "$(git-bug bug --format id | tail -1)"
git-bug bug --format json > "$OUT/git_bug_list.json"
git-bug bug --format id | while read -r id; do git-bug bug show "$id" --format json; done > "$OUT/git_bug_show.json"
