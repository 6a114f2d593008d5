"""What can be sent: the keys of the documents' examples and our own, and nothing else."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

UserId = Annotated[
    str | None, Field(max_length=200, description="Accepted as the documents have it; it means the operator.")
]
LeadId = Annotated[str, Field(max_length=200, description="A prospect is a lead: its `lead_id`.")]
LeadIds = Annotated[
    list[LeadId] | None, Field(max_length=500, description="Only these prospects; null: all.")
]
Text = Annotated[str, Field(max_length=500)]
Names = Annotated[list[Annotated[str, Field(max_length=80)]] | None, Field(max_length=30)]
Percent = Annotated[int, Field(ge=0, le=100)]
ProfileName = Annotated[str | None, Field(max_length=40, description="Of config/icp_profiles.yaml.")]


class Body(BaseModel):
    """A body without any other key."""

    model_config = ConfigDict(extra="forbid")


class Enrich(Body):
    """Which integrations are asked about a lead; null: those of the nights, else whoever charges nothing."""

    integrations: Names = None
    dry_run: Annotated[bool, Field(description="Only say what it would cost.")] = False

    model_config = ConfigDict(json_schema_extra={"examples": [{"integrations": ["crunchbase"]}]})


class Watch(Body):
    """Be told when a lead's tier or score changes; with `stop`, no more."""

    stop: bool = False


class Dismiss(Body):
    """Leave a lead out of the inbox, for 90 days unless `days` says else; with `undo`, no more."""

    reason: Annotated[str | None, Field(max_length=500)] = None
    days: Annotated[int | None, Field(ge=1, le=3650)] = None
    undo: bool = False

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "left the company"}]})


class Lead(Body):
    """One lead by hand, into a campaign or list of HeyReach; nothing is sent without `apply`."""

    profile_url: Text
    first_name: Text = ""
    last_name: Text = ""
    company_name: Text = ""
    position: Text = ""
    location: Text = ""
    email_address: Text = ""
    source: Text = ""
    icp: Text = ""
    campaign_id: Annotated[str | None, Field(max_length=20)] = None
    list_id: Annotated[str | None, Field(max_length=20)] = None
    wake: Annotated[bool, Field(description="Resume a paused or finished campaign.")] = False
    apply: Annotated[bool, Field(description="Send it; else only what would be sent is said.")] = False

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "profile_url": "https://www.linkedin.com/in/ada-sample",
                    "first_name": "Ada",
                    "last_name": "Sample",
                    "icp": "sre",
                    "list_id": "60101",
                }
            ]
        }
    )


class Icp(Body):
    """A profile of ideal customers; `config` has the keys of config/icp_profiles.yaml, or their camelCase."""

    user_id: UserId = None
    name: Annotated[str, Field(max_length=40)]
    config: dict[str, Any]
    is_default: bool = False
    seen: Annotated[
        str, Field(max_length=64, description="`seen` of GET /api/icp: which state of the file you saw.")
    ] = ""
    dry_run: Annotated[bool, Field(description="Only count how many leads it would match.")] = False

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "saas",
                    "config": {
                        "industries": ["SaaS", "FinTech", "HealthTech"],
                        "companySizeMin": 50,
                        "companySizeMax": 500,
                        "geographies": ["US", "UK", "Canada"],
                    },
                    "dry_run": True,
                }
            ]
        }
    )


class Discover(Body):
    """Companies that a profile asks for and nobody here knows; nothing is kept without `apply`."""

    user_id: UserId = None
    profile: ProfileName = None
    limit: Annotated[int, Field(ge=1, le=1000, description="New companies at most.")] = 50
    people: Annotated[bool, Field(description="Also people there who decide; that is charged.")] = False
    apply: bool = False

    model_config = ConfigDict(json_schema_extra={"examples": [{"profile": "saas", "limit": 10}]})


class Score(Body):
    """Prospects with their points by a profile, the best first."""

    user_id: UserId = None
    prospect_ids: LeadIds = None
    profile: ProfileName = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class Research(Body):
    """A prospect of whom more is to be known."""

    user_id: UserId = None
    prospect_id: LeadId
    integrations: Names = None
    dry_run: bool = False


class Segment(Body):
    """Segments of prospects, and in which each prospect is."""

    user_id: UserId = None
    prospect_ids: LeadIds = None
    limit: Annotated[int, Field(ge=1, le=500)] = 500

    model_config = ConfigDict(json_schema_extra={"examples": [{"user_id": "user123", "prospect_ids": None}]})


class Prioritize(Body):
    """Whom to write to first."""

    user_id: UserId = None
    min_fit_score: Percent = 0
    min_referral_capacity: Percent = 0
    segment: Annotated[str | None, Field(max_length=80)] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"user_id": "user123", "min_fit_score": 70, "min_referral_capacity": 60, "limit": 50}
            ]
        }
    )


class Sequence(Body):
    """The texts that a prospect would get; `sequence_type` is a length or a style."""

    user_id: UserId = None
    prospect_id: LeadId
    sequence_type: Annotated[str | None, Field(max_length=40)] = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"user_id": "user123", "prospect_id": "0f3c", "sequence_type": "3-step"}]
        }
    )


class Engagement(Body):
    """What a prospect did; without a time, just now."""

    user_id: UserId = None
    prospect_id: LeadId
    engagement_type: Literal["reply", "meeting", "email_answer"]
    occurred_at: AwareDatetime | None = None

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"prospect_id": "0f3c", "engagement_type": "reply"}]}
    )


class Cadence(Body):
    """The plan of a week; it is kept, and with `apply` what it has for today is handed over to HeyReach."""

    user_id: UserId = None
    target_connection_requests: Annotated[
        int | None, Field(ge=0, le=10_000, description="Requests at most; null: as many as senders may send.")
    ] = None
    target_followups: Annotated[
        int | None,
        Field(ge=0, le=10_000, description="Follow-ups are HeyReach's own steps; said beside them."),
    ] = None
    week: Annotated[str | None, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="A day of it.")] = None
    campaign_id: Annotated[str | None, Field(max_length=20)] = None
    apply: bool = False

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"user_id": "user123", "target_connection_requests": 40, "target_followups": 30}]
        }
    )


class Operator(Body):
    """Nothing but who asks."""

    user_id: UserId = None
