"""What the hook `prepare-commit-msg` does, as lines of a shell that start small programs alone.

`yoi hook run prepare-commit-msg` does the same. The rules are those of model/trailers.py, and the
tests hold both to one table of messages.
"""

from __future__ import annotations

from yoi_cli.model.commits import TRAILER
from yoi_cli.model.naming import BRANCH_PREFIX

#: Prints the number of the line that the trailer stands behind, how many empty lines come before
#: it, and how many lines there are; nothing where the message has its trailer. Intervals such as
#: `-{24}` are not known to every awk.
_PLACE = r"""
function blank(s) { return s !~ /[^ \t\r]/ }
function comment(s) { return mark != "" && index(s, mark) == 1 }
function before_cut(s, at) {
  sub(/\r$/, "", s); at = index(s, cut)
  return at > 1 && at + length(cut) - 1 == length(s) ? substr(s, 1, at - 1) : ""
}
BEGIN {
  dashes = "------------------------"; cut = " " dashes " >8 " dashes
  mark = ENVIRON["COMMENT_MARK"]; auto = mark == "auto"; if (auto) mark = ""
}
{
  line[NR] = $0
  if (before_cut($0) != "" && auto && mark == "") mark = before_cut($0)
  if (!blank($0)) last = substr($0, 1, 1)
}
END {
  if (auto && mark == "" && last != "" && index("#;@!$%^&|:", last)) mark = last
  for (end = 0; end < NR; end++) {
    s = line[end + 1]
    if (comment(s) && before_cut(s) != "") break
  }
  while (end && (blank(line[end]) || comment(line[end]))) end--
  for (title = 1; title <= end; title++) if (!comment(line[title]) && blank(line[title])) break
  for (i = end; i >= title; i--) {
    s = line[i]
    if (comment(s)) continue
    if (blank(s)) break
    if (s ~ /^[ \t]/) { folded++; continue }
    token = s ~ /^[A-Za-z0-9-]+[ \t]*:/
    by_git = index(s, "Signed-off-by: ") == 1 || index(s, "(cherry picked from commit ") == 1
    if (token || by_git) {
      trailers++
      if (by_git) generated = 1
      if (token && s !~ /^[A-Za-z0-9-]+[ \t]*:([ \t\r]|$)/) odd = 1
      if (tolower(s) ~ /^NAME[ \t]*:/) found = 1
    } else others += 1 + folded
    folded = 0
  }
  others += folded
  block = generated ? trailers * 3 >= others : trailers && !others
  if (block && found) exit
  print end, (block && !odd ? 0 : 1) + !end, NR
}""".replace("NAME", TRAILER.lower())

#: An id has thirteen characters. A message that no editor is opened on has no comments. The new
#: message takes the old one's place in one step, so that a full disk loses nothing.
PREPARE = f"""case ${{2-}} in merge | squash) exit 0 ;; esac
branch=$(git symbolic-ref -q HEAD) || exit 0
case $branch in refs/heads/{BRANCH_PREFIX}*) ;; *) exit 0 ;; esac
ticket=${{branch#refs/heads/{BRANCH_PREFIX}}}
ticket=${{ticket%%-*}}
export LC_ALL=C
case $ticket in
  *[!0-9A-HJKMNP-TV-Z]*) exit 0 ;;
  {"?" * 13}) ;;
  *) exit 0 ;;
esac
mark=
if [ "${{GIT_EDITOR-}}" != : ]; then
  mark=$(git config --get core.commentString || git config --get core.commentChar || echo '#')
fi
place=$(COMMENT_MARK=$mark awk '{_PLACE}' "$1") || exit 0
[ -n "$place" ] || exit 0
end=${{place%% *}} lines=${{place##* }} empty=${{place% *}}
empty=${{empty#* }}
add() {{
  while [ "$empty" -gt 0 ]; do echo; empty=$((empty - 1)); done
  echo "{TRAILER}: $ticket"
}}
[ -z "$(tail -c 1 "$1")" ] || echo >> "$1"
if [ "$end" -eq "$lines" ]; then
  add >> "$1"
else
  {{
    [ "$end" -eq 0 ] || head -n "$end" "$1"
    add && tail -n "+$((end + 1))" "$1"
  }} > "$1.yoi" && mv -f "$1.yoi" "$1" || rm -f "$1.yoi"
fi
exit 0""".split("\n")
