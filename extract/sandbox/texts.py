"""What the steps of a campaign really send: its own texts, filled from the lead's custom fields.

Placeholders stand in single braces, as in live campaigns; double ones are sent as they are. Where a field is
missing or blank, the step's fallback is sent without a word: that is the trap.
"""

import re
from typing import NamedTuple

# Step of the sandbox's sequences -> the time in a lead's history at which it is sent.
STEPS = {"note": "sent_at", "message": "messaged_at", "follow_up": "followed_up_at"}
# HeyReach's own variables, of the profile as it was imported.
PROFILE_VARIABLES = {"firstName": "firstName", "lastName": "lastName", "companyName": "companyName"}
_FIELD = re.compile(r"(?<!\{)\{([A-Za-z0-9_]+)\}(?!\})")


class StepText(NamedTuple):
    """What a step says, and what it says where a field of it is missing."""

    message: str
    fallback: str | None = None

    @property
    def payload(self) -> dict:
        """As GetCampaignSequence shows it."""
        return {"messages": [self.message], "fallbackMessage": self.fallback}

    def sent(self, fields: dict[str, str], profile: dict) -> str:
        """What a lead with these custom fields and this profile gets."""
        own = {name: profile.get(key) for name, key in PROFILE_VARIABLES.items()}
        values = {**own, **fields}
        if any(not values.get(name) for name in _FIELD.findall(self.message)):
            return self.fallback or ""
        return _FIELD.sub(lambda found: values[found[1]], self.message)
