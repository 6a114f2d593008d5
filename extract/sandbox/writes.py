"""Reading the leads of an import request, with what HeyReach refuses and what it drops without a word."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from extract.sandbox import people
from extract.sandbox.arguments import Arguments, InvalidRequest

MAX_LEADS = 100
PROFILE_TEXTS = ("location", "summary", "companyName", "position", "about", "emailAddress")
_FIELD_NAME = re.compile(r"[A-Za-z0-9_]+", re.ASCII)


class RefusedWrite(Exception):
    """A 400 of a business rule: `{"errorMessage": ...}`."""


class SuppliedLead(NamedTuple):
    """A lead as supplied. `key` is None when its URL is not a person's; `fields` when no fields came."""

    key: str | None
    profile: dict
    fields: dict[str, str] | None
    account_id: int | None = None


def leads_for_campaign(arguments: Arguments) -> list[SuppliedLead]:
    """The leads of `accountLeadPairs` that HeyReach takes notice of. Keys beside `lead` mean nothing.

    Raises InvalidRequest for more than 100 or a wrong type, and RefusedWrite for a bad custom-field name.
    """
    pairs = [Arguments(pair) for pair in _at_most_100(arguments, "accountLeadPairs")]
    return list(
        _noticed(
            _supplied(
                pair.nested("lead"),
                pair.integer("linkedInAccountId") if pair.has("linkedInAccountId") else None,
            )
            for pair in pairs
        )
    )


def leads_for_list(arguments: Arguments) -> list[SuppliedLead]:
    """The leads of `leads` that HeyReach takes notice of; raises as `leads_for_campaign`."""
    return list(_noticed(_supplied(Arguments(lead), None) for lead in _at_most_100(arguments, "leads")))


def _at_most_100(arguments: Arguments, name: str) -> list[dict]:
    rows = arguments.objects(name)
    if len(rows) > MAX_LEADS:
        field = name[:1].upper() + name[1:]
        raise InvalidRequest(field, f"The field {field} must hold at most {MAX_LEADS} items.")
    return rows


def _supplied(lead: Arguments, account_id: int | None) -> SuppliedLead:
    url = lead.text("profileUrl")
    profile = {"profileUrl": url, "firstName": lead.text("firstName"), "lastName": lead.text("lastName")}
    profile |= {name: lead.text(name) if lead.has(name) else None for name in PROFILE_TEXTS}
    fields = _custom_fields(lead) if lead.has("customUserFields") else None
    return SuppliedLead(people.profile_key(url), profile, fields, account_id)


def _custom_fields(lead: Arguments) -> dict[str, str]:
    fields = {}
    for entry in map(Arguments, lead.objects("customUserFields")):
        name = entry.text("name")
        if not _FIELD_NAME.fullmatch(name):
            raise RefusedWrite("Custom field names can only contain letters, numbers and underscores.")
        if entry.has("value"):
            fields[name] = entry.text("value")
    return fields


def _noticed(leads: Iterable[SuppliedLead]) -> Iterator[SuppliedLead]:
    """Without leads that lack a name or a URL, and without repeats: neither is counted anywhere."""
    seen: set[str] = set()
    for lead in leads:
        profile = lead.profile
        is_complete = all(profile[name].strip() for name in ("profileUrl", "firstName", "lastName"))
        identity = lead.key or profile["profileUrl"]
        if is_complete and identity not in seen:
            seen.add(identity)
            yield lead
