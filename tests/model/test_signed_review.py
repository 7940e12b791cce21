"""What is signed of a review, and how a signature stands in a header."""

from __future__ import annotations

import pytest

from yoi_cli.model.signed_review import SignedReview, packed, unpacked

WHOLE = SignedReview("00001M7YV0F5Q", "a" * 40, "approve", "ab12")


def test_everything_that_matters_is_in_the_text() -> None:
    assert WHOLE.is_whole
    assert WHOLE.text == (
        b"yoi review\nticket: 00001M7YV0F5Q\ncommit: " + b"a" * 40 + b"\nverdict: approve\n"
        b"nonce: ab12\n"
    )


@pytest.mark.parametrize(
    "changed",
    [
        WHOLE._replace(commit="a" * 7),
        WHOLE._replace(commit=""),
        WHOLE._replace(commit="a" * 40 + "\n"),
        WHOLE._replace(verdict="approve\nverdict: x"),
        WHOLE._replace(nonce=""),
        WHOLE._replace(ticket="00001M7YV0F5Q\ncommit"),
    ],
)
def test_what_names_no_commit_or_could_say_two_things_is_not_whole(changed: SignedReview) -> None:
    assert not changed.is_whole


def test_a_signature_comes_back_as_openssh_wrote_it() -> None:
    lines = ["U1NIU0lH" * 8 + "AAAAAA", "QUJD="]
    armored = "\n".join(
        ["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]
    )
    assert packed(armored) == "".join(lines)
    assert unpacked(packed(armored)).decode() == armored
