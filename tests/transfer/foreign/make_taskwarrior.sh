#!/usr/bin/env bash
# Makes taskwarrior.json with the task of this machine (2.6): `make_taskwarrior.sh > taskwarrior.json`.
set -eu
HOME=$(mktemp -d); export HOME TZ=UTC; trap 'rm -rf "$HOME"' EXIT
printf 'data.location=%s/.task\nconfirmation=off\nnews.version=2.6.0\nuda.size.type=string\n' "$HOME" > "$HOME/.taskrc"
t() { task rc.verbose=nothing rc.bulk=0 rc.recurrence.confirmation=off "$@" </dev/null >/dev/null 2>&1 || true; }
t add "Write the parser" project:yoi.core priority:H +next +docs due:2026-12-01 size:large
t add "Lex it" depends:1 scheduled:2026-11-01
t 1 annotate "see https://example.org/x"
t 1 annotate "It is  \"quoted\" – and 日本語"
t 1 start
t add "Done already" priority:L
t 3 done
t add "Water the plants" due:2026-12-10 recur:weekly
t list
t add "Thrown away"
t 5 delete
t add "Later" wait:2030-01-01 priority:M
task rc.verbose=nothing rc.json.array=on export
