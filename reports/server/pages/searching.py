"""Whom one looks for: companies that are searched for, and the profiles that say whom."""

import secrets
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from extract.intelligence.vocabulary import FUNDING_STAGES, GEOGRAPHIES, INDUSTRIES
from extract.workspace.errors import ConfigurationError
from reports.jobs.discover import discover_companies
from reports.jobs.profiles import draft, library, save
from reports.server.api.acts import LOCK_SECONDS
from reports.server.api.asking import ask_for
from reports.server.pages.forms import Form, shown_job, whole
from reports.server.pages.frame import page
from reports.server.site import Site, site_of

router = APIRouter()


@router.get("/discover")
def discover(request: Request) -> Response:
    """Search for companies that a profile asks for."""
    return _discover(request, site_of(request), {}, None, [])


@router.post("/discover")
def search(request: Request, form: Form) -> Response:
    """Show what a search finds and what it costs, or have it brought."""
    site = site_of(request)
    limit = whole(form, "limit") or 25
    if form.get("action") == "take":
        parameters = {
            "profile": form.get("profile") or None,
            "limit": limit,
            "people": bool(form.get("people")),
        }
        return shown_job(ask_for(site, "discover", parameters, form.get("key") or None))
    lines: list[str] = []
    problems: list[str] = []
    try:
        discover_companies(
            site.workspace,
            form.get("profile") or None,
            limit,
            has_people=bool(form.get("people")),
            show=lines.append,
        )
    except ConfigurationError as error:
        problems = error.problems
    return _discover(request, site, form, lines, problems)


def _discover(
    request: Request, site: Site, form: Mapping[str, str], lines: list[str] | None, problems: list[str]
) -> Response:
    with site.generations.reading() as generation:
        rows = generation.rows(
            "select * from marts.discovered_companies order by first_found_at desc, company_domain limit 50"
        )
        columns = {
            name: column
            for name, column in generation.columns["discovered_companies"].items()
            if name in _OF_COMPANIES
        }
    return page(
        request,
        "discover.html.j2",
        title="Discover companies",
        profiles=list(library(site.workspace).configuration.profiles.by_name),
        form=form,
        lines=lines,
        problems=problems,
        rows=rows,
        columns=columns,
        links=lambda row, name: None,
        key=secrets.token_hex(8),
    )


_OF_COMPANIES = (
    *("company_domain", "company_name", "company_industry", "company_size", "company_region"),
    *("funding_stage", "icp_profile", "total_score", "first_found_at"),
)


@router.get("/icp")
def profiles(request: Request) -> Response:
    """The profiles of ideal customers, and a new one."""
    site = site_of(request)
    found = library(site.workspace)
    wanted = request.query_params.get("profile", "")
    known = found.configuration.profiles
    told = _as_form(known.by_name[wanted]) if wanted in known.by_name else {}
    return _profile(request, site, {**told, "name": wanted, "seen": found.seen}, None, [])


@router.post("/icp")
def edit_profile(request: Request, form: Form) -> Response:
    """Count how many leads a profile would match, or save it."""
    site = site_of(request)
    name, told = form.get("name", ""), _as_profile(form)
    try:
        if form.get("action") == "save":
            save(
                site.workspace,
                name,
                told,
                form.get("seen", ""),
                is_default=bool(form.get("default")),
                wait_seconds=LOCK_SECONDS,
            )
            return RedirectResponse(f"/icp?profile={name}&saved=1", status_code=303)
        found = draft(site.workspace, name, told, is_default=bool(form.get("default")))
    except ConfigurationError as error:
        return _profile(request, site, form, None, error.problems)
    return _profile(request, site, {**form, "seen": form.get("seen") or found.seen}, found, [])


def _profile(
    request: Request, site: Site, form: Mapping[str, str], found: Any, problems: list[str]
) -> Response:
    known = library(site.workspace)
    with site.generations.reading() as generation:
        rows = generation.rows("select * from marts.rpt_icp_profiles order by profile_order")
    return page(
        request,
        "icp.html.j2",
        status=422 if problems else 200,
        title="Profiles of ideal customers",
        profiles=known.configuration.profiles,
        counted={row["icp_profile"]: row for row in rows},
        form=form,
        draft=found,
        problems=problems,
        is_saved=request.query_params.get("saved") == "1",
        lists=_LISTS,
        words={"industries": INDUSTRIES, "funding_stages": FUNDING_STAGES, "geographies": GEOGRAPHIES},
    )


# The lists of a profile: the field of the form -> where it stands in the profile.
_LISTS = {
    "industries": ("industries",),
    "geographies": ("geographies",),
    "funding_stages": ("funding_stages",),
    "must_have": ("tech_stack", "must_have"),
    "nice_to_have": ("tech_stack", "nice_to_have"),
    "avoid": ("tech_stack", "avoid"),
    "complementary_tools": ("complementary_tools",),
    "competitors": ("competitors",),
    "titles": ("decision_makers", "titles"),
    "departments": ("decision_makers", "departments"),
}


def _as_profile(form: Mapping[str, str]) -> dict[str, Any]:
    """A profile of what a form says; what it leaves blank is no criterion."""
    told: dict[str, Any] = {}
    for name, path in _LISTS.items():
        values = [part.strip() for part in form.get(name, "").replace("\n", ",").split(",") if part.strip()]
        if values:
            place = told
            for key in path[:-1]:
                place = place.setdefault(key, {})
            place[path[-1]] = values
    for name in ("company_size_min", "company_size_max"):
        if (size := whole(form, name)) is not None:
            told[name] = size
    return told


def _as_form(profile: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a form that say what a profile does."""
    found = {
        name: str(profile[name]) for name in ("company_size_min", "company_size_max") if profile.get(name)
    }
    for name, path in _LISTS.items():
        value: Any = profile
        for key in path:
            value = (value or {}).get(key)
        found[name] = ", ".join(value or ())
    return found
