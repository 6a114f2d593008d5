"""DataGen's tools run on servers that an account connects: one that isn't connected is no bad key."""

import pytest

from tests.extract.enrichment.stand_ins import ANSWERS, Asked

NO = {"error": "Unauthorized"}
MISSING = "MCP server LinkedIn is not connected"
TOLD = (
    "datagen takes the key, but the server of its tool get_linkedin_person_data is not connected in your "
    "account: connect it, or log in to it again, at https://datagen.dev/signalgen/mcp-servers"
)
TOOLS = {"success": True, "data": {"success": True, "result": []}}


def without_linkedin(reply: tuple[int, object]):
    """DataGen as it is for an account that has not connected LinkedIn's server."""

    def answer(request: Asked) -> tuple[int, object]:
        tool = request.body["tool_alias_name"]
        if tool == "listTools":
            return 200, TOOLS
        return reply if "linkedin" in tool else ANSWERS["datagen"](request)

    return answer


def tools(served) -> list[str]:
    """The tools that were asked for, in their order."""
    return [each.body["tool_alias_name"] for each in served.asked]


@pytest.mark.parametrize(
    ("reply", "is_told"),
    [
        ((401, NO), False),
        ((403, NO), False),
        ((401, {"error": MISSING}), True),
        ((200, {"success": False, "error": MISSING}), True),
        ((200, {"success": True, "data": {"success": False, "error": MISSING}}), True),
    ],
)
def test_a_tool_whose_server_is_not_connected_is_told_and_the_others_are_asked(
    enricher, served, lead, reply, is_told
):
    served.answers["datagen"] = without_linkedin(reply)
    rows = enricher.leads(*(lead(number) for number in range(3)))
    error = enricher.run("linkedin_profile,web_research", rows, parallel=1)
    assert error.exit_code == 3
    assert TOLD in str(error)
    assert "DATAGEN_API_KEY" not in str(error)
    # Whether the key is taken is looked up with a tool that needs no server, where nothing says so.
    asked = ["get_linkedin_person_data"] + ["listTools"] * (not is_told)
    assert tools(served) == asked + ["chatgpt_webresearch"] * 3
    assert any("linkedin_profile: 3 service not available" in line for line in enricher.said)
    assert any("web_research: 3 found" in line for line in enricher.said)
    served.answers["datagen"] = ANSWERS["datagen"]
    assert enricher.run("linkedin_profile,web_research", rows) is None
    assert {ask.status for ask in enricher.asks()} == {"found"}


@pytest.mark.parametrize("of_its_own", [None, (200, {"success": False, "error": "Unauthorized"})])
@pytest.mark.parametrize(
    ("status", "words"), [(401, "put a valid one into DATAGEN_API_KEY"), (403, "DATAGEN_API_KEY may do")]
)
def test_a_key_that_no_tool_takes_is_told_as_a_bad_key(enricher, served, lead, status, words, of_its_own):
    served.answers["datagen"] = lambda request: (
        (request.body["tool_alias_name"] == "listTools" and of_its_own) or (status, NO)
    )
    error = enricher.run("linkedin_profile,web_research", enricher.leads(lead()), parallel=1)
    assert words in str(error)
    assert "not connected" not in str(error)
    assert tools(served) == ["get_linkedin_person_data", "listTools"]
