"""Public job boards: a board is guessed, and counts only where it is the company's."""

import pytest

from extract.enrichment.companies import accounts_of, is_same_company, registered_label
from extract.enrichment.postings import MOST


@pytest.mark.parametrize(
    ("domain", "label"),
    [
        ("ours.example", "ours"),
        ("jobs.ours.example", "ours"),
        ("ours.co.uk", "ours"),
        ("co.uk", "co"),
        ("our-own.example", "our-own"),
    ],
)
def test_the_registered_part_of_a_domain(domain, label):
    assert registered_label(domain) == label


def test_guesses_by_domain_and_name_the_likeliest_first():
    assert accounts_of("our-own.example", "Our Own Müller GmbH") == ["our-own", "ourown", "ourownmuller"]
    assert accounts_of("ours.example", None) == ["ours"]
    assert accounts_of("ours.example", "株式会社") == ["ours"]


@pytest.mark.parametrize(
    ("board", "name", "is_same"),
    [
        ("Ours", "Ours, Inc.", True),
        ("Ours Robotics", "Ours", True),
        ("Ours", "Ours Robotics GmbH", True),
        ("Oursons", "Ours", False),
        ("Theirs", "Ours", False),
        ("Ours", None, True),
        ("Ours Robotics", None, False),
        (None, "Ours", False),
    ],
)
def test_whether_a_board_is_the_company_s(board, name, is_same):
    assert is_same_company(board, "ours.example", name) == is_same


@pytest.mark.parametrize("integration", ["greenhouse", "lever"])
@pytest.mark.parametrize(
    ("cells", "requests"),
    [
        # Nobody has such a board; another company has.
        ({"company_domain": "nobody.test", "company_name": "Nobody"}, 1),
        ({"company_domain": "example.test", "company_name": "Sample Works"}, 2),
    ],
)
def test_no_board_and_another_company_s_are_nothing_found(
    enricher, served, lead, integration, cells, requests
):
    """It is known for a while, and costs nothing."""
    rows = enricher.leads(lead(**cells))
    for _ in range(2):
        assert enricher.run(integration, rows) is None
        assert enricher.statuses() == {integration: "not_found"}
    pages = 1 if integration == "lever" and requests == 2 else 0  # its second page of postings
    assert len(served.asked) == requests + pages
    assert enricher.answers()[0]["cost_usd"] == 0


def test_a_board_without_open_positions_is_found_and_says_so(enricher, served, lead):
    """So that it is known that the company doesn't hire."""
    empty = {"boards/example": {"name": "Example"}, "boards/example/jobs": {"jobs": []}}
    served.answers["greenhouse"] = lambda request: (200, empty.get(request.path, {"departments": []}))
    assert enricher.run("greenhouse", enricher.leads(lead())) is None
    assert enricher.fields("greenhouse") == {"job_board": "Example", "open_positions": 0}


def test_a_site_at_lever_counts_by_its_name_too(enricher, served, lead):
    served.answers["lever"] = lambda request: (200, [{"text": "Writer", "createdAt": "soon"}])
    rows = enricher.leads(lead(company_domain="example.test", company_name="Example Ltd"))
    assert enricher.run("lever", rows) is None
    [posting] = enricher.fields("lever")["job_postings"]
    assert posting == {"title": "Writer"} | dict.fromkeys(("department", "location", "date", "url"))


def test_an_answer_in_another_form_is_no_company_that_does_not_hire(enricher, served, lead):
    served.answers["greenhouse"] = lambda request: (200, {"name": "Example"})
    assert enricher.run("greenhouse", enricher.leads(lead())) is None
    assert enricher.statuses() == {"greenhouse": "failed"}


@pytest.mark.parametrize(("has_postings", "credits"), [(True, 2), (False, 1)])
def test_apollo_charges_for_the_company_and_for_postings_that_there_are(
    enricher, served, lead, has_postings, credits
):
    postings = [{"title": "SRE", "posted_at": "2026-02-01T00:00:00Z"}] if has_postings else []
    answers = {"organizations/enrich": {"organization": {"id": "a1"}}}
    served.answers["apollo"] = lambda request: (
        200,
        answers.get(request.path, {"organization_job_postings": postings}),
    )
    rows = enricher.leads(lead())
    for _ in range(2):  # the second time it is known
        assert enricher.run("apollo_job_postings", rows) is None
    assert enricher.fields("apollo_job_postings")["open_positions"] == len(postings)
    assert [(each["status"], each["credits"]) for each in enricher.answers()] == [("found", credits)]
    assert [each.path for each in served.asked] == ["organizations/enrich", "organizations/a1/job_postings"]


@pytest.mark.parametrize("organization", [{"name": "Example"}, {"id": "../people"}, "Example"])
def test_an_organization_without_an_id_is_in_no_documented_form(enricher, served, lead, organization):
    served.answers["apollo"] = lambda request: (200, {"organization": organization})
    assert enricher.run("apollo_job_postings", enricher.leads(lead())) is None
    assert enricher.statuses() == {"apollo_job_postings": "failed"}
    assert len(served.asked) == 1


def test_of_many_postings_the_newest_are_kept(enricher, served, lead):
    jobs = [{"id": n, "title": f"Job {n}", "updated_at": f"20{10 + n % 16}-01-01"} for n in range(200)]
    answers = {"boards/example": {"name": "Example"}, "boards/example/jobs": {"jobs": jobs}}
    served.answers["greenhouse"] = lambda request: (200, answers.get(request.path, {"departments": []}))
    assert enricher.run("greenhouse", enricher.leads(lead())) is None
    fields = enricher.fields("greenhouse")
    assert fields["open_positions"] == 200
    assert len(fields["job_postings"]) == MOST
    assert {posting["date"][:4] for posting in fields["job_postings"]} == {
        "2025",
        "2024",
        "2023",
        "2022",
        "2021",
    }
