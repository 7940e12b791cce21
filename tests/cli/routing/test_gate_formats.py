"""The gate's answer as JUnit XML and as workflow annotations."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from yoi_cli.cli.routing.gate import annotation, junit
from yoi_cli.routing.gate import GateAnswer, GateResult
from yoi_cli.routing.rules import Reason

READY = GateAnswer("00001M7WG035S", True, True, (Reason("queued_and_free", "It is queued."),))
SHUT = GateAnswer("00001M7WG038D", False, True, (Reason("blocked", 'Waits for <"it"> & ]]>'),))
BROKEN = GateAnswer("00001M7WG03B1", False, False, (Reason("diverged", "Its\x1blog\n\ud800."),))


def test_junit_has_a_case_for_each_ticket_and_tells_a_no_from_a_fault() -> None:
    root = ElementTree.fromstring(junit(GateResult("ready", None, (READY, SHUT, BROKEN))))
    (suite,) = root
    assert suite.attrib == {
        "name": "yoi gate",
        "tests": "3",
        "failures": "1",
        "errors": "1",
        "skipped": "0",
        "time": "0",
    }
    assert [case.attrib["name"] for case in suite] == [READY.ticket, SHUT.ticket, BROKEN.ticket]
    assert {case.attrib["classname"] for case in suite} == {"yoi.gate.ready"}
    assert [[child.tag for child in case] for case in suite] == [[], ["failure"], ["error"]]
    failure = suite[1][0]
    assert (failure.attrib["type"], failure.attrib["message"], failure.text) == (
        "blocked",
        SHUT.reasons[0].text,
        SHUT.reasons[0].text,
    )


def test_what_xml_cannot_hold_is_made_visible() -> None:
    root = ElementTree.fromstring(junit(GateResult("done", None, (BROKEN,))))
    assert root[0][0][0].text == "Its\\x1blog\\n\\ud800."


def test_no_ticket_is_an_empty_suite() -> None:
    root = ElementTree.fromstring(junit(GateResult("ready", None, ())))
    assert (root.attrib["tests"], len(root[0])) == ("0", 0)


def test_an_annotation_is_an_error_where_the_gate_is_shut() -> None:
    assert annotation(READY) == "::notice title=00001M7WG035S%3A ready::It is queued."
    assert annotation(SHUT).startswith("::error title=00001M7WG038D%3A not ready::Waits for <")
    assert annotation(BROKEN).startswith("::error title=00001M7WG03B1%3A untrusted::")


@pytest.mark.parametrize("text", ["50% :: done", "a\r\n::error::b", "%0A", "\u2028::warning::x"])
def test_no_text_ends_an_annotation_or_begins_another(text: str) -> None:
    word = f"x:y,{text}"
    line = annotation(GateAnswer(word, False, True, (Reason("ticket_not_found", text),)))
    assert len(line.splitlines()) == 1
    title, message = line.removeprefix("::error title=").split("::", 1)
    assert ":" not in title and "," not in title
    assert "%" not in title.replace("%25", "").replace("%3A", "").replace("%2C", "")
    assert "%" not in message.replace("%25", "")
