"""How a job is asked for over HTTP: kept first, then waited for as long as whoever asks likes."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import anyio
from fastapi import Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from extract.people.known_leads import UnknownLeadError
from extract.workspace.lock import exclusive
from reports.server.answers import json_answer
from reports.server.job_ledger import Job, JobLedger
from reports.server.problems import MEDIA_TYPE, ProblemError
from reports.server.site import Site, site_of

LOOK_SECONDS = 0.1
MOST_SECONDS = 60

Wait = Annotated[
    float,
    Query(ge=0, le=MOST_SECONDS, description="Seconds to wait for the result; after that, 202 with the job."),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1, max_length=200, description="The same key is the same job, however often it is sent."
    ),
]
# What a route that asks for a job may answer beside its result.
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_JOB = {"type": "object", "required": ["job"], "properties": {"job": {"type": "object"}}}
_LOCATION = {"Location": {"schema": {"type": "string"}, "description": "Where the job stands."}}
CONFLICT: dict[str, Any] = {"content": _PROBLEM}
RESPONSES: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "It is kept and will be done: `Location` says where the job stands.",
        "content": {"application/json": {"schema": _JOB}},
        "headers": _LOCATION,
    },
    409: {"description": "The idempotency key was given for something else.", **CONFLICT},
    502: {
        "description": "The job failed, or HeyReach can't be asked; `detail` says why.",
        "content": _PROBLEM,
        "headers": _LOCATION,
    },
}


async def answer_by_job(
    request: Request,
    kind: str,
    parameters: dict[str, Any],
    result: Callable[[Site, Job], Any],
    *,
    wait: float,
    key: str | None,
    person: str | None = None,
) -> Response:
    """What a job came to, or where it stands after `wait` seconds; raises ProblemError where it failed."""
    site = site_of(request)

    job: Job | None = await run_in_threadpool(ask_for, site, kind, parameters, key, person=person)
    assert job is not None
    where = {"location": f"/api/jobs/{job.job_id}"}
    deadline = time.monotonic() + wait
    while job and job.ended_at is None and time.monotonic() < deadline:
        await anyio.sleep(LOOK_SECONDS)
        job = await run_in_threadpool(read_job, site, job.job_id)
    if job is None:
        raise ProblemError(404, "Whoever it was about was erased meanwhile")
    if job.ended_at is None:
        return json_answer({"job": shown(job)}, 202, where)
    if job.state == "failed":
        raise ProblemError(502, job.error or "The job failed", headers=where)
    found = await run_in_threadpool(result, site, job)
    return json_answer({**found, "job": shown(job)}, 200, where)


def ask_for(
    site: Site, kind: str, parameters: dict[str, Any], key: str | None, *, person: str | None = None
) -> Job:
    """A job, on disk when this returns; that of an earlier time where it was asked for with the same key.

    Raises UnknownLeadError where the `person` was erased meanwhile, and as `asking` does.
    """
    with asking(site) as ledger:
        if person and site.erased.erased({person}):
            raise UnknownLeadError("There is no such lead, or they were erased")
        job = ledger.ask(kind, parameters, datetime.now(UTC), person=person, key=key)
    site.runner.wake()
    return job


@contextlib.contextmanager
def asking(site: Site) -> Iterator[JobLedger]:
    """The ledger, to write what is asked, for a moment in which nobody has to be alone with the workspace.

    An erasure would have cleaned it before, and a restore puts another one in its place. Raises BusyError.
    """
    with (
        exclusive(site.workspace.folder, "door", job="asking the server"),
        JobLedger(site.workspace.paths.job_ledger) as ledger,
    ):
        yield ledger


def read_job(site: Site, job_id: str) -> Job | None:
    """A job as it stands; None for an unknown one, and one about somebody who was erased."""
    path = site.workspace.paths.job_ledger
    if not path.exists():
        return None
    with JobLedger(path) as ledger:
        job = ledger.job(job_id)
    return next(iter(of_nobody_erased(site, [job] if job else [])), None)


def of_nobody_erased(site: Site, jobs: list[Job]) -> list[Job]:
    """The jobs that are about nobody who was erased: an erasure needs a while until it is at the ledger."""
    about = {job.job_id: job.person or (job.parameters.get("lead") or {}).get("profile_url") for job in jobs}
    gone = site.erased.erased({person for person in about.values() if person})
    return [job for job in jobs if about[job.job_id] not in gone]


def shown(job: Job) -> dict[str, Any]:
    """A job as it is told of."""
    told = asdict(job)
    del told["person"]
    return told
