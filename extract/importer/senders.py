"""Who sends to whom: every lead of an import gets one sender account of its campaign.

A choice follows the senders' daily limits, a hash of the person's key, or a column of the file; never
anything a person is. Only senders that can send now are chosen.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import quoted

ROWS_NAMED = 3

_MISSING = "not among HeyReach's accounts any more"
_INACTIVE = "inactive"
_LOGGED_OUT = "logged out of LinkedIn"
_NO_LIMIT = "without a daily limit of connection requests"
_LIMIT_0 = "at a daily limit of 0 connection requests"
_REMEDIES = {
    _MISSING: "connect it again in HeyReach",
    _INACTIVE: "activate it in HeyReach",
    _LOGGED_OUT: "log it in again in HeyReach",
    _NO_LIMIT: "set one in HeyReach",
    _LIMIT_0: "raise it in HeyReach",
}


@dataclass(frozen=True)
class Sender:
    """A sender account of a campaign, with its connection requests a day; `problem` says why it can't send.

    `problem` is a few words that follow "is", and None for a sender that can. `name` is blank where HeyReach
    shows none.
    """

    account_id: str
    name: str
    daily_limit: int
    problem: str | None


def campaign_senders(campaign: dict, accounts: Iterable[dict]) -> list[Sender]:
    """Every sender of a campaign by rising id; from its campaign/GetAll row and all of li_account/GetAll."""
    by_id = {str(account.get("id")): account for account in accounts}
    account_ids = {str(account_id) for account_id in campaign.get("campaignAccountIds") or ()}
    return [
        _sender(account_id, by_id.get(account_id))
        for account_id in sorted(account_ids, key=lambda account_id: (len(account_id), account_id))
    ]


def distribute_by_limits(keys: Sequence[str], senders: Sequence[Sender]) -> list[str]:
    """The sender account of each lead, in the order of `keys`: shares in proportion to the daily limits.

    Each lead goes to whoever is behind most, so the first leads are shared out like all of them, and the same
    file gives the same choice. Of several equally behind, the first of `senders` is taken. Raises
    ConfigurationError where nobody can send.
    """
    able = _able(senders)
    given: Counter[str] = Counter()
    chosen = []
    for _ in keys:
        # The next day this sender would be busy with; equal fractions are equal floats.
        sender = min(able, key=lambda sender: (given[sender.account_id] + 1) / sender.daily_limit)
        given[sender.account_id] += 1
        chosen.append(sender.account_id)
    return chosen


def distribute_by_hash(keys: Sequence[str], senders: Sequence[Sender], experiment: str) -> list[str]:
    """The sender account of each lead, in the order of `keys`: equal chances, whatever the daily limits.

    It depends on the experiment's name, the person's key and the accounts that can send, on nothing else: not
    on the order, the other leads, the run. Where an account drops out, only its own people go to others.
    Of the accounts, the one with the greatest hash is chosen; in SQL
    `arg_max(account_id, sha256(experiment || '|' || key || '|' || account_id))`, the hash as lowercase hex
    of the UTF-8 text. Raises ConfigurationError where nobody can send.
    """
    account_ids = [sender.account_id for sender in _able(senders)]

    def chosen(key: str) -> str:
        return max(account_ids, key=lambda account_id: _hash(f"{experiment}|{key}|{account_id}"))

    return [chosen(key) for key in keys]


def check_named(rows: Iterable[tuple[int, str | None]], senders: Sequence[Sender]) -> list[str]:
    """What is wrong with accounts that a file names: one line per account, with its rows and what to do.

    `rows` are (row number, account id); no id at all is wrong too. Lines come by first row.
    """
    by_id = {sender.account_id: sender for sender in senders}
    rows_by_id: dict[str, list[int]] = {}
    for number, account_id in rows:
        rows_by_id.setdefault(account_id or "", []).append(number)
    complaints = ((numbers, _complaint(account_id, by_id)) for account_id, numbers in rows_by_id.items())
    return [f"{_shortened(numbers)}: {complaint}" for numbers, complaint in complaints if complaint]


def _sender(account_id: str, account: dict | None) -> Sender:
    if account is None:
        return Sender(account_id, "", 0, _MISSING)
    name = " ".join(filter(None, (account.get("firstName"), account.get("lastName"))))
    # The vendor's own spelling.
    limit = (account.get("accountLimits") or {}).get("connectioRequestLimit")
    # A cooldown is no problem: it passes by itself, and until then the leads wait in the campaign.
    if account.get("isActive") is False:
        problem = _INACTIVE
    elif account.get("authIsValid") is False:
        problem = _LOGGED_OUT
    elif limit is None:
        problem = _NO_LIMIT
    else:
        problem = _LIMIT_0 if limit <= 0 else None
    return Sender(account_id, name, limit or 0, problem)


def _able(senders: Iterable[Sender]) -> list[Sender]:
    """The senders that can send; raises ConfigurationError, with a line for each sender, where none can."""
    senders = list(senders)
    able = [sender for sender in senders if sender.problem is None]
    if able:
        return able
    if not senders:
        raise ConfigurationError("The campaign has no sender account; add one to it in HeyReach")
    raise ConfigurationError(
        [f"No sender of the campaign can send: {_broken(sender)}, or add another one" for sender in senders]
    )


def _complaint(account_id: str, by_id: dict[str, Sender]) -> str | None:
    if not account_id:
        return f"no sender account is named; write one of {', '.join(by_id)}"
    if account_id not in by_id:
        return (
            f"{quoted(account_id)} is no sender of this campaign; write one of {', '.join(by_id)}, or add it "
            "to the campaign in HeyReach"
        )
    sender = by_id[account_id]
    return f"{_broken(sender)}, or write another sender" if sender.problem else None


def _broken(sender: Sender) -> str:
    name = f" ({quoted(sender.name)})" if sender.name else ""
    return f"{sender.account_id}{name} is {sender.problem}: {_REMEDIES[sender.problem]}"


def _shortened(numbers: Sequence[int]) -> str:
    """[2] -> row 2; [2, 3] -> rows 2 and 3; [2, 3, 4, 5, 9] -> rows 2, 3, 4 and 2 more"""
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    named = [str(number) for number in numbers[:ROWS_NAMED]]
    last = f"{len(numbers) - ROWS_NAMED} more" if len(numbers) > ROWS_NAMED else named.pop()
    return f"rows {', '.join(named)} and {last}"


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
