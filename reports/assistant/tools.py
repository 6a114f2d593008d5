"""What an assistant can ask: each tool reads rows of marts and says them; none takes SQL, none writes."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from extract.people.profile_urls import parse_profile_urls
from extract.people.suppression import suppressions
from reports.assistant import queries
from reports.assistant.answering import Answer, AskedWronglyError, Question, begun, figures, nearest
from reports.assistant.definitions import defined
from reports.assistant.published import published
from reports.assistant.words import Fence, said
from reports.jobs.inbox import read_inbox

# Lines of health that say numbers and times only; the others name what HeyReach or leads wrote.
_OWN_TOPICS = [
    "acceptance_alarm_blind",
    "clock",
    "connected_before",
    "invalid_profile_urls",
    "nights_missed",
    "people_erased",
    "requests_out_of_sight",
    "requests_undated",
    "source_conflicts",
    "stale",
    "status_gone_back",
    "windows_unwatched",
]
_OF_THE_INBOX = ("rank", "tier", "action", "total_score", "profile_url", "icp_profile", "who", "why_now")


@dataclass(frozen=True)
class Tool:
    """A tool: its name, what it answers, its arguments as JSON schema, and who answers it."""

    name: str
    description: str
    answer: Callable[[Question], Answer]
    arguments: dict[str, dict[str, Any]] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    is_personal: bool = False


_AFTER = {"type": "integer", "minimum": 0, "description": "Only rows after this place."}


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, **more}


def totals(question: Question) -> Answer:
    with published(question.workspace) as warehouse:
        answer = begun(warehouse)
        for row in warehouse.rows(queries.TOTALS):
            answer.add(row | {"can_say": row["accept_rate"] is not None}, "totals", answer.about)
        return answer


def what_stalls(question: Question) -> Answer:
    with published(question.workspace) as warehouse:
        answer = begun(warehouse)
        answer.head += [said("all_stalls", row) for row in warehouse.rows(queries.ALL_STALLS)]
        fence = Fence()
        for row in warehouse.rows(queries.STALLS, personal=question.is_personal):
            written = {name: fence.around(row[name]) for name in ("why", "what_to_do") if row[name]}
            answer.add(row | {"can_say": row["recoverable_accepts_per_week"] is not None} | written, "stall")
        return answer


def segment(question: Question) -> Answer:
    dimension = question.text("dimension")
    if dimension not in queries.DIMENSIONS:
        raise nearest(dimension or "", queries.DIMENSIONS, "dimension")
    return _figures_of(question, queries.SEGMENTS, "segment", dimension)


def sender(question: Question) -> Answer:
    return _figures_of(question, queries.SENDERS, "sender", "account")


def campaign(question: Question) -> Answer:
    return _figures_of(question, queries.CAMPAIGNS, "campaign", "campaign")


def _figures_of(question: Question, query: str, kind: str, dimension: str) -> Answer:
    with published(question.workspace) as warehouse:
        answer = figures(warehouse, question, query, kind, dimension)
        asked_for = question.text("value")
        if asked_for and not answer.rows:
            keys = [row["told_key"] for row in warehouse.rows(queries.KEYS, dimension=dimension)]
            raise nearest(asked_for, keys, kind)
        if not answer.rows:
            answer.head.append(said("none_there", kind))
        return answer


def change(question: Question) -> Answer:
    with published(question.workspace) as warehouse:
        answer = begun(warehouse)
        for row in warehouse.rows(queries.CHANGE):
            answer.add(row | {"can_say": row["not_compared_because"] is None}, "change")
        return answer


def message_test(question: Question) -> Answer:
    with published(question.workspace) as warehouse:
        answer = begun(warehouse)
        name = question.text("name")
        for row in warehouse.rows(queries.MESSAGE_TESTS, name=name):
            answer.add(row | {"can_say": row["result"] != "not_yet"}, "message_test")
        if name and not answer.rows:
            tests = warehouse.rows(queries.MESSAGE_TESTS, name=None)
            raise nearest(name, [row["test_name"] for row in tests], "message test")
        if not answer.rows:
            answer.head.append(said("none_there", "message test"))
        return answer


def plan(question: Question) -> Answer:
    week = question.text("week")
    day = None
    if week:
        try:
            day = date.fromisoformat(week)
        except ValueError:
            raise AskedWronglyError("week has to be a day like 2026-02-09") from None
    with published(question.workspace) as warehouse:
        answer = begun(warehouse)
        for row in warehouse.rows(queries.PLANS, week=day):
            answer.add(row, "plan")
        if not answer.rows:
            answer.head.append(said("none_there", "plan of that week" if week else "plan"))
        return answer


def health(question: Question) -> Answer:
    with published(question.workspace) as warehouse:
        answer = begun(warehouse)
        answer.head += [said("health_head", row) for row in warehouse.rows(queries.HEALTH_HEAD)]
        fence = Fence()
        for row in warehouse.rows(queries.HEALTH, personal=question.is_personal, own=_OWN_TOPICS):
            if row["message"] and row["topic"] not in _OWN_TOPICS:
                row["message"] = fence.around(row["message"])
            answer.add(row, "health")
        return answer


def define(question: Question) -> Answer:
    with published(question.workspace) as warehouse:
        answer = Answer()
        for row in defined(warehouse, question.text("term") or ""):
            answer.add(row, "definition")
        return answer


def which_integration(question: Question) -> Answer:
    from extract.enrichment.listing import ListOptions, list_enrichments  # noqa: PLC0415 - it loads all

    with published(question.workspace) as warehouse:
        fields = [row["field"] for row in warehouse.rows(queries.FIELDS)]
    lines: list[str] = []
    list_enrichments(question.workspace, ListOptions(format="json"), lines.append)
    listed = json.loads("\n".join(lines))
    wanted = (question.text("field") or "").strip().lower().replace(" ", "_")
    name = listed["fields_also_called"].get(wanted, wanted)
    # Fields that describe a person (age, gender, employment) are not among these.
    found = [each for each in listed["enrichments"] if name in each["yields"] and name in fields]
    if not found:
        raise nearest(wanted, fields, "field that an integration yields")
    answer = Answer()
    for each in sorted(found, key=lambda each: (each["credits_per_answer"], each["name"])):
        kept = ("name", "needs", "service", "credits_per_answer", "usd_per_answer", "price", "state")
        answer.add({"field": name} | {key: each[key] for key in kept}, "integration")
    return answer


def lead(question: Question) -> Answer:
    url = question.text("url") or ""
    [(key, _)] = parse_profile_urls([url])
    if key is None:
        raise AskedWronglyError("url has to be the link of a person's LinkedIn profile")
    if suppressions(question.workspace).erased({url}):
        raise AskedWronglyError("Nobody with that link is known")
    with published(question.workspace) as warehouse:
        answer = begun(warehouse)
        fence = Fence()
        for row in warehouse.rows(queries.LEAD, url=key):
            known = (row.pop("title"), row.pop("company_name"))
            row["name"] = fence.around(", ".join(filter(None, known)))
            row["profile_url"] = fence.around(row["profile_url"])
            answer.add(row, "lead")
        if not answer.rows:
            raise AskedWronglyError("Nobody with that link is known")
        return answer


def inbox(question: Question) -> Answer:
    with published(question.workspace) as warehouse:
        answer = begun(warehouse)
    about, leads = read_inbox(question.workspace, None, None)
    answer.head.append(about["ranking"])
    fence = Fence()
    for each in leads:
        row = {name: each[name] for name in _OF_THE_INBOX}
        theirs = ("who", "why_now", "profile_url")
        written = {name: fence.around(row[name]) for name in theirs if row[name]}
        answer.add(row | written, "inbox")
    return answer


TOOLS = (
    Tool(
        "totals",
        "How many leads were imported, requests sent and accepted, and the accept rate with its "
        "interval, of all together. The rate is of requests old enough to judge; accepted / sent of the "
        "same days is no rate.",
        totals,
    ),
    Tool(
        "what_stalls",
        "What stalls the pipeline, in the order in which to mend it, with what each is worth in accepted "
        "connections a week (90 % range), what it rests on, and what to do. Worths of lines don't add up.",
        what_stalls,
    ),
    Tool(
        "segment",
        "How segments of a dimension do: requests, accepted, accept rate with 95 % interval, compared "
        "with all others, or why that can't be said. Names that others may have written stand as a key, "
        "such as keyword 3f2a91bc; a value can be asked for by its key or by its name. Segments of few "
        "people are not told.",
        segment,
        {
            "dimension": _text("What to break down by.", enum=queries.DIMENSIONS),
            "value": _text("One segment, by key or name; all of them if left out."),
            "after": _AFTER,
        },
        ("dimension",),
    ),
    Tool(
        "sender",
        "How senders (LinkedIn accounts that ask) do and whether they can send now: state, requests of "
        "the last seven days against what is possible, waiting leads, idle days, accept rate with its "
        "interval.",
        sender,
        {"value": _text("One sender, by id or name; all if left out."), "after": _AFTER},
    ),
    Tool(
        "campaign",
        "How campaigns do: status, waiting leads, requests, accept rate with its interval.",
        campaign,
        {"value": _text("One campaign, by id or name; all if left out."), "after": _AFTER},
    ),
    Tool(
        "change",
        "Why there are more or fewer accepted requests than in the period before: volume, mix, rate, or "
        "a stage; or why the periods can't be compared.",
        change,
    ),
    Tool(
        "message_test",
        "What message tests found: which text is accepted more, that there is no difference that "
        "matters, or when it can be said. Only looks planned beforehand decide; raw differences before "
        "that say nothing.",
        message_test,
        {"name": _text("One test, by its name in config/message_tests.yaml; all if left out.")},
    ),
    Tool(
        "plan",
        "What is planned for a week, and what became of earlier plans: planned, handed over, sent, accepted.",
        plan,
        {"week": _text("Any day of the week, as 2026-02-09; all weeks if left out.")},
    ),
    Tool(
        "define",
        "What a word, a column or a mart means here, such as mature, accept rate or rpt_funnel.",
        define,
        {"term": _text("The word.")},
        ("term",),
    ),
    Tool(
        "which_integration",
        "Which enrichment services yield a field of leads, what they need, what an answer costs, and "
        "whether they can be asked now. Asks none of them.",
        which_integration,
        {"field": _text("The field, such as title or technologies.")},
        ("field",),
    ),
    Tool(
        "health",
        "What has to be known before the figures are trusted: how old they are, gaps, counts that don't fit.",
        health,
    ),
    Tool(
        "lead",
        "Whether a person was asked, in which campaign, and whether they accepted. Personal data.",
        lead,
        {"url": _text("The link of their LinkedIn profile.")},
        ("url",),
        is_personal=True,
    ),
    Tool(
        "inbox",
        "Whom to ask next, and why now. Personal data.",
        inbox,
        is_personal=True,
    ),
)
