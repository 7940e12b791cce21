"""What the URL of a remote says of its forge."""

from __future__ import annotations

import pytest

from yoi_cli.orchestration.forge.address import address_of, page_of, program_for


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://github.com/acme/widgets.git", "github.com", "acme/widgets"),
        ("https://GitHub.com/acme/widgets/", "github.com", "acme/widgets"),
        ("https://ada:t0ken@github.com/acme/widgets", "github.com", "acme/widgets"),
        ("git@github.com:acme/widgets.git", "github.com", "acme/widgets"),
        ("ssh://git@gitlab.example.org:2222/a/b/c.git", "gitlab.example.org", "a/b/c"),
        ("https://git.example.org:8443/a/b", "git.example.org:8443", "a/b"),
        ("http://git.example.org/a/b", "git.example.org", "a/b"),
    ],
)
def test_an_address_is_host_and_path_without_whoever_logs_in(
    url: str, host: str, path: str
) -> None:
    found = address_of(url)
    assert found is not None
    assert (found.host, found.path) == (host, path)
    assert "t0ken" not in found.url


@pytest.mark.parametrize(
    "url",
    [
        *("", "/srv/origin.git", "../origin.git", "file:///srv/a/b.git", "C:/a/b"),
        *("https://github.com/widgets", "https://github.com/a/../b", "ext::sh -c x"),
    ],
)
def test_a_folder_or_half_an_address_is_none(url: str) -> None:
    assert address_of(url) is None


@pytest.mark.parametrize(
    ("url", "page"),
    [
        (
            "git@github.com:acme/widgets.git",
            "https://github.com/acme/widgets/compare/main...work/1-x?expand=1",
        ),
        (
            "https://gitlab.com/acme/widgets.git",
            "https://gitlab.com/acme/widgets/-/merge_requests/new?"
            "merge_request%5Bsource_branch%5D=work%2F1-x&merge_request%5Btarget_branch%5D=main",
        ),
        (
            "https://bitbucket.org/acme/widgets.git",
            "https://bitbucket.org/acme/widgets/pull-requests/new?source=work%2F1-x&dest=main",
        ),
        (
            "https://codeberg.org/acme/widgets.git",
            "https://codeberg.org/acme/widgets/compare/main...work/1-x",
        ),
    ],
)
def test_the_page_is_where_that_forge_opens_requests(url: str, page: str) -> None:
    found = address_of(url)
    assert found is not None
    assert page_of(found, program_for(found.host), "work/1-x", "main") == page
