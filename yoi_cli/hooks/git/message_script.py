"""What the hook `commit-msg` looks at by itself before it starts `yoi`, as lines of a shell.

It lets a message pass that says something and whose one trailer is the ticket of the branch, where
that ticket is in the store of the main worktree and nobody claims it: `yoi hook run commit-msg`
would, and starting it costs more than the commit. Whatever is otherwise is left to it.
"""

from __future__ import annotations

from yoi_cli.model.commits import TRAILER
from yoi_cli.model.ids import TICKET_ID_LENGTH
from yoi_cli.model.naming import BRANCH_PREFIX

#: A line's end, to part what one git says of two things.
LINE = ("line='", "'")
#: Of a message that no editor was opened on alone: others may have comments. A line that begins
#: with a blank may go on with a trailer. In a bare repository or a submodule no store is found.
#: Before the first commit git has no HEAD to name.
_PASS = f"""at=$(git rev-parse --git-common-dir --symbolic-full-name HEAD 2>/dev/null)
branch=${{at##*$line}}
case $branch in refs/heads/*) ;; *) branch=$(git symbolic-ref -q HEAD) ;; esac
case $branch in
  refs/heads/{BRANCH_PREFIX}*) ;;
  *) grep -qi '^{TRAILER}[[:space:]]*:' "$1" || exit "$code" ;;
esac
ticket=${{branch#refs/heads/{BRANCH_PREFIX}}}
ticket=${{ticket%%-*}}
case ${{GIT_EDITOR-}}$ticket in
  *[!:0-9A-HJKMNP-TV-Z]*) ;;
  :{"?" * TICKET_ID_LENGTH})
    common=${{at%%$line*}}
    said=$(grep -i -e '^{TRAILER}[[:space:]]*:' -e '^[[:space:]]' "$1")
    if [ -f "${{common%.git}}.yoi/tickets/$ticket/item.md" ] &&
      [ ! -e "$common/yoi/claims/$ticket.json" ] && [ "$said" = "{TRAILER}: $ticket" ]
    then
      read -r first < "$1"
      case $first in "$said") ;; *[![:space:]]*) exit "$code" ;; esac
    fi ;;
esac"""
PASS = (*LINE, *_PASS.split("\n"))
