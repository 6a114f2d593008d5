"""A campaign and its leads as HeyReach shows them now, and what it is asked to do with them."""

from dataclasses import dataclass

from extract.heyreach.client import HeyReachClient
from extract.heyreach.paging import walk
from extract.importer.senders import Sender, campaign_senders
from extract.importer.target import look_up
from extract.raw import routes
from extract.workspace.errors import ProviderError

RUNNING = "IN_PROGRESS"
# Those whose leads wait for somebody to resume them.
RESUMABLE = ("PAUSED", "FAILED")
# What HeyReach does nothing more about; there is no way back from any of them.
OVER = ("Finished", "Paused", "Failed", "Excluded")


@dataclass(frozen=True)
class Campaign:
    """A campaign now, and its sender accounts."""

    campaign_id: str
    name: str
    status: str
    senders: list[Sender]

    def __str__(self) -> str:
        return f"campaign {self.campaign_id} {self.name!r}"


@dataclass(frozen=True)
class CampaignLead:
    """A lead of a campaign now: its number there, its status, its link, and HeyReach's id of the person."""

    campaign_lead_id: str
    status: str
    profile_url: str
    person_id: str

    @property
    def is_over(self) -> bool:
        """Whether HeyReach turns to it no more."""
        return self.status in OVER


def campaign_now(client: HeyReachClient, campaign_id: str) -> Campaign:
    """The campaign; raises ConfigurationError, naming some there are, where there is none."""
    row = look_up(client, routes.CAMPAIGNS, campaign_id)
    accounts = [account for page in walk(client, routes.SENDER_ACCOUNTS) for account in page.items if account]
    return Campaign(
        campaign_id,
        str(row.get("name") or ""),
        str(row.get("status") or ""),
        campaign_senders(row, accounts),
    )


def status_now(client: HeyReachClient, campaign_id: str) -> str:
    """The status of a campaign."""
    row = look_up(client, routes.CAMPAIGNS, campaign_id)
    return str(row.get("status") or "")


def leads_now(client: HeyReachClient, campaign_id: str) -> dict[str, CampaignLead]:
    """Every lead of a campaign by its number there; raises ProviderError where they can't be read whole."""
    pages = walk(client, routes.CAMPAIGN_LEADS, {"campaignId": routes.as_sent(campaign_id)})
    found = {}
    for row in (row for page in pages for row in page.items if isinstance(row, dict)):
        number = routes.row_id(row)
        profile = row.get("linkedInUserProfile")
        profile = profile if isinstance(profile, dict) else {}
        if number:
            found[number] = CampaignLead(
                number,
                str(row.get("leadCampaignStatus") or ""),
                str(profile.get("profileUrl") or ""),
                str(profile.get("linkedin_id") or ""),
            )
    if not pages.summary.is_complete:
        raise ProviderError(
            f"The leads of campaign {campaign_id} could not be read whole, so nobody knows who is asked once "
            "it runs: try again later. It was not resumed"
        )
    return found


def stop(client: HeyReachClient, campaign_id: str, lead: CampaignLead) -> None:
    """Stop one lead of a campaign for good; raises as `HeyReachClient.command`."""
    body = {"campaignId": routes.as_sent(campaign_id), "leadMemberId": None, "leadUrl": lead.profile_url}
    if not lead.profile_url:
        body |= {"leadMemberId": lead.person_id, "leadUrl": None}
    client.command("campaign/StopLeadInCampaign", body=body)


def resume(client: HeyReachClient, campaign_id: str) -> None:
    """Let a campaign go on; raises as `HeyReachClient.command`."""
    client.command("campaign/Resume", params={"campaignId": campaign_id})


def pause(client: HeyReachClient, campaign_id: str) -> None:
    """Let a campaign rest; raises as `HeyReachClient.command`."""
    client.command("campaign/Pause", params={"campaignId": campaign_id})
