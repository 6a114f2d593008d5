"""How people and companies are shown: one person in several spellings, ids and states of completeness."""

from extract.sandbox import people
from extract.sandbox.clock import WEEK
from extract.sandbox.leads import COMPANY_LIST_SIZE, REGIONS, CampaignLead, ImportedLead, Person


def profile(
    imported: ImportedLead, spelling: int, at: int, is_resolved: bool, email_share: float = 0.0
) -> dict:
    """The 16 keys of `linkedInUserProfile`; before HeyReach has looked a person up their ids are others."""
    person = imported.person
    number = person.number
    first_name = people.first_name(number, person.gender)
    if people.scatter(number, 15, 300) == 0:
        first_name = people.AWKWARD_NAMES[number % len(people.AWKWARD_NAMES)]
    elif people.scatter(number, 16, 40) == 0:
        first_name = f"  {first_name} "
    location = REGIONS[person.region] or (None if number % 2 else "")
    is_listed = people.scatter(number, 17, 12) == 0
    return {
        "linkedin_id": linkedin_id(number, is_resolved),
        "profileUrl": _profile_url(person, spelling),
        "firstName": first_name,
        "lastName": people.last_name(number),
        "headline": f"{person.title} at {people.company_name(person.company)}",
        "imageUrl": _image_url(number, at),
        "location": location,
        "companyName": people.company_name(person.company),
        "companyUrl": None if number % 3 else _company_url(person.company),
        "position": (person.title, person.title, "", None)[people.scatter(number, 18, 4)],
        "about": None,
        "connections": 500 if is_listed else 0,
        "followers": 400 + number % 500 + at // WEEK % 100 if is_listed else 0,
        "emailAddress": people.email(number, person.gender, person.company, email_share),
        "enrichedEmailAddress": None,
        "customEmailAddress": None,
    }


def campaign_spelling(lead: CampaignLead) -> int:
    # The URL comes back as it was supplied to the campaign: sometimes as in the list, mostly canonical.
    choice = people.scatter(lead.id, 6, 12)
    return lead.imported.spelling if choice < 4 else int(choice == 4)


def _profile_url(person: Person, spelling: int) -> str | None:
    match person.url_kind:
        case "profile":
            return people.SPELLINGS[spelling](person.slug)
        case "company_page":
            return _company_url(person.company)
        case "empty":
            return ""
        case _:
            return None


def linkedin_id(number: int, is_resolved: bool) -> str:
    """Three shapes, and not the same one before and after HeyReach has looked the person up."""
    shape = people.scatter(number, 19, 10)
    if shape == 0:
        return people.member_id(number)
    if is_resolved and shape < 4:
        return str(90_000_001 + number)
    return people.imported_id(number)


def _image_url(number: int, at: int) -> str | None:
    if number % 2:
        return None
    expires = (at // WEEK + 2) * 7 * 86_400
    return f"https://media.example.com/profile/{number}.jpg?e={expires}"


def _company_url(number: int) -> str:
    return f"https://www.linkedin.com/company/{people.company_name(number).lower().replace(' ', '-')}"


def supplied_profile(supplied: dict, number: int, is_resolved: bool) -> dict:
    """The same of somebody who was added through the API, as they were supplied."""
    return {
        "linkedin_id": linkedin_id(number, is_resolved),
        "profileUrl": supplied["profileUrl"],
        "firstName": supplied["firstName"],
        "lastName": supplied["lastName"],
        "headline": supplied["summary"],
        "imageUrl": None,
        "location": supplied["location"],
        "companyName": supplied["companyName"],
        "companyUrl": None,
        "position": supplied["position"],
        "about": supplied["about"],
        "connections": 0,
        "followers": 0,
        "emailAddress": supplied["emailAddress"],
        "enrichedEmailAddress": None,
        "customEmailAddress": None,
    }


def companies() -> list[dict]:
    """The rows of GetCompaniesFromList: no id and no LinkedIn URL, the size as text."""
    return [_company(number) for number in range(COMPANY_LIST_SIZE)]


def _company(number: int) -> dict:
    name = people.company_name(number)
    return {
        "name": name,
        "description": f"{name} makes software for its branch.",
        "industry": "Software Development",
        "imageUrl": None,
        "companySize": ("11-50", "51-200", "201-500", "501-1000", "1001-5000")[number % 5],
        "employeesOnLinkedIn": 20 + people.scatter(number, 7, 4000),
        "location": "Springfield",
        "specialities": "cloud, freight" if number % 3 else None,
        "website": f"https://{people.company_domain(number)}",
    }
