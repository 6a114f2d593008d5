"""A company's public job board at Greenhouse. Document: https://developers.greenhouse.io/job-board.html.

Anybody may ask. Nobody tells which board is whose, so its token is guessed, and a board counts only where
the name that it shows is the company's: another one's postings would be a lie. `updated_at`, the only time
that the document names, moves whenever a posting is edited; `first_published`, sent beside it, goes first.
"""

from extract.enrichment.base import Integration, Outcome, Subject, found_or_not
from extract.enrichment.client import MissingError, ServiceClient
from extract.enrichment.companies import accounts_of, is_same_company
from extract.enrichment.postings import posting_fields
from extract.enrichment.reading import objects, part, text


class Greenhouse(Integration):
    """A company's open positions, the newest with dates, on its job board at Greenhouse, by its domain."""

    name, service, entity, key_column = "greenhouse", "greenhouse", "company", "company_domain"
    inputs = ("company_domain",)
    optional = ("company_name",)
    outputs = ("job_board", "open_positions", "job_postings")
    signal = "actively_hiring"
    found_days = 7
    not_found_days = 30
    is_repeatable = True

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        name = subject.inputs.get("company_name")
        for token in accounts_of(subject.key, name):
            try:
                board = client.get(f"boards/{token}").data
            except MissingError:
                continue
            if not isinstance(board, dict) or not text(board.get("name")):
                raise client.undocumented(board)
            if is_same_company(board["name"], subject.key, name):
                fields = posting_fields(board["name"], _postings(client, token))
                return found_or_not(fields, fields)
        return Outcome("not_found")


def _postings(client: ServiceClient, token: str) -> list[dict]:
    jobs = _listed(client, token, "jobs")
    if jobs and not any(text(job.get("title")) for job in jobs):
        raise client.undocumented(jobs[0])
    departments = {
        job.get("id"): text(department.get("name"))
        for department in _listed(client, token, "departments")
        for job in objects(department.get("jobs")) or []
    }
    return [
        {
            "title": text(job.get("title")),
            "department": departments.get(job.get("id")),
            "location": text(part(job, "location").get("name")),
            "date": text(job.get("first_published")) or text(job.get("updated_at")),
            "url": text(job.get("absolute_url")),
        }
        for job in jobs
    ]


def _listed(client: ServiceClient, token: str, what: str) -> list[dict]:
    answer = client.get(f"boards/{token}/{what}").data
    listed = answer.get(what) if isinstance(answer, dict) else None
    if not isinstance(listed, list):
        raise client.undocumented(answer)
    return objects(listed) or []
