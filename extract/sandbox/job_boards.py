"""The job boards of the invented companies.

Documents: https://developers.greenhouse.io/job-board.html and https://github.com/lever/postings-api.
"""

from collections.abc import Callable, Mapping
from re import search

from extract.sandbox.answers import Answer
from extract.sandbox.clock import DAY, iso
from extract.sandbox.companies import Company, Posting

# Finds the company that the name of a board names.
Find = Callable[[str], Company | None]


def greenhouse(find: Find, path: str, now: int) -> Answer:
    """A job board by its token, and its jobs."""
    at = search("^v1/boards/([^/]+)(/jobs|/departments)?$", path)
    found = find(at[1]) if at else None
    if not found or found.board != "greenhouse":
        return Answer.json({"status": 404, "error": "Job not found"}, 404)
    if not at[2]:
        return Answer.json({"name": found.name, "content": ""})
    jobs = [_greenhouse_job(found, each, at[1]) for each in found.postings_open(now)]
    if at[2] == "/jobs":
        return Answer.json({"jobs": jobs, "meta": {"total": len(jobs)}})
    names = [each.department for each in found.postings_open(now)]
    return Answer.json(
        {"departments": [_greenhouse_department(name, names, jobs) for name in sorted({*names})]}
    )


def _greenhouse_job(found: Company, posting: Posting, token: str) -> dict:
    return {
        "id": posting.number,
        "internal_job_id": posting.number + 1_000_000,
        "requisition_id": None,
        "title": posting.title,
        "company_name": found.name,
        "first_published": _zoned(posting.since),
        "updated_at": _zoned(posting.since + DAY // 4),
        "location": {"name": posting.place},
        "absolute_url": f"https://boards.example.com/{token}/jobs/{posting.number}",
        "metadata": None,
    }


def _greenhouse_department(name: str, names: list[str], jobs: list[dict]) -> dict:
    mine = [job for job, department in zip(jobs, names, strict=True) if department == name]
    return {"id": names.index(name) + 1, "name": name, "parent_id": None, "child_ids": [], "jobs": mine}


def _zoned(at: int) -> str:
    return iso(at, 0).replace("Z", "+00:00")


def lever(find: Find, path: str, query: Mapping[str, str], now: int) -> Answer:
    """The postings of a site."""
    at = search("^v0/postings/([^/]+)$", path)
    found = find(at[1]) if at else None
    if not found or found.board != "lever":
        return Answer.json({"ok": False, "error": "Document not found"}, 404)
    first = int(query.get("skip", 0))
    postings = found.postings_open(now)[first : first + int(query.get("limit", 100))]
    return Answer.json([_lever_posting(each, at[1]) for each in postings])


def _lever_posting(posting: Posting, site: str) -> dict:
    number = f"{posting.number:08x}-0000-4000-8000-000000000000"
    url = f"https://jobs.example.com/{site}/{number}"
    return {
        "id": number,
        "text": posting.title,
        "createdAt": posting.since // 1000,
        "categories": {
            "commitment": "Full-time",
            "department": posting.department,
            "team": posting.department,
            "location": posting.place,
            "allLocations": [posting.place],
        },
        "workplaceType": "hybrid",
        "country": None,
        "hostedUrl": url,
        "applyUrl": f"{url}/apply",
    }
