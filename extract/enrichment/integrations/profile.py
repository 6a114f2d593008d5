"""Whether there is profile text about a person: from files supplied, or pages fetched politely."""

from extract.enrichment.base import Integration, Outcome, Subject, found_or_not
from extract.enrichment.profiles import ProfileSource, fingerprint
from extract.workspace.services import PROFILES


class ProfileText(Integration):
    """Profile text about a person from data/profiles (or fetched, if switched on): how long, and which."""

    name, service, entity, key_column = "profile_text", PROFILES, "person", "person"
    inputs = ("linkedin_url",)
    outputs = ("profile_characters", "profile_fingerprint")
    found_days, not_found_days = 30, 1
    is_repeatable = True

    def _ask(self, client: ProfileSource, subject: Subject) -> Outcome:
        text, origin = client.text(subject.key, subject.inputs["linkedin_url"])
        return found_or_not(
            {"profile_characters": len(text), "profile_fingerprint": fingerprint(text)}, {"origin": origin}
        )
