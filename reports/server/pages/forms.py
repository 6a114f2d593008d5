"""Forms: their fields, where they lead back to, and the job that one asks for.

A form needs no script. Whoever sends it twice, by the button or by going back, asks for one job: the form
carries the key of it.
"""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from reports.server.job_ledger import Job
from reports.server.problems import ProblemError

MOST_FIELDS = 100


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form; of one that is sent several times, its values a line each."""
    fields: dict[str, str] = {}
    text = (await request.body()).decode(errors="replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise ProblemError(422, f"A form has {MOST_FIELDS} fields at most") from None
    for name, value in pairs:
        fields[name] = f"{fields[name]}\n{value}" if name in fields else value
    return fields


Form = Annotated[dict[str, str], Depends(read_form)]


def back(form: Mapping[str, str], to: str) -> Response:
    """To the page that a form was on, if that is one of ours."""
    wanted = form.get("back", "")
    parts = urlsplit(wanted)
    is_ours = (
        wanted.startswith("/") and not wanted.startswith("//") and not parts.netloc and "\\" not in wanted
    )
    return RedirectResponse(wanted if is_ours else to, status_code=303)


def shown_job(job: Job) -> Response:
    """To the page of a job."""
    return RedirectResponse(f"/jobs/{job.job_id}", status_code=303)


def whole(form: Mapping[str, str], name: str) -> int | None:
    text = form.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ProblemError(422, f"{name.replace('_', ' ')} must be a whole number")
    return int(text)
