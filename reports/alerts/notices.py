"""What the operator is told, once: anomalies, failed jobs, the weekly report.

A notice is written to a journal before any channel gets it, and so is what became of it: a channel that
fails is tried again with the next job, for a week. An anomaly is in one notice only, however often it is seen
again. Only a crash between a channel's answer and the journal can send a notice twice.
"""

import contextlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from extract.intelligence import watches
from extract.workspace import journal
from extract.workspace.errors import ConfigurationError
from extract.workspace.lock import BusyError, exclusive
from extract.workspace.paths import Paths
from extract.workspace.workspace import Workspace
from reports.alerts.channels import DeliveryError, Notice, channels
from reports.read_only import open_published

OPEN_ANOMALIES = """
    select *
    from marts.rpt_anomalies
    where is_open and not is_acknowledged
    order by since desc, kind, dimension, segment
"""
WATCHED = """
    select change_id, profile_url, icp_profile, who, what_changed, as_of
    from marts.rpt_watched_leads
    where is_news
    order by total_score desc, profile_url, icp_profile
"""
TRIED_FOR = timedelta(days=7)
ID_CHARACTERS = 8


@dataclass
class Outcome:
    """What a job came to: the files of its report, where it wrote one."""

    reports: list[Path] = field(default_factory=list)


@contextlib.contextmanager
def telling(workspace: Workspace, job: str, say: Callable[[str], None]) -> Iterator[Outcome]:
    """Tell how the job in the block ended; its exception goes on its way, and telling never fails it."""
    outcome = Outcome()
    try:
        yield outcome
    except Exception as error:
        failure = error
        _tell(workspace, job, say, lambda outbox: outbox.failed(job, failure))
        raise
    _tell(workspace, job, say, lambda outbox: outbox.succeeded(job, outcome.reports))


def open_anomalies(paths: Paths) -> list[dict]:
    """What lasts and was not acknowledged, as of the published warehouse; the newest first."""
    acknowledged = {row["anomaly_id"] for row in journal.rows(paths.acknowledgements)}
    with open_published(paths.published) as connection:
        answer = connection.execute(OPEN_ANOMALIES)
        names = [column[0] for column in answer.description]
        rows = [dict(zip(names, values, strict=True)) for values in answer.fetchall()]
    return [row for row in rows if row["anomaly_id"] not in acknowledged]


def changes_watched(paths: Paths) -> list[dict]:
    """What is to be told of watched leads, as of the published warehouse; the best lead first."""
    with open_published(paths.published) as connection:
        answer = connection.execute(WATCHED)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, values, strict=True)) for values in answer.fetchall()]


def acknowledge(paths: Paths, anomaly_id: str) -> dict:
    """Silence one open anomaly, named by the beginning of its id; returns it."""
    rows = open_anomalies(paths)
    found = [row for row in rows if row["anomaly_id"].startswith(anomaly_id.lower())]
    if len(found) != 1:
        known = ", ".join(row["anomaly_id"][:ID_CHARACTERS] for row in rows) or "there is none"
        problem = (
            "is the beginning of several" if found else "is no anomaly that lasts and is not acknowledged"
        )
        raise ConfigurationError(f"{anomaly_id!r} {problem}; name one of: {known}")
    names = ("anomaly_id", "kind", "dimension", "segment", "since", "judged_until")
    row = {name: found[0][name] for name in names} | {"acknowledged_at": datetime.now(UTC)}
    journal.append(paths.acknowledgements, row)
    return found[0]


def described(row: dict) -> str:
    """An anomaly as lines of a message."""
    short = row["anomaly_id"][:ID_CHARACTERS]
    return (
        f"**Since {row['since']}:** {row['message']}\n"
        f"Do: {row['what_to_do']}\n"
        f"Known already? make acknowledge ID={short}"
    )


class _Outbox:
    """The notices of one workspace: those in its journal, and new ones."""

    def __init__(self, workspace: Workspace, say: Callable[[str], None]):
        self._workspace = workspace
        self._say = say
        self._path = workspace.paths.alerts
        self._channels = channels(workspace.alerts)
        self._rows = journal.rows(self._path)
        self._mark = "Demo data: " if workspace.is_demo else ""

    def succeeded(self, job: str, reports: list[Path]) -> None:
        if self._failure():
            self._queue("recovered", f"{job} runs again", "The job that failed before came to its end.")
        told = self._told("anomalies")
        news = [
            row
            for row in open_anomalies(self._workspace.paths)
            if not any(_is_same(row, before) for before in told)
        ]
        if news:
            subject = news[0]["message"] if len(news) == 1 else f"{len(news)} things changed"
            self._queue("anomalies", subject, "\n\n".join(map(described, news)), anomalies=news)
        self._tell_of_watched()
        if job == "weekly" and reports:
            self._queue("weekly_report", *_headline(reports), attachments=[str(path) for path in reports])

    def _tell_of_watched(self) -> None:
        """One notice of what changed; it names nobody, and goes whole when somebody in it is erased."""
        told = {each["change_id"] for each in self._told("watched")}
        news = [row for row in changes_watched(self._workspace.paths) if row["change_id"] not in told]
        if news:
            lines = [
                f"**{row['who'] or 'A lead'}** (profile {row['icp_profile']}) {row['what_changed']}"
                for row in news
            ]
            names = ("change_id", "profile_url", "icp_profile", "as_of")
            self._queue(
                "watched",
                "A watched lead changed" if len(news) == 1 else f"{len(news)} watched leads changed",
                "\n\n".join([*lines, "Who that is: make watch"]),
                watched=[{name: row[name] for name in names} for row in news],
            )

    def failed(self, job: str, error: Exception) -> None:
        """One notice until a job succeeds again, or fails for another reason."""
        reason = type(error).__name__
        before = self._failure()
        if not before or before["reason"] != reason:
            text = " ".join(str(error).split())[:1000] or reason
            then = "The published warehouse and its report stay as they were. It is tried again as scheduled."
            self._queue("failure", f"{job} failed", f"{text}\n\n{then}", reason=reason)

    def deliver(self) -> None:
        """Give every channel what it has not got; one that fails is left for the next time."""
        for name, send in self._channels.items():
            for row in self._pending(name):
                notice = Notice(
                    row["notice_id"],
                    datetime.fromisoformat(row["happened_at"]),
                    row["subject"],
                    row["text"],
                    tuple(Path(path) for path in row["attachments"]),
                )
                try:
                    send(notice)
                except DeliveryError as error:
                    self._write(row["notice_id"], "failed", channel=name, error=str(error))
                    self._say(
                        f"warning: {error}; not told: {row['subject'][:100]}; tried again with the next job"
                    )
                    break
                if all(row["notice_id"] != notice_id for notice_id, _ in self._delivered()):
                    self._note_told(row)
                self._write(row["notice_id"], "delivered", channel=name)
                self._say(f"told by {name}: {row['subject'][:100]}")

    def _note_told(self, notice: dict) -> None:
        """From now on a watched lead is compared with what it was when this was told."""
        for each in notice.get("watched", ()):
            target = watches.Target(each["profile_url"], icp_profile=each["icp_profile"])
            watches.note(self._workspace.paths, "told", target, datetime.fromisoformat(each["as_of"]))

    def _queue(self, topic: str, subject: str, text: str, **facts: object) -> None:
        if not self._channels:
            return
        names = ("kind", "dimension", "segment", "judged_until")
        anomalies = [{name: row[name] for name in names} for row in facts.pop("anomalies", [])]
        self._write(
            f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
            "queued",
            topic=topic,
            subject=f"{self._mark}{subject}"[:200],
            text=text,
            attachments=facts.pop("attachments", []),
            anomalies=anomalies,
            channels=list(self._channels),
            **facts,
        )

    def _write(self, notice_id: str, event: str, **facts: object) -> None:
        number = sum(row["notice_id"] == notice_id for row in self._rows) + 1
        row = {
            "notice_id": notice_id,
            "event_number": number,
            "happened_at": datetime.now(UTC),
            "event": event,
            **facts,
        }
        journal.append(self._path, row)
        self._rows = journal.rows(self._path)

    def _delivered(self) -> set[tuple[str, str]]:
        return {(row["notice_id"], row["channel"]) for row in self._rows if row["event"] == "delivered"}

    def _queued(self) -> list[dict]:
        return [row for row in self._rows if row["event"] == "queued"]

    def _pending(self, channel: str) -> list[dict]:
        oldest = datetime.now(UTC) - TRIED_FOR
        delivered = self._delivered()
        return [
            row
            for row in self._queued()
            if channel in row["channels"]
            and (row["notice_id"], channel) not in delivered
            and datetime.fromisoformat(row["happened_at"]) > oldest
        ]

    def _told(self, what: str) -> list[dict]:
        """Anomalies, or changes of who is `watched`, in notices that reached somebody, or still may."""
        reached = {notice_id for notice_id, _ in self._delivered()}
        reached |= {row["notice_id"] for name in self._channels for row in self._pending(name)}
        return [each for row in self._queued() if row["notice_id"] in reached for each in row.get(what, ())]

    def _failure(self) -> dict | None:
        """The failure that was told last, unless jobs have succeeded since."""
        told = [row for row in self._queued() if row["topic"] in ("failure", "recovered")]
        return told[-1] if told and told[-1]["topic"] == "failure" else None


def _tell(
    workspace: Workspace, job: str, say: Callable[[str], None], note: Callable[[_Outbox], None]
) -> None:
    """Queue what is to be told, then deliver it; whatever goes wrong is said, and fails no job."""
    try:
        with exclusive(workspace.folder, "delivery", job=job):
            outbox = _Outbox(workspace, say)
            note(outbox)
            outbox.deliver()
    except BusyError:
        say("warning: another job is telling; what this one has to tell follows with the next")
    except Exception as error:
        say(f"warning: nobody was told ({type(error).__name__}: {' '.join(str(error).split())[:200]})")


def _is_same(row: dict, told: dict) -> bool:
    """Whether an anomaly had begun when its like was told; what begins later is another one."""
    keys = ("kind", "dimension", "segment")
    return all(row[key] == told[key] for key in keys) and row["since"] <= date.fromisoformat(
        told["judged_until"]
    )


def _headline(reports: list[Path]) -> tuple[str, str]:
    """Subject and text of a report: its title, and what stands before its first section."""
    where = "\n".join(str(path) for path in reports)
    markdown = next((path for path in reports if path.suffix == ".md"), None)
    if markdown is None:
        return "The weekly report", where
    title, _, rest = markdown.read_text(encoding="utf-8").partition("\n")
    preface = rest.partition("\n## 1.")[0].strip()
    return title.removeprefix("# ").removesuffix(": demo data"), f"{preface}\n\n{where}"
