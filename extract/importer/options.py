"""What an operator can ask of `make import`, and what goes together."""

import re
from dataclasses import dataclass
from pathlib import Path

from extract.importer.by_hand import TypedLead
from extract.importer.lots import Lots
from extract.importer.table import ImportFile
from extract.workspace.errors import ConfigurationError

SENDER_CHOICES = ("limits", "column", "hash")


@dataclass(frozen=True)
class ImportOptions:
    """What was asked for: a file, one lead or those of a plan, and where it goes; or an import to go on with.

    `senders` None means the column where the file has one, else the daily limits. `lots` are those of a test
    of messages. `hands_on_traits` is the setting for write-back. Without `apply` nothing is sent or written.
    """

    file: Path | None = None
    lead: TypedLead | None = None
    planned: ImportFile | None = None
    campaign_id: str | None = None
    list_id: str | None = None
    is_upstream: bool = False
    mapping: str | None = None
    fixed_fields: str | None = None
    senders: str | None = None
    experiment: str | None = None
    lots: Lots | None = None
    wakes: bool = False
    allows_other_campaigns: bool = False
    hands_on_traits: bool = False
    resume: str | None = None
    repair: str | None = None
    apply: bool = False


def check(options: ImportOptions) -> None:
    """Raise ConfigurationError for what does not go together, before anything is read or asked."""
    brings_leads = any(each is not None for each in (options.file, options.lead, options.planned))
    if sum([brings_leads, bool(options.resume), bool(options.repair)]) != 1:
        raise ConfigurationError(
            "make import needs one of FILE=leads.csv, RESUME=import or REPAIR=import "
            "(an import's name, as it was printed)"
        )
    targets = [bool(options.campaign_id), bool(options.list_id), options.is_upstream]
    if brings_leads and sum(targets) != 1:
        it = "lead" if options.lead else "file"
        raise ConfigurationError(
            f"Say where the {it} goes: CAMPAIGN=40101, LIST=60101, or UPSTREAM=1 to keep it only as evidence "
            "of where leads came from that are in HeyReach already"
        )
    if options.lead:
        _check_typed(options.lead, has_to_be_named=not options.is_upstream)
    for name, number in (("CAMPAIGN", options.campaign_id), ("LIST", options.list_id)):
        if number and not re.fullmatch(r"[0-9]{1,18}", number):
            raise ConfigurationError(f"{name} must be HeyReach's number, like 40101, not {number!r}")
    if options.senders and options.senders not in SENDER_CHOICES:
        raise ConfigurationError(
            f"SENDERS must be one of {', '.join(SENDER_CHOICES)}, not {options.senders!r}"
        )
    if (options.senders == "hash") != bool(options.experiment):
        raise ConfigurationError(
            "SENDERS=hash and EXPERIMENT=name belong together: the name decides who is sent by whom"
        )

    if options.lots and options.experiment:
        raise ConfigurationError(
            "EXPERIMENT and TEST don't go together: nobody is in an experiment of senders and a test of "
            "messages at a time"
        )
    if options.lots and not options.campaign_id:
        raise ConfigurationError(f"TEST={options.lots.test} needs a campaign, whose requests are counted")


def _check_typed(lead: TypedLead, *, has_to_be_named: bool) -> None:
    if not lead.profile_url.strip():
        raise ConfigurationError("make lead needs the profile: URL=https://www.linkedin.com/in/...")
    if has_to_be_named and not (lead.first_name.strip() and lead.last_name.strip()):
        raise ConfigurationError("HeyReach takes no lead without a name: FIRST_NAME=... LAST_NAME=...")
