"""`yoi completion`: the scripts that make a shell ask `yoi` what may stand next.

Typer has scripts of its own, but its zsh script evaluates what the program prints, and so a
ticket's title could run a command; and its bash script expands `*` in it. These three treat
all that they read as text. They use Typer's protocol (`_YOI_COMPLETE` and the words so far
in the environment), with candidates as lines: value, tab, what it means.
"""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.cli.candidates import complete_words
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.text.console import write_stdout
from yoi_cli.cli.text.report import report_json, report_lines
from yoi_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_BASH = r"""# Completion of yoi for bash.
# Begin the work on a ticket, and go where it is done.
yoi-start() {
    local folder
    folder=$(yoi start "$@" --print) && cd -- "$folder"
}
_yoi_completion() {
    local IFS=$'\n' value text line
    local -a values=() shown=()
    while IFS=$'\t' read -r value text; do
        # An empty line says that there is nothing, and that no file may stand there.
        [[ $value ]] || { compopt +o default 2>/dev/null; continue; }
        line="$value${text:+  $text}"
        values+=("$value")
        shown+=("${line:0:${COLUMNS:-80} - 2}")
    done < <(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD="$COMP_CWORD" \
        _YOI_COMPLETE=complete_bash "$1" 2>/dev/null)
    compopt -o nosort 2>/dev/null
    # What is listed has its meaning beside it; what is put into the line has not.
    if (( ${#values[@]} > 1 )) && [[ $COMP_TYPE != 37 && $COMP_TYPE != 42 ]]; then
        COMPREPLY=("${shown[@]}")
    else
        COMPREPLY=("${values[@]}")
    fi
}
complete -o default -F _yoi_completion yoi
"""

_ZSH = r"""#compdef yoi
# Completion of yoi for zsh.
# Begin the work on a ticket, and go where it is done.
yoi-start() {
    local folder
    folder=$(yoi start "$@" --print) && cd -- "$folder"
}
_yoi() {
    local value text files=yes
    local -a values shown
    while IFS=$'\t' read -r value text; do
        # An empty line says that there is nothing, and that no file may stand there.
        [[ -n $value ]] || { files=; continue }
        values+=("$value")
        shown+=("$value${text:+  $text}")
    done < <(env _TYPER_COMPLETE_ARGS="${words[1,CURRENT]}" \
        _YOI_COMPLETE=complete_zsh "${words[1]}" 2>/dev/null)
    if (( $#values )); then
        compadd -l -V yoi -d shown -a values
    elif [[ -n $files ]]; then
        _files
    fi
}
if [[ "$funcstack[1]" == _yoi ]]; then
    _yoi "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _yoi yoi
fi
"""

_FISH = r"""# Completion of yoi for fish.
# Begin the work on a ticket, and go where it is done.
function yoi-start
    set -l folder (yoi start $argv --print); and cd -- $folder
end
function __yoi_complete
    set -l typed (commandline -opc | string escape) (commandline -ct)
    set -l found (env _TYPER_COMPLETE_ARGS="$typed" _YOI_COMPLETE=complete_fish yoi 2>/dev/null)
    # An empty line says that there is nothing, and that no file may stand there.
    if test (count $found) -gt 0
        string match --invert --regex '^$' -- $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete --command yoi --no-files --keep-order --arguments '(__yoi_complete)'
"""

SCRIPTS: Mapping[str, str] = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def install(shell: str, environment: Mapping[str, str]) -> list[str]:
    """Put the script of `shell` where it is found; the files that were written.

    bash and zsh read it from a line that is added to the end of their start-up file, where
    it does not stand yet; nothing else in that file is touched.
    """
    home = environment.get("HOME") or os.path.expanduser("~")
    if shell == "fish":
        config = environment.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
        path = os.path.join(config, "fish", "completions", "yoi.fish")
        return [path] if _write(path, SCRIPTS[shell]) else []
    data = environment.get("XDG_DATA_HOME") or os.path.join(home, ".local", "share")
    path = os.path.join(data, "yoi", f"completion.{shell}")
    written = [path] if _write(path, SCRIPTS[shell]) else []
    folder = (environment.get("ZDOTDIR") or home) if shell == "zsh" else home
    start_up = os.path.join(folder, f".{shell}rc")
    if _add_line(start_up, f". {shlex.quote(path)}"):
        written.append(start_up)
    return written


def _write(path: str, script: str) -> bool:
    """Put `script` at `path` at once; whether it was not there yet."""
    if os.path.exists(path):
        with open(path, encoding="utf-8", errors="replace") as file:
            if file.read() == script:
                return False
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = f"{path}.tmp-{os.getpid()}"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(script)
    os.replace(temporary, path)
    return True


def _add_line(path: str, line: str) -> bool:
    """End the file at `path` with `line`, unless it holds it; whether it did not."""
    with open(path, "a+b") as file:
        file.seek(0)
        content = file.read()
        if line.encode() in content.splitlines():
            return False
        gap = b"" if not content or content.endswith(b"\n") else b"\n"
        file.write(gap + line.encode() + b"\n")
    return True


def completion(
    shell: Annotated[
        str | None,
        typer.Argument(
            metavar="[SHELL]",
            help="bash, zsh or fish; default from SHELL.",
            autocompletion=complete_words(SCRIPTS),
            show_default=False,
        ),
    ] = None,
    installs: Annotated[bool, typer.Option("--install", help="Install it for your shell.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print completion for your shell, or install it.

    It completes commands, options, states, and ticket ids with their titles.
    """
    chosen = shell or os.path.basename(os.environ.get("SHELL", ""))
    if chosen not in SCRIPTS:
        raise UsageError(
            "shell_unknown",
            f"There is no completion for the shell {chosen[:40]!r}."
            if chosen
            else "Your shell is unknown.",
            hint=f"Name one of {', '.join(SCRIPTS)}.",
        )
    if installs:
        written = install(chosen, os.environ)
        print_installed(chosen, SCRIPTS[chosen], written, as_json=as_json)
    else:
        print_script(chosen, SCRIPTS[chosen], as_json=as_json)


def print_script(shell: str, script: str, *, as_json: bool) -> None:
    """Print a script for a shell to read."""
    if as_json:
        from yoi_cli.api.documents.workspace import CompletionDocument

        report_json("completion", CompletionDocument(shell=shell, script=script, written=()))
    else:
        write_stdout(script)


def print_installed(shell: str, script: str, written: Sequence[str], *, as_json: bool) -> None:
    """Name the files that installing a script changed."""
    if as_json:
        from yoi_cli.api.documents.workspace import CompletionDocument

        document = CompletionDocument(shell=shell, script=script, written=tuple(written))
        report_json("completion", document)
        return
    sentence = f"Completion for {shell} is installed; open a new {shell} to use it."
    if not written:
        sentence = f"Completion for {shell} is installed already."
    report_lines(
        [("installed", shell, path) for path in written],
        [sentence, *(f"  wrote {path}" for path in written)],
    )
