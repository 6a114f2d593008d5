"""Hunter's email finder and verifier. Document: https://hunter.io/api-documentation/v2.

The finder knows nothing where `email` is null. The verifier answers 202 while it is still looking, and 222
where the address's own server kept it from finding out. An address found is a credit and one verified half of
one; what is not found or can't be verified is free
(https://help.hunter.io/en/articles/1911617-how-do-credits-work-in-hunter).
"""

from extract.enrichment.base import Integration, Outcome, RowError, Subject, found_or_not
from extract.enrichment.client import ServiceClient
from extract.enrichment.reading import Shape, fields_of, part, text, whole

_SHAPE: Shape = {
    "email": ("data.email", text),
    "score": ("data.score", whole),
    "status": ("data.verification.status", text),
    "phone": ("data.phone_number", text),
}
_VERIFIED: Shape = {
    "verified_email_status": ("data.status", text),
    "verified_email_score": ("data.score", whole),
}
_UNDECIDED = {
    202: "hunter is still looking: ask again in some minutes",
    222: "hunter could not verify it, because the address's mail server answered oddly: ask again later",
}


def find_email(client: ServiceClient, parameters: dict) -> tuple[dict, dict]:
    """The address, its score and status, a phone number, and the whole answer."""
    answer = client.get("email-finder", {**parameters, "api_key": client.keys["HUNTER_API_KEY"]}).data
    kept = {"data": part(answer, "data")}
    if not fields_of(client, answer, {"email": _SHAPE["email"]}):
        return {}, kept
    return fields_of(client, answer, _SHAPE), kept


class Hunter(Integration):
    """A person's work address, how sure it is, and phone, by name and company domain."""

    name, service, entity, key_column = "hunter", "hunter", "email", "company_domain"
    inputs = ("company_domain", "first_name", "last_name")
    outputs = ("email", "email_score", "email_status", "phone")
    credits = 1.0
    found_days = not_found_days = 30

    def subject(self, row) -> Subject | None:
        subject = super().subject(row)
        name = f"{row.get('first_name', '')} {row.get('last_name', '')}".casefold()
        return subject and Subject(f"{name} {subject.key}", subject.inputs)

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        found, answer = find_email(
            client,
            {
                "domain": subject.inputs["company_domain"],
                "first_name": subject.inputs["first_name"],
                "last_name": subject.inputs["last_name"],
            },
        )
        fields = {
            "email": found.get("email"),
            "email_score": found.get("score"),
            "email_status": found.get("status"),
            "phone": found.get("phone"),
        }
        return found_or_not(fields, answer, credits=self.credits)


class HunterVerifier(Integration):
    """Whether an address can be written to: valid, invalid, accept_all, webmail, disposable or unknown."""

    name, service, entity, key_column = "hunter_verifier", "hunter", "email", "email"
    inputs = ("email",)
    outputs = ("verified_email", "verified_email_status", "verified_email_score")
    credits = 0.5
    found_days = not_found_days = 30

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        reply = client.get("email-verifier", {"email": subject.key, "api_key": client.keys["HUNTER_API_KEY"]})
        if reply.status in _UNDECIDED:
            raise RowError(_UNDECIDED[reply.status])
        fields = fields_of(client, reply.data, _VERIFIED)
        kept = {
            "data": {name: value for name, value in part(reply.data, "data").items() if name != "sources"}
        }
        is_verified = fields.get("verified_email_status") != "unknown"
        return found_or_not(
            {"verified_email": subject.key, **fields} if fields else {},
            kept,
            credits=self.credits if is_verified else 0.0,
        )


class CeoEmail(Integration):
    """The work address of a company's chief executive, whom find_ceo names."""

    name, service, entity, key_column = "ceo_email", "hunter", "company", "company_domain"
    inputs = ("company_domain", "ceo_name")
    outputs = ("ceo_email", "ceo_email_score")
    credits = 1.0
    found_days = not_found_days = 30

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        found, answer = find_email(client, {"domain": subject.key, "full_name": subject.inputs["ceo_name"]})
        fields = {"ceo_email": found.get("email"), "ceo_email_score": found.get("score")}
        return found_or_not(fields, answer, credits=self.credits)
