"""What DataGen's tools tell, through its one route for executing a tool.

Documents, all by the vendor: the route by https://github.com/datagendev/datagen-python-sdk
(datagen_sdk/client.py), LinkedIn's tools by https://github.com/datagendev/bluente-anthony
(.claude/lead-qualifier-and-contact-finder/references/datagen-linkedin-tools.md), research on the web by
https://github.com/datagendev/agent-native-prototype (scripts/integrations). That 401 and 403 mean a bad key
or a tool whose server isn't connected, and that listTools is DataGen's own, by
https://github.com/datagendev/datagen-plugin (skills/setup); where servers are connected, by the README of the
route's repository.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from extract.enrichment.base import Integration, NotConnectedError, Outcome, RowError, Subject, found_or_not
from extract.enrichment.client import KeyRefusedError, MissingError, ServiceClient
from extract.enrichment.complaints import complaint_of
from extract.enrichment.reading import Shape, fields_of, objects, part, text, texts, whole
from extract.people.profile_urls import parse_profile_urls
from extract.workspace.errors import OutboundError

_LONGEST_TEXT = 500
_SERVERS = "https://datagen.dev/signalgen/mcp-servers"
_NOT_CONNECTED = re.compile(r"\b(?:not|isn.t) (?:yet )?connected\b", re.IGNORECASE)


def execute(client: ServiceClient, tool: str, parameters: dict) -> dict:
    """What a tool answers.

    Raises MissingError where it says "not found", NotConnectedError where the account has not connected the
    tool's server, RowError where it failed.
    """
    try:
        answer = _asked(client, tool, parameters)
    except KeyRefusedError as error:
        if _NOT_CONNECTED.search(error.words) or _takes_the_key(client):
            raise _not_connected(client, tool, error.words) from None
        raise
    told = part(answer, "data")
    if not isinstance(answer, dict) or answer.get("success") is not True:
        raise _refusal(client, tool, answer)
    if told.get("success") is not True:
        if "not found" in str(told.get("error")).lower():
            raise MissingError(f"{tool}: {client.told(told['error'])}")
        raise _refusal(client, tool, told)
    result = told.get("result")
    result = result[0] if isinstance(result, list) and result else result
    if not isinstance(result, dict):
        raise client.undocumented(answer)
    return result


def _asked(client: ServiceClient, tool: str, parameters: dict) -> object:
    return client.post("api/tools/execute", {"tool_alias_name": tool, "parameters": parameters}).data


def _takes_the_key(client: ServiceClient) -> bool:
    """Whether a tool of DataGen's own, which needs no server, is executed with the same key."""
    try:
        answer = _asked(client, "listTools", {})
    except OutboundError:
        return False
    return isinstance(answer, dict) and answer.get("success") is True


def _refusal(client: ServiceClient, tool: str, answer: object) -> OutboundError:
    words = complaint_of(answer).words
    if _NOT_CONNECTED.search(words):
        return _not_connected(client, tool, words)
    return client.refusal(f"failed in {tool}", answer)


def _not_connected(client: ServiceClient, tool: str, words: str) -> NotConnectedError:
    said = f"; it says: {client.told(words)}" if words else ""
    return NotConnectedError(
        f"datagen takes the key, but the server of its tool {tool} is not connected in your account: connect "
        f"it, or log in to it again, at {_SERVERS}{said}"
    )


_PROFILE: Shape = {
    "headline": ("headline", text),
    "title": ("job.title", text),
    "company_name": ("job.companyName", text),
    "location": ("location", text),
    "follower_count": ("followerCount", whole),
    "about": ("summary", text),
}
_COMPANY: Shape = {
    "company_linkedin_url": ("company.linkedInUrl", text),
    "company_size": ("company.employeeCount", whole),
    "company_industry": ("company.industry", text),
    "company_country": ("company.headquarter.country", text),
}


class LinkedinProfile(Integration):
    """A person's headline, job, place, followers, about text, past jobs and schools, on LinkedIn."""

    name, service, entity, key_column = "linkedin_profile", "datagen", "person", "person"
    inputs = ("linkedin_url",)
    outputs = (
        *("headline", "title", "company_name", "location", "follower_count"),
        *("about", "employment", "education"),
    )
    credits = 1.0

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        answer = execute(client, "get_linkedin_person_data", {"linkedin_url": subject.inputs["linkedin_url"]})
        person = {name: value for name, value in part(answer, "person").items() if name != "photoUrl"}
        positions = _history(person, "positions", "positionHistory")
        current = [each for each in positions if not part(each, "startEndDate").get("end")]
        fields = fields_of(client, {**person, "job": (current or [{}])[0]}, _PROFILE)
        fields |= {
            "employment": _entries(positions, {"title": "title", "company": "companyName"}),
            "education": _entries(
                _history(person, "schools", "educationHistory"),
                {"school": "schoolName", "degree": "degreeName", "field": "fieldOfStudy"},
            ),
        }
        return found_or_not(fields, {"person": person}, credits=self.credits)


def _history(person: dict, section: str, name: str) -> list[dict]:
    """The entries of a section of a profile."""
    told = person.get(section)
    return objects(told.get(name) if isinstance(told, dict) else told) or []


def _entries(history: list[dict], names: dict[str, str]) -> list[dict[str, str]]:
    """What each entry holds under our names, with the months or years it lasted."""
    entries = []
    for each in history:
        dates = part(each, "startEndDate")
        told = {name: text(each.get(theirs)) for name, theirs in names.items()}
        told |= {"since": _month(dates.get("start")), "until": _month(dates.get("end"))}
        entries.append({name: value for name, value in told.items() if value})
    return [entry for entry in entries if entry]


def _month(date: object) -> str | None:
    """2023-03, or 2023 where no month is told."""
    year, month = (
        (whole(date.get(name)) for name in ("year", "month")) if isinstance(date, dict) else (None, None)
    )
    if year is None:
        return None
    return f"{year:04}-{month:02}" if month else f"{year:04}"


class _Posts(Integration):
    service, entity, key_column = "datagen", "person", "person"
    inputs = ("linkedin_url",)
    credits = 1.0
    found_days, not_found_days = 7, 7

    def _posts(self, client: ServiceClient, subject: Subject, read: Callable[[dict], object]) -> list[dict]:
        """A person's posts; raises where there are some and `read` finds nothing in any of them."""
        answer = execute(
            client, "get_linkedin_person_posts", {"linkedin_url": subject.inputs["linkedin_url"]}
        )
        posts = answer.get("posts")
        if not isinstance(posts, list) or (posts and not any(read(post) for post in objects(posts) or [])):
            raise client.undocumented(answer)
        return objects(posts) or []


class LinkedinPostActivity(_Posts):
    """How often a person posts: in 30 and 90 days, in all, and when last."""

    name = "linkedin_post_activity"
    outputs = ("posts_last_30_days", "posts_last_90_days", "total_posts", "last_post_date")

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        posts, now = self._posts(client, subject, _date), datetime.now(UTC)
        dates = [date for date in map(_date, posts) if date]
        fields = {
            "posts_last_30_days": sum(now - timedelta(days=30) <= date <= now for date in dates),
            "posts_last_90_days": sum(now - timedelta(days=90) <= date <= now for date in dates),
            "total_posts": len(posts),
            "last_post_date": max(dates).date().isoformat() if dates else None,
        }
        # The texts are nobody's business here.
        return found_or_not(fields, {"dates": [date.isoformat() for date in dates]}, credits=self.credits)


class LinkedinPosts(_Posts):
    """A person's latest posts with date, link and a cut of the text, where keep_post_characters allows."""

    name = "linkedin_posts"
    outputs = ("posts",)

    _MOST: ClassVar[int] = 10

    def problem(self) -> str | None:
        if self.config.keep_post_characters:
            return None
        return "no text of posts is kept: set keep_post_characters in config/enrichment.yaml"

    @property
    def variant(self) -> str:
        return str(self.config.keep_post_characters)

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        told = [(_date(post), post) for post in self._posts(client, subject, _date)]
        latest = sorted((each for each in told if each[0]), key=lambda each: each[0], reverse=True)
        posts = [
            {
                "date": date.date().isoformat(),
                "url": text(post.get("activityUrl")),
                "text": (_line(post.get("text"), self.config.keep_post_characters)),
            }
            for date, post in latest[: self._MOST]
        ]
        return found_or_not({"posts": posts}, {"posts": len(told)}, credits=self.credits)


class LinkedinKeywordMentions(_Posts):
    """Posts of a person that mention a keyword (mention_keyword), how many and where."""

    name = "linkedin_keyword_mentions"
    outputs = ("mention_count", "mention_urls", "first_mention_date")

    @property
    def variant(self) -> str:
        return self.config.mention_keyword.casefold()

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        word = re.compile(rf"(?<!\w){re.escape(self.config.mention_keyword)}(?!\w)", re.IGNORECASE)
        posts = self._posts(client, subject, lambda post: text(post.get("text")))
        mentions = [post for post in posts if word.search(text(post.get("text")) or "")]
        dates = sorted(date for date in map(_date, mentions) if date)
        fields = {
            "mention_count": len(mentions),
            "mention_urls": [post["activityUrl"] for post in mentions if text(post.get("activityUrl"))],
            "first_mention_date": dates[0].date().isoformat() if dates else None,
        }
        return found_or_not(
            fields, {"keyword": self.config.mention_keyword, "posts": len(posts)}, credits=self.credits
        )


def _date(post: dict) -> datetime | None:
    try:
        date = datetime.fromisoformat(str(post.get("activityDate")))
    except ValueError:
        return None
    return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)


class CompanyLinkedin(Integration):
    """A company's LinkedIn page, size, industry and country, by its domain."""

    name, service, entity, key_column = "company_linkedin", "datagen", "company", "company_domain"
    inputs = ("company_domain",)
    outputs = ("company_linkedin_url", "company_size", "company_industry", "company_country")
    credits = 1.0

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        answer = execute(client, "search_linkedin_company", {"domain": subject.inputs["company_domain"]})
        fields = fields_of(client, answer, _COMPANY)
        return found_or_not(fields, {"company": answer["company"]}, credits=self.credits)


def _line(value: object, longest: int = _LONGEST_TEXT) -> str | None:
    return " ".join(value.split())[:longest] or None if isinstance(value, str) else None


def _lines(value: object) -> list[str] | None:
    return [_line(each) for each in texts(value) or []][:50] or None


_RESEARCH: Shape = {
    "company_description": ("description", _line),
    "technologies": ("technologies", _lines),
    "company_size": ("employee_count", whole),
}
_CEO: Shape = {"name": ("name", _line), "linkedin_url": ("linkedin_url", _line)}


class _Research(Integration):
    """A question to the web, answered as JSON of a known form; what is not in that form is dropped."""

    service, entity, key_column = "datagen", "company", "company_domain"
    inputs = ("company_domain",)
    credits = 1.0

    def _research(self, client: ServiceClient, question: str) -> dict:
        answer = execute(client, "chatgpt_webresearch", {"query": question}).get("answer")
        found = re.search(r"\{.*\}", str(answer or ""), re.DOTALL)
        try:
            told = json.loads(found.group()) if found else None
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise RowError("the research was not answered in the form asked for")
        return told


class WebResearch(_Research):
    """What a company does, its technologies and headcount, researched on the web."""

    name = "web_research"
    outputs = ("company_description", "technologies", "company_size")

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        told = self._research(
            client,
            f"What does the company with the domain {subject.key} do, which technologies does it use, and "
            'how many employees has it? Answer only with JSON: {"description": text of at most 300 letters '
            'or null, "technologies": [names], "employee_count": integer or null}. Use null for what you did '
            "not find.",
        )
        fields = fields_of(client, told, _RESEARCH)
        return found_or_not(fields, told, credits=self.credits)


class FindCeo(_Research):
    """A company's chief executive and their LinkedIn profile, researched on the web."""

    name = "find_ceo"
    outputs = ("ceo_name", "ceo_linkedin_url")

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        form = self._research(
            client,
            f"Who is the chief executive of the company with the domain {subject.key}? Answer only with "
            'JSON: {"name": text or null, "linkedin_url": text or null}. Use null for what you did not find.',
        )
        told = fields_of(client, form, _CEO)
        name = told.get("name")
        profile = parse_profile_urls([told.get("linkedin_url")])[0].key
        return found_or_not(
            {"ceo_name": name, "ceo_linkedin_url": f"https://www.{profile}" if profile and name else None},
            form,
            credits=self.credits,
        )
