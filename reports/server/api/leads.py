"""One lead, and what can be asked about them."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from reports.server.answers import json_bytes, unless_known
from reports.server.lead import messages_of, read_lead
from reports.server.site import site_of

router = APIRouter(tags=["leads"])


@router.get("/api/leads/{lead_id}", summary="All that is known of one lead, and who said so.")
def lead(request: Request, lead_id: str) -> Response:
    """404 for one that isn't known, and for one that was erased, at once."""
    site = site_of(request)
    with site.generations.reading() as generation:
        found = read_lead(generation, lead_id, site.erased)
        return unless_known(
            request,
            site,
            generation,
            "application/json",
            lambda: (
                json_bytes(
                    found
                    | {"messages": messages_of(site.workspace, lead_id)}
                    | {"posted": site.overlay.of_lead(generation, found["lead"])}
                ),
                {},
            ),
        )
