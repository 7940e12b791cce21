"""How one ticket is worked on, as it says itself, with real runs."""

from __future__ import annotations

from support.orchestration import APPROVE, GOOD, Shop

_OTHER = """
[profiles.other]
command = ["sh", "{agents}/other.sh"]
models = ["small", "large"]
"""
_CODES = f'cat > /dev/null\necho "$YOI_MODEL" > model.txt\n{GOOD}'


def other_profile(shop: Shop) -> None:
    (shop.agents / "other.sh").write_text(_CODES)
    path = shop.repo / ".yoi/ticket.config.toml"
    path.write_text(path.read_text() + _OTHER.format(agents=shop.agents))


def test_a_ticket_chooses_its_coder_model_target_and_rounds(shop: Shop) -> None:
    other_profile(shop)
    shop.git("branch", "release")
    plain, ticket = shop.queue(), shop.queue("Another")
    choices = ("coder=other", "model=large", "target=release")
    shop.yoi("ticket", "edit", ticket, *(word for one in choices for word in ("--set", one)))
    before = shop.head()
    shop.run()
    assert f"{plain}.txt" in shop.files()
    assert f"{ticket}.txt" not in shop.files()
    assert shop.git("show", f"release:{ticket}.txt").out == f"{ticket}\n"
    assert shop.git("show", "release:model.txt").out == "large\n"
    assert shop.git("merge-base", "--is-ancestor", before, "main").code == 0
    assert f"{ticket} coder 1" not in shop.ran()
    assert f"{ticket} reviewer 1" in shop.ran()


def test_a_ticket_chooses_how_often_its_coder_is_sent_back(shop: Shop) -> None:
    shop.script("coder", "true\n")
    ticket = shop.queue()
    shop.yoi("ticket", "edit", ticket, "--set", "rounds=1")
    shop.run(code=5)
    assert shop.ran() == [f"{ticket} coder 1", f"{ticket} coder 2"]


def test_a_person_reviews_the_ticket_that_asks_for_one(shop: Shop) -> None:
    shop.script("reviewer", APPROVE)
    ticket = shop.queue()
    shop.yoi("ticket", "edit", ticket, "--set", "reviewer=person")
    shop.run(code=5)
    assert shop.ran() == [f"{ticket} coder 1"]
    (found,) = shop.yoi("inbox", "--json").json["waiting"]
    assert found["reason"] == "review"


def test_nothing_is_begun_with_what_the_settings_do_not_name(shop: Shop) -> None:
    ticket = shop.queue()
    done = shop.yoi("ticket", "edit", ticket, "--set", "coder=codex", "--json", check=False)
    assert (done.code, done.error["code"]) == (2, "choice_invalid")
    item = shop.repo / ".yoi/tickets" / ticket / "item.md"
    text = item.read_text()
    item.write_text(text.replace("\n---\n", "\ncoder: 'codex'\n---\n", 1))  # as a sync brings it
    done = shop.run("--json", code=1)
    (outcome,) = done.json["outcomes"]
    assert (outcome["result"], outcome["reason"]) == ("refused", "choice_invalid")
    assert shop.ran() == []
    shop.yoi("ticket", "edit", ticket, "--set", "coder=")
    shop.run()
    assert f"{ticket}.txt" in shop.files()


def test_a_key_that_there_is_not_and_a_value_that_is_none_are_refused(shop: Shop) -> None:
    ticket = shop.queue()
    for given, code in (("speed=9", "choice_unknown"), ("rounds=0", "choice_invalid")):
        done = shop.yoi("ticket", "edit", ticket, "--set", given, "--json", check=False)
        assert (done.code, done.error["code"]) == (2, code)
