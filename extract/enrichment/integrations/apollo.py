"""Apollo's people enrichment. Document: https://docs.apollo.io/reference/people-enrichment."""

from typing import ClassVar

from extract.enrichment.base import Integration, Outcome, Subject, found_or_not
from extract.enrichment.client import ServiceClient, whole


class Apollo(Integration):
    """A person's job, work address and company, by their LinkedIn profile."""

    name, service, entity, key_column = "apollo", "apollo", "person", "person"
    inputs = ("linkedin_url",)
    optional = ("first_name", "last_name", "email", "company_name", "company_domain")
    outputs = (
        "title",
        "headline",
        "email",
        "email_status",
        "company_name",
        "company_domain",
        "company_industry",
        "company_size",
        "company_country",
    )
    credits = 1.0
    found_days = 90

    _PARAMETERS: ClassVar[dict[str, str]] = {"company_name": "organization_name", "company_domain": "domain"}

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        told = {self._PARAMETERS.get(name, name): value for name, value in subject.inputs.items()}
        answer = client.post("people/match", {}, params=told).data
        person = answer.get("person") if isinstance(answer, dict) else None
        if not isinstance(person, dict):
            return Outcome("not_found", payload=answer)
        company = person.get("organization") if isinstance(person.get("organization"), dict) else {}
        # Personal addresses and numbers are not asked for; a locked address is a placeholder.
        email = person.get("email") if "not_unlocked" not in str(person.get("email")) else None
        person.pop("photo_url", None)
        return found_or_not(
            {
                "title": person.get("title"),
                "headline": person.get("headline"),
                "email": email,
                "email_status": person.get("email_status") if email else None,
                "company_name": company.get("name"),
                "company_domain": company.get("primary_domain"),
                "company_industry": company.get("industry"),
                "company_size": whole(company.get("estimated_num_employees")),
                "company_country": company.get("country") or person.get("country"),
            },
            {"person": person},
            credits=self.credits,
        )
