"""pipe0's pipes: fewer than ten rows are answered at once, more of them by a run that is looked at again.

Documents: https://pipe0.com/docs/concepts and https://pipe0.com/docs/pipes/response-object; the pipes' inputs
and outputs by https://pipe0.com/docs/pipes.
"""

from collections.abc import Sequence
from typing import ClassVar

from extract.enrichment.base import (
    CutOffError,
    Integration,
    NoCreditsError,
    Outcome,
    RowError,
    Subject,
    Ticket,
    found_or_not,
)
from extract.enrichment.client import ServiceClient
from extract.enrichment.config import PIPES

# The synchronous route takes fewer than ten.
SYNCHRONOUS = 9
# Nothing for anybody in a batch of this size is no coincidence: it reports success without credits, too.
TELLING_BATCH = 5
LOOKS = 60
FIRST_WAIT, LONGEST_WAIT = 2.0, 30.0


class Pipe0(Integration):
    """The company's description, industry, size, region and revenue, by pipe0's overview pipe."""

    name, service, entity, key_column = "pipe0_company_overview", "pipe0", "company", "company_domain"
    inputs = ("company_domain",)
    optional = ("company_name",)
    outputs = (
        "company_description",
        "company_industry",
        "company_size",
        "founded_year",
        "company_region",
        "estimated_revenue",
    )
    credits = 1.0
    batch_size = 100

    pipe: ClassVar[str] = "company_overview"
    sent_as: ClassVar[dict[str, str]] = {
        "company_domain": "company_website_url",
        "company_name": "company_name",
    }
    # pipe0's names, where they are others than ours.
    read_from: ClassVar[dict[str, str]] = {"company_size": "headcount"}

    def problem(self) -> str | None:
        return None if self.pipe in self.config.pipes else "switched off in config/enrichment.yaml (pipes)"

    def ask(self, client: ServiceClient, subjects: Sequence[Subject], ticket: Ticket) -> list[Outcome]:
        body = {
            "config": {"environment": client.keys["PIPE0_ENVIRONMENT"]},
            "pipes": [{"pipe_id": PIPES[self.pipe]}],
            "input": [
                {
                    "id": str(number),
                    **{self.sent_as[name]: value for name, value in subject.inputs.items()},
                }
                for number, subject in enumerate(subjects)
            ],
        }
        if ticket.value is None and len(subjects) <= SYNCHRONOUS:
            return self._read(client, client.post("v1/pipes/run/sync", body).data, len(subjects))
        if ticket.value is None:
            ticket.take(_run_id(client.post("v1/pipes/run", body).data))
        return self._read(client, _wait(client, ticket.value), len(subjects))

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        return self.ask(client, [subject], Ticket())[0]

    def _read(self, client: ServiceClient, answer: object, count: int) -> list[Outcome]:
        answer = answer if isinstance(answer, dict) else {}
        if answer.get("status") == "failed" or answer.get("errors"):
            text = client.told(answer.get("errors") or "no reason given")
            if "credit" in text.lower():
                raise NoCreditsError(f"pipe0: {text}")
            raise RowError(f"pipe0 failed: {text}")
        records = answer.get("records") if isinstance(answer.get("records"), dict) else {}
        outcomes = [self._outcome(records.get(str(number))) for number in range(count)]
        if any("credit" in outcome.reason.lower() for outcome in outcomes):
            raise NoCreditsError("pipe0 says that the account's credits are used up")
        if count >= TELLING_BATCH and all(outcome.status == "not_found" for outcome in outcomes):
            raise NoCreditsError(
                f"pipe0 found nothing about any of {count} rows, as it does when credits are used up"
            )
        return outcomes

    def _outcome(self, record: object) -> Outcome:
        fields = record.get("fields") if isinstance(record, dict) else None
        if not isinstance(fields, dict):
            return Outcome("failed", reason="pipe0 answered without this row")
        values, reasons, is_failed = {}, [], False
        for name in self.outputs:
            told = fields.get(self.read_from.get(name, name))
            if not isinstance(told, dict):
                continue
            if told.get("status") == "completed":
                values[name] = told.get("value")
            else:
                reason = told.get("reason") if isinstance(told.get("reason"), dict) else {}
                reasons.append(f"{reason.get('code', '')} {reason.get('message', '')}".strip())
                is_failed = is_failed or told.get("status") == "failed"
        outcome = found_or_not(values, record, credits=self.credits)
        if outcome.status == "found":
            return outcome
        text = "; ".join(filter(None, reasons))[:200]
        return Outcome("failed" if is_failed else "not_found", payload=record, reason=text)


def _run_id(answer: object) -> str:
    run_id = answer.get("id") if isinstance(answer, dict) else None
    if not isinstance(run_id, str) or not run_id:
        raise RowError("pipe0 began a run without naming it")
    return run_id


def _wait(client: ServiceClient, run_id: str) -> object:
    """What a run came to; raises RowError where it takes too long."""
    wait = FIRST_WAIT
    for _ in range(LOOKS):
        try:
            answer = client.get(f"v1/pipes/check/{run_id}").data
        except CutOffError:
            answer = None  # looking again costs nothing
        if isinstance(answer, dict) and answer.get("status") in ("completed", "failed"):
            return answer
        client.wait(wait)
        wait = min(LONGEST_WAIT, wait * 1.5)
    raise RowError(f"pipe0's run {run_id} did not come to its end")


class Pipe0Techstack(Pipe0):
    """The technologies a company uses, by pipe0 (BuiltWith)."""

    name, pipe = "pipe0_company_techstack", "company_techstack"
    outputs = ("technologies",)
    read_from: ClassVar[dict[str, str]] = {"technologies": "technology_list"}


class Pipe0Funding(Pipe0):
    """A company's funding, by pipe0 (LeadMagic)."""

    name, pipe = "pipe0_company_funding", "company_funding"
    outputs = ("funding_total_usd", "funding_history")


class Pipe0News(Pipe0):
    """What is new about a company, by pipe0."""

    name, pipe = "pipe0_company_news", "company_news"
    outputs = ("company_news_summary",)
    found_days = 14


class Pipe0Posts(Pipe0):
    """A person's latest LinkedIn posts, by pipe0 (Crustdata): how many came, not what they say."""

    name, pipe = "pipe0_person_posts", "person_posts"
    entity, key_column = "person", "person"
    inputs = ("linkedin_url",)
    optional = ()
    outputs = ("recent_posts",)
    sent_as: ClassVar[dict[str, str]] = {"linkedin_url": "profile_url"}
    read_from: ClassVar[dict[str, str]] = {"recent_posts": "crustdata_post_list"}
    found_days = 14

    def _outcome(self, record: object) -> Outcome:
        outcome = super()._outcome(record)
        posts = outcome.fields.get("recent_posts")
        count = len(posts) if isinstance(posts, list) else 0
        if outcome.status != "found":
            return outcome
        return found_or_not({"recent_posts": count}, {"posts": count}, credits=self.credits)
