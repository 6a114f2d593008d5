"""Apollo's search, invented: people of a company by their titles, and who somebody is by its number.

They stand in no list and no campaign. Documents: https://docs.apollo.io/reference/people-api-search and
https://docs.apollo.io/reference/people-enrichment.
"""

from re import search

from extract.sandbox import people
from extract.sandbox.answers import Answer
from extract.sandbox.asking import Find, Request
from extract.sandbox.companies import Company
from extract.sandbox.crunchbase import place as place_of

# People here have numbers from this one on, so that they are nobody's leads.
FIRST_PERSON = 900_000
TITLES = ("CTO", "VP Engineering", "Head of Platform", "Head of Product", "Engineering Manager")


def is_asked(request: Request) -> bool:
    """Whether this is a search for people, or about somebody whom one found."""
    return request.path.endswith("/api_search") or (
        request.path.endswith("/people/match") and "id" in request.query
    )


def answer(find: Find, request: Request) -> Answer:
    """Search, which tells numbers, and match, which knows people by these."""
    if not request.key:
        return Answer.json({"error": "Invalid access credentials."}, 401)
    if request.path == "api/v1/mixed_people/api_search":
        wanted = {title.lower() for title in request.lists.get("person_titles[]", ())}
        domains = request.lists.get("q_organization_domains_list[]", ())
        found = [
            _shown(company, place)
            for company in filter(None, (find(domain.partition(".")[0]) for domain in domains))
            for place in range(len(TITLES))
            if _works(company, place) and (not wanted or TITLES[place].lower() in wanted)
        ]
        size, page = (int(request.query.get(name, usual)) for name, usual in (("per_page", 10), ("page", 1)))
        first = size * (page - 1)
        return Answer.json({"total_entries": len(found), "people": found[first : first + size]})
    if request.path == "api/v1/people/match":
        at = search("^([0-9a-f]{8})([0-9a-f]{16})$", request.query.get("id", ""))
        company = find(people.company_name(int(at[1], 16))) if at else None
        place = int(at[2], 16) if at else 0
        is_known = company and place < len(TITLES) and _works(company, place)
        return Answer.json({"person": _told(company, place, request.now) if is_known else None})
    return Answer(404)


def _works(company: Company, place: int) -> bool:
    return people.scatter(company.number, 41 + place, 100) < 70


def _number(company: Company, place: int) -> int:
    return FIRST_PERSON + company.number * len(TITLES) + place


def _gender(number: int) -> str:
    return "female" if people.scatter(number, 51, 2) else "male"


def _id(company: Company, place: int) -> str:
    return f"{company.number:08x}{place:016x}"


def _shown(company: Company, place: int) -> dict:
    number = _number(company, place)
    last = people.last_name(number)
    return {
        "id": _id(company, place),
        "first_name": people.first_name(number, _gender(number)),
        "last_name_obfuscated": f"{last[:2]}***{last[-1]}",
        "title": TITLES[place],
        "has_email": True,
        "organization": {"name": company.name, "has_industry": True},
    }


def _told(company: Company, place: int, now: int) -> dict:
    number = _number(company, place)
    gender = _gender(number)
    first, last = people.first_name(number, gender), people.last_name(number)
    email = people.email(number, gender, company.number, 0.7)
    return {
        "id": _id(company, place),
        "first_name": first,
        "last_name": last,
        "name": f"{first} {last}",
        "linkedin_url": people.canonical_url(people.slug(number, gender)),
        "title": TITLES[place],
        "headline": f"{TITLES[place]} at {company.name}",
        "email": email,
        "email_status": "verified" if email else None,
        "organization": {
            "name": company.name,
            "primary_domain": company.domain,
            "industry": company.industry.lower(),
            "estimated_num_employees": company.employees_at(now),
            "country": place_of(company)[1],
        },
        "employment_history": [],
    }
