"""A sequence in HeyReach against what an import brings: each slip is a line, and what fits is none."""

import pytest

from extract.outreach.checking import checked_sequence

FIELDS = ["segment", "variant", "connection_note", "first_message", "follow_up_1"]


def node(
    kind: str,
    *texts: str,
    fallback: str | None = None,
    then: dict | None = None,
    accepted: dict | None = None,
):
    payload = {"messages": list(texts), "fallbackMessage": fallback, "toBeWithdrawnAfterDays": 21}
    return {
        **{"nodeType": kind, "actionDelay": 3, "actionDelayUnit": "HOUR", "payload": payload},
        **{"conditionalNode": accepted, "unconditionalNode": then or {"nodeType": "END", "payload": None}},
    }


def sequence(note: str = "{connection_note}", first: str = "{first_message}", **changes: str) -> dict:
    follow = node("MESSAGE", changes.get("follow", "{follow_up_1}"), fallback=changes.get("fallback"))
    message = node("MESSAGE", first, then=follow, fallback="Hello")
    request = node("CONNECTION_REQUEST", *([note] if note else []), accepted=message)
    known = node("MESSAGE", first, then=follow)
    return node("CHECK_IS_CONNECTION", accepted=known, then=node("VIEW_PROFILE", then=request))


def test_a_sequence_that_sends_what_comes_fits():
    assert checked_sequence(sequence(), FIELDS).lines == []
    spelt_otherwise = sequence(first="Hi {FIRST_NAME} of {companyName}: {first_message}")
    assert checked_sequence(spelt_otherwise, FIELDS).lines == []


@pytest.mark.parametrize(
    ("root", "told"),
    [
        (sequence(note=""), ["no step names {connection_note}"]),
        (
            sequence(note="{{connection_note}}"),
            ["has {{connection_note}}, which is sent as it stands", "no step"],
        ),
        (sequence(note="{opener} {connection_note}"), ["names {opener}, which the import doesn't bring"]),
        (sequence(follow="Any news?"), ["no step names {follow_up_1}, so that this text is sent to nobody"]),
        (sequence(fallback="{follow_up_1}"), ["the fallback of step 3 (MESSAGE) names {follow_up_1}"]),
        (
            sequence(note="{first_message}"),
            ["step 5 (CONNECTION_REQUEST) names {first_message}, a message", "no s"],
        ),
    ],
)
def test_each_slip_is_a_line(root, told):
    found = checked_sequence(root, FIELDS).lines
    assert len({each.partition(") ")[2] or each for each in found}) == len(told)
    for part in told:
        assert any(part in each for each in found), (part, found)


@pytest.mark.parametrize("root", [{}, {"payload": []}, {"payload": {"messages": [None, {"message": "Hi"}]}}])
def test_an_odd_answer_names_nothing(root):
    assert len(checked_sequence(root, FIELDS).lines) == 3
