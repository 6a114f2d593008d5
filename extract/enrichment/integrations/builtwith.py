"""BuiltWith's domain lookup. Failures come inside an answer of status 200, by their numeric code.

Documents: https://api.builtwith.com/domain-api, https://api.builtwith.com/llms.txt,
https://api.builtwith.com/errorCodes. It knows nothing where it has results without technologies, or none.
"""

from extract.enrichment.base import (
    Integration,
    NoCreditsError,
    Outcome,
    ServiceDownError,
    Subject,
    found_or_not,
)
from extract.enrichment.client import ServiceClient
from extract.enrichment.complaints import complaint_of
from extract.enrichment.reading import text

# -2: the key is wrong; -5: the plan does not hold this. -3, used up, stands in services.py.
_WRONG_KEY, _PLAN = "-2", "-5"


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
        if not isinstance(answer, dict) or answer.get("Errors"):
            raise _error(client, answer)
        names = set()
        for result in _list(client, answer, answer.get("Results")):
            paths = result.get("Result")
            for path in _list(client, answer, paths.get("Paths") if isinstance(paths, dict) else None):
                technologies = _list(client, answer, path.get("Technologies"))
                named = {each["Name"] for each in technologies if text(each.get("Name"))}
                if technologies and not named:
                    raise client.undocumented(answer)
                names |= named
        return found_or_not(
            {"technologies": sorted(names)}, {"technologies": sorted(names)}, credits=self.credits
        )


def _list(client: ServiceClient, answer: object, value: object) -> list[dict]:
    if not isinstance(value, list):
        raise client.undocumented(answer)
    return [each for each in value if isinstance(each, dict)]


def _error(client: ServiceClient, answer: object) -> Exception:
    codes = complaint_of(answer).codes
    error = client.refusal("failed", answer)
    if isinstance(error, NoCreditsError) or not codes & {_WRONG_KEY, _PLAN}:
        return error
    todo = "see what the plan holds" if _PLAN in codes else "put a valid key into BUILTWITH_API_KEY"
    return ServiceDownError(f"{error}; {todo}")
