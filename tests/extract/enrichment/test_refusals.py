"""What services say in the body of an answer: used up, asked too often, unknown shapes, failing on and on."""

import pytest

from extract.enrichment.complaints import complaint_of, says_used_up
from extract.enrichment.registry import INTEGRATIONS
from tests.extract.enrichment.stand_ins import ANSWERS
from tests.extract.enrichment.test_integrations import FOUND

HOURLY = (
    "The maximum number of api calls allowed for api/v1/people/match is 400 times per hour. "
    "Please upgrade your plan."
)
NO_QUOTA = {"error": {"message": "You exceeded your current quota.", "type": "insufficient_quota"}}
PLAN = {"error": "api/v1/people/match is not included in your Free plan.", "error_code": "API_INACCESSIBLE"}


def profiles(enricher, count: int) -> None:
    """Profile text of every lead, for the language model."""
    folder = enricher.data / "profiles"
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"sam-sample-{number}.txt").write_text("She writes about databases.")
    enricher.config = "infer: [gender]\n"


@pytest.mark.parametrize(
    ("integration", "reply", "status", "words"),
    [
        (
            "apollo",
            (422, {"error_details": {"code": "BILLING_LIMIT_REACHED"}}),
            "no credits",
            "BILLING_LIMIT",
        ),
        ("apollo", (429, {"message": HOURLY}), "service not available", "400 times per hour"),
        ("apollo", (403, PLAN), "service not available", "not included in your Free plan"),
        ("profile_inference", (429, NO_QUOTA), "no credits", "You exceeded your current quota."),
        (
            "linkedin_profile",
            (200, {"success": False, "error": "Insufficient credits"}),
            "no credits",
            "Insufficient credits",
        ),
        (
            "linkedin_profile",
            (200, {"success": True, "data": {"success": False, "error": "You are out of credits"}}),
            "no credits",
            "out of credits",
        ),
        ("builtwith", (200, {"Errors": [{"Message": "Sorry.", "Code": -3}]}), "no credits", "Sorry."),
        ("builtwith", (200, {"Errors": [{"Message": "Hm.", "Code": -2}]}), "service not available", "Hm."),
        (
            "hunter",
            (429, {"errors": [{"id": "usage_exceeded", "details": "Limit of 50."}]}),
            "no credits",
            "50.",
        ),
        (
            "pipe0_company_news",
            (200, {"status": "failed", "errors": [{"message": "Not enough credits"}]}),
            "no credits",
            "Not enough credits",
        ),
    ],
)
def test_who_is_used_up_or_asked_too_often_is_asked_once_and_quoted(
    enricher, served, lead, integration, reply, status, words
):
    if integration == "profile_inference":
        profiles(enricher, 12)
    served.answers[INTEGRATIONS[integration].service] = lambda request: reply
    leads = enricher.leads(*(lead(number) for number in range(12)))
    error = enricher.run(integration, leads, parallel=1)
    assert error.exit_code == 3
    assert words in str(error)
    assert len(served.asked) == 1
    assert any(f"{integration}: 12 {status}" in line for line in enricher.said)


def test_a_plan_that_holds_too_little_is_not_told_as_a_bad_key(enricher, served, lead):
    served.answers["apollo"] = lambda request: (403, PLAN)
    error = str(enricher.run("apollo", enricher.leads(lead())))
    assert "see what the account's plan and the key in APOLLO_API_KEY may do" in error
    assert "refuses the key" not in error
    served.answers["apollo"] = lambda request: (401, {"error": "Invalid access credentials."})
    error = str(enricher.run("apollo", enricher.leads(lead())))
    assert "refuses the key (401): put a valid one into APOLLO_API_KEY: Invalid access credentials." in error


@pytest.mark.parametrize(
    "words",
    ["is not a valid ID", "Credit Suisse is no valid organization", "the credit union was not found", ""],
)
def test_one_row_that_is_refused_stops_nobody(enricher, served, lead, words):
    served.answers["apollo"] = lambda request: (
        (422, {"error": words}) if request.subject.endswith("sample-1") else ANSWERS["apollo"](request)
    )
    leads = enricher.leads(*(lead(number) for number in range(3)))
    assert enricher.run("apollo", leads) is None
    assert [ask.status for ask in enricher.asks()] == ["found", "failed", "found"]
    # Its reason stands in the result, and on the console.
    reason = "apollo refused the question (422)" + (f": {words}" if words else "")
    rows, document = enricher.result(leads)
    assert [row["apollo_reason"] for row in rows] == ["", reason, ""]
    assert document["leads"][1]["enrichment_metadata"]["reasons"] == {"apollo": reason}
    assert f"    1 failed: {reason}" in enricher.said


@pytest.mark.parametrize(
    ("text", "is_used_up"),
    [
        ("insufficient_quota", True),
        ("credit_balance_exhausted", True),
        ("You have reached your monthly usage limit", True),
        ("Your account has run out of credits", True),
        ("billing_hard_limit_reached", True),
        ("Payment required", True),
        ("Quota exceeded: 60 requests per minute", False),
        ("Rate limit reached for requests", False),
        ("No person of that name", False),
        ("The credit department of Example Ltd is unknown", False),
        ("limit must be 100 or less", False),
    ],
)
def test_words_about_money_are_told_from_others(text, is_used_up):
    assert says_used_up(text) == is_used_up


def test_only_the_places_of_errors_are_read():
    answer = {"person": {"message": "out of credits"}, "name": "no credits", "errors": [{"details": "odd"}]}
    assert complaint_of(answer).words == "odd"
    assert complaint_of({"errors": {"email": ["is not valid"]}}).words == "is not valid"
    assert not complaint_of(answer).is_about_credits


# Ten failures alike


def failing(*numbers: int, words=lambda number: f"Record {number} has a misconfigured parameter"):
    """Apollo as it is, but for these leads."""

    def answer(request):
        number = int(request.subject.rpartition("-")[2])
        return (422, {"error": words(number)}) if number in numbers else ANSWERS["apollo"](request)

    return answer


def test_ten_failures_alike_stop_a_service_and_the_same_command_goes_on(enricher, served, lead):
    served.answers["apollo"] = failing(*range(14))
    leads = enricher.leads(*(lead(number) for number in range(14)))
    error = enricher.run("apollo,builtwith", leads, parallel=1)
    assert error is not None and error.exit_code == 3
    assert "apollo failed 10 times in a row alike: apollo refused the question (422): Record 9" in str(error)
    assert "What was not asked is asked when you run the same command again" in str(error)
    assert sum(each.service == "apollo" for each in served.asked) == 10
    assert served.answered("builtwith").total() == 0  # it comes after, with what Apollo finds
    served.answers["apollo"] = ANSWERS["apollo"]
    assert enricher.run("apollo,builtwith", leads) is None
    assert served.answered("apollo").total() == 4


def test_rows_that_failed_before_and_fail_again_stop_nobody(enricher, served, lead):
    """Only they are left of a file that was asked about: nothing good can come between them."""
    served.answers["apollo"] = failing(*range(0, 24, 2))
    leads = enricher.leads(*(lead(number) for number in range(24)))
    assert enricher.run("apollo", leads) is None
    assert enricher.run("apollo", leads) is None
    assert len(served.asked) == 24 + 12


def test_ten_failures_of_ten_are_not_passed_over(enricher, served, lead):
    served.answers["apollo"] = failing(*range(10))
    leads = enricher.leads(*(lead(number) for number in range(10)))
    error = enricher.run("apollo", leads, parallel=1)
    assert error.exit_code == 3
    assert "What failed is asked when you run the same command again" in str(error)
    served.answers["apollo"] = ANSWERS["apollo"]
    assert enricher.run("apollo", leads) is None
    assert served.answered("apollo").total() == 10


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(failing(*range(9), *range(10, 19)), id="one good between"),
        pytest.param(
            failing(*range(19), words=lambda number: "Odd name" if number % 5 else "No such profile"),
            id="other words between",
        ),
    ],
)
def test_failures_that_are_not_alike_or_not_in_a_row_stop_nobody(enricher, served, lead, answer):
    served.answers["apollo"] = answer
    leads = enricher.leads(*(lead(number) for number in range(19)))
    assert enricher.run("apollo", leads, parallel=1) is None
    assert len(served.asked) == 19


def test_rows_that_were_never_asked_about_count_as_no_failure_of_a_service(enricher, served, lead):
    enricher.config = "infer: [gender]\n"
    leads = enricher.leads(*(lead(number) for number in range(12)))
    assert enricher.run("profile_inference,profile_text", leads) is None
    assert not served.asked


# Shapes that no document describes

ASKED = ("apollo", "hunter", "clearbit", "crunchbase", "builtwith")


@pytest.mark.parametrize("body", [{}, [], {"error": "odd"}, "odd", None, {"data": {}, "person": {}}])
def test_an_answer_of_another_shape_is_no_nothing_found(enricher, served, lead, body):
    for service in ASKED:
        served.answers[service] = lambda request: (200, body)
    leads = enricher.leads(lead())
    assert enricher.run(",".join(ASKED), leads) is None
    assert enricher.statuses() == dict.fromkeys(ASKED, "failed")
    if body == {"error": "odd"}:
        assert {ask.answer_reason.rpartition(": ")[2] for ask in enricher.asks()} == {"odd"}
        asked = len(served.asked)
        assert enricher.run(",".join(ASKED), leads) is None
        assert len(served.asked) == 2 * asked


def test_a_404_without_the_documented_sign_is_no_nothing_found(enricher, served, lead):
    for service in ASKED:
        served.answers[service] = lambda request: (404, {"error": "no such route"})
    assert enricher.run(",".join(ASKED), enricher.leads(lead())) is None
    assert enricher.statuses() == dict.fromkeys(ASKED, "failed")


@pytest.mark.parametrize(
    ("service", "body"),
    [
        ("crunchbase", {"count": 0, "entities": []}),
        ("builtwith", {"Results": [{"Result": {"Paths": []}}], "Errors": []}),
        ("apollo", {"person": {"title": None, "headline": None, "organization": None}}),
    ],
)
def test_the_documented_sign_of_nothing_is_believed(enricher, served, lead, service, body):
    served.answers[service] = lambda request: (200, body)
    assert enricher.run(service, enricher.leads(lead())) is None
    assert enricher.statuses() == {service: "not_found"}


def test_fields_are_kept_by_type(enricher, served, lead):
    person = {"title": {"a": 1}, "headline": "SRE", "email": ["x@example.com"], "organization": {"name": 7}}
    served.answers["apollo"] = lambda request: (200, {"person": person})
    assert enricher.run("apollo", enricher.leads(lead())) is None
    assert enricher.fields("apollo") == {"headline": "SRE"}


ODD = {"odd": 1}


def twisted(value: object, name: str = "") -> object:
    """The answer with an object in the place of every text and number, but for what says how it went."""
    if isinstance(value, dict):
        return {key: twisted(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [twisted(each, name) for each in value]
    is_kept = isinstance(value, bool) or value is None or name in ("status", "id", "totalCount")
    return value if is_kept else ODD


def test_no_field_of_any_service_takes_an_object_for_a_value(enricher, served, lead):
    enricher.environment = {"HEYREACH_API_KEY": "key", "HEYREACH_BASE_URL": served.url("heyreach")}
    enricher.environment["HEYREACH_REQUESTS_PER_MINUTE"] = "0"
    for service, answer in ANSWERS.items():
        served.answers[service] = lambda request, answer=answer: (200, twisted(answer(request)[1]))
    names = [*FOUND, "linkedin_post_activity"]
    rows = enricher.leads(lead(sender_account_id="50001", ceo_name="Sam Sample"))
    enricher.run(",".join(names), rows)
    fields = {ask.integration: ask.fields for ask in enricher.asks() if ask.fields}
    # A list of objects is kept as it is.
    assert fields.pop("pipe0_company_funding") == {"funding_history": [{"round": ODD}]}
    assert str(ODD) not in str(fields)
    # Rows can be counted whatever they hold, and true and false stay what they are.
    assert set(fields) == {"heyreach_campaigns", "heyreach_network", "pipe0_person_posts"}
    assert "not_found" not in enricher.statuses().values()
