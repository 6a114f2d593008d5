"""Apollo's people enrichment. Document: https://docs.apollo.io/reference/people-enrichment.

It knows nobody where `person` is null.
"""

from typing import ClassVar

from extract.enrichment.base import Integration, Outcome, Subject, found_or_not
from extract.enrichment.client import ServiceClient
from extract.enrichment.reading import Shape, fields_of, objects, text, whole

_SHAPE: Shape = {
    "title": ("title", text),
    "headline": ("headline", text),
    "email": ("email", text),
    "email_status": ("email_status", text),
    # Only of people whom the operator has as contacts there; other numbers would have to be paid for.
    "phone": ("contact.sanitized_phone", text),
    "company_name": ("organization.name", text),
    "company_domain": ("organization.primary_domain", text),
    "company_industry": ("organization.industry", text),
    "company_size": ("organization.estimated_num_employees", whole),
    "company_country": ("organization.country", text),
}


class Apollo(Integration):
    """A person's job, work address, phone (of your contacts there) and company, by their profile."""

    name, service, entity, key_column = "apollo", "apollo", "person", "person"
    inputs = ("linkedin_url",)
    optional = ("first_name", "last_name", "email", "company_name", "company_domain")
    outputs = (
        "title",
        "headline",
        "email",
        "email_status",
        "phone",
        "company_name",
        "company_domain",
        "company_industry",
        "company_size",
        "company_country",
        "employment",
    )
    credits = 1.0
    found_days = 90

    _PARAMETERS: ClassVar[dict[str, str]] = {"company_name": "organization_name", "company_domain": "domain"}

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        told = {self._PARAMETERS.get(name, name): value for name, value in subject.inputs.items()}
        answer = client.post("people/match", {}, params=told).data
        if not isinstance(answer, dict) or "person" not in answer:
            raise client.undocumented(answer)
        person = answer["person"]
        if person is None:
            return Outcome("not_found", payload=answer)
        fields = fields_of(client, person, _SHAPE)
        fields.setdefault("company_country", text(person.get("country")))
        # Personal addresses and numbers are not asked for; a locked address is a placeholder.
        if "not_unlocked" in fields.get("email", "not_unlocked"):
            fields |= {"email": None, "email_status": None}
        fields["employment"] = _positions(person)
        person.pop("photo_url", None)
        return found_or_not(fields, {"person": person}, credits=self.credits)


def _positions(person: dict) -> list[dict[str, str]]:
    """Positions with the months they lasted; months are what Apollo knows, its days are firsts."""
    told = [
        {
            "title": text(each.get("title")),
            "company": text(each.get("organization_name")),
            "since": (text(each.get("start_date")) or "")[:7],
            "until": (text(each.get("end_date")) or "")[:7],
        }
        for each in objects(person.get("employment_history")) or []
    ]
    entries = [{name: value for name, value in each.items() if value} for each in told]
    return [entry for entry in entries if entry]
