"""Apollo, searched for people of a company by their titles, and asked who they are.

A search charges nothing and needs a master key; it tells a number, a title and no link. Who that is costs
what any question about a person does. Where a search does tell the link, nothing more is asked. Documents:
https://docs.apollo.io/reference/people-api-search and https://docs.apollo.io/reference/people-enrichment.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dbt_project.rendering import returned
from extract.enrichment.base import Outcome, Subject, found_or_not
from extract.enrichment.client import ServiceClient
from extract.enrichment.config import EnrichmentConfig
from extract.enrichment.integrations.apollo import Apollo
from extract.enrichment.reading import objects, part, text
from extract.people.suppression import Suppressions

FOUND = returned("catalogue/*.sql", "found_by_search()")
# How many of a company are asked about.
EACH = 3


@dataclass(frozen=True)
class Candidate:
    """Somebody whom a search told of; `told` is what of it names them, where it does."""

    number: str
    told: dict[str, str]

    @property
    def subject(self) -> Subject:
        """What is asked about them."""
        return Subject(
            f"{FOUND}{self.number}", self.told if "linkedin_url" in self.told else {"id": self.number}
        )


def candidates(client: ServiceClient, domain: str, titles: Sequence[str]) -> list[Candidate]:
    """The first people of a company with one of these titles; raises as `ServiceClient.post` does."""
    asked = {
        "person_titles[]": list(titles),
        "q_organization_domains_list[]": [domain],
        **{"page": 1, "per_page": EACH},
    }
    answer = client.post("mixed_people/api_search", {}, params=asked).data
    if not isinstance(answer, dict) or not isinstance(answer.get("people"), list):
        raise client.undocumented(answer)
    found = []
    for person in objects(answer["people"]) or []:
        names = ("linkedin_url", "first_name", "last_name", "title", "headline")
        told = {name: text(person.get(name)) for name in names}
        told |= {"company_name": text(part(person, "organization").get("name")), "company_domain": domain}
        if text(person.get("id")):
            found.append(Candidate(person["id"], {name: value for name, value in told.items() if value}))
    return found[:EACH]


class FoundPerson(Apollo):
    """Whoever a search found, by the number that Apollo gave them; of erased people nothing is kept."""

    def __init__(self, config: EnrichmentConfig, people: Suppressions):
        super().__init__(config)
        self._people = people

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        told = dict(subject.inputs)
        if "linkedin_url" in told:
            fields = {name: told.get(name) for name in self.outputs}
            outcome = found_or_not(fields, {"person": told})
        else:
            outcome = super()._ask(client, subject)
        link = text(part(outcome.payload, "person").get("linkedin_url"))
        if link and self._people.erased({link}):
            return Outcome("failed", reason="erased before it was found", credits=outcome.credits)
        return outcome
