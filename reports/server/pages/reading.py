"""Pages that show: the report, the inbox, leads, campaigns, what stalls, tables."""

import functools
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from reports.document.render import render_html
from reports.server.access import SESSION_SECONDS
from reports.server.answers import unless_known
from reports.server.api.lists import default_filters, next_address, read_list
from reports.server.generations import Column, Generation
from reports.server.lead import messages_of, read_lead
from reports.server.listing import Listing
from reports.server.pages.acting import acts_on
from reports.server.pages.frame import TEMPLATES, page
from reports.server.problems import ProblemError
from reports.server.site import Site, site_of
from reports.server.tables import (
    BOTTLENECK_LEADS,
    CAMPAIGN_LEADS,
    CAMPAIGNS,
    INBOX,
    MESSAGE_TESTS,
    PLAN,
    tables,
)

router = APIRouter()
# The table of the requests that figures count.
_COUNTED = "heyreach_connections"
# Where a cell leads, by its column: the column that says to which of them, and the address.
_LEADS_TO = {
    **dict.fromkeys(("lead_id", "first_name", "last_name"), ("lead_id", "/leads/{}")),
    **dict.fromkeys(("campaign_id", "campaign_name"), ("campaign_id", "/campaigns/{}")),
    **dict.fromkeys(("account_id", "label"), ("account_id", f"/tables/{_COUNTED}?account_id={{}}")),
}
# What links and acts of a row need, shown or not.
_BESIDE = ("lead_id", "campaign_id", "account_id", "profile_url", "normalized_profile_url")


@dataclass(frozen=True)
class Shown:
    """How a list is shown: its title, its twin, which columns, by which one may filter; all where blank."""

    title: str
    listing: Listing
    api: str
    about: str = ""
    columns: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


INBOX_PAGE = Shown(
    "Inbox: whom to ask next",
    INBOX,
    "/api/leads",
    columns=(
        *("rank", "first_name", "last_name", "title", "company_name", "tier", "total_score"),
        *("why_now", "action", "warnings"),
    ),
    filters=("icp_profile", "tier", "company_name", "source", "company_region"),
)
CAMPAIGNS_PAGE = Shown(
    "Campaigns",
    CAMPAIGNS,
    "/api/campaigns",
    columns=(
        *("campaign_name", "campaign_state", "queued", "sent", "accepted", "mature_sent"),
        *("mature_accepted", "accept_rate", "ci_low", "ci_high", "rate_withheld_because"),
    ),
    filters=("campaign_name", "campaign_status"),
)
CAMPAIGN_PAGE = Shown(
    "Leads of a campaign",
    CAMPAIGN_LEADS,
    "/api/campaigns/{campaign_id}/leads",
    columns=(
        *("first_name", "last_name", "title", "company_name", "status", "connection_sent_at"),
        *("connection_accepted_at", "source", "icp"),
    ),
    filters=("status", "account_id", "source", "icp"),
)
LINE_PAGE = Shown(
    "Leads behind a line of the report",
    BOTTLENECK_LEADS,
    "/api/bottlenecks/{rank}/leads",
    filters=("account_id", "campaign_id", "source"),
)
PLAN_PAGE = Shown(
    "The plan of the week",
    PLAN,
    "/api/plan",
    columns=(
        *("week", "day", "first_name", "last_name", "company_name", "segment", "account_id"),
        *("campaign_id", "variant", "chance", "reason", "state"),
    ),
    filters=("week", "day", "segment", "account_id", "state"),
)
TESTS_PAGE = Shown(
    "Tests of texts",
    MESSAGE_TESTS,
    "/api/tests",
    columns=(
        *("test_name", "metric", "arm", "other_arm", "mature_requests", "other_mature_requests"),
        *("planned_requests", "judge_by", "result", "winner", "rate", "other_rate", "words"),
    ),
)


@router.get("/")
def first_page(request: Request) -> Response:
    """The report's first page, live."""
    site = site_of(request)
    with site.generations.reading() as generation:
        return unless_known(
            request, site, generation, "text/html", lambda: (_first_page(request, generation), {})
        )


def _first_page(request: Request, generation: Generation) -> bytes:
    def made() -> bytes:
        title, html = generation.first_page
        return page(request, "report.html.j2", title=title, body=Markup(html)).body  # noqa: S704

    return generation.once("first page", made)


@router.get("/report")
def whole_report(request: Request) -> Response:
    """The whole report, as its HTML file has it."""
    site = site_of(request)
    with site.generations.reading() as generation:

        def content() -> tuple[bytes, dict[str, str]]:
            text = render_html(generation.report, generation.definitions)
            # Its policy stands in it: style and script lie inside the page, and are named by their hashes.
            policy = text.partition('Content-Security-Policy" content="')[2].partition('"')[0]
            return text.encode(), {"content-security-policy": policy}

        return unless_known(request, site, generation, "text/html", content)


@router.get("/leads")
def inbox(request: Request) -> Response:
    """Whom to ask next."""
    return shown_list(request, INBOX_PAGE, "leads.html.j2")


@router.get("/leads/{lead_id}")
def lead(request: Request, lead_id: str) -> Response:
    """All that is known of one lead."""
    site = site_of(request)
    with site.generations.reading() as generation:
        found = read_lead(generation, lead_id, site.erased)
        posted = site.overlay.of_lead(generation, found["lead"])
    names = (found["lead"]["first_name"], found["lead"]["last_name"])
    title = " ".join(filter(None, names)) or "Name unknown"
    url = f"https://www.{found['lead']['normalized_profile_url']}"
    return page(
        request,
        "lead.html.j2",
        title=title,
        messages=messages_of(site.workspace, lead_id),
        posted=posted,
        acts=acts_on(site, url) if found["lead"]["is_valid_profile_url"] else None,
        **found,
    )


@router.get("/campaigns")
def campaigns(request: Request) -> Response:
    """HeyReach's campaigns."""
    return shown_list(request, CAMPAIGNS_PAGE)


@router.get("/campaigns/{campaign_id}")
def campaign(request: Request, campaign_id: str) -> Response:
    """The leads of one campaign."""
    return shown_list(request, CAMPAIGN_PAGE, "campaign.html.j2")


@router.get("/bottlenecks/{rank}")
def line(request: Request, rank: str) -> Response:
    """The leads behind one line of the report."""
    return shown_list(request, LINE_PAGE)


@router.get("/plan")
def plan(request: Request) -> Response:
    """Who is asked when."""
    return shown_list(request, PLAN_PAGE, "plan.html.j2", key=secrets.token_hex(8))


@router.get("/tests")
def message_tests(request: Request) -> Response:
    """Which text is better."""
    return shown_list(request, TESTS_PAGE)


@router.get("/tables")
def all_tables(request: Request) -> Response:
    """The marts that figures lead to."""
    site = site_of(request)
    with site.generations.reading() as generation:
        known = [(name, generation.meanings.get(name, "")) for name in tables() if name in generation.columns]
    return page(request, "tables.html.j2", title="Tables", known=known)


@router.get("/tables/{name}")
def one_table(request: Request, name: str) -> Response:
    """The rows of one mart, all columns."""
    listing = tables().get(name)
    if listing is None:
        raise ProblemError(404, f"There is no table {name[:60]!r}; /tables names them")
    site = site_of(request)
    with site.generations.reading() as generation:
        about = generation.meanings.get(name, "")
    return shown_list(request, Shown(name, listing, f"/api/tables/{name}", about=about))


def shown_list(request: Request, shown: Shown, template: str = "list.html.j2", **more: Any) -> Response:
    """A page of a list, with its filters, its twins, and where its rows lead."""
    site = site_of(request)
    with site.generations.reading() as generation:
        defaults = default_filters(shown.listing, generation)
        only = (*shown.columns, *_BESIDE) if shown.columns else ()
        found = read_list(request, site, generation, shown.listing, more=defaults, only=only)
        columns = _columns(shown, generation)
        api = shown.api.format(**request.path_params)
        return page(
            request,
            template,
            title=shown.title,
            shown=shown,
            posted=site.overlay.posted(generation),
            address=next_address(request, request.query_params.get("after", "")),
            columns=columns,
            rows=found.rows,
            filters=_filters(shown, request, generation, defaults),
            sort=request.query_params.get("sort", ""),
            next=next_address(request, found.next) if found.next else None,
            twins={"JSON": _twin(api, request), "CSV": _twin(f"{api}.csv", request)},
            links=_links,
            **more,
        )


def _columns(shown: Shown, generation: Generation) -> dict[str, Column]:
    known = shown.listing.columns(generation)
    people = {name: Column(name, "VARCHAR", "") for name in shown.listing.people(generation)}
    known = {**people, **known} if not shown.columns else known | people
    return {name: known[name] for name in shown.columns or known if name in known}


def _filters(
    shown: Shown, request: Request, generation: Generation, defaults: Mapping[str, str]
) -> list[dict[str, Any]]:
    known = shown.listing.filters(generation)
    given = {**defaults, **{name: text for name, text in request.query_params.items() if text}}
    names: Sequence[str] = shown.filters or [name for name in known if name in given]
    return [
        {
            "name": name,
            "value": given.get(name, ""),
            "choices": generation.choices(shown.listing.model, name) if known[name].type == "VARCHAR" else [],
        }
        for name in names
        if name in known
    ]


def _twin(path: str, request: Request) -> str:
    kept = {name: text for name, text in request.query_params.items() if text and name != "after"}
    return f"{path}?{urlencode(kept)}" if kept else path


def _links(row: Mapping[str, Any], name: str) -> str | None:
    """Where a cell leads: to whom it names, or to the requests that the row's figures count."""
    value = row.get(name)
    whose = _LEADS_TO.get(name)
    if value is not None and whose and row.get(whose[0]):
        return whose[1].format(quote(str(row[whose[0]]), safe=""))
    if name == "segment" and value and (column := _COUNTED_BY.get(str(row.get("dimension")))):
        return f"/tables/{_COUNTED}?{urlencode({column: value})}"
    return None


# Dimensions that requests have as columns of their own.
_COUNTED_BY = {
    "source": "source",
    "source_list": "source_list",
    "batch": "batch_id",
    "icp": "icp",
    "region": "company_region",
    "enrichment_level": "enrichment_level",
    "account": "account_id",
    "campaign": "campaign_id",
    "list": "list_id",
}
_STATIC = {
    "style.css": ("text/css", ("../../document/templates/report.css", "server.css")),
    "script.js": ("text/javascript", ("../../document/templates/report.js",)),
}


@functools.cache
def _static(name: str) -> tuple[str, bytes]:
    media_type, files = _STATIC[name]
    return media_type, b"\n".join((TEMPLATES / each).read_bytes() for each in files)


@router.get("/static/{name}")
def static(name: str) -> Response:
    """Style and script."""
    if name not in _STATIC:
        raise ProblemError(404, "There is no such file")
    media_type, content = _static(name)
    return Response(content, media_type=media_type, headers={"cache-control": "max-age=600"})


@router.get("/enter/{key}")
def enter(request: Request, key: str) -> Response:
    """A printed link becomes a session."""
    site: Site = site_of(request)
    if not site.keys.takes_link(key):
        raise ProblemError(
            401, "This link was used, or is older than five minutes: `make serve LINK=1` prints another"
        )
    # A page of our own goes on: a browser sends no strict cookie along a redirect that began elsewhere.
    answer = page(request, "enter.html.j2", title="Welcome")
    answer.set_cookie(
        site.cookie,
        site.keys.session(),
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="strict",
        # What a proxy says is believed only where it makes the cookie narrower.
        secure="https" in (request.url.scheme, request.headers.get("x-forwarded-proto")),
    )
    return answer
