"""Approvals that are to be signed: who may sign is said by the target branch, and a signature is
for one verdict on one commit of one ticket."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.orchestration import GOOD, UNCONFINED, Shop, shop_in
from support.process import Program, Result

from yoi_cli.model.signed_review import NAMESPACE, SignedReview, packed

pytestmark = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="needs ssh-keygen (Debian: openssh-client)"
)
ALLOWED = ".yoi/allowed_signers"
SETTINGS = 'review = "person"\napprovals = "{}"'
ID = "01ZZZZZZZZ000000000000000"


@dataclass
class SignedShop(Shop):
    """A shop that may be told to count signed approvals alone, ada's."""

    def key(self, name: str) -> Path:
        """The private key of somebody; made where there is none."""
        path = self.agents / f"key-{name}"
        if not path.exists():
            asked = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)]
            subprocess.run(asked, check=True)
        return path

    def allow(self, *names: str) -> None:
        """Commit who may sign to the target branch."""
        lines = [f"{one}@shop {self.key(one).with_suffix('.pub').read_text()}" for one in names]
        (self.repo / ALLOWED).write_text("".join(lines))
        self.git("add", "--all", cwd=self.repo)
        self.git("commit", "--quiet", "--allow-empty", "-m", "Who may sign", cwd=self.repo)

    def reported(self) -> str:
        """A ticket whose work waits for a review."""
        ticket = self.queue()
        self.run(ticket, code=5)
        return ticket

    def branch(self, ticket: str) -> str:
        return self.head(f"work/{ticket}-a-piece-of-work")

    def approve(self, ticket: str, *options: str, check: bool = True) -> Result:
        asked = ("ticket", "review", ticket, "--approve", "-m", "Good.")
        return self.yoi(*asked, *options, check=check)

    def signature(
        self, name: str, ticket: str, commit: str, verdict: str = "approve", space: str = NAMESPACE
    ) -> dict[str, str]:
        """What somebody signed elsewhere, as the attributes of a review."""
        text = SignedReview(ticket, commit, verdict, "ab12").text
        asked = ["ssh-keygen", "-Y", "sign", "-n", space, "-f", str(self.key(name))]
        done = subprocess.run(asked, input=text, capture_output=True, check=True)
        return {"nonce": "ab12", "signature": packed(done.stdout.decode())}

    def arrive(self, ticket: str, commit: str, signed: Mapping[str, str], number: int = 1) -> None:
        """Have an approval stand in the log as after a sync: this clone did not write it."""
        said = {"status": "approve", "commit": commit, **signed}
        pairs = " ".join(f"{key}: {value}" for key, value in said.items())
        header = f"event: review author: bob at: 2026-01-01T00:00:00Z {pairs} id: {ID}{number}"
        with (self.repo / ".yoi/tickets" / ticket / "thread.md").open("a") as file:
            file.write(f"\n<!-- {header} -->\n\n## Review: approve\n\nGood.\n\n---\n")

    def refused(self, ticket: str) -> str:
        """What a run says of the ticket, which it does not merge."""
        message: str = self.run(ticket, "--json", code=5).json["outcomes"][0]["message"]
        assert self.merges() == []
        return message


@pytest.fixture
def shop(workspace: Path, yoi: Program, git: Program) -> SignedShop:
    plain = shop_in(workspace, yoi, git)
    made = SignedShop(plain.repo, plain.agents, yoi, git)
    made.configure(SETTINGS.format("signed"))
    made.allow("ada")
    return made


def test_a_signed_approval_merges_and_another_does_not(shop: SignedShop) -> None:
    ticket = shop.reported()
    shop.approve(ticket)
    assert "is not signed, and counts for nothing here" in shop.refused(ticket)
    waiting = shop.yoi("inbox", "--json").json["waiting"][0]
    assert "is not signed, and counts for nothing here" in waiting["message"]
    assert waiting["commands"][0].endswith("--approve --sign -m TEXT")
    shown = shop.yoi("ticket", "show", ticket)
    assert "it is not signed: it counts for nothing here" in shown.out
    shop.approve(ticket, "--key", str(shop.key("ada")))
    assert "signed by ada@shop" in shop.yoi("ticket", "show", ticket).out
    assert "signature" not in shop.yoi("ticket", "show", ticket).out
    shop.run(ticket)
    assert len(shop.merges()) == 1


def test_without_that_setting_the_same_approval_merges(shop: SignedShop) -> None:
    shop.configure(SETTINGS.format("local"))
    ticket = shop.reported()
    shop.approve(ticket)
    shop.run(ticket)
    assert len(shop.merges()) == 1


@pytest.mark.parametrize("setting", ["signed", "local"])
def test_an_approval_that_arrives_counts_where_it_is_signed(shop: SignedShop, setting: str) -> None:
    shop.configure(SETTINGS.format(setting))
    ticket = shop.reported()
    commit = shop.branch(ticket)
    shop.arrive(ticket, commit, shop.signature("ada", ticket, commit))
    if setting == "local":
        assert "is not this clone's" in shop.refused(ticket)
        return
    document = shop.yoi("ticket", "show", ticket, "--json").json
    assert document["elsewhere"] == []
    assert list(document["approvals"].values()) == ["signed by ada@shop"]
    shop.run(ticket)
    assert len(shop.merges()) == 1


@pytest.mark.parametrize("what", ["ticket", "commit", "verdict", "namespace"])
def test_a_signature_for_something_else_is_none(shop: SignedShop, what: str) -> None:
    ticket = shop.reported()
    commit = shop.branch(ticket)
    about = {
        "ticket": (shop.queue("Another"), commit),
        "commit": (ticket, shop.head()),
        "verdict": (ticket, commit, "request_changes"),
        "namespace": (ticket, commit, "approve", "git"),
    }
    shop.arrive(ticket, commit, shop.signature("ada", *about[what]))
    assert "the signature is not for this" in shop.refused(ticket)


def test_the_key_of_somebody_else_signs_nothing(shop: SignedShop) -> None:
    ticket = shop.reported()
    shop.approve(ticket, "--key", str(shop.key("eve")))
    assert "nobody who may sign has that key" in shop.refused(ticket)


def test_who_may_sign_is_read_from_the_target_and_nowhere_else(shop: SignedShop) -> None:
    eve = f"eve@shop {shop.key('eve').with_suffix('.pub').read_text()}"
    line = f"cat >> {ALLOWED} <<'END'\n{eve}END\n"
    shop.script("coder", f"mkdir -p .yoi\n{line}{GOOD}")
    ticket = shop.reported()
    (shop.repo / ALLOWED).write_text(eve)
    shop.approve(ticket, "--key", str(shop.key("eve")))
    assert "nobody who may sign has that key" in shop.refused(ticket)
    shop.git("checkout", "--quiet", "--", ALLOWED, cwd=shop.repo)
    shop.allow("ada", "eve")
    shop.run(ticket)
    assert len(shop.merges()) == 1, "the control: the target says so now"


def test_without_a_file_in_the_target_nobody_may_sign(shop: SignedShop) -> None:
    shop.git("rm", "--quiet", ALLOWED, cwd=shop.repo)
    shop.git("commit", "--quiet", "-m", "Nobody", cwd=shop.repo)
    ticket = shop.reported()
    shop.approve(ticket, "--key", str(shop.key("ada")))
    assert f"`main` has no {ALLOWED}" in shop.refused(ticket)


@pytest.mark.parametrize("is_a_copy", [True, False])
def test_an_approval_that_was_taken_back_is_not_given_again_by_its_copy(
    shop: SignedShop, is_a_copy: bool
) -> None:
    shop.script("coder-2", "exit 1")
    ticket = shop.reported()
    commit = shop.branch(ticket)
    signed = shop.signature("ada", ticket, commit)
    shop.arrive(ticket, commit, signed)
    shop.yoi("ticket", "review", ticket, "--request-changes", "-m", "No: it is wrong.")
    if is_a_copy:
        shop.arrive(ticket, commit, signed, 2)
        shop.run(ticket, code=5)
        assert shop.merges() == []
        return
    shop.approve(ticket, "--key", str(shop.key("ada")))
    shop.run(ticket)
    assert len(shop.merges()) == 1


def test_a_reviewer_does_not_sign_and_a_person_is_asked(shop: SignedShop) -> None:
    shop.configure('approvals = "signed"', profile=UNCONFINED)
    ticket = shop.reported()
    assert [line.split()[1] for line in shop.ran()] == ["coder", "reviewer"]
    assert "The reviewer approves it, and a person is to sign that." in shop.refused(ticket)
    assert len(shop.ran()) == 2
    assert shop.yoi("inbox", "--json").json["waiting"][0]["reason"] == "review"
    shop.approve(ticket, "--key", str(shop.key("ada")))
    shop.run(ticket)
    assert len(shop.merges()) == 1


def test_the_key_is_the_one_that_git_signs_with_or_an_error_says_what_to_do(
    shop: SignedShop,
) -> None:
    ticket = shop.reported()
    refused = shop.approve(ticket, "--sign", check=False)
    assert "signing_key_missing" in refused.err
    assert "event: review" not in shop.thread(ticket)
    shop.git("config", "gpg.format", "ssh", cwd=shop.repo)
    shop.git("config", "user.signingKey", str(shop.key("ada").with_suffix(".pub")), cwd=shop.repo)
    shop.approve(ticket, "--sign")
    assert re.search(r"nonce: \w{16} signature: [\w+/=]+ id", shop.thread(ticket))
    shop.run(ticket)
    assert len(shop.merges()) == 1


def test_without_ssh_keygen_nothing_is_recorded_and_nothing_counts(
    shop: SignedShop, tmp_path: Path
) -> None:
    ticket = shop.reported()
    commit = shop.branch(ticket)
    shop.arrive(ticket, commit, shop.signature("ada", ticket, commit))
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("git", "sh", "env"):
        (programs / name).symlink_to(shutil.which(name) or "")
    env = {"PATH": str(programs)}
    refused = shop.yoi(
        *("ticket", "review", ticket, "--approve", "-m", "x", "--key", str(shop.key("ada"))),
        check=False,
        env=env,
    )
    assert "ssh-keygen is not installed. [ssh_keygen_missing]" in refused.err
    assert "openssh-client" in refused.err
    shown = shop.yoi("ticket", "show", ticket, env=env).out
    assert "ssh-keygen is not installed" in shown
