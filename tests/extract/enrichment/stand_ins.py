"""Stand-ins of the services: one server on loopback that answers each in its own HTTP shape, well or badly.

Invented people and companies only. It remembers every request that came, and how many were under way at once.
"""

import contextlib
import json
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it arrived, and how it was answered."""

    service: str
    path: str
    query: dict[str, str]
    body: dict | None
    headers: dict[str, str]
    at: float
    status: int

    @property
    def subject(self) -> str:
        """Whom or what it was about."""
        told = {**self.query, **(self.body or {})}
        parameters = told.get("parameters") or {}
        filters = told.get("filters") or {}
        return str(
            told.get("linkedin_url")
            or parameters.get("linkedin_url")
            or parameters.get("domain")
            or filters.get("leadProfileUrl")
            or told.get("domain")
            or told.get("LOOKUP")
            or told
        )


Reply = tuple[int, object]


@dataclass
class Faults:
    """How badly it answers: shares of requests, by a hash of what is asked, so that a run can be repeated.

    `failed` of the subjects are refused for good (422), `flaky` fail the first time (503), `throttled` are
    told to slow down the first time (429, by Hunter 403), `slow` take `delay` seconds.
    """

    failed: float = 0.0
    flaky: float = 0.0
    throttled: float = 0.0
    slow: float = 0.0
    delay: float = 0.0


def share(text: str) -> float:
    """A number from 0 to 1 that only depends on the text."""
    return zlib.crc32(text.encode()) / 2**32


class StandIns:
    """`url(service)` to talk to; `asked` is every request.

    `pages` are answered by their path, a list of answers one after the other. Bytes of a redirect are where
    it leads, of a 429 or 503 how long to wait.
    """

    def __init__(self, faults: Faults | None = None):
        self.faults = faults or Faults()
        self.asked: list[Asked] = []
        self.most_at_once: Counter[str] = Counter()
        self.answers: dict[str, Callable[[Asked], Reply]] = dict(ANSWERS)
        self.pages: dict[str, Reply | list[Reply]] = {}
        self._under_way: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self.port = self._http.server_port

    def url(self, service: str) -> str:
        """The base URL of a service."""
        return f"http://127.0.0.1:{self.port}/{service}"

    def environment(self) -> dict[str, str]:
        """The settings that point every service here, with invented keys."""
        from extract.workspace.services import SERVICES  # noqa: PLC0415

        return {
            **{name: f"test-{name.lower()}" for each in SERVICES.values() for name in each.keys},
            **{each.base_url_variable: self.url(name) for name, each in SERVICES.items()},
            "LLM_MODEL": "stub",
        }

    def answered(self, service: str) -> Counter[str]:
        """Subject -> how often it was answered with success."""
        return Counter(each.subject for each in self.asked if each.service == service and each.status == 200)

    def _handler(stand_ins) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle(self) -> None:
                with contextlib.suppress(ConnectionError):
                    super().handle()

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length)) if length else None
                parts = urlsplit(self.path)
                service, _, path = parts.path.lstrip("/").partition("/")
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                request = Asked(service, path, query, body, dict(self.headers), time.monotonic(), 0)
                with stand_ins._lock:
                    stand_ins._under_way[service] += 1
                    most = max(stand_ins.most_at_once[service], stand_ins._under_way[service])
                    stand_ins.most_at_once[service] = most
                try:
                    status, reply = stand_ins._reply(request)
                finally:
                    with stand_ins._lock:
                        stand_ins._under_way[service] -= 1
                with stand_ins._lock:
                    stand_ins.asked.append(
                        Asked(service, path, query, body, request.headers, request.at, status)
                    )
                text = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
                with contextlib.suppress(ConnectionError):
                    self.send_response(status)
                    header = {301: "Location", 302: "Location", 429: "Retry-After", 503: "Retry-After"}
                    if status in header and isinstance(reply, bytes) and reply:
                        self.send_header(header[status], reply.decode())
                    self.send_header("Content-Length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text)

            do_GET = do_POST = answer

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def _reply(self, request: Asked) -> Reply:
        if request.service == "pages":
            page = self.pages.get(request.path, (404, b""))
            return page.pop(0) if isinstance(page, list) else page
        faults, what = self.faults, f"{request.service} {request.path} {request.subject}"
        with self._lock:
            self._seen[what] += 1
            is_first = self._seen[what] == 1
        number = share(what)
        if share("slow " + what) < faults.slow:
            time.sleep(faults.delay)
        if number < faults.failed:
            return 422, {"error": "refused"}
        if is_first and number < faults.failed + faults.flaky:
            return 503, {"error": "busy"}
        if is_first and number < faults.failed + faults.flaky + faults.throttled:
            return (403 if request.service == "hunter" else 429), {"error": "slow down"}
        return self.answers[request.service](request)

    def __enter__(self) -> "StandIns":
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()


def _datagen(request: Asked) -> Reply:
    tool, told = request.body["tool_alias_name"], request.body["parameters"]
    if "nobody" in str(told):
        return 200, {"success": True, "data": {"success": False, "error": "Resource not found"}}
    return 200, {"success": True, "data": {"success": True, "result": TOOLS[tool](told)}}


TOOLS: dict[str, Callable[[dict], object]] = {
    "get_linkedin_person_data": lambda told: {
        "person": {
            "headline": "Site reliability at Example",
            "location": "Springfield",
            "followerCount": 1234,
            "summary": "I keep examples running.",
            "photoUrl": "https://example.com/photo.jpg",
            "positions": {
                "positionHistory": [
                    {"title": "Past", "companyName": "Old Ltd", "startEndDate": {"end": {"year": 2020}}},
                    {
                        "title": "SRE",
                        "companyName": "Example Ltd",
                        "description": "not kept",
                        "startEndDate": {"start": {"month": 3, "year": 2023}, "end": None},
                    },
                ]
            },
            "schools": {
                "educationHistory": [
                    {
                        "schoolName": "Springfield College",
                        "degreeName": "BS",
                        "fieldOfStudy": "Examples",
                        "startEndDate": {"start": {"year": 2008}, "end": {"year": 2012}},
                    }
                ]
            },
        }
    },
    "get_linkedin_person_posts": lambda told: {
        "posts": [
            {"text": "Trying Claude Code today", "activityDate": "2026-11-20", "activityUrl": "https://x/1"},
            {
                "text": "Claude Codes nothing",
                "activityDate": "2026-10-01T10:00:00Z",
                "activityUrl": "https://x/2",
            },
            {"text": "claude code, again", "activityDate": "2024-01-01", "activityUrl": "https://x/3"},
        ]
    },
    "search_linkedin_company": lambda told: {
        "company": {
            "linkedInUrl": "https://linkedin.com/company/example",
            "employeeCount": 187,
            "industry": "Computer Software",
            "headquarter": {"country": "US"},
        }
    },
    "chatgpt_webresearch": lambda told: {
        "answer": 'Here: {"name": "Sam Sample", "linkedin_url": "https://www.linkedin.com/in/sam-sample", '
        '"description": "Makes examples", "technologies": ["Go"], "employee_count": 40}'
    },
}


def _apollo(request: Asked) -> Reply:
    if request.path == "organizations/enrich":
        is_known = request.query["domain"] != "nothing.example.com"
        return 200, {"organization": {"id": "5e66b638", "name": "Example Ltd"} if is_known else None}
    if request.path == "organizations/5e66b638/job_postings":
        dates = ("2026-02-01T00:00:00.000+00:00", "2026-02-20T00:00:00.000+00:00", None)
        jobs = zip(("SRE", "Writer", "Cook"), ("Berlin", None, None), dates, strict=True)
        return 200, {
            "organization_job_postings": [
                {
                    "id": title,
                    "title": title,
                    "url": "https://jobs.example.com/1",
                    "city": city,
                    "state": None,
                    "country": "Germany",
                    "last_seen_at": "2026-02-22T00:00:00.000+00:00",
                    "posted_at": date,
                }
                for title, city, date in jobs
            ]
        }
    if "nobody" in request.subject:
        return 200, {"person": None}
    organization = {
        "name": "Example Ltd",
        "primary_domain": "example.com",
        "industry": "software",
        "estimated_num_employees": 210,
        "country": "Germany",
    }
    person = {"title": "SRE", "headline": "SRE", "email": "sam@example.com", "email_status": "verified"}
    contact = {"sanitized_phone": "+15550100"}
    person["employment_history"] = [
        {"title": "SRE", "organization_name": "Example Ltd", "start_date": "2025-11-01", "current": True},
        {"title": "Past", "organization_name": "Old Ltd", "start_date": None, "end_date": "2025-10-01"},
    ]
    return 200, {"person": {**person, "contact": contact, "organization": organization}}


def _clearbit(request: Asked) -> Reply:
    if "nothing" in request.subject:
        return 404, {"error": {"type": "unknown_record"}}
    return 200, {
        "name": "Example Ltd",
        "category": {"industry": "Internet Software & Services"},
        "metrics": {"employees": 250, "estimatedAnnualRevenue": "$10M-$50M"},
        "geo": {"country": "Germany"},
        "foundedYear": 2011,
        "tech": ["aws_ec2", "postgresql"],
    }


def _hunter(request: Asked) -> Reply:
    if request.path == "email-verifier":
        verified = {
            "status": "accept_all",
            "score": 78,
            "email": request.query["email"],
            "sources": [{"uri": "x"}],
        }
        return 200, {"data": verified, "meta": {}}
    if "nothing" in request.query["domain"]:
        return 200, {"data": {"email": None, "score": None}}
    return 200, {
        "data": {
            "email": "sam@example.com",
            "score": 97,
            "phone_number": "+15550101",
            "verification": {"status": "valid"},
        },
        "meta": {},
    }


def _crunchbase(request: Asked) -> Reply:
    if request.path == "entities/organizations/u":
        return 200, {"properties": {}, "cards": CARDS}
    if request.path == "autocompletes":
        named = {"value": request.query["query"], "uuid": "named"}
        return 200, {"count": 1, "entities": [{"identifier": named}]}
    properties = {
        "short_description": "Makes examples",
        "funding_total": {"value_usd": 12_000_000, "currency": "USD"},
        "last_funding_at": "2026-01-15",
        "last_funding_type": "series_a",
        "num_funding_rounds": 2,
        "num_employees_enum": "c_00051_00100",
    }
    return 200, {"count": 1, "entities": [{"uuid": "u", "properties": properties}]}


CARDS = {
    "raised_funding_rounds": [
        {
            "announced_on": "2024-01-02",
            "investment_type": "seed",
            "money_raised": {"value": 2_000_000, "currency": "USD", "value_usd": 2_000_000},
            "lead_investor_identifiers": [{"value": "Invented Ventures"}],
        },
        {
            "announced_on": "2026-01-15",
            "investment_type": "series_a",
            "money_raised": {"value": 9_000_000, "currency": "EUR", "value_usd": 10_000_000},
            "investor_identifiers": [{"value": "Sample Capital"}, {"value": "Invented Ventures"}],
            "lead_investor_identifiers": [{"value": "Sample Capital"}],
        },
        {"money_raised": {"value_usd": 1}},
    ],
    "press_references": [
        {"title": "Example opens an office", "posted_on": "2026-02-01", "publisher": "Springfield News"},
        {"title": "Example raises", "posted_on": "2026-03-02", "url": {"value": "https://example.com/news"}},
        {"posted_on": "2026-03-03"},
    ],
}


def _builtwith(request: Asked) -> Reply:
    paths = [{"Technologies": [{"Name": "nginx"}, {"Name": "React"}]}, {"Technologies": [{"Name": "nginx"}]}]
    return 200, {"Results": [{"Lookup": request.subject, "Result": {"Paths": paths}}], "Errors": []}


def _greenhouse(request: Asked) -> Reply:
    """By its document, and with `first_published`, which it sends beside."""
    token, _, what = request.path.removeprefix("boards/").partition("/")
    if token != "example":
        return 404, {"status": 404, "error": "Board not found"}
    if not what:
        return 200, {"name": "Example", "content": "<p>We make examples</p>"}
    jobs = [
        {
            "id": 1,
            "internal_job_id": 11,
            "title": "Site Reliability Engineer",
            "updated_at": "2026-03-01T10:00:00-05:00",
            "first_published": "2026-02-01T22:30:00-05:00",
            "location": {"name": "Springfield"},
            "absolute_url": "https://boards.greenhouse.io/example/jobs/1",
            "metadata": None,
        },
        {"id": 2, "title": "Writer", "updated_at": "2026-02-20T08:00:00Z", "location": {"name": "Remote"}},
        {"id": 3, "title": " ", "updated_at": "2026-02-21T08:00:00Z"},
    ]
    if what == "departments":
        return 200, {"departments": [{"id": 5, "name": "Platform", "jobs": jobs[:1]}]}
    return 200, {"jobs": jobs, "meta": {"total": 3}}


def _lever(request: Asked) -> Reply:
    """By its document, and with `createdAt`, which it sends beside; 101 postings in two pages."""
    site = request.path.removeprefix("postings/")
    if site != "example":
        return 404, {"ok": False, "error": "Document not found"}
    postings = [
        {
            "id": str(number),
            "text": f"Engineer {number}",
            "categories": {"location": "Berlin", "team": "Platform", "commitment": "Full-time"},
            "descriptionPlain": f"Example. See https://www.company{number % 20}.example.com/team",
            "createdAt": 1767225600000 + 86_400_000 * number,
            "hostedUrl": f"https://jobs.lever.co/example/{number}",
        }
        for number in range(101)
    ]
    start = int(request.query["skip"])
    return 200, postings[start : start + int(request.query["limit"])]


FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>"Example Ltd"</title>
<item><title>Example &amp; friends open an office - Springfield News</title>
<link>https://news.example.com/1</link><guid>1</guid><pubDate>Mon, 02 Feb 2026 23:30:00 -0500</pubDate>
<source url="https://springfield.example.com">Springfield News</source></item>
<item><title>Examples are rare</title><link>https://news.example.com/2</link></item>
<item><link>https://news.example.com/3</link></item>
<item><title>Why Example, of all</title><link>javascript:alert(1)</link><pubDate>soon</pubDate></item>
</channel></rss>"""


def _news(request: Asked) -> Reply:
    return 200, FEED.encode()


def _pipe0(request: Asked) -> Reply:
    if request.path == "v1/pipes/run":
        RUNS["run-1"] = request.body
        return 200, {"id": "run-1", "status": "pending"}
    if request.path.startswith("v1/pipes/check/"):
        LOOKS["run-1"] += 1
        if LOOKS["run-1"] == 1:
            return 200, {"id": "run-1", "status": "processing"}
        return 200, pipe0_result(RUNS["run-1"])
    return 200, pipe0_result(request.body)


RUNS: dict[str, dict] = {}
LOOKS: Counter[str] = Counter()
PIPE0_FIELDS = {
    "company_description": "Makes examples",
    "company_industry": "Software",
    "headcount": 180,
    "founded_year": 2011,
    "company_region": "EMEA",
    "estimated_revenue": "10M",
    "technology_list": ["nginx"],
    "funding_total_usd": 12_000_000,
    "funding_history": [{"round": "A"}],
    "company_news_summary": "Opened an office",
    "crustdata_post_list": [{"text": "hello"}, {"text": "again"}],
}


def pipe0_result(body: dict, status: str = "completed", reason: dict | None = None) -> dict:
    """pipe0's response object for a request."""
    fields = {
        name: {"status": status, "value": value if status == "completed" else None, "reason": reason}
        for name, value in PIPE0_FIELDS.items()
    }
    records = {str(each["id"]): {"id": each["id"], "fields": fields} for each in body["input"]}
    return {"id": "run-1", "status": "completed", "errors": [], "records": records}


def _heyreach(request: Asked) -> Reply:
    if request.path == "auth/CheckApiKey":
        return 200, b""
    if request.path == "inbox/GetConversationsV2":
        messages = [
            {"createdAt": "2026-01-02T03:04:05.1234567Z", "body": "Hello", "sender": "ME"},
            {"createdAt": "2026-01-03T03:04:05Z", "body": "I am on facebook", "sender": "CORRESPONDENT"},
            {"createdAt": "2026-01-04T03:04:05Z", "body": "Let us book a slot", "sender": "CORRESPONDENT"},
        ]
        return 200, {"totalCount": 1, "items": [{"id": "c", "messages": messages}]}
    if request.path == "campaign/GetCampaignsForLead":
        rows = [
            {"campaignId": 2, "campaignStatus": "FINISHED", "leadStatus": "Finished", "creationTime": None},
            {
                "campaignId": 1,
                "campaignName": "Q1",
                "campaignStatus": "IN_PROGRESS",
                "leadStatus": "Pending",
                "creationTime": "2026-01-01T00:00:00Z",
            },
        ]
        return 200, {"totalCount": 2, "items": rows}
    return 200, {"isConnection": True}


def _aturiya(request: Asked) -> Reply:
    if request.path.endswith("/campaigns"):
        return 200, {"data": [{"campaign_id": "c1", "name": "First"}]}
    page = int(request.query["page"])
    leads = [
        {
            "lead_id": f"l{page}-{number}",
            "name": f"Sam Sample{number}",
            "email": f"sam{number}@company{page}.example.com",
            "organization": "Example Ltd",
            "linkedin_url": f"https://www.linkedin.com/in/sam-{page}-{number}",
        }
        for number in range(3)
    ]
    return 200, {"data": leads, "pagination": {"page": page, "has_next_page": page < 2}}


def llm_reply(form: dict) -> dict:
    """A chat completion that holds a filled form."""
    return {"choices": [{"message": {"role": "assistant", "content": json.dumps(form)}}]}


def _llm(request: Asked) -> Reply:
    return 200, llm_reply({})


ANSWERS = {
    "datagen": _datagen,
    "apollo": _apollo,
    "clearbit": _clearbit,
    "hunter": _hunter,
    "crunchbase": _crunchbase,
    "builtwith": _builtwith,
    "greenhouse": _greenhouse,
    "lever": _lever,
    "news": _news,
    "pipe0": _pipe0,
    "heyreach": _heyreach,
    "aturiya": _aturiya,
    "llm": _llm,
}


@contextmanager
def stand_ins(faults: Faults | None = None) -> Iterator[StandIns]:
    """A served set of stand-ins."""
    RUNS.clear()
    LOOKS.clear()
    with StandIns(faults) as served:
        yield served
