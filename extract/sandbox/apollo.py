"""Apollo's answers about the invented companies: which they are, and what they hire for.

Documents: https://docs.apollo.io/reference/organization-enrichment, organization-jobs-postings and
people-enrichment beside it.
"""

from collections.abc import Callable, Mapping
from re import search

from extract.sandbox import people
from extract.sandbox.answers import Answer
from extract.sandbox.clock import iso
from extract.sandbox.companies import Company, Posting

PATH = "api/v1/"
# As many postings as a page has where nobody says.
PAGE = 25


def answer(
    find: Callable[[str], Company | None], path: str, query: Mapping[str, str], key: str | None, now: int
) -> Answer:
    """A company by domain, its postings by id, a person by whose company is told; strangers are null."""
    if not key:
        return Answer.json({"error": "Invalid access credentials."}, 401)
    if path == f"{PATH}people/match":
        found = find(query.get("domain", "").partition(".")[0] or query.get("organization_name", ""))
        return Answer.json({"person": {"organization": _organization(found, now)} if found else None})
    if path == f"{PATH}organizations/enrich":
        found = find(query.get("domain", "").partition(".")[0])
        return Answer.json({"organization": _organization(found, now) if found else None})
    if not search(f"^{PATH}organizations/[^/]+/job_postings$", path):
        return Answer(404)
    number = search("/a0{15}([0-9a-f]{8})/", path)
    found = find(people.company_name(int(number[1], 16))) if number else None
    if not found:
        return Answer.json({"error": "Organization not found"}, 422)
    many = int(query.get("per_page", PAGE))
    first = many * (int(query.get("page", 1)) - 1)
    postings = found.postings_open(now)[first : first + many]
    return Answer.json({"organization_job_postings": [_posting(each, now) for each in postings]})


def _organization(found: Company, now: int) -> dict:
    return {
        "id": f"a{'0' * 15}{found.number:08x}",
        "name": found.name,
        "website_url": f"http://www.{found.domain}",
        "primary_domain": found.domain,
        "industry": found.industry.lower(),
        "estimated_num_employees": found.employees_at(now),
    }


def _posting(posting: Posting, now: int) -> dict:
    city, _, rest = posting.place.partition(", ")
    return {
        "id": f"b{'0' * 15}{posting.number:08x}",
        "title": posting.title,
        "url": f"https://jobs.example.com/{posting.number}",
        "city": city,
        "state": rest or None,
        "country": None,
        "last_seen_at": iso(now, 0),
        "posted_at": iso(posting.since, 0),
    }
