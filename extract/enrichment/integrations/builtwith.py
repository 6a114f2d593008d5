"""BuiltWith's domain lookup. Documents: https://api.builtwith.com/domain-api, https://api.builtwith.com/llms.txt."""

from extract.enrichment.base import (
    Integration,
    NoCreditsError,
    Outcome,
    RowError,
    ServiceDownError,
    Subject,
    found_or_not,
)
from extract.enrichment.client import ServiceClient


class BuiltWith(Integration):
    """The technologies a company's site uses now, by its domain."""

    name, service, entity, key_column = "builtwith", "builtwith", "company", "company_domain"
    inputs = ("company_domain",)
    outputs = ("technologies",)
    credits = 1.0

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        answer = client.get(
            "v22/api.json",
            {
                "KEY": client.keys["BUILTWITH_API_KEY"],
                "LOOKUP": subject.key,
                "LIVEONLY": "yes",
                "NOMETA": "yes",  # names and addresses of people are not wanted
                "NOPII": "yes",
                "HIDEDL": "yes",
            },
        ).data
        answer = answer if isinstance(answer, dict) else {}
        _refuse_errors(client, answer.get("Errors"))
        names = {
            str(technology["Name"])
            for result in answer.get("Results") or []
            for path in (result.get("Result") or {}).get("Paths") or []
            for technology in path.get("Technologies") or []
            if technology.get("Name")
        }
        return found_or_not(
            {"technologies": sorted(names)}, {"technologies": sorted(names)}, credits=self.credits
        )


def _refuse_errors(client: ServiceClient, errors: object) -> None:
    """It tells failures inside an answer of status 200."""
    for error in errors or []:
        text = client.told(error.get("Message") if isinstance(error, dict) else error)
        if "credit" in text.lower():
            raise NoCreditsError(f"builtwith: {text}")
        if "key" in text.lower():
            raise ServiceDownError(f"builtwith: {text}; put a valid key into BUILTWITH_API_KEY")
        raise RowError(f"builtwith: {text}")
