"""pipe0's pipes: fewer than ten rows are answered at once, more of them by a run that is looked at again.

Documents: https://pipe0.com/docs/concepts and https://pipe0.com/docs/pipes/response-object; the pipes' inputs
and outputs by https://pipe0.com/docs/pipes. It knows nothing where a field's status is no_result.
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
from extract.enrichment.complaints import says_used_up
from extract.enrichment.config import PIPES
from extract.enrichment.reading import Kind, objects, part, text, text_or_number, texts, whole

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
    # What a field must be, where it is no text.
    kinds: ClassVar[dict[str, Kind]] = {
        "company_size": whole,
        "founded_year": whole,
        "estimated_revenue": text_or_number,
    }

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
            ticket.take(_run_id(client, client.post("v1/pipes/run", body).data))
        return self._read(client, _wait(client, ticket.value), len(subjects))

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        return self.ask(client, [subject], Ticket())[0]

    def _read(self, client: ServiceClient, answer: object, count: int) -> list[Outcome]:
        if not isinstance(answer, dict) or answer.get("status") == "failed" or answer.get("errors"):
            raise client.refusal("failed", answer)
        records = part(answer, "records")
        outcomes = [self._outcome(records.get(str(number))) for number in range(count)]
        if any(says_used_up(outcome.reason) for outcome in outcomes):
            raise NoCreditsError("pipe0 says that the account's credits are used up")
        if count >= TELLING_BATCH and all(outcome.status == "not_found" for outcome in outcomes):
            raise NoCreditsError(
                f"pipe0 found nothing about any of {count} rows, as it does when credits are used up"
            )
        return outcomes

    def _outcome(self, record: object) -> Outcome:
        told = {name: part(part(record, "fields"), self.read_from.get(name, name)) for name in self.outputs}
        values = {
            name: self.kinds.get(name, text)(each.get("value"))
            for name, each in told.items()
            if each.get("status") == "completed"
        }
        outcome = found_or_not(values, record, credits=self.credits)
        if outcome.status == "found":
            return outcome
        reasons = [part(each, "reason") for each in told.values()]
        reason = "; ".join(
            f"{each.get('code', '')} {each.get('message', '')}".strip() for each in reasons if each
        )[:200]
        if all(each.get("status") == "no_result" for each in told.values()):
            return Outcome("not_found", payload=record, reason=reason)
        return Outcome("failed", payload=record, reason=reason or "pipe0 answered without this row")


def _run_id(client: ServiceClient, answer: object) -> str:
    run_id = text(answer.get("id")) if isinstance(answer, dict) else None
    if run_id is None or answer.get("status") == "failed" or answer.get("errors"):
        raise client.refusal("began no run", answer)
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
    kinds: ClassVar[dict[str, Kind]] = {"technologies": texts}


class Pipe0Funding(Pipe0):
    """A company's funding, by pipe0 (LeadMagic)."""

    name, pipe = "pipe0_company_funding", "company_funding"
    outputs = ("funding_total_usd", "funding_history")
    kinds: ClassVar[dict[str, Kind]] = {"funding_total_usd": whole, "funding_history": objects}


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
    kinds: ClassVar[dict[str, Kind]] = {"recent_posts": objects}
    found_days = 14

    def _outcome(self, record: object) -> Outcome:
        outcome = super()._outcome(record)
        if outcome.status != "found":
            return outcome
        count = len(outcome.fields["recent_posts"])
        return found_or_not({"recent_posts": count}, {"posts": count}, credits=self.credits)
