"""Lists: each route of them as JSON, page by page, and as CSV."""

from collections.abc import Collection, Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from reports.server.answers import csv_bytes, json_bytes, unless_known
from reports.server.generations import Generation, Row
from reports.server.listing import MOST_IN_FILE, Listing, Page, read_page, read_wanted
from reports.server.problems import ProblemError
from reports.server.site import Site, site_of
from reports.server.tables import (
    BOTTLENECK_LEADS,
    BOTTLENECKS,
    CAMPAIGN_LEADS,
    CAMPAIGNS,
    INBOX,
    MESSAGE_TESTS,
    PEOPLE,
    PLAN,
    SEGMENTS,
    SENDERS,
    SIGNALS,
    tables,
)

router = APIRouter()
# The lists that have a route of their own: path -> what they hold, in words, and the rows.
ROUTES: dict[str, tuple[str, Listing]] = {
    "/api/leads": (
        "The inbox: whom to ask next, of the default profile unless `icp_profile` says else.",
        INBOX,
    ),
    "/api/people": ("Everybody who is known, with what is known of them.", PEOPLE),
    "/api/campaigns": ("HeyReach's campaigns, with what became of their requests.", CAMPAIGNS),
    "/api/campaigns/{campaign_id}/leads": ("The leads of a campaign.", CAMPAIGN_LEADS),
    "/api/bottlenecks": ("What stalls the pipeline, the first thing to do first.", BOTTLENECKS),
    "/api/bottlenecks/{rank}/leads": ("The leads behind one of these lines.", BOTTLENECK_LEADS),
    "/api/senders": ("Sender accounts, their state, their requests.", SENDERS),
    "/api/segments": ("What requests of each segment of each dimension came to.", SEGMENTS),
    "/api/signals": ("What happened to leads and companies, the newest first.", SIGNALS),
    "/api/plan": ("Who is planned to be asked when, and why not.", PLAN),
    "/api/tests": ("Registered tests of texts, and what they found.", MESSAGE_TESTS),
}


def fixed_values(listing: Listing, generation: Generation, given: Mapping[str, str]) -> dict[str, Any]:
    """What the path says, by columns; raises ProblemError where there is no such thing."""
    types = listing.columns(generation)
    values: dict[str, Any] = {}
    for name in listing.fixed:
        is_whole = types[name].type != "VARCHAR"
        if is_whole and not (given[name].isascii() and given[name].isdigit() and len(given[name]) < 10):
            raise ProblemError(404, f"There is no {name} {given[name][:40]!r}")
        values[name] = int(given[name]) if is_whole else given[name]
    return values


def read_list(
    request: Request,
    site: Site,
    generation: Generation,
    listing: Listing,
    most: int = 0,
    more: Mapping[str, str] | None = None,
    only: Collection[str] = (),
) -> Page:
    """The rows that a request asks for; `more` are filters where it names none, `only` the columns."""
    given = list(request.query_params.multi_items())
    named = {name for name, text in given if text}
    given += [(name, text) for name, text in (more or {}).items() if name not in named]
    wanted = (
        read_wanted(listing, generation, given, most) if most else read_wanted(listing, generation, given)
    )
    fixed = fixed_values(listing, generation, request.path_params)
    left_out: dict[str, list[str]] = {}
    if listing is INBOX:
        dismissed = site.overlay.posted(generation).dismissed
        left_out["profile_url"] = [link for link, is_so in dismissed.items() if is_so]
    page = read_page(listing, generation, wanted, fixed, site.erased, left_out, only)
    if not page.rows:
        _require_known(generation, fixed)
    return page


_DEFAULT_PROFILE = (
    "select icp_profile from marts.rpt_inbox_profiles order by is_default desc, profile_order limit 1"
)


def default_filters(listing: Listing, generation: Generation) -> dict[str, str]:
    """What a list is cut down to where nobody says: the inbox to one profile, the plan to what holds."""
    if listing is INBOX:
        profile = generation.once(_DEFAULT_PROFILE, lambda: generation.one(_DEFAULT_PROFILE))
        return {"icp_profile": profile["icp_profile"]} if profile else {}
    return {"is_current": "true"} if listing is PLAN else {}


# Where it is known what a path may name.
_KNOWN_IN = {"campaign_id": ("heyreach_campaigns", "campaign"), "rank": ("rpt_bottlenecks", "line")}


def _require_known(generation: Generation, fixed: Mapping[str, Any]) -> None:
    for name, value in fixed.items():
        model, word = _KNOWN_IN[name]
        if not generation.one(f'select 1 from marts.{model} where "{name}" = ? limit 1', [value]):  # noqa: S608
            raise ProblemError(404, f"There is no {word} {str(value)[:40]!r}")


def answer(request: Request, listing: Listing, file: bool) -> Response:
    """A page of a list as JSON, or all of it (the first hundred thousand rows) as CSV."""
    site = site_of(request)
    with site.generations.reading() as generation:

        def content() -> tuple[bytes, dict[str, str]]:
            more = default_filters(listing, generation)
            page = read_list(request, site, generation, listing, MOST_IN_FILE if file else 0, more)
            return _file(listing, generation, page) if file else _document(request, generation, page)

        return unless_known(request, site, generation, "text/csv" if file else "application/json", content)


def _document(request: Request, generation: Generation, page: Page) -> tuple[bytes, dict[str, str]]:
    headers = {}
    if page.next:
        headers["link"] = f'<{next_address(request, page.next)}>; rel="next"'
    return json_bytes({"rows": page.rows, "next": page.next, "generation": generation.version}), headers


def _file(listing: Listing, generation: Generation, page: Page) -> tuple[bytes, dict[str, str]]:
    named = [*listing.columns(generation)]
    named += [name for name in listing.people(generation) if name not in named]
    name = listing.model.removeprefix("rpt_")
    return csv_bytes(named, page.rows), {"content-disposition": f'attachment; filename="{name}.csv"'}


def next_address(request: Request, token: str) -> str:
    """The same request, behind the last row of its answer."""
    return str(request.url.include_query_params(after=token).replace(scheme="", netloc=""))


def _add(path: str, about: str, listing: Listing) -> None:
    def as_json(request: Request) -> Response:
        return answer(request, listing, file=False)

    def as_csv(request: Request) -> Response:
        return answer(request, listing, file=True)

    router.add_api_route(path, as_json, methods=["GET"], summary=about, tags=["lists"])
    router.add_api_route(f"{path}.csv", as_csv, methods=["GET"], summary=f"{about} As CSV.", tags=["lists"])


for _path, (_about, _listing) in ROUTES.items():
    _add(_path, _about, _listing)


def _table(name: str) -> Listing:
    listing = tables().get(name)
    if listing is None:
        raise ProblemError(404, f"There is no table {name[:60]!r}; /api/tables names them")
    return listing


@router.get("/api/tables/{name}.csv", tags=["tables"], summary="A mart as CSV.")
def table_as_csv(request: Request, name: str) -> Response:
    """The first hundred thousand rows of a mart."""
    return answer(request, _table(name), file=True)


@router.get("/api/tables/{name}", tags=["tables"], summary="The rows of a mart, page by page.")
def table(request: Request, name: str) -> Response:
    """Rows of a mart that a figure leads to."""
    return answer(request, _table(name), file=False)


@router.get("/api/tables", tags=["tables"], summary="The marts that figures lead to, and what they mean.")
def list_tables(request: Request) -> Response:
    """Each mart with what it holds and its columns."""
    site = site_of(request)
    with site.generations.reading() as generation:
        return unless_known(request, site, generation, "application/json", lambda: (_tables(generation), {}))


def _tables(generation: Generation) -> bytes:
    found: list[Row] = [
        {
            "name": name,
            "meaning": generation.meanings.get(name, ""),
            "columns": [
                {"name": column.name, "type": column.type, "meaning": column.meaning}
                for column in listing.columns(generation).values()
            ],
        }
        for name, listing in tables().items()
        if name in generation.columns
    ]
    return json_bytes({"rows": found})
