"""`make enrichments`: what can be asked, what it needs, yields and costs, as lines or as JSON."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from extract.enrichment.aliases import FIELD_ALIASES, INTEGRATION_ALIASES
from extract.enrichment.base import Integration
from extract.enrichment.clients import is_invented, missing_keys
from extract.enrichment.config import EnrichmentConfig, load_enrichment_config
from extract.enrichment.registry import INTEGRATIONS, NOT_BUILT
from extract.workspace.errors import ConfigurationError
from extract.workspace.services import HEYREACH, HEYREACH_DOCUMENT, PROFILES, SERVICES
from extract.workspace.strict_yaml import suggestion
from extract.workspace.workspace import Workspace

Say = Callable[[str], None]


@dataclass(frozen=True)
class ListOptions:
    """What is listed: all, or only who yields the field `wants`."""

    wants: str | None = None
    format: str = "text"


def list_enrichments(workspace: Workspace, options: ListOptions, say: Say) -> None:
    """Say of every integration what it needs, yields and costs, and whether it is ready.

    Raises ConfigurationError for a wanted field that nobody yields.
    """
    config = load_enrichment_config(workspace.enrichment_config)
    listed = [_Listed(integration(config), workspace, config) for integration in INTEGRATIONS.values()]
    if options.wants:
        listed = _who_yields(options.wants, listed)
    if options.format == "json":
        say(json.dumps(_document(listed, workspace), indent=1))
        return
    for each in listed:
        for line in each.lines():
            say(line)
    if options.wants:
        return
    say("source aturiya: the leads of an Aturiya campaign (SOURCE=aturiya)")
    say(f"  document: {SERVICES['aturiya'].document}; {_lacking(missing_keys('aturiya', workspace))}")
    for name, reason in NOT_BUILT.items():
        say(f"not built: {name}: {reason}")
    for name, meant in INTEGRATION_ALIASES.items():
        say(f"also called: {name} is {meant}")


def _who_yields(wants: str, listed: list["_Listed"]) -> list["_Listed"]:
    """Those that yield a field, whatever it is called, the cheapest first."""
    field = FIELD_ALIASES.get(wants, wants)
    found = [each for each in listed if field in each.integration.outputs]
    if not found:
        fields = sorted({name for each in listed for name in each.integration.outputs})
        raise ConfigurationError(f"Nobody yields {wants!r}; {suggestion(wants, fields)}")
    return sorted(found, key=lambda each: (each.integration.credits, each.integration.name))


@dataclass(frozen=True)
class _Listed:
    """One integration as it is listed."""

    integration: Integration
    workspace: Workspace
    config: EnrichmentConfig

    def lines(self) -> Iterator[str]:
        each = self.integration
        yield f"{each.name}: {each.description}"
        yield f"  needs {', '.join(each.inputs)}; yields {', '.join(each.outputs)}"
        yield f"  asks {each.service} {self._pace()}; {self._price()}; {self._state()}"
        if each.service != PROFILES:
            yield f"  document: {self._document()}"

    def entry(self) -> dict[str, object]:
        each, price = self.integration, self.config.price(self.integration.service)
        return {
            "name": each.name,
            "also_called": [name for name, meant in INTEGRATION_ALIASES.items() if meant == each.name],
            "description": each.description,
            "service": each.service,
            "entity": each.entity,
            "needs": each.inputs,
            "takes_too": each.optional,
            "yields": each.outputs,
            "credits_per_answer": each.credits,
            "usd_per_answer": None if price is None else each.credits * price,
            "price": self._price(),
            "pace": self._pace(),
            "found_days": each.found_days,
            "not_found_days": each.not_found_days,
            "document": None if each.service == PROFILES else self._document(),
            "state": self._state(),
        }

    def _state(self) -> str:
        if is_invented(self.integration.service, self.workspace):
            return self.integration.problem() or "in the demo its sandbox answers"
        missing = missing_keys(self.integration.service, self.workspace)
        return _lacking(missing) if missing else self.integration.problem() or "ready"

    def _document(self) -> str:
        known = SERVICES.get(self.integration.service)
        return known.document if known else HEYREACH_DOCUMENT

    def _pace(self) -> str:
        service = self.integration.service
        if service == HEYREACH:
            return f"{self.workspace.requests_per_minute} times a minute"
        if service == PROFILES:
            rate = self.workspace.services["LINKEDIN_SCRAPE_RATE_LIMIT"]
            return f"{rate} times a minute" if self.config.may_fetch else "from files"
        width = SERVICES[service].concurrency
        return f"{self.config.pace(service)} times a minute, {width} at once"

    def _price(self) -> str:
        credits_each = self.integration.credits
        if not credits_each:
            return "free"
        price = self.config.price(self.integration.service)
        plural = "" if credits_each == 1 else "s"
        dollars = "no price set" if price is None else f"{credits_each * price:,.4g} dollars"
        return f"{credits_each:g} credit{plural} an answer ({dollars})"


def _lacking(keys: list[str]) -> str:
    return f"{' and '.join(keys)} not set" if keys else "ready"


def _document(listed: list[_Listed], workspace: Workspace) -> dict[str, object]:
    """The list as an assistant reads it."""
    return {
        "enrichments": [each.entry() for each in listed],
        "sources": [
            {
                "name": "aturiya",
                "description": "The leads of an Aturiya campaign.",
                "document": SERVICES["aturiya"].document,
                "state": _lacking(missing_keys("aturiya", workspace)),
            }
        ],
        "not_built": NOT_BUILT,
        "fields_also_called": FIELD_ALIASES,
    }
