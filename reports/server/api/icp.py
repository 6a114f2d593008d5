"""Profiles of ideal customers: what there are, what one would match, saving it."""

from typing import Any

import duckdb
from fastapi import APIRouter, Request
from starlette.responses import Response

from extract.workspace.errors import ConfigurationError
from reports.jobs.profiles import draft, library, save
from reports.server.answers import json_answer
from reports.server.api import bodies
from reports.server.api.acts import LOCK_SECONDS
from reports.server.api.asking import CONFLICT
from reports.server.site import site_of

router = APIRouter(tags=["profiles"])
_CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"description": "The file was changed since you saw it: read it again.", **CONFLICT}
}


@router.get("/api/icp", summary="Profiles of ideal customers, as the file says them now.")
def profiles(request: Request) -> Response:
    """`seen` is what saving one has to name; `is_built` says whether the counts go by this file."""
    site = site_of(request)
    found = library(site.workspace)
    configured = found.configuration
    with site.generations.reading() as generation:
        counts = {row["icp_profile"]: row for row in generation.rows("select * from marts.rpt_icp_profiles")}
        built = generation.one("select scoring_config_hash from staging.stg_operations__run_parameters")
    rows = [
        {
            "name": name,
            "is_default": name == configured.profiles.default,
            "config": config,
            "matching": counts.get(name),
        }
        for name, config in configured.profiles.by_name.items()
    ]
    is_built = bool(built) and built["scoring_config_hash"] == configured.config_hash
    return json_answer({"rows": rows, "seen": found.seen, "is_built": is_built})


@router.post("/api/icp", summary="Save a profile, or count what it would match.", responses=_CONFLICT)
def save_profile(request: Request, body: bodies.Icp) -> Response:
    """It counts from the next build on; comments and layout of the rest of the file stay."""
    workspace = site_of(request).workspace
    try:
        found = draft(workspace, body.name, body.config, is_default=body.is_default)
    except duckdb.CatalogException:
        raise ConfigurationError("The warehouse is of an earlier release: `make build` first") from None
    told = {"name": body.name, "lines": found.lines, "matching": found.matching}
    if body.dry_run:
        return json_answer(told | {"is_saved": False, "seen": found.seen})
    seen = save(
        workspace,
        body.name,
        body.config,
        body.seen,
        is_default=body.is_default,
        wait_seconds=LOCK_SECONDS,
    )
    return json_answer(told | {"is_saved": True, "seen": seen})
