"""Sender accounts as the operator describes them: one YAML file in, one dbt seed out.

HeyReach knows an account's name and limits, nothing about its type, gender, job or place; those live in
config/heyreach_accounts.yaml and nowhere else.
"""

import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from extract.sandbox import DEMO_ACCOUNTS_PATH
from extract.workspace import strict_yaml
from extract.workspace.csv_files import seed_text
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import Items, Mapping, quoted, shown, suggestion
from extract.workspace.texts import comparable, tidied
from extract.workspace.workspace import Workspace

# The line, and what is wrong there.
Problem = tuple[int, str]
# What a field must be, beyond short text on one line: the check, and the words for it.
Rule = tuple[Callable[[str], bool], str]

MAX_TEXT = 200


def _is_id(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9_-]{1,100}", text))


def _is_date(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) and date.fromisoformat(text))
    except ValueError:
        return False


def _one_of(*allowed: str) -> Rule:
    return allowed.__contains__, f"{', '.join(allowed[:-1])} or {allowed[-1]}"


def _optional(rule: Rule | None = None, **flags: bool) -> Any:
    return field(default=None, metadata={"rule": rule, **flags})


def _described(rule: Rule | None = None) -> Any:
    return _optional(rule, is_expected=True, is_described=True)


@dataclass(frozen=True)
class Account:
    """One sender account as configured; None where the file says nothing.

    `label` and `type` are None only for an account with `is_active` False; `is_active` None leaves the
    question to HeyReach. A field is declared here: the rule for its text, whether an account can't do
    without it (`is_critical`) or is warned of (`is_expected`), and whether it is a column of the warehouse
    (`is_described`), which macros/catalogue/account_fields.sql then names, too.
    """

    account_id: str = field(
        metadata={"rule": (_is_id, "1 to 100 letters, digits, _ or -"), "is_critical": True}
    )
    label: str | None = _optional(is_critical=True, is_expected=True)
    type: str | None = _optional(
        _one_of("real_personal", "ai_mirror_saas", "ai_aimfox_saas"), is_critical=True, is_expected=True
    )
    gender: str | None = _described(_one_of("male", "female", "neutral"))
    job_title: str | None = _described()
    seniority: str | None = _described(_one_of("junior", "mid", "senior", "exec"))
    industry: str | None = _described()
    location: str | None = _described()
    rotation_started_on: date | None = field(
        default=None, metadata={"rule": (_is_date, "a date like 2026-01-31")}
    )
    is_active: bool | None = _optional(_one_of("true", "false"))


def _names(flag: str) -> tuple[str, ...]:
    return tuple(each.name for each in fields(Account) if each.metadata.get(flag))


FIELDS = tuple(each.name for each in fields(Account))
CRITICAL = _names("is_critical")
EXPECTED = _names("is_expected")
DESCRIBED = _names("is_described")
RULES: dict[str, Rule] = {
    each.name: each.metadata["rule"] for each in fields(Account) if each.metadata["rule"]
}


def load_accounts(path: Path) -> list[Account]:
    """The configured accounts in the file's order; `accounts: []` gives none.

    Raises ConfigurationError with every problem of the file, each naming file, line, account and field.
    """
    if not os.path.exists(path):
        raise ConfigurationError(
            f"{shown(path)} is missing; create it with the line `accounts: []` (all sender accounts are then "
            "reported as unmapped), or point ACCOUNT_METADATA_PATH at your file"
        )
    document = strict_yaml.load(path)
    accounts, problems = _read_document(document)
    if problems:
        raise ConfigurationError([f"{shown(path)} line {line}: {text}" for line, text in sorted(problems)])
    return accounts


def account_warnings(accounts: Iterable[Account]) -> list[str]:
    """One line per account that lacks something the breakdowns use, or has the label of another one.

    It names the account and the fields, or both accounts.
    """
    accounts = list(accounts)
    warnings = []
    labelled: dict[str, Account] = {}
    for account in accounts:
        if account.label and labelled.setdefault(comparable(account.label), account) is not account:
            first = labelled[comparable(account.label)]
            warnings.append(
                f"accounts {quoted(first.account_id)} and {quoted(account.account_id)} have the same label "
                f"{quoted(account.label)}; the reports tell them apart only by id"
            )
    for account in accounts:
        missing = [name for name in EXPECTED if getattr(account, name) is None]
        if missing:
            name = f"account {quoted(account.account_id)}"
            label = f" ({quoted(account.label)})" if account.label else ""
            warnings.append(f"{name}{label} has no {', '.join(missing)}; there it is counted as unknown")
    return warnings


def write_account_seed(accounts: Iterable[Account], path: Path) -> None:
    """Write the dbt seed: one row per account, columns as in Account, every cell quoted text, empty = null.

    The file appears whole or not at all, and stays untouched (so dbt sees no change) where nothing changed.
    """
    rows = ([_cell(value) for value in astuple(account)] for account in accounts)
    content = seed_text(FIELDS, rows).encode()
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _cell(value: str | date | bool | None) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read_document(document: Mapping) -> tuple[list[Account], list[Problem]]:
    problems = [
        (document.lines[key], f"{quoted(key)} is not known here; the file holds only `accounts:`")
        for key in document
        if key != "accounts"
    ]
    if "accounts" not in document:
        return [], [*problems, (document.line, "`accounts:` is missing; write `accounts: []` for none")]
    entries = document["accounts"]
    if entries is None:
        return [], problems
    if not isinstance(entries, Items):
        text = f"accounts must be a list (`- account_id: ...`), not {quoted(entries)}"
        return [], [*problems, (document.lines["accounts"], text)]

    accounts = []
    first_lines: dict[str, int] = {}
    for position, (entry, line) in enumerate(zip(entries, entries.lines, strict=True), start=1):
        if not isinstance(entry, Mapping):
            text = f"account no. {position} must be `name: value` lines, not {quoted(entry)}"
            problems.append((line, text))
            continue
        account, found = _read_account(entry, position)
        problems.extend(found)
        account_id = _text(entry.get("account_id"))
        if account_id in first_lines:
            text = f"account_id is already used on line {first_lines[account_id]}; list it once"
            problems.append((entry.lines["account_id"], f"{_name(entry, position)}: {text}"))
        elif account_id:
            first_lines[account_id] = entry.lines["account_id"]
        if account:
            accounts.append(account)
    return accounts, problems


def _read_account(entry: Mapping, position: int) -> tuple[Account | None, list[Problem]]:
    found: list[Problem] = []
    for key, value in entry.items():
        complaint = _complaint(key, value)
        if complaint:
            found.append((entry.lines[key], complaint))
    texts = {key: _text(entry.get(key)) for key in FIELDS}
    # A retired account can't fail a run for its label; without an id it would be nobody's.
    required = ("account_id",) if texts["is_active"] == "false" else CRITICAL
    for key in required:
        if not texts[key] and not isinstance(entry.get(key), Mapping | Items):
            found.append((entry.lines.get(key, entry.line), f"{key} is missing"))
    if found:
        name = _name(entry, position)
        return None, [(line, f"{name}: {text}") for line, text in found]
    started = texts.pop("rotation_started_on")
    is_active = texts.pop("is_active")
    return Account(
        **{key: text or None for key, text in texts.items()},
        rotation_started_on=date.fromisoformat(started) if started else None,
        is_active=is_active == "true" if is_active else None,
    ), []


def _complaint(key: str, value: strict_yaml.Value) -> str | None:
    """What is wrong with one `key: value` of an account, or None."""
    if key not in FIELDS:
        return f"{quoted(key)} is not a known field; {suggestion(key, FIELDS)}"
    if isinstance(value, Mapping | Items):
        return f"{key} must be text, not {quoted(value)}"
    return _complaint_of_text(key, (value or "").strip())


def _complaint_of_text(key: str, written: str) -> str | None:
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in written):
        return f"{key} holds a line break or another control character"
    text = _text(written)
    if written and not text:
        return f"{key} holds only characters that nobody sees; write it anew"
    if text and key in RULES:
        is_valid, expected = RULES[key]
        return None if is_valid(text) else f"{key} must be {expected}, not {quoted(text)}"
    if len(text) > MAX_TEXT:
        return f"{key} is {len(text)} characters long; {MAX_TEXT} are the most"
    return None


def _text(value: strict_yaml.Value) -> str:
    return tidied(value) if isinstance(value, str) else ""


def _name(entry: Mapping, position: int) -> str:
    """How messages name an account: by its id, else by its place in the list, with its label."""
    account_id, label = _text(entry.get("account_id")), _text(entry.get("label"))
    name = f"account {quoted(account_id)}" if account_id else f"account no. {position}"
    return f"{name} ({quoted(label)})" if label else name


def account_file(workspace: Workspace) -> Path:
    """The account file of this workspace: the operator's, or the invented senders of the demo."""
    return DEMO_ACCOUNTS_PATH if workspace.is_demo else workspace.account_metadata_path
