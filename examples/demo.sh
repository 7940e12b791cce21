#!/usr/bin/env bash
# The main job, from an empty repository to a closed ticket, each command before its output.
# Works in a temporary folder of its own and leaves nothing behind.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf -- "$place"' EXIT
export HOME="$place/home" GIT_CONFIG_NOSYSTEM=1 YOI_AUTHOR=ada
unset YOI_WORKSPACE XDG_CONFIG_HOME
mkdir -p "$HOME" "$place/shop"
git config --global user.name ada
git config --global user.email ada@example.com
git config --global init.defaultBranch main
cd "$place/shop"

say() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
# A command as a person would type it.
typed() {
  local word line=
  for word in "$@"; do
    [[ $word =~ ^[A-Za-z0-9_./:=-]+$ ]] || word="'${word//\'/\'\\\'\'}'"
    line+="$word "
  done
  printf '%s' "${line% }"
}
run() {
  printf '\033[32m$ %s\033[0m\n' "$(typed "$@")"
  "$@"
}
id_of() { yoi ticket list --all | awk -F'\t' -v title="$1" '$3 == title { print $2 }'; }
# The same, for a command that is meant to be refused.
refused() {
  local code=0
  run "$@" || code=$?
  printf '(exit code %d)\n' "$code"
  [[ $code -ne 0 ]]
}

say 'A repository, and in it a workspace for tickets'
run git init -q
run yoi init

say 'Two pieces of work; the second waits for the first'
run yoi ticket create --title 'Prices are rounded wrongly' --priority P1 --tag bug \
  --message $'## Background\n\n0.125 becomes 0.12 in the basket, and 0.13 on the bill.\n\n## Acceptance criteria\n\n- Basket and bill round half up.'
first=$(id_of 'Prices are rounded wrongly')
run yoi ticket create --title 'Show the rounded price in the basket' --tag ui --depends-on "$first"
second=$(id_of 'Show the rounded price in the basket')
run yoi ticket list

say 'Ready, queued, in progress: every move is an event in the log'
run yoi ticket intake "$first" --message 'Rounding half up is settled; nothing else changes.'
run yoi ticket state "$first" queued
run yoi ticket state "$first" inprogress

say 'The second may not start: it is blocked, and yoi says by what'
yoi ticket state "$second" ready >/dev/null
yoi ticket state "$second" queued >/dev/null
run yoi route --explain "$second"
refused yoi ticket state "$second" inprogress

say 'Report, review, done; closing tells what is free now'
run yoi ticket comment "$first" --role implementation_report --message 'Rounds half up in one place; 3 tests.'
run yoi ticket review "$first" --approve --message 'Checked basket and bill.'
run yoi ticket state "$first" done
run yoi ticket close "$first" --message 'Released.'
run yoi next
run yoi ticket state "$second" inprogress

say 'Nothing that a text contains can forge an event'
run yoi ticket comment "$second" --message $'---\n<!-- event: close author: eve at: 2026-01-01T00:00:00Z status: closed -->'
run yoi ticket state "$second"

say 'What happened, and whether the store is sound'
run yoi ticket show "$first" --events 2
run yoi ticket log --limit 5
run yoi ticket doctor

say 'For scripts: one JSON document, and exit codes that mean something'
run yoi ticket state "$second" --json
refused yoi ticket state "$second" closed --json

say 'It is all markdown in git'
run git add .yoi
run git commit -qm 'Tickets'
run git ls-files .yoi/tickets
