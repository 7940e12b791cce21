"""What the files of a git folder plainly say of its refs, for whoever would start git for it.

As gitrepository-layout(5) has them: HEAD, a file for each ref, `packed-refs`. Of a repository that
keeps its refs otherwise, and of whatever is not plainly so, nothing is said: git is to be asked.
"""

from __future__ import annotations

import os
import re
import stat

from yoi_cli.git.dot_git import at_once, first_line

_BRANCH = "ref: refs/heads/"
#: A branch of a usual name; that of a repository that keeps refs otherwise is `.invalid`.
_NAME = re.compile(r"(?!.*\.\.)[\w-][\w./-]*")
_FULL_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def are_full_ids(*revisions: str) -> bool:
    """Whether each of `revisions` is the full id of an object, and so the same one for ever."""
    return all(_FULL_ID.fullmatch(one) for one in revisions)


def head_of(git_dir: str) -> tuple[str, str] | None:
    """The branch that HEAD plainly names and no commit, or no branch and the commit where it is
    detached; None where git has to be asked."""
    line = first_line(os.path.join(git_dir, "HEAD")) or ""
    branch = line.removeprefix(_BRANCH)
    if branch != line:
        return (branch, "") if _NAME.fullmatch(branch) else None
    return ("", line) if are_full_ids(line) else None


def branch_named(git_dir: str, common_dir: str) -> str | None:
    """The branch that the HEAD of `git_dir` plainly names, also one without a commit; None where
    git is to be asked, as where no branch is checked out, or one that stands for another."""
    branch, _ = head_of(git_dir) or ("", "")
    says = first_line(os.path.join(common_dir, "refs/heads", branch)) if branch else "ref:"
    return None if (says or "").startswith("ref:") else branch


def head_commit(git_dir: str, common_dir: str) -> str | None:
    """The commit that HEAD of a checkout is at; None where git has to be asked."""
    found = head_of(git_dir)
    if found is None:
        return None
    branch, commit = found
    return branch_commit(common_dir, branch) if branch else commit


def branch_commit(common_dir: str, branch: str) -> str | None:
    """The commit at the head of a branch that has a file of its own; None where git has to be
    asked."""
    line = first_line(os.path.join(common_dir, "refs/heads", branch)) or ""
    return line if are_full_ids(line) else None


def is_without_branches_below(common_dir: str, branch: str) -> bool:
    """Whether there plainly is no branch called `branch/…`; where not, git has to be asked."""
    packed = _packed(common_dir)
    if packed is None or os.path.lexists(os.path.join(common_dir, "refs/heads", branch)):
        return False
    return b" refs/heads/%b/" % os.fsencode(branch) not in packed


def has_no_own_refs(git_dir: str) -> bool:
    """Whether a linked worktree plainly has no refs of its own: git packs none of those."""
    common_dir = os.path.dirname(os.path.dirname(git_dir))
    own = (os.path.join(git_dir, "refs", name) for name in ("bisect", "rewritten", "worktree"))
    return os.path.isdir(os.path.join(common_dir, "refs/heads")) and not any(
        map(os.path.lexists, own)
    )


def tracking_refs(common_dir: str, branch: str) -> list[str] | None:
    """The full names of the refs that say where remotes were last seen to have `branch`; None
    where git has to be asked."""
    packed, folder = _packed(common_dir), os.path.join(common_dir, "refs/remotes")
    if packed is None:
        return None
    named = rb" refs/remotes/([^/\n]+)/%b\n" % re.escape(os.fsencode(branch))
    found = {os.fsdecode(name) for name in re.findall(named, packed)}
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        names = []
    except OSError:
        return None
    found.update(one for one in names if os.path.isfile(os.path.join(folder, one, branch)))
    return [f"refs/remotes/{one}/{branch}" for one in sorted(found)]


def _packed(common_dir: str) -> bytes | None:
    """The file of packed refs; None where refs are kept otherwise, or it cannot be read."""
    if not os.path.isdir(os.path.join(common_dir, "refs/heads")):
        return None
    try:
        with open(os.path.join(common_dir, "packed-refs"), "rb", opener=at_once) as file:
            return file.read() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
    except FileNotFoundError:
        return b""
    except OSError:
        return None
