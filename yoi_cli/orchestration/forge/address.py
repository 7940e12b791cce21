"""What a remote's URL says of its forge: the host, the repository there, and where a person opens a
request."""

from __future__ import annotations

import re
from urllib.parse import quote

from yoi_cli.named_tuple import NamedTuple

GITHUB, GITLAB = "gh", "glab"
_SCHEMES = {"https", "http", "ssh", "git", "git+ssh"}
#: Schemes whose port is not that of the forge's pages.
_OTHER_PORT = {"ssh", "git", "git+ssh"}
_URL = re.compile(r"([a-z+]+)://(?:[^/@]*@)?([A-Za-z0-9.-]+)(:[0-9]+)?/+(.+)")
_SCP = re.compile(r"(?:[^/:@]+@)?([A-Za-z0-9.-]{2,}):(?!//)/*(.+)")


class Address(NamedTuple):
    """Where a repository is: the host, with the port of its pages if it has one of its own, and
    the path there. Who logs in, and with what, is not kept."""

    host: str
    path: str
    scheme: str = "https"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}/{quote(self.path)}"


def address_of(url: str) -> Address | None:
    """The address in the URL of a remote; None for a folder, or what says no host."""
    named = _URL.fullmatch(url)
    if named is not None:
        scheme, host, port, path = named.groups()
        if scheme not in _SCHEMES:
            return None
        host += "" if scheme in _OTHER_PORT else port or ""
        return _address(host, path, "http" if scheme == "http" else "https")
    short = _SCP.fullmatch(url)
    return None if short is None else _address(short[1], short[2], "https")


def _address(host: str, path: str, scheme: str) -> Address | None:
    names = path.strip("/").removesuffix(".git").split("/")
    is_whole = len(names) > 1 and all(name not in ("", ".", "..") for name in names)
    return Address(host.lower(), "/".join(names), scheme) if is_whole else None


def program_for(host: str) -> str:
    """The program that asks the forge of this host, as far as its name says; empty for none."""
    if "gitlab" in host:
        return GITLAB
    return GITHUB if "github" in host else ""


def page_of(address: Address, kind: str, branch: str, target: str) -> str:
    """Where a person opens the request. `kind` is one of the programs, or empty: then the forge is
    asked for as Gitea and Forgejo are, and GitHub, too."""
    source, aim = quote(branch, safe=""), quote(target, safe="")
    if kind == GITLAB:
        asked = f"merge_request%5Bsource_branch%5D={source}&merge_request%5Btarget_branch%5D={aim}"
        return f"{address.url}/-/merge_requests/new?{asked}"
    if address.host == "bitbucket.org":
        return f"{address.url}/pull-requests/new?source={source}&dest={aim}"
    end = "?expand=1" if kind == GITHUB else ""
    return f"{address.url}/compare/{quote(target)}...{quote(branch)}{end}"
