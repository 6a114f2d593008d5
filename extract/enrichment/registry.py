"""Every integration by name, and those that are not built, with the reason."""

from collections.abc import Iterable

from dbt_project.rendering import returned
from extract.enrichment.aliases import INTEGRATION_ALIASES
from extract.enrichment.base import Integration
from extract.enrichment.config import EnrichmentConfig
from extract.enrichment.integrations import (
    apollo,
    apollo_postings,
    builtwith,
    clearbit,
    crunchbase,
    datagen,
    greenhouse,
    heyreach,
    hunter,
    inference,
    lever,
    news_feed,
    pipe0,
    profile,
)
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import suggestion

_CLASSES: tuple[type[Integration], ...] = (
    datagen.LinkedinProfile,
    datagen.LinkedinPostActivity,
    datagen.LinkedinPosts,
    datagen.LinkedinKeywordMentions,
    datagen.WebResearch,
    datagen.FindCeo,
    datagen.CompanyLinkedin,
    heyreach.HeyreachEngagement,
    heyreach.HeyreachCampaigns,
    heyreach.HeyreachNetwork,
    apollo.Apollo,
    clearbit.Clearbit,
    hunter.Hunter,
    hunter.HunterVerifier,
    hunter.CeoEmail,
    crunchbase.Crunchbase,
    crunchbase.CrunchbaseHistory,
    builtwith.BuiltWith,
    greenhouse.Greenhouse,
    lever.Lever,
    apollo_postings.ApolloJobPostings,
    news_feed.NewsFeed,
    pipe0.Pipe0,
    pipe0.Pipe0Techstack,
    pipe0.Pipe0Funding,
    pipe0.Pipe0News,
    pipe0.Pipe0Posts,
    profile.ProfileText,
    inference.ProfileInference,
    inference.ProfileAnswer,
)

INTEGRATIONS: dict[str, type[Integration]] = {each.name: each for each in _CLASSES}

_SIGNAL_FIELDS = frozenset(returned("catalogue/signal_fields.sql", "signal_fields()"))

# Named by somebody, and no public document says how they are asked. They cost nothing and can't be asked for.
NOT_BUILT = {
    "linkedin_mutual_connections": "no HeyReach route and no documented tool tells mutual connections",
    "pipe0_job_postings": "pipe0's public catalogue names no pipe for it",
    "photo_inference": "refused on purpose: guessing sex or age from a photo is biometric categorisation",
}


def chosen(names: str, config: EnrichmentConfig) -> list[Integration]:
    """The integrations of a comma-separated list, by any of their names and in any case.

    Raises ConfigurationError.
    """
    given = (name.strip().lower() for name in names.split(",") if name.strip())
    wanted = list(dict.fromkeys(INTEGRATION_ALIASES.get(name, name) for name in given))
    problems = []
    for name in wanted:
        if name in NOT_BUILT:
            problems.append(f"{name} is not built: {NOT_BUILT[name]}")
        elif name not in INTEGRATIONS:
            close = suggestion(name, INTEGRATIONS)
            known = "" if close.startswith("known are") else f" (known are {', '.join(INTEGRATIONS)})"
            problems.append(f"There is no integration {name!r}; {close}{known}")
    if not wanted:
        problems.append(f"Say what to ask: WITH=name,name; known are {', '.join(INTEGRATIONS)}")
    if problems:
        raise ConfigurationError(problems)
    return [INTEGRATIONS[name](config) for name in wanted]


def telling_signals(integrations: Iterable[Integration]) -> list[Integration]:
    """Those that tell what signals are made of."""
    return [each for each in integrations if _SIGNAL_FIELDS.intersection(each.outputs)]


def waves(integrations: list[Integration]) -> list[list[Integration]]:
    """The integrations in the order they can be asked: who needs what another one yields comes after it."""
    remaining, ordered = list(integrations), []
    while remaining:
        yielded = {name for each in remaining for name in each.outputs}
        ready = [
            each for each in remaining if not (set(each.inputs) & (yielded - set(each.outputs)))
        ] or remaining
        ordered.append(ready)
        remaining = [each for each in remaining if each not in ready]
    return ordered
