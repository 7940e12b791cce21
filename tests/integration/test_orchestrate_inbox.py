"""What a person is asked, and how they hear of it, with real runs."""

from __future__ import annotations

import shlex
import time
from pathlib import Path

from support.orchestration import GOOD, Shop
from support.process import Program

_ASKS = "echo 'I looked at it.'\necho\necho 'Which of the two?'\n"
#: What a notification writes; the shop's settings are a person's, and they trust them.
_TOLD = """
[notify]
command = ["sh", "-c", {script}]
"""


def notify(shop: Shop, script: str) -> None:
    path = shop.repo / ".yoi/ticket.config.toml"
    path.write_text(path.read_text() + _TOLD.format(script=repr(script)))


def wait_for(path: Path) -> str:
    ends = time.monotonic() + 20
    while not path.exists() or not path.read_text().endswith("\n"):
        assert time.monotonic() < ends, f"{path} was never written"
        time.sleep(0.05)
    return path.read_text()


def test_the_inbox_has_what_a_run_stopped_at_and_its_command_answers(shop: Shop) -> None:
    shop.script("coder-1", _ASKS)
    ticket = shop.queue()
    assert shop.yoi("inbox").out == ""
    shop.run(code=5)
    (found,) = shop.yoi("inbox", "--json").json["waiting"]
    assert (found["ticket"], found["reason"]) == (ticket, "needs_answer")
    assert found["message"] == "Which of the two?"
    assert found["last_words"] == "I looked at it.\n\nWhich of the two?"
    row = shop.yoi("inbox").out.rstrip("\n").split("\t")
    assert row[:2] == [ticket, "needs_answer"]
    assert row[3] == found["command"]
    words = shlex.split(found["command"].replace("TEXT", "'The first.'"))
    assert words[0] == "yoi"
    shop.yoi(*words[1:])
    assert shop.yoi("inbox").out == ""
    shop.run()
    assert f"{ticket}.txt" in shop.files()


def test_a_review_that_a_person_gives_is_in_the_inbox_with_what_the_coder_said(shop: Shop) -> None:
    shop.configure('review = "person"\nclose = true')
    shop.script("coder", GOOD + "echo 'All of it is there.'\n")
    ticket = shop.queue()
    shop.run(code=5)
    (found,) = shop.yoi("inbox", "--json").json["waiting"]
    assert (found["ticket"], found["reason"]) == (ticket, "review")
    assert found["last_words"].endswith("All of it is there.")
    words = shlex.split(found["command"].replace("TEXT", "Good."))
    shop.yoi(*words[1:])
    shop.run()
    assert shop.yoi("inbox").out == ""


def test_a_notification_is_run_once_for_each_thing_that_waits(shop: Shop) -> None:
    told = shop.agents / "told"
    notify(shop, f'{{ cat; echo "$YOI_REASON $YOI_COMMAND"; }} >> {told}')
    shop.script("coder-1", _ASKS)
    ticket = shop.queue()
    shop.run(code=5)
    text = wait_for(told)
    assert text.startswith(f"{ticket} A piece of work\n\nWhich of the two?\n")
    assert text.endswith(f"needs_answer yoi ticket answer {ticket} -m TEXT\n")
    shop.run(code=5)
    assert told.read_text() == text
    workers = shop.yoi("worker", "list", "--json").json["workers"]
    assert [one["role"] for one in workers].count("notifier") == 1
    shop.yoi("ticket", "answer", ticket, "-m", "The first.")
    shop.script("coder-2", _ASKS.replace("two", "three"))
    shop.run(code=5)
    workers = shop.yoi("worker", "list", "--json").json["workers"]
    assert [one["role"] for one in workers].count("notifier") == 2


def test_a_notification_is_confined_without_secrets_and_holds_nothing_up(
    shop: Shop, env: dict[str, str]
) -> None:
    told, secret = shop.agents / "told", "correct-horse"
    shop.configure("close = true", profile='[worker]\nsecrets = ["SHOP_TOKEN"]')
    script = (
        f'{{ cat; echo "token=$SHOP_TOKEN"; echo x 2>&1 >> .yoi/forged; }} > {told} 2>&1; sleep 60'
    )
    notify(shop, script)
    shop.script("coder-1", 'echo "Is $SHOP_TOKEN right?"\n')
    shop.queue()
    begun = time.monotonic()
    yoi = Program(shop.yoi.argv, env | {"SHOP_TOKEN": secret}, shop.repo)
    assert yoi("orchestrate", check=False).code == 5
    assert time.monotonic() - begun < 50, "the run does not wait for it"
    text = wait_for(told)
    while "token=" not in text:
        text = wait_for(told)
    assert "Is [redacted] right?" in text
    assert secret not in text
    assert "\ntoken=\n" in text
    assert not (shop.repo / ".yoi/forged").exists()
    shop.yoi("worker", "stop", notifier(shop))


def test_a_notification_that_cannot_be_started_is_told_and_the_run_goes_on(shop: Shop) -> None:
    path = shop.repo / ".yoi/ticket.config.toml"
    path.write_text(path.read_text() + '\n[notify]\ncommand = ["no-such-program"]\n')
    shop.script("coder-1", _ASKS)
    shop.queue()
    done = shop.run(code=5)
    assert '"notify_failed"' in done.out


def notifier(shop: Shop) -> str:
    workers = shop.yoi("worker", "list", "--json").json["workers"]
    return str(next(one["worker_id"] for one in workers if one["role"] == "notifier"))
