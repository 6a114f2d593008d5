"""Profile text about a person, and its sections: from files supplied, or pages fetched politely."""

from extract.enrichment.base import Integration, Outcome, Subject, found_or_not
from extract.enrichment.profiles import ProfileSource, fingerprint
from extract.enrichment.sections import sections_of
from extract.workspace.services import PROFILES


class ProfileText(Integration):
    """A person's profile text from data/profiles (or fetched, if switched on): which, and its sections."""

    name, service, entity, key_column = "profile_text", PROFILES, "person", "person"
    inputs = ("linkedin_url",)
    outputs = ("profile_characters", "profile_fingerprint", "about", "employment", "education")
    found_days, not_found_days = 30, 1
    is_repeatable = True

    def _ask(self, client: ProfileSource, subject: Subject) -> Outcome:
        text, origin = client.text(subject.key, subject.inputs["linkedin_url"])
        fields = {"profile_characters": len(text), "profile_fingerprint": fingerprint(text)}
        # Of a fetched page nothing may be kept for longer than the page.
        fields |= sections_of(text) if origin == "file" else {}
        return found_or_not(fields, {"origin": origin})
