"""A lead that somebody names by its number, as it is published."""

from dataclasses import dataclass

from extract.people.suppression import suppressions
from extract.workspace.errors import ConfigurationError
from extract.workspace.published import connect_published
from extract.workspace.strict_yaml import quoted
from extract.workspace.workspace import Workspace


class UnknownLeadError(ConfigurationError):
    """No lead of the published warehouse has this number, or nobody may know of them any more."""


@dataclass(frozen=True)
class KnownLead:
    """A lead; `person` is its normalized profile link, `profile_url` the same with `https://www.`."""

    lead_id: str
    person: str
    profile_url: str


def known_lead(workspace: Workspace, lead_id: str) -> KnownLead:
    """The lead of that number.

    Raises UnknownLeadError for an unknown one and one that was erased since, ConfigurationError for one whose
    profile link leads to nobody, and where nothing is published yet.
    """
    published = workspace.paths.published
    if not published.exists():
        raise ConfigurationError(f"There is no warehouse at {published} yet: `make run` first")
    with connect_published(published) as connection:
        found = connection.execute(
            "select normalized_profile_url, is_valid_profile_url from marts.heyreach_leads where lead_id = ?",
            [lead_id],
        ).fetchone()
    person, is_valid = found or (None, False)
    if found is None or (person and suppressions(workspace).erased({person})):
        raise UnknownLeadError(f"There is no lead {quoted(lead_id)}")
    if not is_valid:
        raise ConfigurationError(f"Lead {lead_id} has no link to a profile, by which it could be told apart")
    return KnownLead(lead_id, person, f"https://www.{person}")
